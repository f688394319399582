//! Why a relay or a mirror could not be changed.

use crate::operate::actor::ActorError;
use crate::postgres::error::DatabaseError;

/// A relay or a mirror could not be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferActError {
    /// The operator's name or reason cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// This table family has none of that name: list them to see which there are.
    #[error("there is no {0}")]
    NotFound(String),
    /// A process works on it: stop that first.
    #[error(
        "the process {holder} works on {name}: stop it first, or wait until the lease of one that was killed has ended"
    )]
    #[non_exhaustive]
    Running {
        /// `relay/` or `mirror/`, and the stream.
        name: String,
        /// The process.
        holder: String,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for TransferActError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
