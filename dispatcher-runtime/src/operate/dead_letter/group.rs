//! Dead letters that failed alike.

use serde::Serialize;
use time::OffsetDateTime;

use super::{DeadLetterError, DeadLetterFilter, DeadLetters};
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::operate::actor::Actor;
use crate::operate::count::Count;

/// Open dead letters of one subscription and event type that failed alike: with the same reason, and with an error whose
/// first line is the same but for numbers, ids, quoted texts and addresses.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DeadLetterGroup {
    /// What [`DeadLetterFilter::group`] takes: 8 hexadecimal digits or more.
    pub group: String,
    /// The consuming domain.
    pub consumer: String,
    /// The subscription.
    pub subscription: String,
    /// The event type.
    pub event_type: String,
    /// Why the subscription gave up.
    pub reason: DeadLetterReason,
    /// The error of the newest of them, 1,000 characters at most.
    pub error: String,
    /// How many are open.
    pub count: Count,
    /// When the oldest was written.
    #[serde(with = "time::serde::rfc3339")]
    pub first_seen: OffsetDateTime,
    /// When the newest was written.
    #[serde(with = "time::serde::rfc3339")]
    pub last_seen: OffsetDateTime,
}

impl DeadLetters {
    /// The groups of the open dead letters that the filter selects, the largest first, as many as its limit allows.
    /// Counts end at 100.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn groups(
        &self,
        filter: &DeadLetterFilter,
    ) -> Result<Vec<DeadLetterGroup>, DeadLetterError> {
        todo!("{filter:?}")
    }

    /// How many dead letters the filter selects. Counts end at 10,000.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn count(&self, filter: &DeadLetterFilter) -> Result<Count, DeadLetterError> {
        todo!("{filter:?}")
    }

    /// Resolves the open dead letters that the filter selects, and returns how many. With `expected`, nothing is resolved
    /// if the number has changed.
    ///
    /// # Errors
    /// [`DeadLetterError::Changed`]; as [`resolve`](Self::resolve).
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of them may be resolved, or none.
    pub async fn resolve_all(
        &self,
        filter: &DeadLetterFilter,
        expected: Option<u64>,
        actor: Actor<'_>,
    ) -> Result<u64, DeadLetterError> {
        todo!("{filter:?} {expected:?} {actor:?}")
    }
}
