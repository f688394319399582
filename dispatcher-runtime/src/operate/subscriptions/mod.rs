//! Subscriptions as an operator sees them: how far they are; rewound; removed.
//!
//! Each change locks the cursors, so it comes before or after a pass that writes under a lease. Rewinding
//! voids every lease on the subscription. What fails changes nothing.

mod awaited;
mod error;
mod pause;
mod rename;
mod state;

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;

use crate::contract::position::Position;
use crate::log::{EventLog, StartFrom};
use crate::operate::actor::Actor;
use crate::operate::count::Count;
use crate::operate::statements::SubscriptionStatements;
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use crate::postgres::transaction;
pub use awaited::AwaitedVersion;
pub use error::SubscriptionError;
use rename::refuse_running;
pub use state::{FailingWith, HeldSubject, PartitionProgress, Pause, SubscriptionState};

/// How many dedup rows are forgotten in one statement.
const BATCH: i64 = 10_000;

/// The subscriptions of a table family, as an operator reads and changes them. Clones share the pool.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::SubscriptionError> {
/// use dispatcher_runtime::{StartFrom, Subscriptions};
///
/// let subscriptions = Subscriptions::new(pool);
/// let rewound = subscriptions.rewind("coaching", "credit_history", StartFrom::Beginning).await?;
/// println!("{} events are handled again", rewound.forgotten);
/// for subscription in subscriptions.list(Some("coaching")).await? {
///     println!("{}: {} positions behind", subscription.subscription, subscription.behind);
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
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubscriptionProgress {
    /// The consuming domain.
    pub consumer: String,
    /// Its name.
    pub subscription: String,
    /// Into how many partitions it is divided.
    pub partitions: u32,
    /// Up to where all of its partitions have read.
    pub position: Position,
    /// The last position of the log.
    pub last_position: Position,
    /// How many positions it has not read yet, those of other event types included.
    pub behind: u64,
    /// What it takes: event types; or, where it takes some tenants only, `<event type> of <tenant>` for each of them.
    /// Empty where no replica has said so yet.
    pub event_types: Vec<String>,
    /// How many events of its own types it has not read yet; `None` where its types are not known.
    pub lag: Option<Count>,
    /// How old the oldest of these is, in seconds; `None` where there is none, or it is not known.
    pub lag_seconds: Option<f64>,
    /// How it is, in one word.
    pub state: SubscriptionState,
    /// Its pause, if it is paused.
    pub pause: Option<Pause>,
    /// How long the first event that waits has waited, in seconds; `None` where none waits.
    pub oldest_waiting_seconds: Option<f64>,
    /// How many subjects are held by a dead letter or wait for a version.
    pub held_subjects: Count,
    /// How many of its dead letters are open.
    pub open_dead_letters: Count,
    /// How many events wait: for their next attempt, for a program that knows their version, or behind an event that
    /// does.
    pub waiting: u64,
    /// The versions that no program has known yet that worked on it, with the events that wait for them. At most 100,
    /// by event type and version.
    pub awaited_versions: Vec<AwaitedVersion>,
    /// How many replicas hold one of its partitions.
    pub replicas: u32,
    /// When a cursor of it moved last.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// A subscription in detail.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubscriptionDetail {
    /// How far it is.
    #[serde(flatten)]
    pub progress: SubscriptionProgress,
    /// Its partitions.
    pub partitions_held: Vec<PartitionProgress>,
    /// The errors with which its events fail, the commonest first, at most 10.
    pub failing_with: Vec<FailingWith>,
    /// The subjects that are held, at most 100.
    pub held: Vec<HeldSubject>,
}

/// A subscription that was rewound.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rewound {
    /// Where the furthest of its partitions was.
    pub from: Position,
    /// Where it is now.
    pub to: Position,
    /// How many events it had handled in between and will handle again.
    pub forgotten: u64,
}

impl Subscriptions {
    /// The subscriptions of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self::of(pool, &Family::default())
    }

    /// The subscriptions of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
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

    /// The log that they read, where it is in another database; see
    /// [`ConsumerBuilder::events_from`](crate::ConsumerBuilder::events_from). Defaults to the log of this
    /// table family.
    #[must_use]
    pub fn events_from(mut self, log: EventLog) -> Self {
        self.log = log;
        self.is_remote = true;
        self
    }

    /// How far the subscriptions of one consumer are, or of all if `consumer` is `None`. Those that read
    /// another log than this one are left out: their positions mean nothing here.
    ///
    /// # Errors
    /// [`SubscriptionError::OfAnotherLog`] if all of them read another log; or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(
        &self,
        consumer: Option<&str>,
    ) -> Result<Vec<SubscriptionProgress>, SubscriptionError> {
        let last_position = self.log.horizon().await?.last_position;
        let list = self.statements.list_subscriptions.query().bind(consumer);
        let rows = list.fetch_all(&self.pool).await?;
        let (mut listed, mut of_another_log) = (Vec::with_capacity(rows.len()), None);
        for row in &rows {
            if row.try_get::<bool, _>("remote")? == self.is_remote {
                listed.push(SubscriptionProgress::from_row(row, last_position)?);
            } else if of_another_log.is_none() {
                of_another_log = Some(SubscriptionError::OfAnotherLog {
                    consumer: row.try_get("consumer")?,
                    subscription: row.try_get("subscription")?,
                    reads_other_database: !self.is_remote,
                });
            }
        }
        match of_another_log {
            Some(error) if listed.is_empty() => Err(error),
            _ => Ok(listed),
        }
    }

    /// A subscription in detail.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::OfAnotherLog`]; or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(
        &self,
        consumer: &str,
        subscription: &str,
    ) -> Result<SubscriptionDetail, SubscriptionError> {
        todo!("{consumer} {subscription}")
    }

    /// What [`rewind`](Self::rewind) would do, without doing it.
    ///
    /// # Errors
    /// As [`rewind`](Self::rewind).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn preview_rewind(
        &self,
        consumer: &str,
        subscription: &str,
        to: StartFrom,
    ) -> Result<Rewound, SubscriptionError> {
        todo!("{consumer} {subscription} {to:?}")
    }

    /// [`rewind`](Self::rewind), where the audit says who did it.
    ///
    /// # Errors
    /// As [`rewind`](Self::rewind).
    ///
    /// # Cancellation
    /// As [`rewind`](Self::rewind).
    pub async fn rewind_as(
        &self,
        consumer: &str,
        subscription: &str,
        to: StartFrom,
        actor: Actor<'_>,
    ) -> Result<Rewound, SubscriptionError> {
        todo!("{consumer} {subscription} {to:?} {actor:?}")
    }

    /// [`remove`](Self::remove), where the audit says who did it.
    ///
    /// # Errors
    /// As [`remove`](Self::remove).
    ///
    /// # Cancellation
    /// As [`remove`](Self::remove).
    pub async fn remove_as(
        &self,
        consumer: &str,
        subscription: &str,
        actor: Actor<'_>,
    ) -> Result<(), SubscriptionError> {
        todo!("{consumer} {subscription} {actor:?}")
    }

    /// Rewinds a subscription, so that it handles again what it has handled since `to`. It may run
    /// meanwhile: an event that is being handled is rolled back, and replicas go on within a third of their
    /// lease.
    ///
    /// Events since `to` that wait for their next attempt are read again with the others, in order, and their
    /// attempts count from 1. Dead letters stay, and an event that fails again becomes another one; a
    /// subject that a dead letter holds stays held. What the handler wrote is still there: empty a projection first, or let
    /// the handler write so that a second time does no harm.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::OfAnotherLog`];
    /// [`SubscriptionError::NotBehind`] if the subscription has not read past `to`; or the database failed.
    /// Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, the subscription may or may not have been rewound.
    pub async fn rewind(
        &self,
        consumer: &str,
        subscription: &str,
        to: StartFrom,
    ) -> Result<Rewound, SubscriptionError> {
        let mut log = self.log.begin().await?;
        let to = self.log.find(&mut log, to).await?;
        let mut tx = transaction::begin(&self.pool).await?;
        let lock = self.statements.lock_cursors.query().bind(consumer);
        let cursors = lock.bind(subscription).fetch_all(&mut *tx).await?;
        let mut from = None;
        for cursor in &cursors {
            if cursor.try_get::<bool, _>("remote")? != self.is_remote {
                return Err(SubscriptionError::OfAnotherLog {
                    consumer: consumer.to_owned(),
                    subscription: subscription.to_owned(),
                    reads_other_database: !self.is_remote,
                });
            }
            from = from.max(Some(cursor.try_get::<i64, _>("position")?));
        }
        let Some(from) = from else {
            return Err(SubscriptionError::not_found(consumer, subscription));
        };
        if to >= from {
            return Err(SubscriptionError::NotBehind {
                consumer: consumer.to_owned(),
                subscription: subscription.to_owned(),
                position: from.into(),
                to: to.into(),
            });
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
        let forget = self.statements.forget_waiting.query().bind(consumer);
        let forget = forget.bind(subscription).bind(to);
        forget.execute(&mut *tx).await?;
        let rewind = self.statements.rewind_cursors.query().bind(consumer);
        let rewind = rewind.bind(subscription).bind(to);
        rewind.execute(&mut *tx).await?;
        tx.commit().await?;
        log.rollback().await?;
        Ok(Rewound {
            from: from.into(),
            to: to.into(),
            forgotten,
        })
    }

    /// Removes a subscription that no replica runs any more, because its handler was removed or renamed:
    /// its cursors, dedup rows and events that wait. Its dead letters stay. Until then the log keeps the
    /// events that it has not read.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::Running`]; or the database failed.
    ///
    /// # Cancellation
    /// If the future is dropped, the subscription may or may not have been removed.
    pub async fn remove(
        &self,
        consumer: &str,
        subscription: &str,
    ) -> Result<(), SubscriptionError> {
        let remove = self.statements.remove_subscription.query().bind(consumer);
        let mut connection = transaction::acquire(&self.pool).await?;
        let row = remove
            .bind(subscription)
            .fetch_one(&mut *connection)
            .await?;
        refuse_running(&row, consumer, subscription)?;
        match row.try_get::<i64, _>("removed")? {
            0 => Err(SubscriptionError::not_found(consumer, subscription)),
            _ => Ok(()),
        }
    }
}

impl SubscriptionProgress {
    fn from_row(row: &PgRow, last_position: Position) -> Result<Self, sqlx::Error> {
        let position = Position::from(row.try_get::<i64, _>("position")?);
        Ok(Self {
            consumer: row.try_get("consumer")?,
            subscription: row.try_get("subscription")?,
            partitions: u32::try_from(row.try_get::<i32, _>("partitions")?).unwrap_or_default(),
            position,
            last_position,
            behind: last_position.distance_from(position),
            event_types: Vec::new(),
            lag: None,
            lag_seconds: None,
            state: SubscriptionState::Running,
            pause: None,
            oldest_waiting_seconds: None,
            held_subjects: Count::default(),
            open_dead_letters: Count::default(),
            waiting: u64::try_from(row.try_get::<i64, _>("waiting")?).unwrap_or_default(),
            awaited_versions: awaited::read(row.try_get("awaited")?)?,
            replicas: u32::try_from(row.try_get::<i64, _>("replicas")?).unwrap_or_default(),
            updated_at: row.try_get("updated_at")?,
        })
    }
}
