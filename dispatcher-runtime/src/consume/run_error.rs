//! Running a consumer.

use crate::consume::start_error::StartError;

/// A consumer could not be started, or does not run any more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// It was not started, and no handler was called.
    #[error(transparent)]
    Start(#[from] StartError),
    /// One of its tasks has died, which is a fault of this crate: report it. What was committed stays
    /// committed. Stop the consumer and start another one, or end the process.
    #[error("the consumer `{consumer}` does not run any more: {problem}")]
    #[non_exhaustive]
    Died {
        /// The domain.
        consumer: &'static str,
        /// Which task, and what it said.
        problem: String,
    },
}
