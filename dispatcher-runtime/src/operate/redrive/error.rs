//! Why a redrive could not be started, read or stopped.

use crate::contract::id::RedriveId;
use crate::operate::dead_letter::DeadLetterError;

/// A redrive could not be started, read or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedriveError {
    /// The filter, an operator's name, or the database.
    #[error(transparent)]
    DeadLetter(#[from] DeadLetterError),
    /// This table family has no redrive of that id: list them to see which there are.
    #[error("there is no redrive {0}")]
    NotFound(RedriveId),
    /// The number of dead letters is no longer the one that was expected: look at the preview again.
    #[error(
        "the filter selects {found} dead letters and not {expected} any more: look at the preview again"
    )]
    #[non_exhaustive]
    Changed {
        /// What the caller expected.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The filter selects no dead letter that can be redriven.
    #[error("the filter selects no open dead letter that can be redriven")]
    Nothing,
    /// It has ended already.
    #[error("the redrive {0} has ended already")]
    Ended(RedriveId),
}

impl From<sqlx::Error> for RedriveError {
    fn from(error: sqlx::Error) -> Self {
        Self::DeadLetter(error.into())
    }
}
