//! The events of a lane, one after the other: skipped, queued, or attempted, and recorded.
//!
//! A runner stops between two events when the worker has to stop, or when its lease is over. If a transaction is
//! lost, what it recorded until then is committed or rolled back as a whole.

use std::time::{Duration, Instant};

use super::attempt::{self, Attempt, AttemptReport, Failure, Outcome};
use super::candidate::Candidate;
use super::error::AbortCause;
use super::read::Reader;
use super::record::{PassRecord, RetryRow};
use super::recorder::{Advance, Recorder};
use super::report::AttemptEnd;
use crate::consume::delivery::{Delivery, DeliveryTx};
use crate::consume::partition::Partition;
use crate::consume::savepoint::Next;

/// How long what was handled outside a transaction may stay unrecorded. A crash repeats that much.
const UNRECORDED: Duration = Duration::from_millis(100);

/// Whether a runner has come to the end of its candidates, and what it has done.
pub(super) type LaneResult = (PassRecord, Result<bool, AbortCause>);

/// Runs one lane of a batch.
pub(super) struct Runner<S> {
    pub(super) partition: Partition<S>,
    /// Whether the events have one savepoint in each transaction.
    pub(super) shares_savepoint: bool,
}

impl<S: Send + Sync + 'static> Runner<S> {
    /// Handles the candidates in their order. `false`: it was stopped before the last of them.
    pub(super) async fn run(
        &self,
        tx: &mut DeliveryTx,
        candidates: Vec<Candidate>,
        record: &mut PassRecord,
    ) -> Result<bool, AbortCause> {
        let mut is_finished = true;
        let mut left = candidates.len();
        tx.disregard_use(); // What was read is not a handler's.
        for candidate in candidates {
            if self.partition.must_stop() {
                is_finished = false;
                break;
            }
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
        if self.partition.subscription().in_transaction {
            let result = self.run_in_own_transaction(candidates, &mut record).await;
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
        let mut tx = self.partition.begin_deliveries().await?;
        let result = match Reader::new(&self.partition).lease(&mut tx, false).await {
            Err(error) => Err(error.into()),
            Ok(None) => Err(AbortCause::LeaseLost),
            Ok(Some(_)) => self.run(&mut tx, candidates, record).await,
        };
        let is_finished = match result {
            Ok(is_finished) => is_finished,
            Err(cause) => {
                let _ = tx.into_inner().rollback().await;
                return Err(cause);
            }
        };
        let recorder = Recorder::new(&self.partition);
        recorder.commit(tx, record, None).await?;
        Ok(is_finished)
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
        let advance = alone.then_some(Advance {
            from: record.from,
            to: record.reached,
        });
        let recorder = Recorder::new(&self.partition);
        if let Err(cause) = recorder.commit(tx, record, advance).await {
            // The handler had no part in this transaction.
            return Err(match cause {
                AbortCause::Commit(error) => AbortCause::Database(error),
                other => other,
            });
        }
        *record = PassRecord {
            blocked: std::mem::take(&mut record.blocked),
            ..PassRecord::at(record.reached)
        };
        Ok(())
    }

    /// One event: skipped, queued behind its subject, or attempted.
    async fn deliver(
        &self,
        tx: Option<&mut DeliveryTx>,
        candidate: Candidate,
        record: &mut PassRecord,
    ) -> Result<(), AbortCause> {
        let observers = &self.partition.settings().observers;
        record.candidates += 1;
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
            }
        } else if is_retry && is_blocked {
            // It goes on waiting behind an earlier one that has failed again.
        } else if !is_retry && (candidate.held || is_blocked) {
            record.waiting.push(RetryRow::behind(event));
        } else if candidate.is_gone {
            let lost = "the event is no longer in the log that it came from: it was removed there before it was handled";
            let ended = record.fail(&self.partition, &candidate, Failure::permanent(lost));
            let attempt = candidate.attempts + 1;
            record
                .report
                .attempted(observers, event, attempt, None, ended);
        } else {
            let attempted = self.attempt(tx, &candidate, record).await;
            record.last = Some(candidate);
            return attempted;
        }
        if !is_retry {
            record.pass_by(&candidate.event);
        }
        Ok(())
    }

    async fn attempt(
        &self,
        mut tx: Option<&mut DeliveryTx>,
        candidate: &Candidate,
        record: &mut PassRecord,
    ) -> Result<(), AbortCause> {
        let event = &candidate.event;
        let report = self.call(tx.as_deref_mut(), candidate).await?;
        if let Some(tx) = tx
            && report.is_unmarked
        {
            self.mark_again(tx).await?;
        }
        let end = match report.outcome {
            Outcome::Handled => {
                record.over.push(event.event_id.clone());
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
        Ok(())
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
