//! The keeper of a consumer's leases: which partitions this replica works on.
//!
//! Replicas do not talk to each other. Each writes down that it is there, reads who else is, and
//! works out the same answer: partition `i` of a subscription belongs to the replica at place
//! `i + offset` of their sorted list. It takes what is its own as soon as it is free (L1), and lets
//! go of what is another's (L5). While two see different lists, a partition may be held by neither or
//! by the former for a moment, never by both: the lease says who works.
//!
//! A third of a lease passes between two looks. When the server cannot be reached for a whole lease,
//! workers are ended, because another replica will have taken over.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, Row};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use uuid::Uuid;

use super::partitions::register;
use crate::consume::lease::{Lease, Stopping, Validity};
use crate::consume::pass::{Bound, Lane, Reader, Settings};
use crate::consume::wake::Sleepers;
use crate::consume::worker::Worker;
use crate::log::StartFrom;
use crate::postgres::transaction;

/// How soon to look again while something that is ours is not yet free.
const SOON: Duration = Duration::from_millis(250);

/// A subscription and a partition of it.
type Key = (&'static str, i32);

pub(crate) struct Keeper<S> {
    settings: Arc<Settings>,
    pool: PgPool,
    /// What this replica calls itself.
    replica: String,
    subscriptions: Vec<Arc<Bound<S>>>,
    sleepers: Sleepers,
    passes: watch::Sender<u64>,
    /// Whether the server answered last time.
    keeping: watch::Sender<bool>,
    connection: Option<PoolConnection<Postgres>>,
    held: HashMap<Key, Held>,
    workers: JoinSet<Key>,
    /// Whether it is known that the server does not answer.
    reached: bool,
    stopping: watch::Receiver<bool>,
}

struct Held {
    fence: i64,
    validity: Validity,
    stop: watch::Sender<bool>,
    task: AbortHandle,
}

/// A partition as it stands in the database.
struct Assigned {
    key: Key,
    fence: i64,
    is_free: bool,
    /// Somebody held it and did not let go.
    is_expired: bool,
    is_ours: bool,
}

impl<S: Send + Sync + 'static> Keeper<S> {
    pub(crate) fn new(
        settings: Arc<Settings>,
        pool: PgPool,
        subscriptions: Vec<Arc<Bound<S>>>,
        sleepers: Sleepers,
        passes: watch::Sender<u64>,
        keeping: watch::Sender<bool>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            settings,
            pool,
            replica: Uuid::now_v7().to_string(),
            subscriptions,
            sleepers,
            passes,
            keeping,
            connection: None,
            held: HashMap::new(),
            workers: JoinSet::new(),
            reached: true,
            stopping,
        }
    }

    /// Keeps leases until it is told to stop; then every worker has ended and let go of its own.
    pub(crate) async fn run(mut self) {
        let mut stopping = self.stopping.clone();
        let third = self.settings.lease / 3;
        while !*stopping.borrow() {
            // A server that does not answer in time is one that cannot be reached.
            let looked = tokio::select! {
                looked = tokio::time::timeout(third.max(SOON), self.look()) => looked,
                _ = stopping.wait_for(|stopping| *stopping) => break,
            };
            let next = match looked {
                Ok(Ok(is_settled)) => {
                    self.reached = true;
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
        for held in self.held.values() {
            let _ = held.stop.send(true);
        }
        while let Some(ended) = self.workers.join_next().await {
            self.ended(ended);
        }
        let leave = self.settings.statements.leave_replicas.query();
        let leave = leave.bind(self.settings.consumer).bind(self.replica);
        let left = async {
            let mut connection = transaction::acquire(&self.pool).await?;
            leave.execute(&mut *connection).await
        };
        let left = tokio::time::timeout(third.max(SOON), left).await;
        if !matches!(left, Ok(Ok(_))) {
            tracing::debug!("this replica could not say that it is gone; the others see it expire");
        }
    }

    fn unreached(&mut self, error: &str) -> Duration {
        self.connection = None;
        self.keeping.send_replace(false);
        if std::mem::replace(&mut self.reached, false) {
            tracing::warn!(
                consumer = self.settings.consumer,
                error,
                "leases cannot be kept; when one expires, another replica takes over"
            );
        }
        SOON.min(self.settings.lease / 10)
    }

    fn ended(&mut self, ended: Result<Key, tokio::task::JoinError>) {
        match ended {
            Ok(key) => drop(self.held.remove(&key)),
            Err(error) => {
                if !error.is_cancelled() {
                    tracing::error!(%error, "a partition's task ended badly");
                }
                self.held.retain(|_, held| held.task.id() != error.id());
            }
        }
    }

    /// What would not count any more is ended, should it hang on a connection that is dead.
    fn end_expired(&self) {
        let grace = self.settings.lease / 3;
        for ((subscription, partition), held) in &self.held {
            if held.validity.is_over_for(grace) && !held.task.is_finished() {
                tracing::warn!(
                    consumer = self.settings.consumer,
                    subscription,
                    partition,
                    "a lease was not renewed in time; work under it is ended"
                );
                held.task.abort();
            }
        }
    }

    /// Renews, takes and lets go. Whether everything is where it belongs.
    async fn look(&mut self) -> Result<bool, sqlx::Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => transaction::acquire(&self.pool).await?,
        };
        self.join(&mut connection).await?;
        let mut is_settled = self.renew(&mut connection).await?;
        for assigned in self.assignment(&mut connection).await? {
            let held = self.held.get(&assigned.key);
            match held {
                Some(held) if held.fence != assigned.fence => {
                    let _ = held.stop.send(true); // Lost; it finds out by itself what does not count.
                    is_settled = false;
                }
                Some(held) if !assigned.is_ours => {
                    let _ = held.stop.send(true);
                    is_settled = false;
                }
                Some(_) => {}
                None if assigned.is_ours => {
                    is_settled &= assigned.is_free && self.take(&mut connection, &assigned).await?;
                }
                None => {}
            }
        }
        self.connection = Some(connection);
        Ok(is_settled)
    }

    async fn join(&self, connection: &mut PoolConnection<Postgres>) -> Result<(), sqlx::Error> {
        let join = self.settings.statements.join_replicas.query();
        join.bind(self.settings.consumer)
            .bind(self.names())
            .bind(&self.replica)
            .bind(self.settings.lease.as_secs_f64())
            .execute(&mut **connection)
            .await
            .map(drop)
    }

    fn names(&self) -> Vec<&'static str> {
        let names = self.subscriptions.iter();
        names.map(|bound| bound.subscription.name).collect()
    }

    /// L4. Whether all were renewed; one that was not is being written, or is lost.
    async fn renew(
        &mut self,
        connection: &mut PoolConnection<Postgres>,
    ) -> Result<bool, sqlx::Error> {
        if self.held.is_empty() {
            return Ok(true);
        }
        let asked_at = Instant::now();
        let held = || self.held.iter();
        let rows = self
            .settings
            .statements
            .renew_leases
            .query()
            .bind(self.settings.consumer)
            .bind(held().map(|((name, _), _)| *name).collect::<Vec<_>>())
            .bind(
                held()
                    .map(|((_, partition), _)| *partition)
                    .collect::<Vec<_>>(),
            )
            .bind(held().map(|(_, held)| held.fence).collect::<Vec<_>>())
            .bind(self.settings.lease.as_secs_f64())
            .fetch_all(&mut **connection)
            .await?;
        for row in &rows {
            let (name, partition): (String, i32) = (row.try_get(0)?, row.try_get(1)?);
            for ((held_name, held_partition), held) in &self.held {
                if *held_name == name && *held_partition == partition {
                    held.validity.extend(asked_at, self.settings.lease);
                }
            }
        }
        Ok(rows.len() == self.held.len())
    }

    async fn assignment(
        &self,
        connection: &mut PoolConnection<Postgres>,
    ) -> Result<Vec<Assigned>, sqlx::Error> {
        let rows = self
            .settings
            .statements
            .read_assignment
            .query()
            .bind(self.settings.consumer)
            .bind(self.names())
            .fetch_all(&mut **connection)
            .await?;
        let mut assigned = Vec::with_capacity(rows.len());
        for row in &rows {
            let name: String = row.try_get("subscription")?;
            let Some(name) = self.names().into_iter().find(|known| *known == name) else {
                continue;
            };
            let partition: i32 = row.try_get("partition")?;
            let replicas: Vec<String> = row.try_get("replicas")?;
            let is_free = row.try_get("free")?;
            assigned.push(Assigned {
                key: (name, partition),
                fence: row.try_get("fence")?,
                is_free,
                is_expired: is_free && row.try_get("held")?,
                is_ours: owner(name, partition, &replicas) == Some(&self.replica),
            });
        }
        for bound in &self.subscriptions {
            let name = bound.subscription.name;
            if !assigned.iter().any(|assigned| assigned.key.0 == name) {
                tracing::warn!(
                    consumer = self.settings.consumer,
                    subscription = name,
                    "the cursor was deleted; the log is read from its beginning"
                );
                let partitions = bound.subscription.partitions;
                let beginning = StartFrom::Beginning;
                register(&self.pool, &self.settings, name, partitions, beginning).await?;
            }
        }
        Ok(assigned)
    }

    /// L6 where it is needed, L1, and a worker. Whether the lease was to be had.
    async fn take(
        &mut self,
        connection: &mut PoolConnection<Postgres>,
        assigned: &Assigned,
    ) -> Result<bool, sqlx::Error> {
        let (name, partition) = assigned.key;
        if assigned.is_expired {
            self.evict(connection, assigned).await?;
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
            .bind(&self.replica)
            .bind(self.settings.lease.as_secs_f64())
            .fetch_optional(&mut **connection)
            .await?;
        let bound = self.subscriptions.iter();
        let bound = bound
            .into_iter()
            .find(|bound| bound.subscription.name == name);
        let (Some(row), Some(bound)) = (row, bound) else {
            return Ok(false);
        };
        let lease = Lease {
            partition,
            partitions: row.try_get("partitions")?,
            fence: row.try_get("fence")?,
            validity: Validity::new(asked_at, self.settings.lease),
        };
        let (stop, stopping) = watch::channel(false);
        let (fence, validity) = (lease.fence, lease.validity.clone());
        let reader = Reader::new(Lane {
            bound: Arc::clone(bound),
            lease,
            shares_savepoint: false,
            stopping: Stopping {
                consumer: self.stopping.clone(),
                partition: stopping,
            },
        });
        let sleeper = self
            .sleepers
            .sleeper(bound.subscription.event_types.clone());
        let worker = Worker::new(reader, sleeper, self.passes.clone());
        let key = assigned.key;
        let task = self.workers.spawn(async move {
            worker.run().await;
            key
        });
        let held = Held {
            fence,
            validity,
            stop,
            task,
        };
        self.held.insert(key, held);
        Ok(true)
    }

    /// L6. Where the role may not end the other's sessions, their row locks are waited for.
    async fn evict(
        &self,
        connection: &mut PoolConnection<Postgres>,
        assigned: &Assigned,
    ) -> Result<(), sqlx::Error> {
        let (subscription, partition) = assigned.key;
        let evict = self.settings.statements.evict.query();
        let evict = evict.bind(self.settings.consumer).bind(subscription);
        let evict = evict.bind(partition);
        match evict.fetch_one(&mut **connection).await {
            Ok(row) => {
                tracing::info!(
                    consumer = self.settings.consumer,
                    subscription,
                    partition,
                    transactions_ended = row.try_get::<i64, _>(0)?,
                    "the replica that worked on this partition has given no sign of life; it is taken over"
                );
                Ok(())
            }
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => {
                tracing::warn!(
                    consumer = self.settings.consumer,
                    subscription,
                    partition,
                    %error,
                    "transactions of the replica that worked on this partition could not be ended: \
                     let all replicas use one role, or grant pg_signal_backend"
                );
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// Which replica a partition belongs to. Every version of every replica has to come to the same
/// answer, so this is spelt out and no hash of the standard library's.
fn owner<'a>(subscription: &str, partition: i32, replicas: &'a [String]) -> Option<&'a String> {
    let offset = subscription.bytes().fold(0_u64, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let replicas_count = u64::try_from(replicas.len())
        .ok()
        .filter(|count| *count > 0)?;
    let place = (offset % replicas_count + u64::try_from(partition).ok()?) % replicas_count;
    replicas.get(usize::try_from(place).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_shared_evenly_and_each_has_one_owner() {
        let replicas = ["a", "b", "c"].map(str::to_owned);
        let mut shares: HashMap<&String, usize> = HashMap::new();
        for partition in 0..8 {
            *shares
                .entry(owner("hold_slot", partition, &replicas).unwrap())
                .or_default() += 1;
        }
        let mut shares: Vec<_> = shares.into_values().collect();
        shares.sort_unstable();
        assert_eq!(shares, [2, 3, 3]);
        assert_eq!(owner("hold_slot", 0, &[]), None);
    }

    #[test]
    fn subscriptions_of_one_partition_do_not_all_go_to_the_same_replica() {
        let replicas = ["a", "b"].map(str::to_owned);
        let names = ["hold_slot", "credit_history", "lesson_board", "coach_diary"];
        let first = names
            .iter()
            .filter(|name| owner(name, 0, &replicas) == Some(&replicas[0]));
        assert!((1..names.len()).contains(&first.count()));
    }
}
