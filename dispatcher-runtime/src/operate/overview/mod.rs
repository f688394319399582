//! What an operator looks at first: what is late, why, and what ends it.
//!
//! Everything is read when it is asked for. A blocker, a pause or a consumer that is down is named as the cause; what
//! follows from it is in its text, and not a problem of its own.

mod command;
pub(crate) mod log_state;
mod problem;
mod retained;

use serde::Serialize;
use time::OffsetDateTime;

use super::operator::Operator;
use crate::contract::position::Position;
use crate::log::Blocker;
use crate::operate::contracts::KnownContracts;
use crate::operate::count::Count;
use crate::operate::graph::{self, EventFlow};
use crate::operate::history::{SubscriptionFlow, SubscriptionHistory, published_per_minute};
use crate::operate::retention::SlowestSubscription;
use crate::operate::subscriptions::{SubscriptionError, SubscriptionProgress};
use crate::operate::transfers::TransferProgress;
use crate::postgres::error::sql_state;
use log_state::LogState;
#[cfg(feature = "page")]
pub(crate) use problem::spoken;
pub use problem::{Problem, ProblemKind};
pub use retained::Retained;

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
    /// Every relay and mirror, by direction and stream.
    pub transfers: Vec<TransferProgress>,
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
    /// How far back the log goes.
    pub retained: Retained,
    /// How many events were published in a minute, on average of the last 15 minutes at most: as many as positions were
    /// handed out, those of transactions that were rolled back included. `None` where samples do not tell.
    pub published_per_minute: Option<f64>,
    /// How fast each subscription is, and where its lag goes, by consumer and name. One is missing that was never sampled.
    pub flows: Vec<SubscriptionFlow>,
    /// Who publishes which event types to whom, by producer and consumer.
    pub graph: Vec<EventFlow>,
    /// What flows and trends are told from. Not a part of the JSON.
    #[serde(skip)]
    pub histories: Vec<SubscriptionHistory>,
}

impl Operator {
    /// What is late, why, and which command ends it; how fast events flow, and between whom. It reads each
    /// subscription's rows and at most a second's worth of the log; where that is not enough, a lag is `at_least`.
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
            problems.extend(Problem::of_subscription(progress));
        }
        let transfers = self.transfers().list().await?;
        for transfer in &transfers {
            problems.extend(Problem::of_transfer(transfer));
        }
        if left_over.count > 0 {
            problems.push(Problem::of_left_over(left_over));
        }
        // The longest first; where it is not known, last.
        problems.sort_by_key(|problem| (problem.kind, problem.since.is_none(), problem.since));
        let contracts = match self.readable_contracts().await {
            // insufficient_privilege: then nothing says who publishes.
            Err(error) if sql_state(error.get()).as_deref() == Some("42501") => {
                KnownContracts::default()
            }
            contracts => contracts?,
        };
        let histories = self.histories().await?;
        let flows = histories.iter().map(|history| history.flow(log.now));
        Ok(Overview {
            retained: log.retained.clone(),
            published_per_minute: published_per_minute(&histories, log.now),
            flows: flows.collect(),
            graph: graph::flows(&contracts, &subscriptions),
            histories,
            taken_at: log.now,
            problems,
            subscriptions,
            transfers,
            open_dead_letters,
            last_position: log.last_position.into(),
            horizon_lag: log.horizon_lag(),
            blockers: Some(log.blockers),
            retention_held_by: log.retention.map(|held| held.by),
        })
    }
}
