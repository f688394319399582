//! The events of a lane, one after the other, and what is to be recorded of them.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::{Candidate, Lane};
use crate::dead_letter;
use crate::delivery::{self, Abandoned, Attempted, Failure, Outcome};
use crate::error::HandlerErrorKind;
use crate::event::StoredEvent;
use crate::event_log::Anchor;
use crate::handler::{Delivery, DeliveryTx};
use crate::id::DeadLetterId;
use crate::observe::{Ended, Kept};
use crate::reason::Reason;

/// How long what was handled outside a transaction may stay unrecorded. A crash repeats that much.
const UNRECORDED: Duration = Duration::from_millis(100);

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
    /// Handles the candidates in their order. `false`: it was stopped before the last of them.
    pub(super) async fn run(
        &self,
        mut tx: Option<&mut DeliveryTx>,
        candidates: Vec<Candidate>,
        done: &mut Done,
    ) -> Result<bool, Abandoned> {
        for candidate in candidates {
            if self.must_stop() {
                return Ok(false);
            }
            self.deliver(tx.as_deref_mut(), candidate, done).await?;
        }
        Ok(true)
    }

    /// The same with transactions of its own. `alone`: there is no other lane, so that the cursor can
    /// move as it goes.
    pub(super) async fn run_apart(
        &self,
        candidates: Vec<Candidate>,
        cursor: i64,
        alone: bool,
    ) -> (Done, Result<bool, Abandoned>) {
        if self.bound.subscription.in_transaction {
            return self.run_in_own_transaction(candidates, cursor).await;
        }
        let mut done = Done::at(cursor);
        let mut recorded_at = Instant::now();
        let mut result = Ok(true);
        for candidate in candidates {
            if self.must_stop() {
                result = Ok(false);
                break;
            }
            if recorded_at.elapsed() >= UNRECORDED
                && let Err(abandoned) = self.record_apart(&mut done, alone).await
            {
                return (done, Err(abandoned));
            }
            if done.is_recorded() {
                recorded_at = Instant::now();
            }
            if let Err(abandoned) = self.deliver(None, candidate, &mut done).await {
                // It says nothing about those before it.
                done.candidates = 1;
                result = Err(abandoned);
                break;
            }
        }
        let last = done.last.take();
        if let Err(abandoned) = self.record_apart(&mut done, alone).await {
            result = Err(abandoned);
        }
        done.last = last;
        (done, result)
    }

    async fn run_in_own_transaction(
        &self,
        candidates: Vec<Candidate>,
        cursor: i64,
    ) -> (Done, Result<bool, Abandoned>) {
        let mut done = Done::at(cursor);
        let mut tx = match self.begin().await {
            Ok(tx) => tx,
            Err(error) => return (done, Err(error.into())),
        };
        let result = match self.read_lease(&mut tx).await {
            Err(error) => Err(error.into()),
            Ok(None) => Err(Abandoned::LeaseLost),
            Ok(Some(_)) => self.run(Some(&mut tx), candidates, &mut done).await,
        };
        let result = match result {
            Err(abandoned) => Err(abandoned),
            Ok(all) => self.record(&mut tx, &done, None).await.map(|()| all),
        };
        let all = match result {
            Ok(all) => all,
            Err(abandoned) => {
                let _ = tx.into_inner().rollback().await;
                return (done, Err(abandoned));
            }
        };
        if let Err(error) = tx.into_inner().commit().await {
            return (done, Err(Abandoned::Commit(error)));
        }
        self.tell(std::mem::take(&mut done.kept));
        (done, Ok(all))
    }

    /// Records what was handled outside a transaction, and forgets it.
    async fn record_apart(&self, done: &mut Done, alone: bool) -> Result<(), Abandoned> {
        if done.is_recorded() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let result = match self.read_lease(&mut tx).await {
            Err(error) => Err(error.into()),
            Ok(None) => Err(Abandoned::LeaseLost),
            Ok(Some(_)) => {
                let advance = alone.then_some((done.from, done.reached));
                self.record(&mut tx, done, advance).await
            }
        };
        if let Err(abandoned) = result {
            let _ = tx.into_inner().rollback().await;
            // The handler had no part in this transaction.
            return Err(match abandoned {
                Abandoned::Commit(error) => Abandoned::Database(error),
                other => other,
            });
        }
        tx.into_inner().commit().await?;
        self.tell(std::mem::take(&mut done.kept));
        *done = Done {
            blocked: std::mem::take(&mut done.blocked),
            ..Done::at(done.reached)
        };
        Ok(())
    }

    /// Moves the cursor, where every event up to `until` is recorded.
    pub(super) async fn advance(
        &self,
        from: i64,
        until: i64,
        anchor: Option<&Anchor>,
    ) -> Result<(), Abandoned> {
        let mut tx = self.begin().await?;
        let confirmed = self.confirm(&mut tx, from, until, anchor).await;
        match confirmed {
            Ok(true) => tx.into_inner().commit().await.map_err(Abandoned::Database),
            Ok(false) => {
                let _ = tx.into_inner().rollback().await;
                Err(Abandoned::LeaseLost)
            }
            Err(error) => {
                let _ = tx.into_inner().rollback().await;
                Err(error.into())
            }
        }
    }

    /// What would not count any more is not begun.
    fn must_stop(&self) -> bool {
        self.stopping.is_set() || self.lease.validity.is_over_for(Duration::ZERO)
    }

    /// One event: skipped, queued behind its subject, or attempted.
    async fn deliver(
        &self,
        tx: Option<&mut DeliveryTx>,
        candidate: Candidate,
        done: &mut Done,
    ) -> Result<(), Abandoned> {
        let settings = &self.bound.settings;
        done.candidates += 1;
        let event = &candidate.event;
        let is_retry = candidate.is_retry;
        let blocked = event
            .subject
            .as_ref()
            .is_some_and(|subject| done.blocked.contains(subject));
        if candidate.handled {
            tracing::debug!(
                event_id = event.event_id,
                subscription = self.bound.subscription.name,
                "already handled"
            );
            done.kept.skipped(&settings.observers, event);
            if is_retry {
                done.settle(event);
            }
        } else if is_retry && blocked {
            // It goes on waiting behind an earlier one that has failed again.
        } else if !is_retry && (candidate.held || blocked) {
            done.waiting.push(Waiting::behind(event));
        } else if candidate.is_gone {
            let lost = "the event is no longer in the log that it came from: it was removed there before it was handled";
            let ended = self.failed(&candidate, Failure::permanent(lost), done);
            let (observers, attempt) = (&settings.observers, candidate.attempts + 1);
            done.kept.attempted(observers, event, attempt, None, ended);
        } else {
            return self.attempt(tx, candidate, done).await;
        }
        if !is_retry {
            done.pass_by(&candidate.event);
        }
        Ok(())
    }

    async fn attempt(
        &self,
        tx: Option<&mut DeliveryTx>,
        candidate: Candidate,
        done: &mut Done,
    ) -> Result<(), Abandoned> {
        let bound = &self.bound;
        let settings = &bound.settings;
        let attempt = candidate.attempts + 1;
        let delivery = Delivery {
            attempt,
            consumer: settings.consumer,
            subscription: bound.subscription.name,
            position: candidate.event.position,
            inserted_at: candidate.event.inserted_at,
        };
        let attempted = delivery::attempt(
            &bound.subscription,
            &candidate.event,
            tx,
            &bound.state,
            delivery,
            settings.handler_timeout,
            &settings.observers,
        )
        .await;
        let Attempted {
            outcome,
            handler_latency,
        } = match attempted {
            Ok(attempted) => attempted,
            Err(abandoned) => {
                done.last = Some(candidate);
                return Err(abandoned);
            }
        };
        let event = &candidate.event;
        let ended = match outcome {
            Outcome::Handled => {
                done.over.push(event.event_id.clone());
                Ended::Handled
            }
            Outcome::Failed(failure) => self.failed(&candidate, failure, done),
        };
        let observers = &settings.observers;
        done.kept
            .attempted(observers, event, attempt, handler_latency, ended);
        if candidate.is_retry {
            if matches!(ended, Ended::Handled) {
                done.settle(event);
            }
        } else {
            done.pass_by(event);
        }
        done.last = Some(candidate);
        Ok(())
    }

    /// What was kept is committed.
    pub(super) fn tell(&self, kept: Kept) {
        kept.tell(
            &self.bound.settings.observers,
            self.bound.settings.consumer,
            self.bound.subscription.name,
            OffsetDateTime::now_utc,
        );
    }

    /// A failed attempt: the event waits for another, or is a dead letter after the last one, which may
    /// hold its subject.
    pub(super) fn failed(&self, candidate: &Candidate, failure: Failure, done: &mut Done) -> Ended {
        let event = &candidate.event;
        let settings = &self.bound.settings;
        let subscription = self.bound.subscription.name;
        let now = settings.clock.now();
        let attempts = candidate.attempts + 1;
        let mut failures = candidate.failures.clone();
        failures.push(serde_json::json!({
            "attempt": attempts,
            "failed_at": rfc3339(now),
            "error": failure.error,
        }));
        let delay = match failure.kind {
            HandlerErrorKind::Permanent | HandlerErrorKind::Invalid => None,
            HandlerErrorKind::Retry => settings.retry.delay_after(attempts, fastrand::f64()),
            HandlerErrorKind::RetryAfter(delay) => {
                settings.retry.delay_after(attempts, 0.0).map(|_| delay)
            }
        };
        if let Some(delay) = delay {
            tracing::warn!(
                event_id = event.event_id,
                event_type = event.event_type,
                consumer = settings.consumer,
                subscription,
                attempt = attempts,
                retry_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                error = failure.error,
                "an event was not handled and will be tried again"
            );
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
            HandlerErrorKind::Permanent => Reason::Permanent,
            HandlerErrorKind::Invalid => Reason::Invalid,
            HandlerErrorKind::Retry | HandlerErrorKind::RetryAfter(_) => Reason::RetriesExhausted,
        };
        let dead_letter_id = DeadLetterId::generate();
        tracing::error!(
            %dead_letter_id,
            event_id = event.event_id,
            event_type = event.event_type,
            consumer = settings.consumer,
            subscription,
            attempt = attempts,
            error = failure.error,
            "an event became a dead letter"
        );
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
    fn is_recorded(&self) -> bool {
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

fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_else(|_| at.to_string())
}

pub(super) fn time_delay(delay: Duration) -> time::Duration {
    time::Duration::try_from(delay).unwrap_or(time::Duration::MAX)
}
