//! The servers of a run, and what the run asks them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_nats::jetstream::{
    self,
    stream::{Config, Info},
};
use dispatcher_nats::stream_config;
use dispatcher_test_launcher::{Cluster, NatsCluster, Settings};
use sqlx::{Executor, PgPool};
use tokio::sync::{Mutex, watch};

use super::arguments::Options;
use super::pace::Pace;
use super::plan::{Database, Server};
use super::process::Process;
use super::role::{Role, STREAM, connect};
use super::trace::Trace;
use super::transaction::{SUBJECTS, person};
use super::{EACH, Error, pool};

/// Between two looks at what gives no signal.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// How long servers may take to answer again: longer than an outage with the default duplicate window.
const LIMIT: Duration = Duration::from_secs(300);

pub(super) struct World {
    pub(super) producer: Mutex<Cluster>,
    pub(super) consumer: Mutex<Cluster>,
    /// Of the run itself: past all proxies.
    pub(super) produced: PgPool,
    pub(super) consumed: PgPool,
    pub(super) nats: Mutex<NatsCluster>,
    pub(super) jetstream: jetstream::Context,
    pub(super) processes: Vec<Arc<Process>>,
    pub(super) replicas: usize,
    /// While a store is set back, retention must not remove what it has lost.
    pub(super) keeps: watch::Sender<bool>,
    pub(super) pace: Pace,
    /// The writers have committed all that they were to commit.
    pub(super) has_written: AtomicBool,
    pub(super) trace: Trace,
    pub(super) source: String,
}

impl World {
    /// None: the machine has no nats-server.
    pub(super) async fn start(options: &Options, pace: Pace) -> Result<Option<Self>, Error> {
        let Some(nats) = NatsCluster::start_divisible(options.replicas).await? else {
            return Ok(None);
        };
        let urls: Vec<_> = nats.servers.iter().map(|server| server.url()).collect();
        let jetstream = jetstream::new(connect(&urls).await.map_err(Error::harness)?);
        create_stream(&jetstream, options).await?;
        let (producer, produced) = database(include_str!("producer.sql")).await?;
        let (consumer, consumed) = database(include_str!("consumer.sql")).await?;
        sqlx::query("INSERT INTO account (subject) SELECT unnest($1::text[])")
            .bind((0..SUBJECTS).map(person).collect::<Vec<_>>())
            .execute(&produced)
            .await?;
        let ports: Vec<_> = nats.servers.iter().map(|server| server.port()).collect();
        let trace = Trace::new(options.trace);
        let mut processes = Vec::new();
        for role in [Role::Relay, Role::Mirror, Role::Consumer] {
            let cluster = if role == Role::Relay {
                &producer
            } else {
                &consumer
            };
            let postgres = cluster.port();
            for number in 0..EACH {
                let process = Process::start(role, number, postgres, &ports, options.seed, trace);
                processes.push(Arc::new(process.await?));
            }
        }
        let source = format!("{} and {}", producer.source(), nats.servers[0].source());
        Ok(Some(Self {
            producer: producer.into(),
            consumer: consumer.into(),
            produced,
            consumed,
            nats: nats.into(),
            jetstream,
            processes,
            replicas: options.replicas,
            keeps: watch::Sender::new(false),
            pace,
            has_written: AtomicBool::new(false),
            trace,
            source,
        }))
    }

    pub(super) fn process(&self, role: Role, number: usize) -> Arc<Process> {
        let mut processes = self.processes.iter().filter(|it| it.role == role);
        let found = processes.nth(number);
        Arc::clone(found.expect("the plan names processes that there are"))
    }

    pub(super) fn database(&self, database: Database) -> &Mutex<Cluster> {
        match database {
            Database::Producer => &self.producer,
            Database::Consumer => &self.consumer,
        }
    }

    /// The stream as it is now, if it answers.
    pub(super) async fn stream(&self) -> Option<Info> {
        let stream = self.jetstream.get_stream(STREAM).await.ok()?;
        Some(stream.cached_info().clone())
    }

    /// The stream, as soon as it answers.
    pub(super) async fn until_ready(&self) -> Result<Info, Error> {
        let ready = async {
            loop {
                if let Some(info) = self.stream().await {
                    return info;
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let late = |_| Error::Harness(format!("the stream does not answer within {LIMIT:?}"));
        tokio::time::timeout(LIMIT, ready).await.map_err(late)
    }

    /// Changes the configuration of the stream, as soon as it can be changed.
    pub(super) async fn configure(&self, change: impl Fn(&mut Config)) -> Result<(), Error> {
        let changed = async {
            loop {
                if let Some(info) = self.stream().await {
                    let mut config = info.config;
                    change(&mut config);
                    if self.jetstream.update_stream(config).await.is_ok() {
                        return;
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let late = |_| Error::Harness(format!("the stream cannot be changed within {LIMIT:?}"));
        tokio::time::timeout(LIMIT, changed).await.map_err(late)
    }

    /// The number of a server. Of a stream without a leader: the first.
    pub(super) async fn number(&self, server: Server) -> usize {
        match server {
            Server::Number(number) => number,
            Server::Leader => {
                let cluster = self.stream().await.and_then(|info| info.cluster);
                let leader = cluster.and_then(|cluster| cluster.leader);
                let number = leader.and_then(|name| name.strip_prefix('n')?.parse().ok());
                number.filter(|it| *it < self.replicas).unwrap_or(0)
            }
        }
    }

    /// The stores of the servers, and where their copies are.
    pub(super) async fn stores(&self) -> Vec<(PathBuf, PathBuf)> {
        let nats = self.nats.lock().await;
        let stores = nats.servers.iter().map(|server| server.store());
        stores
            .map(|store| (store.clone(), store.with_file_name("kept")))
            .collect()
    }
}

async fn create_stream(jetstream: &jetstream::Context, options: &Options) -> Result<(), Error> {
    let mut config = stream_config(STREAM, STREAM);
    config.num_replicas = options.replicas;
    config.duplicate_window = options.window;
    let created = async {
        // A cluster that has no leader yet refuses.
        while jetstream
            .get_or_create_stream(config.clone())
            .await
            .is_err()
        {
            tokio::time::sleep(PAUSE).await;
        }
    };
    let late = |_| Error::Harness(format!("no stream can be created within {LIMIT:?}"));
    tokio::time::timeout(LIMIT, created).await.map_err(late)
}

/// A Postgres of its own with the tables of the dispatcher and of the run.
async fn database(tables: &'static str) -> Result<(Cluster, PgPool), Error> {
    let settings = Settings::default().set("log_min_messages", "fatal");
    let cluster = Cluster::start_with(settings).await?;
    let pool = pool(&cluster.url("postgres"), 4)?;
    dispatcher_runtime::migrate(&pool).await?;
    pool.execute(include_str!("both.sql")).await?;
    pool.execute(tables).await?;
    Ok((cluster, pool))
}
