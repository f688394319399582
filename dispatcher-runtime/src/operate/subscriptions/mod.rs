//! Subscriptions as an operator sees them: how far they are, and why; paused, rewound, renamed, removed.
//!
//! Each change locks the cursors, so it comes before or after a pass that writes under a lease. Pausing and rewinding
//! void every lease on the subscription. What fails changes nothing. Each act is in the audit: what was done in the
//! transaction of the act, and what was refused in one of its own.

mod act;
mod awaited;
mod detail;
mod error;
mod lag;
mod pause;
mod progress;
mod rename;
mod rewind;
mod state;

use sqlx::{PgConnection, PgPool, Row};

use crate::log::EventLog;
use crate::operate::actor::Actor;
use crate::operate::statements::SubscriptionStatements;
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use act::SubscriptionAct;
pub use awaited::AwaitedVersion;
pub use detail::SubscriptionDetail;
pub use error::SubscriptionError;
pub use progress::SubscriptionProgress;
use rename::refuse_running;
pub use rewind::Rewound;
pub use state::{FailingWith, HeldSubject, PartitionProgress, Pause, SubscriptionState};
#[cfg(feature = "transfer")]
pub(crate) use state::{MOVED_TO, WAITS_FOR};

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
    pub(crate) pool: PgPool,
    pub(crate) log: EventLog,
    is_remote: bool,
    pub(crate) statements: SubscriptionStatements,
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

    pub(crate) fn of(pool: PgPool, family: &Family) -> Self {
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

    /// Removes a subscription that no replica runs any more, because its handler was removed or renamed:
    /// its cursors, its pause, dedup rows and events that wait. Its dead letters stay. Until then the log keeps the
    /// events that it has not read. The audit names the role of the session.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::Running`]; or the database failed.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, the subscription may or may not have been removed.
    pub async fn remove(
        &self,
        consumer: &str,
        subscription: &str,
    ) -> Result<(), SubscriptionError> {
        self.remove_by(consumer, subscription, None).await
    }

    /// [`remove`](Self::remove), where the audit says who did it.
    ///
    /// # Errors
    /// As [`remove`](Self::remove); [`SubscriptionError::Actor`].
    ///
    /// # Cancellation
    /// As [`remove`](Self::remove).
    pub async fn remove_as(
        &self,
        consumer: &str,
        subscription: &str,
        actor: Actor<'_>,
    ) -> Result<(), SubscriptionError> {
        self.remove_by(consumer, subscription, Some(actor)).await
    }

    async fn remove_by(
        &self,
        consumer: &str,
        subscription: &str,
        actor: Option<Actor<'_>>,
    ) -> Result<(), SubscriptionError> {
        let what = format!("remove subscription {consumer}/{subscription}");
        let mut act = SubscriptionAct::begin(self, actor, what).await?;
        let removed = self.remove_in(&mut act.tx, consumer, subscription).await;
        act.end(removed, |()| "removed".to_owned()).await
    }

    async fn remove_in(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        subscription: &str,
    ) -> Result<(), SubscriptionError> {
        // A redrive that starts at this moment comes before, and is seen, or after. One that reads the log of another
        // database may have no cursors here.
        let lock = self.statements.lock_cursors.query().bind(consumer);
        lock.bind(subscription).execute(&mut *connection).await?;
        let remove = self.statements.remove_subscription.query().bind(consumer);
        let row = remove.bind(subscription).fetch_one(connection).await?;
        refuse_running(&row, consumer, subscription)?;
        match row.try_get::<i64, _>("removed")? {
            0 => Err(SubscriptionError::not_found(consumer, subscription)),
            _ => Ok(()),
        }
    }

    /// Locks the cursors of a subscription. Returns their positions, and whether these are in another database's log.
    async fn lock_cursors(
        &self,
        connection: &mut PgConnection,
        (consumer, subscription): (&str, &str),
    ) -> Result<Vec<(i64, bool)>, SubscriptionError> {
        // Where this waited for a replica that divided the subscription anew, the rows that it waited for are gone, and
        // the next statement sees the new ones.
        for _ in 0..2 {
            let lock = self.statements.lock_cursors.query().bind(consumer);
            let cursors = lock.bind(subscription).fetch_all(&mut *connection).await?;
            if !cursors.is_empty() {
                let cursors = cursors.iter();
                let cursors =
                    cursors.map(|row| Ok((row.try_get("position")?, row.try_get("remote")?)));
                return Ok(cursors.collect::<Result<_, sqlx::Error>>()?);
            }
        }
        Err(SubscriptionError::not_found(consumer, subscription))
    }
}
