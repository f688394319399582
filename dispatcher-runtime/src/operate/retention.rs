//! Retention: old rows are removed, a few thousand at a time, and never what somebody still needs.
//!
//! An event goes when it is older than its window **and** every subscription has read past it, those in
//! other databases included as far as they say so in `dispatcher_reader`; whoever holds it up is named.
//! Events that wait to be tried again stay. A sweep that is cut short has removed whole batches, and the
//! next one goes on.
//!
//! Rows are deleted and no partitions are dropped: that would need rights to create tables at run time,
//! and a log that is partitioned by position has no unique event id.

use std::time::Duration;

use sqlx::{PgConnection, Row};
use time::OffsetDateTime;

use crate::log::EventLog;
use crate::postgres::error::DatabaseError;
use crate::postgres::sql::Statement;

/// How many rows one transaction removes at most.
const BATCH: i64 = 5_000;

/// How long rows are kept. What is not named is kept for ever.
///
/// ```
/// use std::time::Duration;
/// use dispatcher_runtime::Retention;
///
/// const DAY: Duration = Duration::from_secs(86_400);
/// let retention = Retention::default()
///     .events(30 * DAY)
///     .dedup(60 * DAY)
///     .resolved_dead_letters(365 * DAY);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Retention {
    events: Option<Duration>,
    dedup: Option<Duration>,
    resolved_dead_letters: Option<Duration>,
    despite_subscriptions: bool,
}

impl Retention {
    /// Events of the log, from their insert. They are what a new or a rewound subscription can read.
    pub fn events(mut self, window: Duration) -> Self {
        self.events = Some(window);
        self
    }

    /// Dedup rows, from when the event was handled: for so long an event id that is published again, or
    /// a cursor that is set back, does not have an event handled twice. No shorter than the window of the
    /// events is wise.
    pub fn dedup(mut self, window: Duration) -> Self {
        self.dedup = Some(window);
        self
    }

    /// Dead letters, from their resolution. Those that nobody has resolved are kept.
    pub fn resolved_dead_letters(mut self, window: Duration) -> Self {
        self.resolved_dead_letters = Some(window);
        self
    }

    /// Removes events also where a subscription has not read them yet. **It will never see them.**
    pub fn despite_subscriptions(mut self) -> Self {
        self.despite_subscriptions = true;
        self
    }
}

/// What a sweep removed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Swept {
    /// Events of the log.
    pub events: u64,
    /// Dedup rows.
    pub dedup_rows: u64,
    /// Resolved dead letters.
    pub dead_letters: u64,
    /// The subscription for which events are kept that are older than their window.
    pub held_by: Option<SlowestSubscription>,
    /// Another replica sweeps at the moment, so nothing was done here.
    pub is_elsewhere: bool,
}

/// The subscription that has read least of the log.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SlowestSubscription {
    /// The consuming domain.
    pub consumer: String,
    /// Its subscription.
    pub subscription: String,
    /// How far it has read.
    pub position: i64,
}

impl EventLog {
    /// Removes what is older than its window from this table family: events, dedup rows and resolved
    /// dead letters. One process does it at a time; see [`Swept::is_elsewhere`].
    ///
    /// [`ConsumerBuilder::retention`](crate::ConsumerBuilder::retention) does it every minute. This is for
    /// a scheduler of your own, and for a producer's database in which no consumer runs.
    ///
    /// # Errors
    /// The database failed. What was removed before that stays removed.
    ///
    /// # Cancellation
    /// Rows are removed in transactions of 5,000; dropping the future leaves whole ones.
    pub async fn sweep(&self, retention: &Retention) -> Result<Swept, DatabaseError> {
        self.try_sweep(retention).await.map_err(DatabaseError)
    }

    async fn try_sweep(&self, retention: &Retention) -> Result<Swept, sqlx::Error> {
        let mut swept = Swept::default();
        let now = OffsetDateTime::now_utc();
        let before = |window: Duration| {
            let window = time::Duration::try_from(window).unwrap_or(time::Duration::MAX);
            now.checked_sub(window)
        };
        if let Some(cutoff) = retention.events.and_then(before) {
            self.sweep_events(cutoff, retention.despite_subscriptions, &mut swept)
                .await?;
        }
        for (window, statement, removed) in [
            (
                retention.dedup,
                &self.sweeps.sweep_handled,
                &mut swept.dedup_rows,
            ),
            (
                retention.resolved_dead_letters,
                &self.sweeps.sweep_dead_letters,
                &mut swept.dead_letters,
            ),
        ] {
            let Some(cutoff) = window.and_then(before) else {
                continue;
            };
            loop {
                match self.sweep_batch(statement, cutoff).await? {
                    None => {
                        swept.is_elsewhere = true;
                        break;
                    }
                    Some(0) => break,
                    Some(rows) => *removed += rows,
                }
            }
        }
        Ok(swept)
    }

    async fn sweep_events(
        &self,
        cutoff: OffsetDateTime,
        despite_subscriptions: bool,
        swept: &mut Swept,
    ) -> Result<(), sqlx::Error> {
        loop {
            let mut tx = self.begin().await?;
            if !self.is_ours(&mut tx).await? {
                swept.is_elsewhere = true;
                return tx.rollback().await;
            }
            let slowest = match despite_subscriptions {
                true => None,
                false => self.slowest_reader(&mut tx).await?,
            };
            let until = slowest
                .as_ref()
                .map_or(i64::MAX, |slowest| slowest.position);
            let delete = self.sweeps.sweep_events.query();
            let delete = delete.bind(cutoff).bind(until).bind(BATCH);
            let removed = delete.execute(&mut *tx).await?.rows_affected();
            if removed == 0 {
                if let Some(slowest) = slowest {
                    let held = self.sweeps.is_held.query().bind(cutoff);
                    let held = held.bind(slowest.position).fetch_one(&mut *tx).await?;
                    swept.held_by = held.try_get::<bool, _>("held")?.then_some(slowest);
                }
                return tx.rollback().await;
            }
            tx.commit().await?;
            swept.events += removed;
        }
    }

    /// `None`: another process sweeps.
    async fn sweep_batch(
        &self,
        statement: &Statement,
        cutoff: OffsetDateTime,
    ) -> Result<Option<u64>, sqlx::Error> {
        let mut tx = self.begin().await?;
        if !self.is_ours(&mut tx).await? {
            tx.rollback().await?;
            return Ok(None);
        }
        let delete = statement.query().bind(cutoff).bind(BATCH);
        let removed = delete.execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(Some(removed))
    }

    async fn is_ours(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let row = self.sweeps.try_sweep.query().fetch_one(connection).await?;
        row.try_get("ours")
    }

    async fn slowest_reader(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Option<SlowestSubscription>, sqlx::Error> {
        let row = self.sweeps.slowest_reader.query();
        let row = row.fetch_optional(connection).await?;
        row.map(|row| {
            Ok(SlowestSubscription {
                consumer: row.try_get("consumer")?,
                subscription: row.try_get("subscription")?,
                position: row.try_get("position")?,
            })
        })
        .transpose()
    }
}
