//! A NATS server, databases of producers and consumers, and relays and mirrors that run until they are stopped.

use std::sync::Arc;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, REGISTRY, Revenue};
use async_nats::jetstream::{self, stream};
use dispatcher_nats::{
    Incomplete, IncompleteReason, Mirror, Mirrored, Relay, Relayed, TransferError,
    TransferObserver, TransferProgress, Transfers, Waiting, stream_config,
};
use dispatcher_runtime::transfer::OutboundLimits;
use dispatcher_runtime::{
    Consumer, DeliveryTx, Dispatcher, EventEnvelope, HandlerError, RunningConsumer, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, create_effect_table, lock};
use dispatcher_test_launcher::{Database, NatsServer, Server};
use sqlx::{PgPool, Row};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// The stream of most tests, and the prefix of its subjects.
pub(crate) const STREAM: &str = "north";

/// Of the reads of a log that no test fills.
pub(crate) const LIMITS: OutboundLimits = OutboundLimits {
    events: 1000,
    bytes: 1 << 20,
    payload_bytes: 1 << 20,
};

/// Between two looks at what gives no signal: a row, a server that starts.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);

/// A NATS server with a stream.
pub(crate) struct Nats {
    pub(crate) server: NatsServer,
    pub(crate) client: async_nats::Client,
    pub(crate) jetstream: jetstream::Context,
}

impl Nats {
    /// None: the test is skipped.
    pub(crate) async fn new() -> TestResult<Option<Self>> {
        Self::with("", stream_config(STREAM, STREAM)).await
    }

    pub(crate) async fn with(settings: &str, config: stream::Config) -> TestResult<Option<Self>> {
        let Some(server) = NatsServer::start_or_skip(settings).await? else {
            return Ok(None);
        };
        let client = async_nats::connect(server.url()).await?;
        let jetstream = jetstream::new(client.clone());
        jetstream.create_stream(config).await?;
        Ok(Some(Self {
            server,
            client,
            jetstream,
        }))
    }

    /// Id and position of each message, in stream order.
    pub(crate) async fn messages(&self, stream: &str) -> TestResult<Vec<(String, i64)>> {
        let mut found = Vec::new();
        let stream = self.jetstream.get_stream(stream).await?;
        let state = &stream.cached_info().state;
        for sequence in state.first_sequence.max(1)..=state.last_sequence {
            let message = stream.get_raw_message(sequence).await?;
            let given = |name: &str| message.headers.get(name).map(|value| value.as_str());
            let position = given("dispatcher-position").unwrap_or("0").parse()?;
            found.push((given("ce-id").unwrap_or_default().to_owned(), position));
        }
        Ok(found)
    }
}

/// A migrated database with the effect table.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) pool: PgPool,
}

impl World {
    pub(crate) async fn new() -> TestResult<Self> {
        Self::on(Server::shared().await?).await
    }

    pub(crate) async fn on(server: &Server) -> TestResult<Self> {
        let database = server.create_database().await?;
        let pool = database.pool(8).await?;
        dispatcher_runtime::migrate(&pool).await?;
        create_effect_table(&pool).await?;
        Ok(Self { database, pool })
    }

    pub(crate) fn revenue(&self) -> Dispatcher<Revenue> {
        let builder = Dispatcher::builder(self.pool.clone()).tenant(TENANT);
        builder.build().unwrap()
    }

    /// Publishes locks of these numbers of credits, one after the other, about four persons.
    pub(crate) async fn publish(&self, credits: std::ops::Range<u32>) -> TestResult {
        let dispatcher = self.revenue();
        let payloads: Vec<_> = credits.map(|credits| lock(credits % 4, credits)).collect();
        dispatcher.publish_all(payloads).await?;
        Ok(())
    }

    /// Id and position of each event of the log, in its order.
    pub(crate) async fn log(&self) -> TestResult<Vec<(String, i64)>> {
        let select = "SELECT event_id, position FROM dispatcher_event ORDER BY position";
        Ok(sqlx::query_as(select).fetch_all(&self.pool).await?)
    }

    pub(crate) async fn count(&self, query: &'static str) -> TestResult<i64> {
        Ok(sqlx::query(query).fetch_one(&self.pool).await?.try_get(0)?)
    }

    pub(crate) async fn execute(&self, statement: &'static str) -> TestResult {
        sqlx::query(statement).execute(&self.pool).await?;
        Ok(())
    }

    /// The only relay or mirror of the database.
    pub(crate) async fn progress(&self) -> TestResult<TransferProgress> {
        let all = Transfers::new(self.pool.clone()).list().await?;
        Ok(all.into_iter().next().ok_or("there is no row")?)
    }

    /// Waits for the row, which follows what the observer receives.
    pub(crate) async fn until_recorded(&self, sequence: i64) -> TestResult {
        while self.progress().await?.sequence < sequence {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// The credits of the effects of a person, in the order in which they were applied.
    pub(crate) async fn effects_of(&self, person: u32) -> TestResult<Vec<i64>> {
        let select = "SELECT credits FROM effect WHERE subject = $1 ORDER BY seq";
        let select = sqlx::query_scalar(select).bind(dispatcher_test_fixtures::person_id(person));
        Ok(select.fetch_all(&self.pool).await?)
    }

    pub(crate) async fn coaching(&self) -> TestResult<RunningConsumer> {
        let consumer = Consumer::<Coaching>::builder(self.pool.clone()).subscribe(hold_slot);
        Ok(consumer.start().await?)
    }

    pub(crate) fn relay(&self, nats: &Nats) -> Running {
        relay(&self.pool, nats)
    }

    pub(crate) fn mirror(&self, nats: &Nats, stream: &str) -> Running {
        mirror(&self.pool, nats, stream)
    }

    pub(crate) async fn close(self) -> TestResult {
        self.pool.close().await;
        self.database.close().await?;
        Ok(())
    }
}

pub(crate) fn relay(pool: &PgPool, nats: &Nats) -> Running {
    relay_that_looks(pool, nats, Duration::from_secs(60))
}

/// A relay that looks that often at a stream to which it sends nothing.
pub(crate) fn relay_that_looks(pool: &PgPool, nats: &Nats, look_every: Duration) -> Running {
    relay_through(pool, &nats.client, look_every)
}

pub(crate) fn relay_through(
    pool: &PgPool,
    client: &async_nats::Client,
    look_every: Duration,
) -> Running {
    let seen = Seen::default();
    let relay = Relay::builder(pool.clone(), client.clone(), STREAM)
        .lease(Duration::from_secs(1))
        .confirm_within(Duration::from_secs(2))
        .look_every(look_every)
        .poll_interval(Duration::from_millis(5))
        .batch(20)
        .observer(seen.clone())
        .build()
        .unwrap();
    Running::start(seen, |stop| relay.run_until(stop))
}

pub(crate) fn mirror(pool: &PgPool, nats: &Nats, stream: &str) -> Running {
    mirror_through(pool, &nats.client, stream)
}

pub(crate) fn mirror_through(pool: &PgPool, client: &async_nats::Client, stream: &str) -> Running {
    let seen = Seen::default();
    let mirror = Mirror::builder(pool.clone(), client.clone(), stream)
        .domain(&REGISTRY, "coaching")
        .lease(Duration::from_secs(1))
        .look_every(Duration::from_millis(20))
        .batch(20)
        .observer(seen.clone())
        .build()
        .unwrap();
    Running::start(seen, |stop| mirror.run_until(stop))
}

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> Result<(), HandlerError> {
    sqlx::query("INSERT INTO effect (subscription, event_id, subject, credits) VALUES ('hold_slot', $1, $2, $3)")
        .bind(event.event_id)
        .bind(event.subject)
        .bind(event.payload.locked_credits.get())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What an observer has received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) sequence: i64,
    pub(crate) position: i64,
    pub(crate) events: usize,
    pub(crate) waits: Vec<String>,
    /// Why events are not whole, once for each.
    pub(crate) incomplete: Vec<IncompleteReason>,
    /// How it ended.
    pub(crate) end: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Seen(Arc<watch::Sender<Report>>);

impl Default for Seen {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Report::default())))
    }
}

impl TransferObserver for Seen {
    fn relayed(&self, relayed: &Relayed<'_>) {
        self.0.send_modify(|report| {
            report.sequence = relayed.sequence;
            report.position = relayed.position;
            report.events += relayed.events;
        });
    }

    fn mirrored(&self, mirrored: &Mirrored<'_>) {
        self.0.send_modify(|report| {
            report.sequence = mirrored.sequence;
            report.events += mirrored.events;
        });
    }

    fn incomplete(&self, incomplete: &Incomplete<'_>) {
        let reasons = std::iter::repeat_n(incomplete.reason, incomplete.events);
        self.0
            .send_modify(|report| report.incomplete.extend(reasons));
    }

    fn waiting(&self, waiting: &Waiting<'_>) {
        let reason = waiting.reason.to_owned();
        self.0.send_modify(|report| report.waits.push(reason));
    }
}

/// A relay or a mirror in a task.
pub(crate) struct Running {
    seen: Seen,
    stop: oneshot::Sender<()>,
    pub(crate) task: JoinHandle<Result<(), TransferError>>,
}

impl Running {
    pub(crate) fn start<F>(
        seen: Seen,
        run: impl FnOnce(futures_util::future::BoxFuture<'static, ()>) -> F,
    ) -> Self
    where
        F: Future<Output = Result<(), TransferError>> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let run = run(Box::pin(async { _ = stopped.await }));
        let at_the_end = seen.clone();
        let task = tokio::spawn(async move {
            let outcome = run.await;
            let end = format!("{outcome:?}");
            at_the_end.0.send_modify(|report| report.end = Some(end));
            outcome
        });
        Self { seen, stop, task }
    }

    /// Waits until the observer has received that.
    pub(crate) async fn until(&self, is_enough: impl Fn(&Report) -> bool) -> TestResult<Report> {
        let mut reports = self.seen.0.subscribe();
        let report = reports.wait_for(|report| is_enough(report) || report.end.is_some());
        let report = report.await?.clone();
        match &report.end {
            Some(end) if !is_enough(&report) => Err(format!("it has ended: {end}").into()),
            _ => Ok(report),
        }
    }

    pub(crate) async fn stop(self) -> TestResult {
        _ = self.stop.send(());
        Ok(self.task.await??)
    }

    /// The error with which it ends by itself.
    pub(crate) async fn refusal(self) -> TestResult<String> {
        let _stop = self.stop;
        match self.task.await? {
            Ok(()) => Err("it was stopped".into()),
            Err(error) => Ok(error.to_string()),
        }
    }

    /// Ends it at whatever place it is, as the end of its process would.
    pub(crate) async fn kill(self) {
        self.task.abort();
        _ = self.task.await;
    }
}
