//! Why a transaction of a pass cannot go on, and why a pass failed.
//!
//! In both cases everything that was done in the transaction is rolled back.

use crate::log::Mismatch;
use crate::postgres::transaction::is_out_of_step;

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

impl AbortCause {
    /// Whether the connection is out of step with the server.
    pub(crate) fn is_out_of_step(&self) -> bool {
        match self {
            Self::Database(error) | Self::NotPermitted(error) | Self::Commit(error) => {
                is_out_of_step(&error.to_string())
            }
            Self::Lost(error) => is_out_of_step(error),
            _ => false,
        }
    }
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
    #[error("{0}")]
    Database(#[from] sqlx::Error),
    #[error("the connection was lost while a handler ran: {0}")]
    Lost(String),
    #[error("{0}")]
    Log(#[from] Mismatch),
    #[error(
        "while events were handled, the lease went to another replica or the cursor was moved; \
         nothing was recorded"
    )]
    LeaseLost,
    #[error("the lease was not renewed in time, so no work was begun under it")]
    LeaseOver,
}
