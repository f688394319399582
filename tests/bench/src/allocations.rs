//! Allocator calls, counted for the whole process: whatever else runs meanwhile counts too.

use stats_alloc::{INSTRUMENTED_SYSTEM, Stats};

/// Counts from its creation.
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

    /// The calls so far; a reallocation counts as an allocation.
    pub(super) fn so_far(&self) -> f64 {
        let change = INSTRUMENTED_SYSTEM.stats() - self.before;
        (change.allocations + change.reallocations) as f64
    }
}
