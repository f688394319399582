//! Events that were given up: the dead letter of each, or the one that it had before.

use super::candidate::Candidate;
use super::record::{FailedCandidate, PassRecord, RetryRow};
use crate::consume::partition::Partition;
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::gate::envelope::MAX_TEXT_BYTES;
use crate::contract::id::DeadLetterId;
use crate::log::stored_event::StoredEvent;
use crate::operate::dead_letter::{self, FailedAgain, FingerprintOf, RedriveOutcome, Redriven};

impl PassRecord {
    /// Gives up on an event after its last attempt.
    pub(super) fn give_up<S>(
        &mut self,
        partition: &Partition<S>,
        failed: FailedCandidate<'_>,
        reason: DeadLetterReason,
    ) {
        if let Some(redriven) = failed.candidate.redriven.clone() {
            self.give_up_again(partition, failed, &redriven, reason);
            return;
        }
        let event = &failed.candidate.event;
        let consumer = partition.settings().consumer;
        let subscription = partition.subscription().name;
        let dead_letter = dead_letter::New {
            id: DeadLetterId::generate(),
            consumer,
            subscription,
            event: event.clone(),
            reason,
            error: failed.last.error,
            attempts: failed.last.attempt,
            failures: failed.failures,
            now: failed.last.failed_at,
        };
        self.log_lines.push(log_dead_letter(&dead_letter));
        let (attempts, failures) = (dead_letter.attempts, dead_letter.failures.clone());
        self.hold_or_settle(
            partition,
            failed.candidate,
            dead_letter.id.clone(),
            attempts,
            failures,
        );
        self.dead_letters.push(dead_letter);
    }

    /// A redriven event failed again: its letter is open again, with these attempts appended.
    fn give_up_again<S>(
        &mut self,
        partition: &Partition<S>,
        failed: FailedCandidate<'_>,
        redriven: &Redriven,
        reason: DeadLetterReason,
    ) {
        let event = &failed.candidate.event;
        let consumer = partition.settings().consumer;
        let subscription = partition.subscription().name;
        let attempt = failed.last.attempt;
        let fingerprint = FingerprintOf {
            consumer,
            subscription,
            event_type: &event.event_type,
            reason: reason.as_str(),
            error: &failed.last.error,
        };
        let again = FailedAgain {
            reason,
            attempts: redriven.attempts.saturating_add(attempt),
            failures: redriven.with_failures(&failed.failures),
            fingerprint: fingerprint.fingerprint(),
            is_first: attempt <= 1,
            error: failed.last.error,
        };
        self.log_lines.push(log_failed_again(
            event,
            (consumer, subscription),
            redriven,
            &again,
        ));
        self.settle_redriven(failed.candidate, RedriveOutcome::Failed(again));
        // It was read from a row, so the id is valid.
        if let Ok(id) = redriven.dead_letter_id.parse() {
            self.hold_or_settle(partition, failed.candidate, id, attempt, failed.failures);
        }
    }

    /// An event that was given up: it holds its subject, where the subscription says so, or waits no more.
    fn hold_or_settle<S>(
        &mut self,
        partition: &Partition<S>,
        candidate: &Candidate,
        letter: DeadLetterId,
        attempts: u32,
        failures: Vec<serde_json::Value>,
    ) {
        let event = &candidate.event;
        if partition.subscription().holds_subjects && event.subject.is_some() {
            self.put_aside(RetryRow {
                attempts,
                failures,
                held_by: Some(letter),
                ..RetryRow::behind(event)
            });
        } else if candidate.is_retry {
            self.settle(event);
        }
        // Its dedup row keeps it from becoming another one, should the cursor not move with this.
        // An id that is longer than the log's limit may be too long for its index; no handler ever sees such an event.
        if event.event_id.len() <= MAX_TEXT_BYTES {
            self.over.push(event.event_id.clone());
        }
    }
}

fn log_dead_letter(new: &dead_letter::New) -> Box<dyn FnOnce() + Send + Sync> {
    let dead_letter_id = new.id.clone();
    let event_id = new.event.event_id.clone();
    let event_type = new.event.event_type.clone();
    let (consumer, subscription, attempt) = (new.consumer, new.subscription, new.attempts);
    let error = new.error.clone();
    Box::new(move || {
        tracing::error!(
            %dead_letter_id,
            event_id,
            event_type,
            consumer,
            subscription,
            attempt,
            error,
            "an event became a dead letter"
        );
    })
}

fn log_failed_again(
    event: &StoredEvent,
    (consumer, subscription): (&'static str, &'static str),
    redriven: &Redriven,
    again: &FailedAgain,
) -> Box<dyn FnOnce() + Send + Sync> {
    let (event_id, event_type) = (event.event_id.clone(), event.event_type.clone());
    let (dead_letter_id, redrive_id) =
        (redriven.dead_letter_id.clone(), redriven.redrive_id.clone());
    let (attempts, error) = (again.attempts, again.error.clone());
    Box::new(move || {
        tracing::error!(
            dead_letter_id,
            redrive_id,
            event_id,
            event_type,
            consumer,
            subscription,
            attempts,
            error,
            "a redriven event failed again; its dead letter is open again"
        );
    })
}
