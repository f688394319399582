//! Calls of the allocator, counted for the whole process: what else runs meanwhile counts too.

use stats_alloc::{INSTRUMENTED_SYSTEM, Stats};

/// Counts from when it was made.
#[derive(Debug)]
pub(super) struct Allocations {
    before: Stats,
}

impl Allocations {
    pub(super) fn count() -> Self {
        Self {
            before: INSTRUMENTED_SYSTEM.stats(),
        }
    }

    /// So far; reallocations are allocations.
    pub(super) fn so_far(&self) -> f64 {
        let change = INSTRUMENTED_SYSTEM.stats() - self.before;
        (change.allocations + change.reallocations) as f64
    }
}
