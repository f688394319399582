//! Subscriptions, as an operator changes them.

use crate::postgres::error::{ConfigError, DatabaseError};

/// A subscription could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// The schema's name cannot be one: choose another.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is none of that name in this table family: list them to see those that there are.
    #[error("`{consumer}` has no subscription `{subscription}`")]
    NotFound {
        /// The domain.
        consumer: String,
        /// The name.
        subscription: String,
    },
    /// It was to be set back to where it has not come yet. To skip events is no rewinding.
    #[error(
        "`{consumer}`.`{subscription}` is at position {position} and cannot be set back to {to}"
    )]
    NotBehind {
        /// The domain.
        consumer: String,
        /// The name.
        subscription: String,
        /// Where it is.
        position: i64,
        /// Where it was to be set.
        to: i64,
    },
    /// The database could not be reached or refused a statement. Trying again is safe.
    #[error("{0}")]
    Database(#[from] DatabaseError),
}
