//! Why a dead letter could not be read or changed.

use crate::contract::id::DeadLetterId;
use crate::operate::actor::ActorError;
use crate::postgres::error::{ConfigError, DatabaseError};

/// A dead letter could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeadLetterError {
    /// A setting is not allowed: the schema's name, or the limit of a filter.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// This table family has no dead letter of that id, or it is of a tenant to which these dead letters are not bound:
    /// list them to see which there are.
    #[error("there is no dead letter {0}")]
    NotFound(DeadLetterId),
    /// Another operator resolved it before; a dead letter is resolved once. There is nothing left to do,
    /// and the first resolution stays.
    #[error(
        "the dead letter {dead_letter_id} was already resolved by {resolved_by} at {resolved_at}"
    )]
    #[non_exhaustive]
    AlreadyResolved {
        /// Which one.
        dead_letter_id: DeadLetterId,
        /// The operator who resolved it.
        resolved_by: String,
        /// When.
        resolved_at: time::OffsetDateTime,
    },
    /// Nothing would handle the event again: no consumer has a subscription of that name any more. Start one
    /// that has it, or resolve the dead letter.
    #[error(
        "`{consumer}` has no subscription `{subscription}` any more, so nothing would handle the event of the \
         dead letter {dead_letter_id} again: start a handler of that name, or resolve the dead letter"
    )]
    #[non_exhaustive]
    NoSubscription {
        /// Which one.
        dead_letter_id: DeadLetterId,
        /// The consuming domain.
        consumer: String,
        /// The subscription that gave up on the event.
        subscription: String,
    },
    /// The payload of its event was erased, so nothing could handle the event again: resolve the dead letter.
    #[error(
        "the payload of the event of the dead letter {dead_letter_id} was erased at {erased_at}, so it cannot be \
         handled again: resolve the dead letter"
    )]
    #[non_exhaustive]
    Erased {
        /// Which one.
        dead_letter_id: DeadLetterId,
        /// When.
        erased_at: time::OffsetDateTime,
    },
    /// The operator's name or note cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The number of dead letters is no longer the one that was expected: look at them again.
    #[error(
        "the filter selects {found} dead letters and not {expected} any more: look at them again"
    )]
    #[non_exhaustive]
    Changed {
        /// What the caller expected.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// It is being redriven: wait until that has an end, or stop the redrive.
    #[error(
        "the dead letter {dead_letter_id} is being redriven: wait until its event is handled or fails again"
    )]
    #[non_exhaustive]
    Redriving {
        /// Which one.
        dead_letter_id: DeadLetterId,
    },
    /// The token of a page was altered, or belongs to a list with other filters or of other tenants. Give it to a list
    /// like the one that returned it, or begin with the first page.
    #[error(
        "`next` is not the token of a page of this list: it was altered, or belongs to other filters; send it \
         with the filters that it was returned for, or leave it out to begin with the first page"
    )]
    InvalidToken,
    /// The event of the dead letter is not a valid event of the type that it was asked for: the message
    /// says why.
    #[error("the event of the dead letter {dead_letter_id} cannot be read: {problem}")]
    #[non_exhaustive]
    Unreadable {
        /// Which one.
        dead_letter_id: DeadLetterId,
        /// What is wrong.
        problem: String,
    },
    /// The database could not be reached or refused a statement. Trying again is safe.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for DeadLetterError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
