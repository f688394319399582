//! What a dead letter is.

use serde::Serialize;

/// What a dead letter is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadLetterState {
    /// An operator has to look at it.
    Open,
    /// Its event is to be handled again: then it is resolved, or open again.
    Redriving,
    /// It is dealt with.
    Resolved,
}
