//! The observers of a dispatcher or a consumer, and how they are called.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "consume")]
use std::time::Duration;
use std::time::Instant;

#[cfg(feature = "consume")]
use super::HeldBack;
use super::{Observer, PublishOutcome, PublishRecord};
#[cfg(feature = "consume")]
use crate::log::Blocker;

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

    pub(super) fn is_empty(&self) -> bool {
        self.observers.is_empty()
    }

    /// The time, if an observer will receive how long something takes.
    pub(crate) fn clock(&self) -> Option<Instant> {
        (!self.is_empty()).then(Instant::now)
    }

    /// `inserted` and `known` count the events of a publish that succeeded.
    pub(crate) fn published(&self, event_type: &str, inserted: usize, known: usize) {
        for (outcome, events) in [
            (PublishOutcome::Published, inserted),
            (PublishOutcome::Duplicate, known),
        ] {
            if events > 0 {
                self.tell_publish(event_type, outcome, events);
            }
        }
    }

    /// `events` counts those of a publish that failed, or that was refused.
    #[cfg(feature = "publish")]
    pub(crate) fn not_published(&self, event_type: &str, outcome: PublishOutcome, events: usize) {
        self.tell_publish(event_type, outcome, events);
    }

    /// `standing_for` is zero when the transaction has ended.
    #[cfg(feature = "consume")]
    pub(crate) fn held_back(
        &self,
        consumer: &'static str,
        blocker: &Blocker,
        standing_for: Duration,
        positions: u64,
    ) {
        self.tell(|observer| {
            observer.held_back(&HeldBack {
                consumer,
                blocker,
                standing_for,
                positions,
            });
        });
    }

    fn tell_publish(&self, event_type: &str, outcome: PublishOutcome, events: usize) {
        self.tell(|observer| {
            observer.published(&PublishRecord {
                event_type,
                outcome,
                events: u64::try_from(events).unwrap_or(u64::MAX),
            });
        });
    }

    pub(super) fn tell(&self, tell: impl Fn(&dyn Observer)) {
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
