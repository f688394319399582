//! The events of a lane, one after the other: skipped, queued, or attempted, and recorded.
//!
//! A handler that takes a transaction has one for each event, or one for the lane; a handler that takes none is
//! recorded now and then.
//!
//! A runner stops between two events when the worker has to stop, or when its lease is over. If a transaction is
//! lost, what it recorded until then is committed or rolled back as a whole.

use std::time::{Duration, Instant};

use super::attempt::{self, Attempt, AttemptReport, Failure, Outcome};
use super::candidate::Candidate;
use super::error::AbortCause;
use super::read::Reader;
use super::record::{BatchEnd, PassRecord, RetryRow};
use super::recorder::{CommitDelivery, Recorder};
use super::report::AttemptEnd;
use crate::consume::delivery::{BeginDelivery, Delivery, DeliveryTx};
use crate::consume::erased_events::ErasedEvents;
use crate::consume::partition::Partition;
use crate::consume::savepoint::Next;
use crate::consume::slots::Slot;
use crate::operate::dead_letter::RedriveOutcome;
use crate::postgres::error::is_transient;

/// How long what was handled outside a transaction may stay unrecorded. A crash repeats that much.
const UNRECORDED: Duration = Duration::from_millis(100);

/// Whether a runner has come to the end of its candidates, and what it has done.
pub(super) type LaneResult = (PassRecord, Result<bool, AbortCause>);

/// What became of an attempt, once it is recorded.
enum Attempted {
    /// With the transaction of the next event, if it was begun.
    Handled(Option<DeliveryTx>),
    /// The transaction that read the log may have been rolled back, so that the cursor stays at an event.
    Failed,
}

/// Runs one lane of a batch.
pub(super) struct Runner<S> {
    pub(super) partition: Partition<S>,
    /// Whether the events have one savepoint in each transaction.
    pub(super) shares_savepoint: bool,
    /// Whether the role is restored after a handler.
    pub(super) restores_role: bool,
    /// The key of the marker of L6.
    pub(super) marker: i64,
}

impl<S: Send + Sync + 'static> Runner<S> {
    /// Handles the candidates in their order. `false`: it was stopped before the last of them, or it is the turn of
    /// another delivery that waits for the connection.
    pub(super) async fn run(
        &self,
        tx: &mut DeliveryTx,
        candidates: Vec<Candidate>,
        record: &mut PassRecord,
    ) -> Result<bool, AbortCause> {
        let mut is_finished = true;
        let mut left = candidates.len();
        tx.disregard_use(); // What was read is not a handler's.
        tx.begin_turn(); // Nor is the time for it.
        let mut has_begun = false;
        for candidate in candidates {
            if self.partition.must_stop() || has_begun && tx.is_due() {
                is_finished = false;
                break;
            }
            has_begun = true;
            left -= 1;
            tx.expect(match left {
                0 => Next::Nothing,
                _ if self.shares_savepoint => Next::Sharing,
                _ => Next::Apart,
            });
            self.deliver(Some(tx), candidate, record).await?;
        }
        attempt::close(tx).await?;
        Ok(is_finished)
    }

    /// The same with transactions of its own. `alone`: there is no other lane, so that the cursor can
    /// move as it goes.
    pub(super) async fn run_apart(
        &self,
        candidates: Vec<Candidate>,
        cursor: i64,
        alone: bool,
    ) -> LaneResult {
        let mut record = PassRecord::at(cursor);
        let subscription = self.partition.subscription();
        if subscription.in_transaction {
            let result = if subscription.shares_transaction {
                self.run_in_own_transaction(candidates, &mut record).await
            } else {
                self.run_each(None, candidates, &mut record, None).await
            };
            return (record, result);
        }
        let result = self.run_outside(candidates, &mut record, alone).await;
        (record, result)
    }

    async fn run_in_own_transaction(
        &self,
        candidates: Vec<Candidate>,
        record: &mut PassRecord,
    ) -> Result<bool, AbortCause> {
        let Some(slot) = self.partition.wait_for_slot().await else {
            return Ok(false);
        };
        let mut tx = self.partition.begin_deliveries(slot).await?;
        let result = match Reader::new(&self.partition).lease(&mut tx, false).await {
            Err(error) => Err(error.into()),
            Ok(None) => Err(AbortCause::LeaseLost),
            Ok(Some(_)) => self.run(&mut tx, candidates, record).await,
        };
        let is_finished = match result {
            Ok(is_finished) => is_finished,
            Err(cause) => {
                let _ = tx.give_up(&self.partition.bound.pool).await;
                return Err(cause);
            }
        };
        let recorder = Recorder::new(&self.partition);
        recorder.commit(tx, record, None).await?;
        Ok(is_finished)
    }

    /// Each event in a transaction of its own, in which it is recorded; the first in `open`, if there is one.
    ///
    /// With `end` the cursor moves with each event, and with the last one to the end of the batch, unless one has failed;
    /// without, another transaction moves it after all lanes.
    pub(super) async fn run_each(
        &self,
        mut open: Option<DeliveryTx>,
        candidates: Vec<Candidate>,
        record: &mut PassRecord,
        mut end: Option<BatchEnd>,
    ) -> Result<bool, AbortCause> {
        let moves_cursor = end.is_some();
        let mut left = candidates.len();
        let mut is_finished = true;
        for candidate in candidates {
            if self.partition.must_stop() {
                is_finished = false;
                break;
            }
            left -= 1;
            record.candidates += 1;
            let Some(candidate) = self.pass_over(candidate, record) else {
                continue;
            };
            let tx = match open.take() {
                Some(tx) => tx,
                None => match self.partition.wait_for_slot().await {
                    Some(slot) => self.begin_delivery(slot).await?,
                    None => {
                        is_finished = false;
                        break;
                    }
                },
            };
            let ended = end.as_ref().filter(|_| left == 0);
            let next = (left > 0 && !tx.is_due()).then(|| self.beginning());
            let attempt = self.attempt_in_own(tx, &candidate, record, (ended, next), moves_cursor);
            match attempt.await {
                Ok(Attempted::Handled(next)) => open = next,
                Ok(Attempted::Failed) => end = None,
                Err(cause) => {
                    record.last = Some(candidate);
                    return Err(cause);
                }
            }
        }
        if is_finished && let Some(end) = &end {
            record.reach(end);
        }
        // What was passed over since the last attempt.
        let is_recorded = record.is_empty() && record.reached == record.from;
        if let Some(tx) = open {
            if is_recorded {
                tx.rollback().await?;
            } else {
                self.record_in(tx, record, moves_cursor).await?;
            }
        } else if !is_recorded {
            let tx = self.partition.begin().await?;
            self.record_in(tx, record, moves_cursor).await?;
        }
        Ok(is_finished)
    }

    fn beginning(&self) -> BeginDelivery {
        self.partition
            .beginning(Some(self.marker), self.restores_role)
    }

    async fn begin_delivery(&self, slot: Slot) -> Result<DeliveryTx, sqlx::Error> {
        self.partition
            .begin_delivery(slot, Some(self.marker), self.restores_role)
            .await
    }

    /// An attempt in a transaction that is this event's alone. Afterwards all of the record is committed, or
    /// the transaction cannot go on and nothing of it is.
    async fn attempt_in_own(
        &self,
        mut tx: DeliveryTx,
        candidate: &Candidate,
        record: &mut PassRecord,
        (end, next): (Option<&BatchEnd>, Option<BeginDelivery>),
        moves_cursor: bool,
    ) -> Result<Attempted, AbortCause> {
        let report = match self.call(Some(&mut tx), candidate).await {
            Ok(report) => report,
            Err(AbortCause::TransactionEnded) => {
                tx.abandon().await;
                return Err(AbortCause::TransactionEnded);
            }
            Err(cause) => {
                // The connection may be gone; what counts is that nothing was committed.
                let _ = tx.give_up(&self.partition.bound.pool).await;
                return Err(cause);
            }
        };
        let handled = matches!(report.outcome, Outcome::Handled);
        self.note(candidate, report, record);
        if !handled {
            // What the handler wrote is taken back before its failure is recorded. An error of the server would be
            // that of a statement that the handler left behind; the pool then rolls back.
            if let Err(error) = tx.give_up(&self.partition.bound.pool).await
                && is_transient(&error)
            {
                return Err(AbortCause::Lost(record.last_error(&error)));
            }
            let tx = self.partition.begin().await?;
            self.record_in(tx, record, moves_cursor).await?;
            return Ok(Attempted::Failed);
        }
        if let Some(end) = end {
            record.reach(end);
        }
        let advance = record.advance(moves_cursor);
        let how = CommitDelivery {
            restores_role: self.restores_role,
            next,
        };
        let recorder = Recorder::new(&self.partition);
        let next = recorder.commit_delivery(tx, record, advance, how).await?;
        record.forget();
        Ok(Attempted::Handled(next))
    }

    /// Records what is known, in a transaction without a handler, and forgets it.
    async fn record_in(
        &self,
        tx: DeliveryTx,
        record: &mut PassRecord,
        moves_cursor: bool,
    ) -> Result<(), AbortCause> {
        let advance = record.advance(moves_cursor);
        let recorder = Recorder::new(&self.partition);
        if let Err(cause) = recorder.commit(tx, record, advance).await {
            // The handler had no part in this transaction.
            return Err(match cause {
                AbortCause::Commit(error) => AbortCause::Database(error),
                other => other,
            });
        }
        record.forget();
        Ok(())
    }

    /// For a handler that takes no transaction: what was done is recorded now and then.
    async fn run_outside(
        &self,
        candidates: Vec<Candidate>,
        record: &mut PassRecord,
        alone: bool,
    ) -> Result<bool, AbortCause> {
        let mut recorded_at = Instant::now();
        let mut result = Ok(true);
        for candidate in candidates {
            if self.partition.must_stop() {
                result = Ok(false);
                break;
            }
            if recorded_at.elapsed() >= UNRECORDED {
                self.record_apart(record, alone).await?;
            }
            if record.is_empty() {
                recorded_at = Instant::now();
            }
            if let Err(cause) = self.deliver(None, candidate, record).await {
                result = Err(cause);
                break;
            }
        }
        // Recording those before it resets the record. If that fails too, the record still counts them, so
        // that recovery does not take the event for the only one between it and the cursor.
        let last = record.last.take();
        let recorded = self.record_apart(record, alone).await;
        record.last = last;
        recorded.and(result)
    }

    /// Records what was handled outside a transaction, and forgets it.
    async fn record_apart(&self, record: &mut PassRecord, alone: bool) -> Result<(), AbortCause> {
        if record.is_empty() {
            return Ok(());
        }
        let tx = self.partition.begin().await?;
        self.record_in(tx, record, alone).await
    }

    /// One event: skipped, queued behind its subject, or attempted.
    async fn deliver(
        &self,
        tx: Option<&mut DeliveryTx>,
        candidate: Candidate,
        record: &mut PassRecord,
    ) -> Result<(), AbortCause> {
        record.candidates += 1;
        let Some(candidate) = self.pass_over(candidate, record) else {
            return Ok(());
        };
        let attempted = self.attempt(tx, &candidate, record).await;
        record.last = Some(candidate);
        attempted
    }

    /// Notes an event that no handler is called for. Returns one that has to be attempted.
    fn pass_over(&self, candidate: Candidate, record: &mut PassRecord) -> Option<Candidate> {
        let observers = &self.partition.settings().observers;
        let event = &candidate.event;
        let is_retry = candidate.is_retry;
        let is_blocked = event
            .subject
            .as_ref()
            .is_some_and(|subject| record.blocked.contains(subject));
        if candidate.handled {
            tracing::debug!(
                event_id = event.event_id,
                subscription = self.partition.subscription().name,
                "the event was handled before"
            );
            record.report.skipped(observers, event);
            if is_retry {
                record.settle(event);
                record.settle_redriven(&candidate, RedriveOutcome::Handled);
            }
        } else if is_retry && is_blocked {
            // It goes on waiting behind an earlier one that has failed again.
        } else if !is_retry && (candidate.held || is_blocked) {
            record.waiting.push(RetryRow::behind(event));
        } else if let Some(long) = event.oversize() {
            let problem = format!(
                "the event is too large to be handled or to be kept with its dead letter: {long}"
            );
            self.fail_unattempted(&candidate, Failure::invalid(problem), record);
        } else if let Some(at) = event.erased_at {
            match self.partition.subscription().erased {
                ErasedEvents::Skip => record.skip_erased(&self.partition, &candidate),
                ErasedEvents::DeadLetter => {
                    let erased = format!("the payload of the event was erased at {at}");
                    self.fail_unattempted(&candidate, Failure::permanent(erased), record);
                }
            }
        } else if let Some(awaited) = &candidate.awaits
            && candidate.is_abandoned
        {
            record.abandon(&self.partition, &candidate, awaited);
        } else if let Some(awaited) = &candidate.awaits {
            record.await_version(&self.partition, &candidate, awaited);
        } else if candidate.is_given_up(&self.partition) {
            record.crashed(&self.partition, &candidate);
        } else if candidate.is_gone {
            let lost = "the event is no longer in the log that it came from: it was removed there before it was handled";
            self.fail_unattempted(&candidate, Failure::permanent(lost), record);
        } else {
            return Some(candidate);
        }
        if !is_retry {
            record.pass_by(&candidate.event);
        }
        None
    }

    /// An event that fails before its handler is called.
    fn fail_unattempted(&self, candidate: &Candidate, failure: Failure, record: &mut PassRecord) {
        let ended = record.fail(&self.partition, candidate, failure);
        let observers = &self.partition.settings().observers;
        let (event, attempt) = (&candidate.event, candidate.attempts + 1);
        record
            .report
            .attempted(observers, event, attempt, None, ended);
    }

    async fn attempt(
        &self,
        mut tx: Option<&mut DeliveryTx>,
        candidate: &Candidate,
        record: &mut PassRecord,
    ) -> Result<(), AbortCause> {
        let report = self.call(tx.as_deref_mut(), candidate).await?;
        if let Some(tx) = tx
            && report.is_unmarked
        {
            self.mark_again(tx).await?;
        }
        self.note(candidate, report, record);
        Ok(())
    }

    /// Notes how an attempt ended.
    fn note(&self, candidate: &Candidate, report: AttemptReport, record: &mut PassRecord) {
        let event = &candidate.event;
        let end = match report.outcome {
            Outcome::Handled => {
                record.over.push(event.event_id.clone());
                record.settle_redriven(candidate, RedriveOutcome::Handled);
                AttemptEnd::Handled
            }
            Outcome::Failed(failure) => record.fail(&self.partition, candidate, failure),
        };
        let observers = &self.partition.settings().observers;
        let (attempt, latency) = (candidate.attempts + 1, report.handler_latency);
        record
            .report
            .attempted(observers, event, attempt, latency, end);
        if !candidate.is_retry {
            record.pass_by(event);
        } else if matches!(end, AttemptEnd::Handled) {
            record.settle(event);
        }
    }

    /// Hands the event to its handler.
    async fn call(
        &self,
        tx: Option<&mut DeliveryTx>,
        candidate: &Candidate,
    ) -> Result<AttemptReport, AbortCause> {
        let settings = self.partition.settings();
        let subscription = self.partition.subscription();
        let delivery = Delivery {
            attempt: candidate.attempts + 1,
            consumer: settings.consumer,
            subscription: subscription.name,
            position: candidate.event.position.into(),
            inserted_at: candidate.event.inserted_at,
            redrive: candidate.redrive(),
        };
        let attempt = Attempt {
            subscription,
            event: &candidate.event,
            state: &*self.partition.bound.state,
            delivery,
            timeout: self.partition.bound.handler_timeout(),
            observers: &settings.observers,
        };
        attempt.run(tx).await
    }

    /// The marker of L6 was rolled back with what a handler did: L2 sets it again.
    async fn mark_again(&self, tx: &mut DeliveryTx) -> Result<(), AbortCause> {
        match Reader::new(&self.partition).lease(tx, false).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(AbortCause::LeaseLost),
            Err(error) => Err(AbortCause::Commit(error)),
        }
    }
}
