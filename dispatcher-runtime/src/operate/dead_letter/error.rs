//! Dead letters.

use crate::postgres::error::{ConfigError, DatabaseError};

/// A dead letter could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeadLetterError {
    /// The schema's name cannot be one: choose another.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is none of that id in this table family: list them to see those that there are.
    #[error("there is no dead letter {0}")]
    NotFound(crate::contract::id::DeadLetterId),
    /// Somebody was faster; a dead letter is resolved once. Nothing is left to do; the first resolution
    /// stays.
    #[error(
        "the dead letter {dead_letter_id} was already resolved by {resolved_by} at {resolved_at}"
    )]
    AlreadyResolved {
        /// Which one.
        dead_letter_id: crate::contract::id::DeadLetterId,
        /// Who resolved it.
        resolved_by: String,
        /// When.
        resolved_at: time::OffsetDateTime,
    },
    /// The event is no longer in the log of this database, so it cannot be handled again from there.
    /// Its envelope is in the dead letter: publish it anew, or resolve the dead letter.
    #[error(
        "the event of the dead letter {dead_letter_id} is no longer in the log (position {position}): \
         publish it anew from its envelope, or resolve the dead letter"
    )]
    EventGone {
        /// Which one.
        dead_letter_id: crate::contract::id::DeadLetterId,
        /// Where its event was.
        position: i64,
    },
    /// Who resolves has to be named: pass a name.
    #[error("`resolved_by` is empty: name the operator who resolves the dead letter")]
    NoOperator,
    /// The database could not be reached or refused a statement. To resolve again is safe.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}
