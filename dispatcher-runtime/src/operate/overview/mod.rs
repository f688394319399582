//! What an operator looks at first: what is late, why, and what ends it.
//!
//! Everything is read when it is asked for. A blocker, a pause or a consumer that is down is named as the cause; what
//! follows from it is in its text, and not a problem of its own.

mod command;
mod problem;

use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;

use super::operator::Operator;
use crate::contract::position::Position;
use crate::log::{Blocker, EventLog};
use crate::operate::count::Count;
use crate::operate::retention::{RetentionHeld, SlowestSubscription};
use crate::operate::subscriptions::{SubscriptionError, SubscriptionProgress};
pub use problem::{Problem, ProblemKind};

/// How many transactions that hold readers back are listed.
const MOST_BLOCKERS: i64 = 20;

/// How long a transaction that has published may be open.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is late and why, of one table family.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Overview {
    /// When it was read, by the clock of the log's database.
    #[serde(with = "time::serde::rfc3339")]
    pub taken_at: OffsetDateTime,
    /// What has to be done, the worst first. Empty where all is well.
    pub problems: Vec<Problem>,
    /// Every subscription, by consumer and name.
    pub subscriptions: Vec<SubscriptionProgress>,
    /// How many dead letters are open.
    pub open_dead_letters: Count,
    /// The last position of the log.
    pub last_position: Position,
    /// How many positions cannot be read yet, because a transaction that publishes is open.
    pub horizon_lag: u64,
    /// The transactions that hold readers back, the one that published first first, at most 20. Of sessions of other
    /// roles, the application, the state and the age need `pg_read_all_stats`. `None` where the role may not see them.
    pub blockers: Option<Vec<Blocker>>,
    /// The subscription for which events are kept beyond the shortest window of the replicas that run, if any is.
    pub retention_held_by: Option<SlowestSubscription>,
}

/// How the log is.
struct LogState {
    now: OffsetDateTime,
    last_position: i64,
    horizon: i64,
    blockers: Vec<Blocker>,
    /// When the first event was inserted that is committed and cannot be read.
    unreadable_since: Option<OffsetDateTime>,
    retention: Option<RetentionHeld>,
}

impl LogState {
    async fn read(log: &EventLog) -> Result<Self, sqlx::Error> {
        let mut tx = log.begin().await?;
        let (last_position, horizon) = log.horizon_in(&mut tx).await?;
        let (mut blockers, mut unreadable_since) = (Vec::new(), None);
        if horizon < last_position {
            blockers = log.blockers_in(&mut tx, MOST_BLOCKERS).await?;
            let next = log.next_insert(&mut tx, horizon).await?;
            unreadable_since = next.map(|(_, inserted_at)| inserted_at);
        }
        let now = log.now(&mut tx).await?;
        let retention = log.retention_held(&mut tx).await?;
        tx.rollback().await?;
        Ok(Self {
            now,
            last_position,
            horizon,
            blockers,
            unreadable_since,
            retention,
        })
    }

    /// The blockers that are open for too long. How long one is open that this role may not see is known as far as a
    /// committed event has waited for it.
    fn problems(&self) -> Vec<Problem> {
        let waits = self.unreadable_since.map(|since| self.now - since);
        let waits = waits.and_then(|waits| Duration::try_from(waits).ok());
        let positions = self.last_position.abs_diff(self.horizon);
        let blockers = self.blockers.iter().enumerate().map(|(index, blocker)| {
            let waits = waits.filter(|_| index == 0).unwrap_or_default();
            Blocker {
                age: blocker.age.max(waits),
                ..blocker.clone()
            }
        });
        blockers
            .filter(|blocker| blocker.age > PATIENCE)
            .map(|blocker| Problem::of_blocker(&blocker, positions, self.now))
            .chain(
                self.retention
                    .iter()
                    .map(|held| Problem::of_retention(held, self.now)),
            )
            .collect()
    }
}

impl Operator {
    /// What is late, why, and which command ends it. It reads each subscription's rows and at most a second's worth of
    /// the log; where that is not enough, a lag is `at_least`.
    ///
    /// # Errors
    /// The database failed; or all subscriptions read another log than this one, and
    /// [`SubscriptionError::OfAnotherLog`] names it.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn overview(&self) -> Result<Overview, SubscriptionError> {
        let log = LogState::read(self.log()).await?;
        let subscriptions = self.subscriptions().list(None).await?;
        let (open_dead_letters, left_over) = self.subscriptions().count_open_letters().await?;
        let mut problems = log.problems();
        for progress in &subscriptions {
            problems.extend(Problem::of_subscription(progress, log.now));
        }
        if left_over.count > 0 {
            problems.push(Problem::of_left_over(left_over));
        }
        // The longest first; where it is not known, last.
        problems.sort_by_key(|problem| (problem.kind, problem.since.is_none(), problem.since));
        Ok(Overview {
            taken_at: log.now,
            problems,
            subscriptions,
            open_dead_letters,
            last_position: log.last_position.into(),
            horizon_lag: log.last_position.abs_diff(log.horizon),
            blockers: Some(log.blockers),
            retention_held_by: log.retention.map(|held| held.by),
        })
    }
}
