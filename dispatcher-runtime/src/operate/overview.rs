//! What an operator looks at first: what is late, why, and what ends it.

use serde::Serialize;
use time::OffsetDateTime;

use super::operator::Operator;
use crate::contract::position::Position;
use crate::log::Blocker;
use crate::operate::count::Count;
use crate::operate::retention::SlowestSubscription;
use crate::operate::subscriptions::{SubscriptionError, SubscriptionProgress};

/// What is late and why, of one table family.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Overview {
    /// When it was read, by the clock of the database.
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
    /// The transactions that hold readers back, the oldest first; `None` where the role may not see them.
    pub blockers: Option<Vec<Blocker>>,
    /// The subscription for which events are kept beyond their window, if any is.
    pub retention_held_by: Option<SlowestSubscription>,
}

/// Something that has to be done.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// The consumer, if it is one of a subscription.
    pub consumer: Option<String>,
    /// The subscription.
    pub subscription: Option<String>,
    /// Since when, as far as it is known.
    #[serde(with = "time::serde::rfc3339::option")]
    pub since: Option<OffsetDateTime>,
    /// The cause, as a sentence without a full stop.
    pub text: String,
    /// The command that ends it, or shows more.
    pub command: String,
}

/// Kinds of [`Problem`]s, the worst first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// A transaction that publishes is open for longer than 10 s, and no reader sees what was published after it.
    Blocked,
    /// No replica runs a subscription.
    NoHolder,
    /// The oldest undelivered event of a subscription is older than a minute.
    Behind,
    /// Subjects are held by dead letters, or wait for versions.
    Held,
    /// Events wait for their next attempt.
    Retrying,
    /// Dead letters are open.
    DeadLetters,
    /// A subscription is paused.
    Paused,
    /// Events are kept beyond their window, because a subscription has not read them.
    RetentionHeld,
}

impl Operator {
    /// What is late, why, and which command ends it. It reads each subscription's rows and at most a second's worth of
    /// the log; where that is not enough, a lag is `at_least`.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn overview(&self) -> Result<Overview, SubscriptionError> {
        todo!()
    }
}
