//! Subscriptions as an operator sees them: how far they are, set back to read again, removed.
//!
//! What is changed here takes the cursors' locks, so it comes before or after whoever writes under a
//! lease; every lease on what was set back is void.

mod error;

use sqlx::{PgPool, Row};
use time::OffsetDateTime;

use crate::log::{EventLog, StartFrom};
use crate::operate::statements::SubscriptionStatements;
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;
use crate::postgres::transaction;
pub use error::SubscriptionError;

/// How many dedup rows are forgotten in one statement.
const BATCH: i64 = 10_000;

/// The subscriptions of a table family.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::SubscriptionError> {
/// use dispatcher_runtime::{StartFrom, Subscriptions};
///
/// let subscriptions = Subscriptions::new(pool);
/// let rewound = subscriptions.rewind("coaching", "credit_history", StartFrom::Beginning).await?;
/// println!("{} events are handled again", rewound.forgotten);
/// for subscription in subscriptions.list(Some("coaching")).await? {
///     println!("{}: {} positions behind", subscription.subscription, subscription.lag);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Subscriptions {
    pool: PgPool,
    log: EventLog,
    is_remote: bool,
    statements: SubscriptionStatements,
}

/// How far a subscription is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SubscriptionProgress {
    /// The consuming domain.
    pub consumer: String,
    /// Its name.
    pub subscription: String,
    /// Into how many partitions it is divided.
    pub partitions: i32,
    /// Up to where all of them have read.
    pub position: i64,
    /// The last position of the log.
    pub last_position: i64,
    /// How many positions are left, events of other types included.
    pub lag: i64,
    /// Events that wait to be tried again, or behind one that does.
    pub waiting: i64,
    /// How many replicas work on it.
    pub replicas: i64,
    /// When it last read on.
    pub updated_at: OffsetDateTime,
}

/// A subscription that was set back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rewound {
    /// Where it was: the furthest of its partitions.
    pub from: i64,
    /// Where it is now.
    pub to: i64,
    /// How many events it had handled in between, which it is to handle again.
    pub forgotten: u64,
}

impl Subscriptions {
    /// Of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self::of(pool, &Family::default())
    }

    /// Of the table family in that Postgres schema.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self::of(pool, &Family::new(schema)?))
    }

    fn of(pool: PgPool, family: &Family) -> Self {
        Self {
            log: EventLog::of(pool.clone(), family),
            pool,
            is_remote: false,
            statements: SubscriptionStatements::new(family),
        }
    }

    /// They read this log, of another database, as
    /// [`ConsumerBuilder::events_from`](crate::ConsumerBuilder::events_from) says.
    #[must_use]
    pub fn events_from(mut self, log: EventLog) -> Self {
        self.log = log;
        self.is_remote = true;
        self
    }

    /// How far they are; of one consumer, or of all. Those that read another log than this one are left
    /// out: their positions mean nothing here.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(
        &self,
        consumer: Option<&str>,
    ) -> Result<Vec<SubscriptionProgress>, DatabaseError> {
        let last_position = self.log.horizon().await?.last_position;
        let list = self.statements.list_subscriptions.query().bind(consumer);
        let rows = list.fetch_all(&self.pool).await.map_err(DatabaseError)?;
        let mut listed = Vec::with_capacity(rows.len());
        for row in &rows {
            let state = || -> Result<_, sqlx::Error> {
                let position = row.try_get("position")?;
                let state = SubscriptionProgress {
                    consumer: row.try_get("consumer")?,
                    subscription: row.try_get("subscription")?,
                    partitions: row.try_get("partitions")?,
                    position,
                    last_position,
                    lag: last_position.saturating_sub(position).max(0),
                    waiting: row.try_get("waiting")?,
                    replicas: row.try_get("replicas")?,
                    updated_at: row.try_get("updated_at")?,
                };
                Ok((row.try_get::<bool, _>("remote")? == self.is_remote).then_some(state))
            };
            listed.extend(state().map_err(DatabaseError)?);
        }
        Ok(listed)
    }

    /// Sets a subscription back, so that it handles again what it has handled since then. It may run
    /// meanwhile: what is in the middle of being handled is rolled back, and replicas go on within a
    /// third of their lease.
    ///
    /// Events that wait to be tried again go on waiting. Dead letters stay, and an event that fails again
    /// becomes another one. What the handler wrote is still there: empty a projection first, or let the
    /// handler write so that a second time does no harm.
    ///
    /// # Errors
    /// There is no such subscription, it has not come so far, or the database failed. Nothing is changed
    /// then.
    ///
    /// # Cancellation
    /// One transaction: if the future is dropped, it may or may not have been set back.
    pub async fn rewind(
        &self,
        consumer: &str,
        subscription: &str,
        to: StartFrom,
    ) -> Result<Rewound, SubscriptionError> {
        let rewound = self.try_rewind(consumer, subscription, to).await;
        rewound.map_err(|error| SubscriptionError::Database(DatabaseError(error)))?
    }

    async fn try_rewind(
        &self,
        consumer: &str,
        subscription: &str,
        to: StartFrom,
    ) -> Result<Result<Rewound, SubscriptionError>, sqlx::Error> {
        let mut log = self.log.begin().await?;
        let to = self.log.find(&mut log, to).await?;
        let mut tx = transaction::begin(&self.pool).await?;
        let lock = self.statements.lock_cursors.query().bind(consumer);
        let cursors = lock.bind(subscription).fetch_all(&mut *tx).await?;
        let mut from = None;
        for cursor in &cursors {
            from = from.max(Some(cursor.try_get::<i64, _>("position")?));
        }
        let Some(from) = from else {
            return Ok(Err(SubscriptionError::NotFound {
                consumer: consumer.to_owned(),
                subscription: subscription.to_owned(),
            }));
        };
        if to >= from {
            return Ok(Err(SubscriptionError::NotBehind {
                consumer: consumer.to_owned(),
                subscription: subscription.to_owned(),
                position: from,
                to,
            }));
        }
        let (mut after, mut forgotten) = (to, 0);
        loop {
            let events = self.log.event_ids(&mut log, after, from, BATCH).await?;
            let Some((last, _)) = events.last() else {
                break;
            };
            after = *last;
            let event_ids: Vec<_> = events.into_iter().map(|(_, event_id)| event_id).collect();
            let forget = self.statements.forget_handled.query().bind(consumer);
            let forget = forget.bind(subscription).bind(event_ids);
            forgotten += forget.execute(&mut *tx).await?.rows_affected();
        }
        let rewind = self.statements.rewind_cursors.query().bind(consumer);
        let rewind = rewind.bind(subscription).bind(to);
        let rewind = rewind.bind(OffsetDateTime::now_utc());
        rewind.execute(&mut *tx).await?;
        tx.commit().await?;
        log.rollback().await?;
        Ok(Ok(Rewound {
            from,
            to,
            forgotten,
        }))
    }

    /// Removes a subscription that nobody runs any more (its handler was removed or renamed): cursors,
    /// dedup rows and events that wait. Its dead letters stay. Without this its log is kept for it.
    ///
    /// # Errors
    /// There is no such subscription, or the database failed.
    ///
    /// # Cancellation
    /// If the future is dropped, it may or may not have been removed.
    pub async fn remove(
        &self,
        consumer: &str,
        subscription: &str,
    ) -> Result<(), SubscriptionError> {
        let remove = self.statements.remove_subscription.query().bind(consumer);
        let removed = async {
            let mut connection = transaction::acquire(&self.pool).await?;
            let row = remove
                .bind(subscription)
                .fetch_one(&mut *connection)
                .await?;
            row.try_get::<i64, _>("removed")
        };
        match removed.await {
            Ok(0) => Err(SubscriptionError::NotFound {
                consumer: consumer.to_owned(),
                subscription: subscription.to_owned(),
            }),
            Ok(_) => Ok(()),
            Err(error) => Err(SubscriptionError::Database(DatabaseError(error))),
        }
    }
}
