//! An event of a batch, with what the consumer knows about it.

use crate::log::stored_event::StoredEvent;

/// An event that a pass may handle.
pub(super) struct Candidate {
    pub(super) event: StoredEvent,
    /// A dedup row says so.
    pub(super) handled: bool,
    /// An earlier event of its subject waits.
    pub(super) held: bool,
    /// It comes from `dispatcher_retry` and not from beyond the cursor.
    pub(super) is_retry: bool,
    /// The log no longer has it.
    pub(super) is_gone: bool,
    pub(super) attempts: u32,
    pub(super) failures: Vec<serde_json::Value>,
}

impl Candidate {
    /// One that has not been handled and waits for no other.
    pub(super) fn fresh(event: StoredEvent) -> Self {
        Self {
            event,
            handled: false,
            held: false,
            is_retry: false,
            is_gone: false,
            attempts: 0,
            failures: Vec::new(),
        }
    }
}
