//! How much memory a piece of work asks the allocator for.

use std::sync::{Mutex, PoisonError};

use stats_alloc::INSTRUMENTED_SYSTEM;

/// Counters are those of the process, so tests that count take turns.
static TURN: Mutex<()> = Mutex::new(());

/// What `work` returns, and how many bytes it allocated in total, freed or not.
pub(crate) fn allocated<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let before = INSTRUMENTED_SYSTEM.stats();
    let result = work();
    let change = INSTRUMENTED_SYSTEM.stats() - before;
    let grown = usize::try_from(change.bytes_reallocated).unwrap_or_default();
    (result, change.bytes_allocated + grown)
}
