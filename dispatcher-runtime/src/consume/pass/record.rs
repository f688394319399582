//! What a pass has done and is to record: what is over, what waits, what was given up.
//!
//! It lives in memory until the recorder writes it in the transaction that moves the cursor. What is logged
//! and what observers receive is kept with it until after the commit, so that nothing is reported that
//! was rolled back.

use std::collections::HashSet;
use std::time::Duration;

use time::OffsetDateTime;

use super::attempt::Failure;
use super::candidate::Candidate;
use super::report::{AttemptEnd, PassReport};
use crate::consume::handler_error::HandlerErrorKind;
use crate::consume::partition::{Bound, Partition};
use crate::consume::retry_policy::lengthen;
use crate::consume::versions::AwaitedVersion;
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::DeadLetterId;
use crate::log::Anchor;
use crate::log::stored_event::StoredEvent;
use crate::operate::dead_letter::{self, FailedAttempt, RedriveOutcome, Settled};
use crate::postgres::error::describe;

/// What was done so far and will be recorded together.
#[derive(Default)]
pub(super) struct PassRecord {
    /// Ids of the events that are over: handled, or dead letters.
    pub(super) over: Vec<String>,
    /// Events that are to wait.
    pub(super) waiting: Vec<RetryRow>,
    pub(super) dead_letters: Vec<dead_letter::New>,
    /// What became of events that are redriven, in the order in which it did.
    pub(super) redriven: Vec<Settled>,
    /// Positions of the retries that are over.
    pub(super) settled: Vec<i64>,
    /// Subjects whose first waiting event is over.
    pub(super) released: Vec<String>,
    /// Subjects whose later events have to wait.
    pub(super) blocked: HashSet<String>,
    /// How many events were looked at.
    pub(super) candidates: u32,
    /// The last that was attempted: if the transaction is lost, this is the event it was lost at.
    pub(super) last: Option<Candidate>,
    /// Where the cursor is.
    pub(super) from: i64,
    /// The last event of the log that was looked at.
    pub(super) reached: i64,
    /// The same event, for the cursor to remember.
    pub(super) anchor: Option<Anchor>,
    /// What observers receive once it is committed.
    pub(super) report: PassReport,
    /// What is logged then.
    pub(super) log_lines: Vec<Box<dyn FnOnce() + Send + Sync>>,
}

/// Where a transaction moves the cursor.
#[derive(Clone, Copy)]
pub(super) struct Advance {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Where the cursor is when a whole batch is done.
pub(super) struct BatchEnd {
    pub(super) until: i64,
    /// The last event up to there that was looked at.
    pub(super) anchor: Option<Anchor>,
}

/// An event that waits for its next attempt or, without `due_at`, for an earlier one of its subject, or
/// for its dead letter to be resolved.
pub(super) struct RetryRow {
    pub(super) position: i64,
    pub(super) event_id: String,
    pub(super) subject: Option<String>,
    pub(super) attempts: u32,
    pub(super) due_at: Option<OffsetDateTime>,
    pub(super) failures: Vec<serde_json::Value>,
    /// The dead letter that holds its subject.
    pub(super) held_by: Option<DeadLetterId>,
    /// The last of these attempts has yet to end.
    pub(super) is_begun: bool,
    /// The version that it waits for.
    pub(super) awaits: Option<AwaitedVersion>,
}

impl RetryRow {
    /// Waits for an earlier event of its subject.
    pub(super) fn behind(event: &StoredEvent) -> Self {
        Self {
            position: event.position,
            event_id: event.event_id.clone(),
            subject: event.subject.clone(),
            attempts: 0,
            due_at: None,
            failures: Vec::new(),
            held_by: None,
            is_begun: false,
            awaits: None,
        }
    }
}

/// What happens to an event after a failed attempt.
enum Verdict {
    RetryIn(Duration),
    GiveUp(DeadLetterReason),
}

impl Verdict {
    fn of<S>(kind: HandlerErrorKind, bound: &Bound<S>, failed: &FailedAttempt) -> Self {
        let delay = match kind {
            HandlerErrorKind::Permanent => return Self::GiveUp(DeadLetterReason::Permanent),
            HandlerErrorKind::Invalid => return Self::GiveUp(DeadLetterReason::Invalid),
            HandlerErrorKind::Retry => bound
                .retry()
                .delay_after(failed)
                .map(|delay| lengthen(delay, bound.settings.jitter, fastrand::f64())),
            HandlerErrorKind::RetryAfter(delay) => bound.retry().delay_after(failed).map(|_| delay),
        };
        match delay {
            Some(delay) => Self::RetryIn(delay),
            None => Self::GiveUp(DeadLetterReason::RetriesExhausted),
        }
    }
}

/// A candidate whose attempt failed, with all attempts that failed.
pub(super) struct FailedCandidate<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) last: FailedAttempt,
    pub(super) failures: Vec<serde_json::Value>,
}

impl PassRecord {
    pub(super) fn at(cursor: i64) -> Self {
        Self {
            from: cursor,
            reached: cursor,
            ..Self::default()
        }
    }

    /// The batch has come to its end, beyond its last event.
    pub(super) fn reach(&mut self, end: &BatchEnd) {
        self.reached = self.reached.max(end.until);
        if end.anchor.is_some() {
            self.anchor.clone_from(&end.anchor);
        }
    }

    /// Where the cursor is moved with this, if it is.
    pub(super) fn advance(&self, moves_cursor: bool) -> Option<Advance> {
        moves_cursor.then_some(Advance {
            from: self.from,
            to: self.reached,
        })
    }

    /// It is recorded. What blocks the subjects of later events stays.
    pub(super) fn forget(&mut self) {
        *self = Self {
            blocked: std::mem::take(&mut self.blocked),
            ..Self::at(self.reached)
        };
    }

    /// Whether there is nothing to record.
    pub(super) fn is_empty(&self) -> bool {
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

    /// What became of an event, if it is redriven.
    pub(super) fn settle_redriven(&mut self, candidate: &Candidate, outcome: RedriveOutcome) {
        let redriven = candidate.redriven.clone();
        self.redriven
            .extend(redriven.map(|redriven| Settled { redriven, outcome }));
    }

    /// An event waits, and later ones of its subject wait behind it.
    pub(super) fn put_aside(&mut self, row: RetryRow) {
        self.blocked.extend(row.subject.clone());
        self.waiting.push(row);
    }

    /// A failed attempt: the event waits for another, or is a dead letter after the last one, which may
    /// hold its subject.
    pub(super) fn fail<S>(
        &mut self,
        partition: &Partition<S>,
        candidate: &Candidate,
        failure: Failure,
    ) -> AttemptEnd {
        let last = FailedAttempt {
            attempt: candidate.attempts + 1,
            failed_at: partition.settings().clock.now(),
            error: failure.error,
        };
        let verdict = Verdict::of(failure.kind, &partition.bound, &last);
        let failures = with_attempt(&candidate.failures, &last);
        let failed = FailedCandidate {
            candidate,
            last,
            failures,
        };
        match verdict {
            Verdict::RetryIn(delay) => {
                self.retry(partition, failed, delay);
                AttemptEnd::Retry
            }
            Verdict::GiveUp(reason) => {
                self.give_up(partition, failed, reason);
                AttemptEnd::DeadLetter(reason)
            }
        }
    }

    /// The payload of the event was erased: it is over, and no handler is called.
    pub(super) fn skip_erased<S>(&mut self, partition: &Partition<S>, candidate: &Candidate) {
        let event = &candidate.event;
        self.over.push(event.event_id.clone());
        if candidate.is_retry {
            self.settle(event);
        }
        self.settle_redriven(candidate, RedriveOutcome::LeftOut);
        let observers = &partition.settings().observers;
        let attempts = candidate.attempts;
        self.report
            .attempted(observers, event, attempts, None, AttemptEnd::Erased);
        let (event_id, event_type) = (event.event_id.clone(), event.event_type.clone());
        let consumer = partition.settings().consumer;
        let subscription = partition.subscription().name;
        self.log_lines.push(Box::new(move || {
            tracing::info!(
                event_id,
                event_type,
                consumer,
                subscription,
                "the payload of an event was erased; the event is skipped"
            );
        }));
    }

    /// The program does not know the version of the event, which waits for one that does. It is no attempt.
    pub(super) fn await_version<S>(
        &mut self,
        partition: &Partition<S>,
        candidate: &Candidate,
        awaited: &AwaitedVersion,
    ) {
        let event = &candidate.event;
        self.put_aside(RetryRow {
            attempts: candidate.attempts,
            failures: candidate.failures.clone(),
            is_begun: candidate.is_begun,
            awaits: Some(awaited.clone()),
            ..RetryRow::behind(event)
        });
        let observers = &partition.settings().observers;
        self.report.awaits_version(observers, event);
        let subscription = partition.subscription().name;
        if !partition
            .settings()
            .versions
            .is_first(subscription, awaited)
        {
            return;
        }
        let (event_id, consumer) = (event.event_id.clone(), partition.settings().consumer);
        let AwaitedVersion {
            event_type,
            schema_version,
        } = awaited.clone();
        self.log_lines.push(Box::new(move || {
            tracing::warn!(
                event_id,
                event_type,
                schema_version,
                consumer,
                subscription,
                "an event has a newer version than the contracts of this program; it waits with the later events of its \
                 subject until a program that has the version works on the subscription, and so do others of this \
                 version, which are not logged"
            );
        }));
    }

    /// The last attempt never ended, and there is no other.
    pub(super) fn crashed<S>(&mut self, partition: &Partition<S>, candidate: &Candidate) {
        let reason = DeadLetterReason::Crashed;
        let failed = FailedCandidate {
            candidate,
            last: candidate.never_ended(partition, candidate.attempts),
            failures: candidate.failures.clone(),
        };
        self.give_up(partition, failed, reason);
        let observers = &partition.settings().observers;
        let (event, end) = (&candidate.event, AttemptEnd::DeadLetter(reason));
        self.report
            .attempted(observers, event, candidate.attempts, None, end);
    }

    /// The program does not know the version of the event, and an operator gave up on it.
    pub(super) fn abandon<S>(
        &mut self,
        partition: &Partition<S>,
        candidate: &Candidate,
        awaited: &AwaitedVersion,
    ) {
        let reason = DeadLetterReason::UnknownVersion;
        let error = format!(
            "the contracts of this program do not have version {} of {}, and an operator gave up on it",
            awaited.schema_version, awaited.event_type
        );
        let failed = FailedCandidate {
            candidate,
            last: FailedAttempt {
                attempt: candidate.attempts,
                failed_at: partition.settings().clock.now(),
                error,
            },
            failures: candidate.failures.clone(),
        };
        self.give_up(partition, failed, reason);
        let observers = &partition.settings().observers;
        let (event, end) = (&candidate.event, AttemptEnd::DeadLetter(reason));
        self.report
            .attempted(observers, event, candidate.attempts, None, end);
    }

    /// An attempt is about to begin. Should it never end, the event waits as after a failure.
    pub(super) fn begin<S>(&mut self, partition: &Partition<S>, candidate: &Candidate) {
        let attempt = candidate.never_ended(partition, candidate.attempts + 1);
        let delay = match Verdict::of(HandlerErrorKind::Retry, &partition.bound, &attempt) {
            Verdict::RetryIn(delay) => delay,
            // Looked at once more, to be given up.
            Verdict::GiveUp(_) => partition.settings().lease,
        };
        let failures = with_attempt(&candidate.failures, &attempt);
        self.put_aside(RetryRow {
            attempts: attempt.attempt,
            due_at: Some(due_after(attempt.failed_at, delay)),
            failures,
            is_begun: true,
            ..RetryRow::behind(&candidate.event)
        });
    }

    /// What the event that was attempted last failed with; that of the connection if it did not.
    pub(super) fn last_error(&self, error: &sqlx::Error) -> String {
        let failure = self.last_failure();
        failure.map_or_else(|| describe(error), str::to_owned)
    }

    fn last_failure(&self) -> Option<&str> {
        let waiting = self.waiting.last().and_then(|row| row.failures.last());
        let waiting = waiting.and_then(|failure| failure.get("error")?.as_str());
        let dead = self.dead_letters.last().map(|new| new.error.as_str());
        let again = self
            .redriven
            .last()
            .and_then(|settled| match &settled.outcome {
                RedriveOutcome::Failed(failed) => Some(failed.error.as_str()),
                _ => None,
            });
        waiting.or(dead).or(again)
    }

    fn retry<S>(&mut self, partition: &Partition<S>, failed: FailedCandidate<'_>, delay: Duration) {
        let event = &failed.candidate.event;
        let (event_id, event_type) = (event.event_id.clone(), event.event_type.clone());
        let consumer = partition.settings().consumer;
        let subscription = partition.subscription().name;
        let (attempt, error) = (failed.last.attempt, failed.last.error);
        self.log_lines.push(Box::new(move || {
            tracing::warn!(
                event_id,
                event_type,
                consumer,
                subscription,
                attempt,
                retry_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                error,
                "an attempt to handle an event failed and will be retried"
            );
        }));
        let is_first = attempt == 1;
        self.settle_redriven(failed.candidate, RedriveOutcome::Retried { is_first });
        self.put_aside(RetryRow {
            attempts: attempt,
            due_at: Some(due_after(failed.last.failed_at, delay)),
            failures: failed.failures,
            ..RetryRow::behind(event)
        });
    }
}

/// The attempts that failed before, and one more. A retry policy may go on for as long as it likes, and each
/// attempt is written again with the next: the first is kept, and the last ones.
fn with_attempt(before: &[serde_json::Value], last: &FailedAttempt) -> Vec<serde_json::Value> {
    let mut failures = before.to_vec();
    failures.push(serde_json::to_value(last).unwrap_or_default());
    let too_many = failures.len().saturating_sub(FailedAttempt::MOST_KEPT);
    failures.drain(1..=too_many);
    failures
}

/// When an event is due that waits for so long.
pub(super) fn due_after(now: OffsetDateTime, delay: Duration) -> OffsetDateTime {
    now.saturating_add(time::Duration::try_from(delay).unwrap_or(time::Duration::MAX))
}
