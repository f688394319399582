//! How the log is: what holds its readers back, and for which subscription its events are kept.

use std::time::Duration;

use time::OffsetDateTime;

use super::problem::Problem;
use super::retained::Retained;
use crate::log::{Blocker, EventLog};
use crate::operate::retention::RetentionHeld;

/// How many transactions that hold readers back are listed.
const MOST_BLOCKERS: i64 = 20;

/// How long a transaction that has published may be open.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the log is.
pub(crate) struct LogState {
    pub(crate) now: OffsetDateTime,
    pub(super) last_position: i64,
    pub(super) horizon: i64,
    pub(super) blockers: Vec<Blocker>,
    /// When the first event was inserted that is committed and cannot be read.
    unreadable_since: Option<OffsetDateTime>,
    pub(crate) retention: Option<RetentionHeld>,
    pub(super) retained: Retained,
}

impl LogState {
    pub(crate) async fn read(log: &EventLog) -> Result<Self, sqlx::Error> {
        let mut tx = log.begin().await?;
        let (last_position, horizon) = log.horizon_in(&mut tx).await?;
        let (mut blockers, mut unreadable_since) = (Vec::new(), None);
        if horizon < last_position {
            blockers = log.blockers_in(&mut tx, MOST_BLOCKERS).await?;
            let next = log.next_insert(&mut tx, horizon).await?;
            unreadable_since = next.map(|(_, inserted_at)| inserted_at);
        }
        let now = log.now(&mut tx).await?;
        let window = log.shortest_window(&mut tx).await?;
        let retention = log.retention_held(&mut tx, window).await?;
        let oldest = log.next_insert(&mut tx, 0).await?;
        let retained = Retained {
            oldest_event_at: oldest.map(|(_, inserted_at)| inserted_at),
            window_seconds: window.map(|window| window.as_secs_f64()),
            held_since: retention.as_ref().and_then(|held| held.since),
        };
        tx.rollback().await?;
        Ok(Self {
            now,
            last_position,
            horizon,
            blockers,
            unreadable_since,
            retention,
            retained,
        })
    }

    /// How many positions cannot be read yet.
    pub(crate) fn horizon_lag(&self) -> u64 {
        self.last_position.abs_diff(self.horizon)
    }

    /// The blockers that are open for too long. How long one is open that this role may not see is known as far as a
    /// committed event has waited for it.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let waits = self.unreadable_since.map(|since| self.now - since);
        let waits = waits.and_then(|waits| Duration::try_from(waits).ok());
        let positions = self.horizon_lag();
        let blockers = self.blockers.iter().enumerate().map(|(index, blocker)| {
            let waits = waits.filter(|_| index == 0).unwrap_or_default();
            let unreadable = self.unreadable_since.filter(|_| index == 0);
            Blocker {
                age: blocker.age.max(waits),
                since: blocker.since.into_iter().chain(unreadable).min(),
                ..blocker.clone()
            }
        });
        blockers
            .filter(|blocker| blocker.age > PATIENCE)
            .map(|blocker| Problem::of_blocker(&blocker, positions))
            .chain(self.retention.iter().map(Problem::of_retention))
            .collect()
    }
}
