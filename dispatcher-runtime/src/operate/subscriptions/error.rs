//! Why a subscription could not be read or changed.

use crate::contract::position::Position;
use crate::operate::actor::ActorError;
use crate::postgres::error::{ConfigError, DatabaseError};

/// A subscription could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// The name cannot be a schema's name: choose another.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The operator's name or reason cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// This table family has no subscription of that name: list them to see which there are.
    #[error("`{consumer}` has no subscription `{subscription}`")]
    #[non_exhaustive]
    NotFound {
        /// The domain.
        consumer: String,
        /// The name.
        subscription: String,
    },
    /// The domain has no subscription: list them to see which there are.
    #[error("`{consumer}` has no subscriptions")]
    #[non_exhaustive]
    NoneOf {
        /// The domain.
        consumer: String,
    },
    /// Replicas run the subscription, and would begin it anew: stop them first.
    #[error(
        "{replicas} replica(s) of `{consumer}`.`{subscription}` run: stop them first, or wait until the lease of one \
         that was killed has ended"
    )]
    #[non_exhaustive]
    Running {
        /// The domain.
        consumer: String,
        /// The name.
        subscription: String,
        /// How many.
        replicas: u64,
    },
    /// There is a subscription of the new name already: remove it first if nothing of it is needed.
    #[error(
        "`{consumer}` has a subscription `{subscription}` already; if nothing of it is needed, \
         call `Subscriptions::remove(\"{consumer}\", \"{subscription}\")` first"
    )]
    #[non_exhaustive]
    Exists {
        /// The domain.
        consumer: String,
        /// The name.
        subscription: String,
    },
    /// The subscription has not read that far yet. Rewind cannot move forward, because that would skip
    /// events.
    #[error(
        "`{consumer}`.`{subscription}` is at position {position} and cannot be rewound to {to}: \
         rewind cannot move forward"
    )]
    #[non_exhaustive]
    NotBehind {
        /// The domain.
        consumer: String,
        /// The name.
        subscription: String,
        /// Where it is.
        position: Position,
        /// Where it was to be set.
        to: Position,
    },
    /// A move to another database has paused it, and alone ends that: it would work in both.
    #[error(
        "`{consumer}`.`{subscription}` is paused by a move to another database ({reason}), which alone may end it: see \
         `dispatcher move-out plan`"
    )]
    #[non_exhaustive]
    Moving {
        /// The domain.
        consumer: String,
        /// The name.
        subscription: String,
        /// What the pause says.
        reason: String,
    },
    /// The subscription reads another log than the one that was given, and positions of one mean nothing in
    /// the other: name its log, as the message says.
    #[error("`{consumer}`.`{subscription}` reads {}", its_log(*.reads_other_database))]
    #[non_exhaustive]
    OfAnotherLog {
        /// The domain.
        consumer: String,
        /// The name.
        subscription: String,
        /// Whether its log is in another database than what it keeps.
        reads_other_database: bool,
    },
    /// The database could not be reached or refused a statement. Trying again is safe.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl SubscriptionError {
    pub(super) fn not_found(consumer: &str, subscription: &str) -> Self {
        Self::NotFound {
            consumer: consumer.to_owned(),
            subscription: subscription.to_owned(),
        }
    }
}

impl From<sqlx::Error> for SubscriptionError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

fn its_log(is_elsewhere: bool) -> &'static str {
    if is_elsewhere {
        "the log of another database: name it with `.events_from(EventLog::new(pool))`"
    } else {
        "the log of this table family: leave out `.events_from(…)`"
    }
}
