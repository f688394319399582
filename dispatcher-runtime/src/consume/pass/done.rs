//! What a pass has done and is to record: what is over, what waits, what was given up.

use std::collections::HashSet;
use std::time::Duration;

use time::OffsetDateTime;

use super::{Candidate, Lane};
use crate::consume::delivery::Failure;
use crate::consume::handler_error::HandlerErrorKind;
use crate::consume::retry_policy::lengthen;
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::DeadLetterId;
use crate::log::Anchor;
use crate::log::stored_event::StoredEvent;
use crate::observe::{Ended, Kept};
use crate::operate::dead_letter::{self, FailedAttempt};

/// What was done so far and will be recorded together.
#[derive(Default)]
pub(super) struct Done {
    /// Ids of the events that are over: handled, or dead letters.
    pub(super) over: Vec<String>,
    /// Events that are to wait.
    pub(super) waiting: Vec<Waiting>,
    pub(super) dead_letters: Vec<dead_letter::New>,
    /// Positions of the retries that are over.
    pub(super) settled: Vec<i64>,
    /// Subjects whose first waiting event is over.
    pub(super) released: Vec<String>,
    /// Subjects whose later events have to wait.
    pub(super) blocked: HashSet<String>,
    /// Events that were looked at.
    pub(super) candidates: u32,
    /// The last that was attempted: if the transaction is lost, this is the event it was lost at.
    pub(super) last: Option<Candidate>,
    /// Where the cursor is.
    pub(super) from: i64,
    /// The last event of the log that was looked at.
    pub(super) reached: i64,
    /// The same, for the cursor to remember.
    pub(super) anchor: Option<Anchor>,
    /// What observers are told once it is committed.
    pub(super) kept: Kept,
    /// What is logged then.
    pub(super) said: Vec<Box<dyn FnOnce() + Send + Sync>>,
}

/// An event that waits for its next attempt or, without `due_at`, for an earlier one of its subject, or
/// for its dead letter to be resolved.
pub(super) struct Waiting {
    pub(super) position: i64,
    pub(super) event_id: String,
    pub(super) subject: Option<String>,
    pub(super) attempts: u32,
    pub(super) due_at: Option<OffsetDateTime>,
    pub(super) failures: Vec<serde_json::Value>,
    /// The dead letter that holds its subject.
    pub(super) held_by: Option<DeadLetterId>,
}

impl<S: Send + Sync + 'static> Lane<S> {
    /// A failed attempt: the event waits for another, or is a dead letter after the last one, which may
    /// hold its subject.
    pub(super) fn failed(&self, candidate: &Candidate, failure: Failure, done: &mut Done) -> Ended {
        let event = &candidate.event;
        let settings = &self.bound.settings;
        let subscription = self.bound.subscription.name;
        let now = settings.clock.now();
        let attempts = candidate.attempts + 1;
        let failed = FailedAttempt {
            attempt: attempts,
            failed_at: now,
            error: failure.error.clone(),
        };
        let retry = self.bound.retry();
        let delay = match failure.kind {
            HandlerErrorKind::Permanent | HandlerErrorKind::Invalid => None,
            HandlerErrorKind::Retry => retry
                .delay_after(&failed)
                .map(|delay| lengthen(delay, settings.jitter, fastrand::f64())),
            HandlerErrorKind::RetryAfter(delay) => retry.delay_after(&failed).map(|_| delay),
        };
        let mut failures = candidate.failures.clone();
        failures.push(serde_json::to_value(failed).unwrap_or_default());
        let consumer = settings.consumer;
        let (event_id, event_type) = (event.event_id.clone(), event.event_type.clone());
        let error = failure.error.clone();
        if let Some(delay) = delay {
            done.said.push(Box::new(move || {
                tracing::warn!(
                    event_id,
                    event_type,
                    consumer,
                    subscription,
                    attempt = attempts,
                    retry_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                    error,
                    "an event was not handled and will be tried again"
                );
            }));
            done.waiting.push(Waiting {
                attempts,
                due_at: Some(now.saturating_add(time_delay(delay))),
                failures,
                ..Waiting::behind(event)
            });
            done.blocked.extend(event.subject.clone());
            return Ended::Retry;
        }
        let reason = match failure.kind {
            HandlerErrorKind::Permanent => DeadLetterReason::Permanent,
            HandlerErrorKind::Invalid => DeadLetterReason::Invalid,
            HandlerErrorKind::Retry | HandlerErrorKind::RetryAfter(_) => {
                DeadLetterReason::RetriesExhausted
            }
        };
        let dead_letter_id = DeadLetterId::generate();
        let id = dead_letter_id.clone();
        done.said.push(Box::new(move || {
            tracing::error!(
                dead_letter_id = %id,
                event_id,
                event_type,
                consumer,
                subscription,
                attempt = attempts,
                error,
                "an event became a dead letter"
            );
        }));
        if self.bound.subscription.holds_subjects && event.subject.is_some() {
            done.waiting.push(Waiting {
                attempts,
                failures: failures.clone(),
                held_by: Some(dead_letter_id.clone()),
                ..Waiting::behind(event)
            });
            done.blocked.extend(event.subject.clone());
        } else if candidate.is_retry {
            done.settle(event);
        }
        // Its dedup row keeps it from becoming another one, should the cursor not move with this.
        done.over.push(event.event_id.clone());
        done.dead_letters.push(dead_letter::New {
            id: dead_letter_id,
            consumer: settings.consumer,
            subscription,
            event: event.clone(),
            reason,
            error: failure.error,
            attempts,
            failures,
            now,
        });
        Ended::DeadLetter(reason)
    }
}

impl Done {
    pub(super) fn at(cursor: i64) -> Self {
        Self {
            from: cursor,
            reached: cursor,
            ..Self::default()
        }
    }

    /// Whether there is nothing to record.
    pub(super) fn is_recorded(&self) -> bool {
        self.candidates == 0
    }

    /// An event of the log was looked at.
    pub(super) fn pass_by(&mut self, event: &StoredEvent) {
        self.reached = event.position;
        self.anchor = Some(Anchor::of(event));
    }

    /// An event that waited does not wait any more.
    pub(super) fn settle(&mut self, event: &StoredEvent) {
        self.settled.push(event.position);
        self.released.extend(event.subject.clone());
    }
}

impl Waiting {
    pub(super) fn behind(event: &StoredEvent) -> Self {
        Self {
            position: event.position,
            event_id: event.event_id.clone(),
            subject: event.subject.clone(),
            attempts: 0,
            due_at: None,
            failures: Vec::new(),
            held_by: None,
        }
    }
}

pub(super) fn time_delay(delay: Duration) -> time::Duration {
    time::Duration::try_from(delay).unwrap_or(time::Duration::MAX)
}
