//! How much memory a piece of work asks the allocator for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use stats_alloc::INSTRUMENTED_SYSTEM;

/// Each test holds it from its beginning to its end: the counters are those of the process.
pub(crate) struct Turn {
    _held: MutexGuard<'static, ()>,
}

impl Turn {
    pub(crate) fn wait() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        Self {
            _held: TURN.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// What `work` returns, and how many bytes it allocated in total, freed or not.
    pub(crate) fn allocated<T>(&self, work: impl FnOnce() -> T) -> (T, usize) {
        let before = INSTRUMENTED_SYSTEM.stats();
        let result = work();
        let change = INSTRUMENTED_SYSTEM.stats() - before;
        let grown = usize::try_from(change.bytes_reallocated).unwrap_or_default();
        (result, change.bytes_allocated + grown)
    }
}
