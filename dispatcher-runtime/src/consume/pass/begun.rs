//! Attempts that are written down before the handler is called.
//!
//! A handler that ends its process (abort, out of memory, stack overflow) leaves nothing behind, so every start
//! would die at the same event. A lease that was not released tells that a process may have ended so. Then
//! events are handled one at a time, for as many as a batch holds, and each attempt is recorded first, as one that
//! never ended: should that become true, the event waits like any other that failed, others go on, and after
//! the last retry it is a dead letter. An attempt that does end takes the record back with what it records.

use super::candidate::Candidate;
use super::error::{AbortCause, PassError};
use super::plan::Plan;
use super::read::LeaseState;
use super::record::{BatchEnd, PassRecord};
use super::recorder::Recorder;
use super::{Pass, PassExecutor};
use crate::consume::delivery::DeliveryTx;

impl<S: Send + Sync + 'static> PassExecutor<S> {
    /// Whether the attempt of this batch is to be written down first.
    pub(super) fn must_note(&self, plan: &Plan) -> bool {
        let [candidate] = &plan.candidates[..] else {
            return false;
        };
        let is_suspect = candidate.is_begun || self.careful > 0;
        is_suspect && !candidate.is_over() && !candidate.is_given_up(&self.partition)
    }

    /// Writes down the attempt of the only event of the batch, and handles it in another transaction.
    pub(super) async fn pass_noted(
        &mut self,
        tx: DeliveryTx,
        mut plan: Plan,
        lease: &LeaseState,
    ) -> Result<Pass, PassError> {
        let Some(candidate) = plan.candidates.pop() else {
            return Ok(Pass::Worked(0));
        };
        let candidate = match self.note(tx, candidate, lease).await {
            Ok(candidate) => candidate,
            Err(cause) => return self.recover(PassRecord::at(lease.position), cause).await,
        };
        let Some(slot) = self.partition.wait_for_slot().await else {
            return Ok(Pass::Stopped);
        };
        let Some((tx, lease)) = self.begin(slot).await? else {
            return Ok(Pass::Lost);
        };
        plan.candidates.push(candidate);
        plan.end = BatchEnd {
            until: lease.position,
            anchor: None,
        };
        self.handle(tx, plan, &lease).await
    }

    async fn note(
        &self,
        tx: DeliveryTx,
        candidate: Candidate,
        lease: &LeaseState,
    ) -> Result<Candidate, AbortCause> {
        if candidate.is_begun {
            tracing::warn!(
                event_id = candidate.event.event_id,
                event_type = candidate.event.event_type,
                consumer = self.partition.settings().consumer,
                subscription = self.partition.subscription().name,
                attempt = candidate.attempts,
                "an attempt to handle this event never ended; it is handled again"
            );
        }
        let mut record = PassRecord::at(lease.position);
        if !candidate.is_retry {
            record.pass_by(&candidate.event);
        }
        record.begin(&self.partition, &candidate);
        let advance = record.advance(true);
        let recorder = Recorder::new(&self.partition);
        let committed = recorder.commit(tx, &mut record, advance).await;
        committed.map_err(|cause| match cause {
            // No handler had a part in this transaction.
            AbortCause::Commit(error) => AbortCause::Database(error),
            other => other,
        })?;
        Ok(Candidate {
            is_retry: true,
            is_begun: false,
            is_noted: true,
            ..candidate
        })
    }
}
