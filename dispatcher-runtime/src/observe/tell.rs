//! Who is told, and what a pass keeps until its commit.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::{
    Attempt, AttemptOutcome, DeadLettered, DedupHit, EndToEnd, Observer, Publish, PublishOutcome,
};
use crate::dead_letter::Reason;
use crate::error::PublishError;
use crate::event::StoredEvent;

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

    fn is_empty(&self) -> bool {
        self.observers.is_empty()
    }

    /// Now, if anybody is to be told how long something takes.
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

    /// `events` are those of the publish. The gate refuses at the first.
    pub(crate) fn not_published(
        &self,
        event_type: &str,
        error: &PublishError,
        events: usize,
    ) -> PublishOutcome {
        let (outcome, events) = match error {
            PublishError::Database(_) => (PublishOutcome::Failed, events),
            _ => (PublishOutcome::Refused, 1),
        };
        self.tell_publish(event_type, outcome, events);
        outcome
    }

    fn tell_publish(&self, event_type: &str, outcome: PublishOutcome, events: usize) {
        self.tell(|observer| {
            observer.published(&Publish {
                event_type,
                outcome,
                events: u64::try_from(events).unwrap_or(u64::MAX),
            });
        });
    }

    fn tell(&self, tell: impl Fn(&dyn Observer)) {
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

/// What a pass did and will tell once it is committed. Empty where nobody would be told.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    kept: Vec<Happened>,
}

#[derive(Debug)]
enum Happened {
    Skipped {
        event_type: String,
    },
    Attempted {
        event_type: String,
        attempt: u32,
        handler_latency: Option<Duration>,
        /// `None` if it will be tried again.
        end: Option<End>,
    },
}

/// Of an event that is over: when it began, and why it was given up on, if it was.
#[derive(Debug)]
struct End {
    occurred_at: OffsetDateTime,
    inserted_at: OffsetDateTime,
    given_up: Option<Reason>,
}

/// What becomes of an event that was attempted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ended {
    Handled,
    Retry,
    DeadLetter(Reason),
}

impl Kept {
    pub(crate) fn skipped(&mut self, observers: &Observers, event: &StoredEvent) {
        if !observers.is_empty() {
            let event_type = event.event_type.clone();
            self.kept.push(Happened::Skipped { event_type });
        }
    }

    pub(crate) fn attempted(
        &mut self,
        observers: &Observers,
        event: &StoredEvent,
        attempt: u32,
        handler_latency: Option<Duration>,
        ended: Ended,
    ) {
        if observers.is_empty() {
            return;
        }
        let end = |given_up| End {
            occurred_at: event.occurred_at,
            inserted_at: event.inserted_at,
            given_up,
        };
        self.kept.push(Happened::Attempted {
            event_type: event.event_type.clone(),
            attempt,
            handler_latency,
            end: match ended {
                Ended::Handled => Some(end(None)),
                Ended::Retry => None,
                Ended::DeadLetter(reason) => Some(end(Some(reason))),
            },
        });
    }

    /// Tells it all. To be called after the commit, whose moment is `now`.
    pub(crate) fn tell(
        self,
        observers: &Observers,
        consumer: &'static str,
        subscription: &'static str,
        now: impl FnOnce() -> OffsetDateTime,
    ) {
        if self.kept.is_empty() {
            return;
        }
        let now = now();
        for happened in &self.kept {
            observers.tell(|observer| happened.tell(observer, consumer, subscription, now));
        }
    }
}

impl Happened {
    fn tell(
        &self,
        observer: &dyn Observer,
        consumer: &'static str,
        subscription: &'static str,
        now: OffsetDateTime,
    ) {
        match self {
            Self::Skipped { event_type } => observer.dedup_hit(&DedupHit {
                event_type,
                consumer,
                subscription,
            }),
            Self::Attempted {
                event_type,
                attempt,
                handler_latency,
                end,
            } => {
                let given_up = end.as_ref().and_then(|end| end.given_up);
                let outcome = match (end, given_up) {
                    (None, _) => AttemptOutcome::Retried,
                    (Some(_), None) => AttemptOutcome::Handled,
                    (Some(_), Some(_)) => AttemptOutcome::DeadLettered,
                };
                observer.attempted(&Attempt {
                    event_type,
                    consumer,
                    subscription,
                    outcome,
                    attempt: *attempt,
                    handler_latency: *handler_latency,
                    end_to_end: end.as_ref().map(|end| EndToEnd {
                        since_occurred: since(end.occurred_at, now),
                        since_inserted: since(end.inserted_at, now),
                    }),
                });
                if let Some(reason) = given_up {
                    observer.dead_lettered(&DeadLettered {
                        event_type,
                        consumer,
                        subscription,
                        reason,
                        attempts: *attempt,
                    });
                }
            }
        }
    }
}

fn since(then: OffsetDateTime, now: OffsetDateTime) -> Duration {
    Duration::try_from(now - then).unwrap_or_default()
}
