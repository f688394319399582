//! The keeper of a consumer's leases: which partitions this replica works on.
//!
//! Replicas do not talk to each other. Each writes down that it exists, reads which others do, and works
//! out which partitions are its own (`assignment.rs`). It takes those as soon as they are free (L1), and
//! releases what belongs to another replica (L5). While two see different lists, a partition may be held by
//! neither or by the former one for a moment, never by both: the lease decides which replica works.
//!
//! A third of a lease passes between two looks. When the server cannot be reached for a whole lease,
//! workers are ended, because another replica will have taken over.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, Row};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::assignment::{Assignment, Key, correct_expiries};
use super::event_types::{Waiting, note_event_types};
use super::partitions::register;
use super::paused::PausedSubscriptions;
use super::{Lease, Stopping, Validity};
use crate::consume::partition::{Bound, Partition, Settings};
use crate::consume::stop_report::Cancellations;
use crate::consume::wake::Sleepers;
use crate::consume::worker::Worker;
use crate::contract::bounded_text::error_text;
use crate::log::StartFrom;
use crate::postgres::error::sql_state;
use crate::postgres::transaction;

/// How soon to look again while a partition that is ours is not yet free.
const SOON: Duration = Duration::from_millis(250);

pub(crate) struct Keeper<S> {
    settings: Arc<Settings>,
    pool: PgPool,
    subscriptions: Vec<Arc<Bound<S>>>,
    sleepers: Sleepers,
    passes: watch::Sender<u64>,
    /// Whether the server answered the last look.
    keeping: watch::Sender<bool>,
    cancelled: Cancellations,
    connection: Option<PoolConnection<Postgres>>,
    held: HashMap<Key, WorkerHandle>,
    workers: JoinSet<Key>,
    /// Whether no failure to reach the server has been logged since it last answered.
    is_reached: bool,
    waiting: Waiting,
    paused: PausedSubscriptions,
    stopping: watch::Receiver<bool>,
}

/// What the keeper tells the consumer that runs, and is told by it.
pub(crate) struct Signals {
    /// How many passes there were.
    pub(crate) passes: watch::Sender<u64>,
    /// Whether the server answered the last look.
    pub(crate) keeping: watch::Sender<bool>,
    pub(crate) cancelled: Cancellations,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// A worker of this replica, and the lease that it works under.
struct WorkerHandle {
    fence: i64,
    validity: Validity,
    stop: watch::Sender<bool>,
    task: AbortHandle,
}

impl<S: Send + Sync + 'static> Keeper<S> {
    pub(crate) fn new(
        settings: Arc<Settings>,
        pool: PgPool,
        subscriptions: Vec<Arc<Bound<S>>>,
        sleepers: Sleepers,
        signals: Signals,
    ) -> Self {
        let Signals {
            passes,
            keeping,
            cancelled,
            stopping,
        } = signals;
        Self {
            settings,
            pool,
            subscriptions,
            sleepers,
            passes,
            keeping,
            cancelled,
            connection: None,
            held: HashMap::new(),
            workers: JoinSet::new(),
            is_reached: true,
            waiting: Waiting::default(),
            paused: PausedSubscriptions::default(),
            stopping,
        }
    }

    /// Keeps leases until the consumer stops; then every worker has ended and released its own.
    pub(crate) async fn run(mut self) {
        let mut stopping = self.stopping.clone();
        let third = self.settings.lease / 3;
        while !*stopping.borrow() {
            // A server that does not answer in time counts as one that cannot be reached.
            let looked = tokio::select! {
                looked = tokio::time::timeout(third.max(SOON), self.look()) => looked,
                _ = stopping.wait_for(|stopping| *stopping) => break,
            };
            let next = match looked {
                Ok(Ok(is_settled)) => {
                    self.is_reached = true;
                    self.keeping.send_replace(true);
                    if is_settled { third } else { SOON.min(third) }
                }
                Ok(Err(error)) => self.unreached(&error.to_string()),
                Err(_) => self.unreached("the database does not answer"),
            };
            self.end_expired();
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                Some(ended) = self.workers.join_next() => self.ended(ended),
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        }
        self.leave().await;
    }

    /// Ends the workers, and takes this replica off the list.
    async fn leave(mut self) {
        for held in self.held.values() {
            let _ = held.stop.send(true);
        }
        let deadline = tokio::time::Instant::now() + self.settings.stop_timeout;
        while let Ok(Some(ended)) =
            tokio::time::timeout_at(deadline, self.workers.join_next()).await
        {
            self.ended(ended);
        }
        self.cancel().await;
        let leave = self
            .settings
            .statements
            .leave_replicas
            .query()
            .bind(self.settings.consumer)
            .bind(&self.settings.replica);
        let left = async {
            let mut connection = transaction::acquire(&self.pool).await?;
            leave.execute(&mut *connection).await
        };
        let limit = (self.settings.lease / 3).max(SOON);
        if !matches!(tokio::time::timeout(limit, left).await, Ok(Ok(_))) {
            tracing::debug!("this replica could not sign off; for the others it expires");
        }
    }

    /// Ends the workers that have not ended by themselves, and releases their leases.
    async fn cancel(&mut self) {
        for held in self.held.values() {
            held.task.abort();
        }
        while let Some(ended) = self.workers.join_next().await {
            // One that had ended by itself is none of them.
            if let Ok(key) = ended {
                self.held.remove(&key);
            }
        }
        let left: Vec<_> = self.held.drain().collect();
        for ((subscription, _), _) in &left {
            self.cancelled.note(subscription);
        }
        let release = async {
            for ((subscription, partition), held) in &left {
                let query = self.settings.statements.release_lease.query();
                let release = query
                    .bind(self.settings.consumer)
                    .bind(subscription)
                    .bind(partition)
                    .bind(held.fence);
                let mut connection = transaction::acquire(&self.pool).await?;
                release.execute(&mut *connection).await?;
            }
            Ok::<_, sqlx::Error>(())
        };
        let limit = (self.settings.lease / 3).max(SOON);
        if !matches!(tokio::time::timeout(limit, release).await, Ok(Ok(()))) {
            tracing::debug!("the release of a lease failed; the lease expires instead");
        }
    }

    fn unreached(&mut self, error: &str) -> Duration {
        self.connection = None;
        self.keeping.send_replace(false);
        if std::mem::replace(&mut self.is_reached, false) {
            tracing::warn!(
                consumer = self.settings.consumer,
                error,
                "leases cannot be renewed; when one expires, another replica takes over"
            );
        }
        SOON.min(self.settings.lease / 10)
    }

    fn ended(&mut self, ended: Result<Key, JoinError>) {
        match ended {
            Ok(key) => drop(self.held.remove(&key)),
            Err(error) => {
                if !error.is_cancelled() {
                    tracing::error!(error = error_text(&error), "the task of a partition failed");
                }
                self.held.retain(|_, held| held.task.id() != error.id());
            }
        }
    }

    /// Ends workers whose writes would not count any more. One may hang on a connection that is dead.
    fn end_expired(&self) {
        let grace = self.settings.lease / 3;
        for ((subscription, partition), held) in &self.held {
            if held.validity.is_over_for(grace) && !held.task.is_finished() {
                tracing::warn!(
                    consumer = self.settings.consumer,
                    subscription,
                    partition,
                    "a lease was not renewed in time; its worker is ended"
                );
                held.task.abort();
            }
        }
    }

    /// Renews, takes and releases. Returns whether every partition is where it belongs.
    async fn look(&mut self) -> Result<bool, sqlx::Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => transaction::acquire(&self.pool).await?,
        };
        self.join(&mut connection).await?;
        let mut is_settled = self.renew(&mut connection).await?;
        for assignment in self.assignments(&mut connection).await? {
            match self.held.get(&assignment.key) {
                // Lost, or another replica's. The worker finds out by itself what does not count.
                Some(held) if held.fence != assignment.fence || !assignment.is_ours => {
                    let _ = held.stop.send(true);
                    is_settled = false;
                }
                None if assignment.is_ours && assignment.pause.is_none() => {
                    is_settled &=
                        assignment.may_take() && self.take(&mut connection, &assignment).await?;
                }
                _ => {}
            }
        }
        self.connection = Some(connection);
        Ok(is_settled)
    }

    async fn join(&self, connection: &mut PoolConnection<Postgres>) -> Result<(), sqlx::Error> {
        let asked_at = Instant::now();
        let rows = self
            .settings
            .statements
            .join_replicas
            .query()
            .bind(self.settings.consumer)
            .bind(self.names())
            .bind(&self.settings.replica)
            .bind(self.settings.lease.as_secs_f64())
            .bind(self.event_types())
            .bind(self.settings.retention.as_deref())
            .bind(self.newest_versions())
            .fetch_all(&mut **connection)
            .await?;
        if let Some(row) = rows.first() {
            self.settings.clock.set(asked_at, row.try_get("now")?);
        }
        Ok(())
    }

    fn names(&self) -> Vec<&'static str> {
        let names = self.subscriptions.iter();
        names.map(|bound| bound.subscription.name).collect()
    }

    /// What each subscription takes, as `join_replicas.sql` reads it.
    fn event_types(&self) -> Vec<String> {
        let subscriptions = self.subscriptions.iter();
        subscriptions
            .map(|bound| bound.subscription.takes().join(","))
            .collect()
    }

    /// The versions that it knows, of each subscription.
    fn newest_versions(&self) -> Vec<String> {
        let known = &self.settings.versions;
        let subscriptions = self.subscriptions.iter();
        subscriptions
            .map(|bound| known.newest_of(&bound.subscription.event_types))
            .collect()
    }

    /// L4. Returns whether all were renewed; one that was not is being written, or is lost.
    async fn renew(
        &mut self,
        connection: &mut PoolConnection<Postgres>,
    ) -> Result<bool, sqlx::Error> {
        if self.held.is_empty() {
            return Ok(true);
        }
        let asked_at = Instant::now();
        let (names, partitions): (Vec<_>, Vec<_>) = self.held.keys().copied().unzip();
        let fences: Vec<_> = self.held.values().map(|held| held.fence).collect();
        let rows = self
            .settings
            .statements
            .renew_leases
            .query()
            .bind(self.settings.consumer)
            .bind(names)
            .bind(partitions)
            .bind(fences)
            .bind(self.settings.lease.as_secs_f64())
            .fetch_all(&mut **connection)
            .await?;
        for row in &rows {
            let name: String = row.try_get("subscription")?;
            let partition: i32 = row.try_get("partition")?;
            for ((held_name, held_partition), held) in &self.held {
                if *held_name == name && *held_partition == partition {
                    held.validity.extend(asked_at, self.settings.lease);
                }
            }
        }
        Ok(rows.len() == self.held.len())
    }

    async fn assignments(
        &mut self,
        connection: &mut PoolConnection<Postgres>,
    ) -> Result<Vec<Assignment>, sqlx::Error> {
        let names = self.names();
        let assignments = Assignment::read_all(connection, &self.settings, &names).await?;
        for bound in &self.subscriptions {
            let name = bound.subscription.name;
            if !assignments.iter().any(|one| one.key.0 == name) {
                tracing::warn!(
                    consumer = self.settings.consumer,
                    subscription = name,
                    "the cursor was deleted; the subscription reads the log from its beginning"
                );
                let partitions = bound.subscription.partitions;
                let beginning = StartFrom::Beginning;
                register(
                    &self.pool,
                    &self.settings,
                    name,
                    partitions,
                    Some(beginning),
                )
                .await?;
            }
        }
        if assignments.iter().any(|one| one.is_ahead) {
            correct_expiries(connection, &self.settings, &names).await?;
        }
        self.waiting.tell(self.settings.consumer, &assignments);
        self.paused.tell(self.settings.consumer, &assignments);
        Ok(assignments)
    }

    /// L6 where it is needed, L1, and a worker. Returns whether the lease was to be had.
    async fn take(
        &mut self,
        connection: &mut PoolConnection<Postgres>,
        assignment: &Assignment,
    ) -> Result<bool, sqlx::Error> {
        let (name, partition) = assignment.key;
        if assignment.is_expired {
            self.evict(connection, assignment).await?;
        }
        let asked_at = Instant::now();
        let row = self
            .settings
            .statements
            .acquire_lease
            .query()
            .bind(self.settings.consumer)
            .bind(name)
            .bind(partition)
            .bind(&self.settings.replica)
            .bind(self.settings.lease.as_secs_f64())
            .bind(assignment.fence)
            .bind(assignment.is_shorter)
            .fetch_optional(&mut **connection)
            .await?;
        let mut subscriptions = self.subscriptions.iter();
        let bound = subscriptions.find(|bound| bound.subscription.name == name);
        let (Some(row), Some(bound)) = (row, bound) else {
            return Ok(false);
        };
        let lease = Lease {
            partition,
            partitions: row.try_get("partitions")?,
            fence: row.try_get("fence")?,
            validity: Validity::new(asked_at, self.settings.lease),
            is_after_crash: assignment.is_expired,
        };
        let bound = Arc::clone(bound);
        note_event_types(connection, &bound, assignment).await?;
        let handle = self.employ(bound, lease);
        self.held.insert(assignment.key, handle);
        Ok(true)
    }

    /// Starts a worker under a lease.
    fn employ(&mut self, bound: Arc<Bound<S>>, lease: Lease) -> WorkerHandle {
        let key = (bound.subscription.name, lease.partition);
        let (stop, stopping) = watch::channel(false);
        let (fence, validity) = (lease.fence, lease.validity.clone());
        let event_types = bound.subscription.event_types.clone();
        let partition = Partition {
            bound,
            lease,
            stopping: Stopping {
                consumer: self.stopping.clone(),
                partition: stopping,
            },
        };
        let sleeper = self.sleepers.sleeper(event_types);
        let worker = Worker::new(partition, sleeper, self.passes.clone());
        let task = self.workers.spawn(async move {
            worker.run().await;
            key
        });
        WorkerHandle {
            fence,
            validity,
            stop,
            task,
        }
    }

    /// L6. Where the role may not end the other replica's sessions, their row locks are waited for.
    async fn evict(
        &self,
        connection: &mut PoolConnection<Postgres>,
        assignment: &Assignment,
    ) -> Result<(), sqlx::Error> {
        let (subscription, partition) = assignment.key;
        let evicted = self
            .settings
            .statements
            .evict
            .query()
            .bind(self.settings.consumer)
            .bind(subscription)
            .bind(partition)
            .fetch_one(&mut **connection)
            .await;
        match evicted {
            Ok(row) => {
                tracing::info!(
                    consumer = self.settings.consumer,
                    subscription,
                    partition,
                    transactions_ended = row.try_get::<i64, _>("count")?,
                    "the lease of another replica on this partition has expired; this replica takes over"
                );
                Ok(())
            }
            // insufficient_privilege
            Err(error) if sql_state(&error).as_deref() == Some("42501") => {
                tracing::warn!(
                    consumer = self.settings.consumer,
                    subscription,
                    partition,
                    error = error_text(&error),
                    "could not end the transactions of the replica whose lease on this partition has expired: \
                     let all replicas use one role, or grant pg_signal_backend"
                );
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
