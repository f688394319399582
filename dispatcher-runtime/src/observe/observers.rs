//! The observers of a dispatcher or a consumer, and how they are called.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Observer;

/// The observers of a dispatcher or a consumer: mostly one, or none.
#[derive(Clone, Default)]
pub(crate) struct Observers {
    observers: Vec<Arc<Watched>>,
}

struct Watched {
    observer: Box<dyn Observer>,
    has_panicked: AtomicBool,
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} observers", self.observers.len())
    }
}

impl Observers {
    pub(crate) fn add(&mut self, observer: impl Observer) {
        self.observers.push(Arc::new(Watched {
            observer: Box::new(observer),
            has_panicked: AtomicBool::new(false),
        }));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.observers.is_empty()
    }

    /// Calls `tell` with each observer.
    pub(crate) fn tell(&self, tell: impl Fn(&dyn Observer)) {
        for watched in &self.observers {
            let told = catch_unwind(AssertUnwindSafe(|| tell(watched.observer.as_ref())));
            if told.is_err() && !watched.has_panicked.swap(true, Ordering::Relaxed) {
                tracing::error!(
                    "an observer panicked; events go on, and its further panics are not logged"
                );
            }
        }
    }
}
