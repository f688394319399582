//! An event of a batch, with what the consumer knows about it.

use crate::consume::partition::Partition;
use crate::consume::versions::AwaitedVersion;
use crate::contract::id::RedriveId;
use crate::log::stored_event::StoredEvent;
use crate::operate::dead_letter::{FailedAttempt, Redriven};

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
    /// The last of these attempts was written down before the handler was called, and never ended.
    pub(super) is_begun: bool,
    /// The attempt that is to come is written down already.
    pub(super) is_noted: bool,
    /// The program does not know its version.
    pub(super) awaits: Option<AwaitedVersion>,
    /// An operator gave up on it while it waited for its version.
    pub(super) is_abandoned: bool,
    /// It is redriven.
    pub(super) redriven: Option<Redriven>,
}

/// What an attempt that never ended is written down with.
pub(super) const NEVER_ENDED: &str =
    "the attempt never ended: the process ended, or lost its lease, while the handler ran";

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
            is_begun: false,
            is_noted: false,
            awaits: None,
            is_abandoned: false,
            redriven: None,
        }
    }

    /// The redrive that it is a member of.
    pub(super) fn redrive(&self) -> Option<RedriveId> {
        self.redriven.as_ref()?.redrive_id.parse().ok()
    }

    /// How many attempts the table knows of.
    pub(super) fn recorded_attempts(&self) -> u32 {
        self.attempts + u32::from(self.is_noted)
    }

    /// Whether no handler is to be called for it.
    pub(super) fn is_over(&self) -> bool {
        self.handled
            || self.held
            || self.is_gone
            || self.awaits.is_some()
            || self.event.is_withheld()
    }

    /// Whether its last attempt never ended, and was the last one.
    pub(super) fn is_given_up<S>(&self, partition: &Partition<S>) -> bool {
        self.is_begun
            && partition
                .bound
                .retry()
                .delay_after(&self.never_ended(partition, self.attempts))
                .is_none()
    }

    /// The attempt of that number, as one that never ended.
    pub(super) fn never_ended<S>(&self, partition: &Partition<S>, attempt: u32) -> FailedAttempt {
        FailedAttempt {
            attempt,
            failed_at: partition.settings().clock.now(),
            error: NEVER_ENDED.to_owned(),
        }
    }
}
