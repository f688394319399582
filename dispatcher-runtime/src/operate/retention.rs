//! Retention: old rows are removed, a few thousand at a time, and never rows that a subscription still needs.
//!
//! An event is removed when it is older than its window **and** every subscription has read past it. Those
//! in other databases count as far as they say so in `dispatcher_reader`. The subscription that keeps
//! events is named. Events that wait for their next attempt stay. A sweep that is interrupted has removed
//! whole batches, and the next one goes on.
//!
//! Rejected: dropping partitions instead of deleting rows. It needs the right to create tables at run time,
//! and a log that is partitioned by position has no unique event id.

use std::time::Duration;

use serde::Serialize;
use sqlx::{PgConnection, Row};
use time::OffsetDateTime;

use crate::contract::position::Position;
use crate::log::EventLog;
use crate::postgres::error::{DatabaseError, sql_state};
use crate::postgres::sql::Statement;

/// How many rows one transaction removes at most.
const BATCH: i64 = 5_000;

/// How long the rows of a table family are kept, whichever consumer they belong to, for [`ConsumerBuilder::log_retention`](crate::ConsumerBuilder::log_retention) and
/// [`EventLog::sweep`]. Every window defaults to keeping the rows for ever.
///
/// ```
/// use std::time::Duration;
/// use dispatcher_runtime::LogRetention;
///
/// const DAY: Duration = Duration::from_secs(86_400);
/// let retention = LogRetention::default()
///     .events(30 * DAY)
///     .dedup(60 * DAY)
///     .resolved_dead_letters(365 * DAY);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct LogRetention {
    events: Option<Duration>,
    dedup: Option<Duration>,
    resolved_dead_letters: Option<Duration>,
    despite_subscriptions: bool,
}

impl LogRetention {
    /// How long events stay in the log, counted from their insert. A new or a rewound subscription can read
    /// only events that are there.
    pub fn events(mut self, window: Duration) -> Self {
        self.events = Some(window);
        self
    }

    /// How long dedup rows stay, counted from when the event was handled. For that long, an event id that is
    /// published again, or a cursor that is set back, does not cause an event to be handled twice. Make it no
    /// shorter than the window of the events.
    pub fn dedup(mut self, window: Duration) -> Self {
        self.dedup = Some(window);
        self
    }

    /// How long dead letters stay, counted from their resolution. Those that are not resolved are kept. Redrives stay as long,
    /// counted from their end.
    pub fn resolved_dead_letters(mut self, window: Duration) -> Self {
        self.resolved_dead_letters = Some(window);
        self
    }

    /// Whether to remove events although a subscription has not read them yet. **It will never see them.**
    /// Defaults to `false`.
    pub fn despite_subscriptions(mut self, despite: bool) -> Self {
        self.despite_subscriptions = despite;
        self
    }

    /// The windows as text, to be compared and read; `None` if nothing is ever removed.
    pub(crate) fn windows(&self) -> Option<String> {
        let windows = [
            ("events", self.events),
            ("dedup rows", self.dedup),
            ("resolved dead letters", self.resolved_dead_letters),
        ];
        if windows.iter().all(|(_, window)| window.is_none()) {
            return None;
        }
        let windows = windows.map(|(rows, window)| match window {
            Some(window) => format!("{rows} {} s", window.as_secs_f64()),
            None => format!("{rows} for ever"),
        });
        let despite = if self.despite_subscriptions {
            DESPITE
        } else {
            ""
        };
        Some(format!("{}{despite}", windows.join(", ")))
    }

    /// The window of the events of such a text, if events of it are kept for subscriptions.
    fn events_window(windows: &str) -> Option<Duration> {
        if windows.ends_with(DESPITE) {
            return None;
        }
        let (seconds, _) = windows.strip_prefix("events ")?.split_once(" s,")?;
        Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
    }
}

/// What the text of windows ends with where events are not kept for subscriptions.
const DESPITE: &str = ", whether they were read or not";

/// What a sweep removed.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Swept {
    /// How many events of the log were removed.
    pub events: u64,
    /// How many dedup rows were removed.
    pub dedup_rows: u64,
    /// How many resolved dead letters were removed.
    pub dead_letters: u64,
    /// How many redrives were removed.
    pub redrives: u64,
    /// The subscription for which events are kept although they are older than their window.
    pub held_by: Option<SlowestSubscription>,
    /// Whether another process was sweeping, so that this sweep removed nothing, or not everything.
    pub is_elsewhere: bool,
}

/// The subscription that has read least of the log.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SlowestSubscription {
    /// The consuming domain.
    pub consumer: String,
    /// The subscription's name.
    pub subscription: String,
    /// How far it has read.
    pub position: Position,
}

/// A subscription for which events are kept beyond their window.
#[derive(Clone, Debug)]
pub(crate) struct RetentionHeld {
    pub(crate) by: SlowestSubscription,
    /// By how much the oldest of them is older than the window.
    pub(crate) beyond: Duration,
    /// Since when.
    pub(crate) since: Option<OffsetDateTime>,
}

impl EventLog {
    /// The shortest window of events of the replicas that run; `None` where none of them removes any, or this role may not
    /// read the windows.
    pub(crate) async fn shortest_window(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Option<Duration>, sqlx::Error> {
        let windows = self.sweeps.read_windows.query();
        let windows = match windows.fetch_all(connection).await {
            // insufficient_privilege
            Err(error) if sql_state(&error).as_deref() == Some("42501") => return Ok(None),
            windows => windows?,
        };
        let mut shortest = None;
        for row in &windows {
            let window = LogRetention::events_window(row.try_get("retention")?);
            shortest = match (shortest, window) {
                (Some(shortest), Some(window)) => Some(std::cmp::min(shortest, window)),
                (shortest, window) => shortest.or(window),
            };
        }
        Ok(shortest)
    }

    /// The subscription for which events are kept beyond the window, if there is one.
    pub(crate) async fn retention_held(
        &self,
        connection: &mut PgConnection,
        window: Option<Duration>,
    ) -> Result<Option<RetentionHeld>, sqlx::Error> {
        let Some(window) = window else {
            return Ok(None);
        };
        let Some(by) = self.slowest_reader(&mut *connection).await? else {
            return Ok(None);
        };
        let next = self.next_insert(&mut *connection, by.position.get());
        let Some((_, inserted_at)) = next.await? else {
            return Ok(None);
        };
        let age = self.now(connection).await? - inserted_at;
        let age = Duration::try_from(age).unwrap_or_default();
        let beyond = age.checked_sub(window);
        let since = time::Duration::try_from(window).ok();
        let since = since.and_then(|window| inserted_at.checked_add(window));
        Ok(beyond.map(|beyond| RetentionHeld { by, beyond, since }))
    }

    /// Removes what is older than its window from this table family: events, dedup rows, resolved
    /// dead letters and redrives that have ended. One process does it at a time; see [`Swept::is_elsewhere`].
    ///
    /// [`ConsumerBuilder::log_retention`](crate::ConsumerBuilder::log_retention) calls it every minute. Call it
    /// yourself from a scheduler of your own, and in a producer's database where no consumer runs.
    ///
    /// # Errors
    /// The database failed. What was removed before that stays removed.
    ///
    /// # Cancellation
    /// Rows are removed in transactions of 5,000; dropping the future rolls back the one that is open.
    pub async fn sweep(&self, retention: &LogRetention) -> Result<Swept, DatabaseError> {
        Ok(self.try_sweep(retention).await?)
    }

    async fn try_sweep(&self, retention: &LogRetention) -> Result<Swept, sqlx::Error> {
        let mut swept = Swept::default();
        // This process's clock may be wrong, and what it took for old would be gone.
        let read_clock = self.sweeps.read_clock.query();
        let now: OffsetDateTime = read_clock.fetch_one(self.pool()).await?.try_get("now")?;
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
            (
                retention.resolved_dead_letters,
                &self.sweeps.sweep_redrives,
                &mut swept.redrives,
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
            let slowest = if despite_subscriptions {
                None
            } else {
                self.slowest_reader(&mut tx).await?
            };
            let until = slowest
                .as_ref()
                .map_or(i64::MAX, |slowest| slowest.position.get());
            let delete = self.sweeps.sweep_events.query();
            let delete = delete.bind(cutoff).bind(until).bind(BATCH);
            let removed = delete.execute(&mut *tx).await?.rows_affected();
            if removed == 0 {
                if let Some(slowest) = slowest {
                    let held = self.sweeps.is_held.query().bind(cutoff);
                    let held = held
                        .bind(slowest.position.get())
                        .fetch_one(&mut *tx)
                        .await?;
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
                position: row.try_get::<i64, _>("position")?.into(),
            })
        })
        .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_of_events_is_read_from_what_replicas_write_down() {
        let day = Duration::from_secs(86_400);
        let events = LogRetention::default().events(day);
        for (retention, window) in [
            (events.clone(), Some(day)),
            (events.clone().dedup(day * 2), Some(day)),
            (events.despite_subscriptions(true), None),
            (LogRetention::default().dedup(day), None),
        ] {
            let windows = retention.windows().unwrap_or_default();
            assert_eq!(LogRetention::events_window(&windows), window, "{windows}");
        }
        assert_eq!(LogRetention::events_window("events soon s, "), None);
    }
}
