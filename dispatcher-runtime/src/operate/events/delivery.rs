//! What became of an event in one subscription.

use serde::Serialize;
use time::OffsetDateTime;

use crate::contract::position::Position;

/// What became of an event in one subscription.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventDelivery {
    /// The consuming domain.
    pub consumer: String,
    /// The subscription.
    pub subscription: String,
    /// What became of it.
    #[serde(flatten)]
    pub state: DeliveryState,
}

/// What became of an event in one subscription.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// It was handled.
    #[non_exhaustive]
    Handled {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        handled_at: OffsetDateTime,
    },
    /// It waits for its next attempt.
    #[non_exhaustive]
    Waiting {
        /// The attempt that it waits for.
        attempt: u32,
        /// When it is due.
        #[serde(with = "time::serde::rfc3339::option")]
        due_at: Option<OffsetDateTime>,
        /// The last error.
        error: Option<String>,
    },
    /// It waits behind an earlier event of its subject.
    #[non_exhaustive]
    Behind {
        /// The position of the first of them.
        position: Position,
        /// The dead letter that holds the subject, if one does.
        dead_letter_id: Option<String>,
    },
    /// It waits for a program that knows its version.
    AwaitsVersion,
    /// The subscription gave up on it.
    #[non_exhaustive]
    DeadLetter {
        /// The dead letter.
        dead_letter_id: String,
        /// `open`, `redriving` or `resolved`.
        letter: String,
        /// The last error.
        error: String,
    },
    /// The subscription is paused, and has not read it.
    #[non_exhaustive]
    Paused {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        paused_at: OffsetDateTime,
        /// By whom.
        paused_by: String,
    },
    /// The subscription has not read it yet.
    #[non_exhaustive]
    NotRead {
        /// Whether a replica runs the subscription.
        has_holder: bool,
    },
    /// The subscription is past it, and has no row about it: it was handled so long ago that retention has removed
    /// the row, or the subscription began after it, or did not take its type then.
    #[non_exhaustive]
    Passed,
}
