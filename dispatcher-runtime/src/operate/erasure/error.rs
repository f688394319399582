//! Why nothing was erased.

use crate::postgres::error::{ConfigError, DatabaseError};

/// Nothing was erased.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErasureError {
    /// The schema's name is not allowed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// This database has no event, no waiting event and no dead letter of it: check the text, and whether the log is in
    /// another database. The audit says that it was asked for.
    #[error(
        "this database has no event, no waiting event and no dead letter of the {what}: check it, and whether its log is \
         in another database"
    )]
    #[non_exhaustive]
    NotFound {
        /// What was to be erased, such as `subject per_1`.
        what: String,
    },
    /// A transaction has kept cursors locked for 5 s, such as one that rewinds a subscription, or one that was forgotten
    /// (`pg_locks` names it). Nothing was erased: call it again when that has ended.
    #[error(
        "nothing was erased: another transaction has kept the table dispatcher_cursor locked for 5 s, such as one that \
         rewinds a subscription; pg_locks names it. Try again when it has ended"
    )]
    Busy,
    /// The audit needs to know who and why: pass both, without control characters, in at most 1024 bytes each.
    #[error(
        "`{field}` is {fault}: name who erases and why, in at most 1024 bytes without control characters"
    )]
    #[non_exhaustive]
    Unaccountable {
        /// `erased_by` or `reason`.
        field: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The database could not be reached or refused a statement. Nothing is erased, unless the answer to the commit was
    /// lost. Trying again is safe.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for ErasureError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
