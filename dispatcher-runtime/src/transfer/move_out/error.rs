//! Why a move does not go on.

use std::time::Duration;

use crate::operate::actor::ActorError;
use crate::postgres::error::{ConfigError, DatabaseError};

/// Why a move does not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// Going on could lose events, or have them handled twice. Nothing was changed.
    #[error("the move was refused: {}", .problems.join("; "))]
    #[non_exhaustive]
    Refused {
        /// What is in the way, and what to do, one for each.
        problems: Vec<String>,
    },
    /// The mirror has not brought yet what the source has handled. If the source was paused already, it stays so: repeat the
    /// act once the relay and the mirror run, or go back.
    #[error("the target had not caught up after {} s: {problem}. See that the relay and the mirror run, and do it again", .waited.as_secs())]
    #[non_exhaustive]
    NotCaughtUp {
        /// How long it was waited for.
        waited: Duration,
        /// What is missing.
        problem: String,
    },
    /// The name cannot be a schema's name.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The operator's name or reason cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// A database failed. Doing it again is safe.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl MoveError {
    pub(super) fn refused(problems: Vec<String>) -> Self {
        Self::Refused { problems }
    }
}

impl From<sqlx::Error> for MoveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
