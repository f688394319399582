//! Why a transaction of a pass cannot go on, and why a pass failed.
//!
//! In both cases everything that was done in the transaction is rolled back.

use crate::log::Mismatch;
use crate::postgres::error::describe;

/// Why a transaction cannot go on.
#[derive(Debug)]
pub(crate) enum AbortCause {
    /// The database failed, not the handler.
    Database(sqlx::Error),
    /// The connection was lost while the handler ran. Whether the handler was to blame shows when it happens
    /// again.
    Lost(String),
    /// A dedup row says that an event was handled before, which had not been asked.
    HandledBefore,
    /// The handler ended the transaction.
    TransactionEnded,
    /// The handler returned `Ok`, and a statement had failed in its transaction.
    StatementFailed,
    /// What was done could not be recorded with the role that the transaction has, which the handler may have
    /// changed.
    NotPermitted(sqlx::Error),
    /// An event failed, and what earlier events wrote cannot be told from what it wrote.
    SharedSavepoint,
    /// What was done could not be recorded or committed.
    Commit(sqlx::Error),
    /// Another replica has the lease, or an operator has set the cursor.
    LeaseLost,
    /// The log is not the one that was read before.
    Log(Mismatch),
}

impl From<Mismatch> for AbortCause {
    fn from(mismatch: Mismatch) -> Self {
        Self::Log(mismatch)
    }
}

impl From<sqlx::Error> for AbortCause {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Why a pass failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PassError {
    #[error("{}", describe(.0))]
    Database(sqlx::Error),
    #[error("the connection was lost while a handler ran: {0}")]
    Lost(String),
    #[error(transparent)]
    Log(#[from] Mismatch),
    #[error(
        "while events were handled, the lease went to another replica or the cursor was moved; \
         nothing was recorded"
    )]
    LeaseLost,
    #[error("the lease was not renewed in time, so no work was begun under it")]
    LeaseOver,
}

// Not by `#[from]`, which would make it the source of a message that says it already.
impl From<sqlx::Error> for PassError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consume::run_error::RunError;
    use crate::consume::start_error::StartError;
    use crate::contract::error_chain::assert_says_once;
    use crate::operate::dead_letter::DeadLetterError;
    use crate::operate::subscriptions::SubscriptionError;

    /// Every error of this crate that an error of the database can become.
    #[test]
    fn an_error_of_the_database_is_said_once() {
        let io = || sqlx::Error::Io(std::io::Error::other("the cable is cut"));
        let once = |error: &dyn std::error::Error| assert_says_once(error, "the cable is cut");
        once(&PassError::from(io()));
        once(&StartError::from(io()));
        once(&RunError::from(StartError::from(io())));
        once(&DeadLetterError::from(io()));
        once(&SubscriptionError::from(io()));
        #[cfg(feature = "publish")]
        once(&crate::publish::PublishError::from(io()));
        #[cfg(feature = "testing")]
        {
            use crate::consume::handler_error::HandlerError;
            use crate::postgres::error::MigrateError;
            use crate::testing::{HandlerFailed, TestKitError};
            once(&TestKitError::from(io()));
            once(&TestKitError::from(StartError::from(io())));
            once(&TestKitError::from(MigrateError::from(io())));
            once(&TestKitError::from(DeadLetterError::from(io())));
            once(&HandlerFailed::from(HandlerError::from(io())));
        }
    }

    #[test]
    fn another_log_is_said_once() {
        let mismatch = Mismatch::CursorAhead {
            cursor: 7,
            last_position: 3,
        };
        assert_says_once(&PassError::from(mismatch), "cursor is at position 7");
    }
}
