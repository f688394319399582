//! One pass over a partition of a subscription: what is read, handled, and recorded together.
//!
//! A handler that takes its delivery's transaction has one for each event:
//!
//! ```text
//!   BEGIN (read committed)
//!   L2  the cursor of the lease, and the horizon (R1, R2); not ours any more: nothing to do here
//!   due retries, then the next events (R3), then what is known of them
//!   handler of the first event
//!   L3  the cursor's new position, and the dedup row; not ours any more: ROLLBACK
//!   for each other event: COMMIT and BEGIN with the marker of L6, handler, L3
//!   COMMIT
//! ```
//!
//! An event that fails is rolled back with its transaction, and recorded in another one. L3 also finds out
//! whether the handler has ended its transaction: a setting that is local to it is gone then.
//!
//! With `share_transaction` a batch has one, and each event a savepoint:
//!
//! ```text
//!   BEGIN, SAVEPOINT
//!   L2, and what is read
//!   for each: handler, RELEASE, SAVEPOINT    or, if it fails: rolled back to the savepoint
//!   L3  the cursor's new position, and dedup rows; not ours any more: ROLLBACK
//!   dead letters, retries
//!   COMMIT
//! ```
//!
//! Effects, dedup rows, retries, dead letters and cursor commit together or not at all, and only under
//! the lease (`migrations/0004_create_leases.sql`). A handler that takes no transaction runs between two
//! of them: the first reads, the second records. With `concurrency` each lane of a batch has
//! transactions of its own, and the cursor moves when all lanes are done; until then their dedup rows say
//! what is done.
//!
//! The log may be in another database; then it is read in a transaction there (`source.rs`), and the
//! rest stays as it is.
//!
//! A transaction that cannot go on is rolled back as a whole; `recover.rs` decides what that means.
//!
//! # The states of an event
//!
//! ```text
//!             ┌────────── attempt fails, retries left ──────────┐
//!             ▼                                                 │
//! in the log ─┬─▶ attempt ──ok──▶ handled (effects, dedup row, cursor: one commit)
//!             │      │
//!             │      └─ last attempt fails, permanent, or refused by the gate ─▶ dead letter ─▶ resolved
//!             ├─▶ waits behind an earlier event of its subject ─▶ attempt
//!             └─▶ of a version that the program does not know: waits for one that does ─▶ attempt
//! ```
//!
//! An operator may have the event of a dead letter handled again: then it waits like one whose attempt failed, and its letter
//! is resolved, or open again, in the transaction that settles it (`migrations/0009_create_redrives.sql`, `hand_over.rs`).
//!
//! Events that wait are rows of `dispatcher_retry`, so attempts survive a crash and nothing sleeps inside a
//! transaction. Of each subject only the first waiting event has a `due_at`; it is passed on when that event
//! is settled, and its followers are handled in the same pass as far as the batch goes. So a long queue costs
//! what its events cost and is never searched.
//!
//! # What can go wrong
//!
//! | what goes wrong | what happens |
//! |---|---|
//! | a handler fails, panics, exceeds its timeout, or ignores an SQL error | rolled back, to its savepoint where it shares a transaction; counts as an attempt. Under a shared savepoint its batch is handled again first |
//! | a handler breaks a deferred constraint, or ends the transaction | rolled back; counts as an attempt. Where events share the transaction, or are handled in lanes, they are first handled again one to a transaction, and it counts for the one at fault |
//! | a handler leaves its connection in the middle of a COPY | an attempt; the connection is closed (`out_of_step.rs`) |
//! | a handler changes its transaction's role | L3 is not permitted: the event is handled again, uncounted, and from then on the role is restored before L3 |
//! | a handler's own statement fails: serialization failure, deadlock, `lock_timeout`, an exhausted pool | as any other failure of the handler |
//! | the connection is lost, Postgres restarts, the consumer's own statements fail | the transaction is rolled back and the pass retried after 1, 5, 15, 60 s; counts for no event. The third time in a row at the same event it counts as an attempt |
//! | a handler ends its process, again and again | after the first time, attempts are written down before they begin (`begun.rs`) |
//! | the producer was deployed first, and the version of an event is not known | it waits with its subject, uncounted, until a replica works that knows the version (`awaited.rs`) |
//! | an event id comes again after its event was swept | L3 finds its dedup row; the event is passed over, and what the handler wrote is rolled back. A handler without a transaction is not called, because dedup rows are asked for first |
//! | the log was truncated, swapped or restored without its cursors | refused, at start and by each pass; nothing is skipped |
//! | a waiting event was removed from another database's log | a dead letter that says so |
//! | a subscription is rewound while it runs | its leases are void; what is in its handler is rolled back |
//! | the cursor was deleted | read from the beginning; dedup rows keep effects from being applied again |
//! | the process is killed, cut off or paused | its lease expires, another replica takes over, and open sessions are terminated (L6). If it resumes, L3 finds another fence and it rolls back |
//! | the number of partitions changes | all partitions start where the slowest was, under new fences |
//! | the connection is lost in COMMIT | the next pass reads cursor and dedup rows and sees whether it was committed |
//!
//! Dedup rows are written last in a pass: a handler that commits against the rules causes a second delivery
//! and never a lost event.
//!
//! # What need not be asked
//!
//! An event cannot have been handled before if its position had not been assigned when the lease was taken, and
//! no batch under the lease has come so far; unless its id was swept and published again, which L3 notices. So a
//! pass asks for dedup rows and waiting events only up to there, and while something waits; otherwise it sends
//! five statements for its first event: BEGIN; L2 with R1 and R2; R3; L3 with the dedup row; COMMIT. Each other event has two beside its handler's: L3, and COMMIT
//! with BEGIN.

pub(crate) mod attempt;
mod awaited;
mod begun;
mod candidate;
pub(crate) mod error;
mod given_up;
mod hand_over;
mod plan;
mod read;
mod record;
mod recorder;
mod recover;
mod redriven;
mod report;
mod run;
mod source;

use std::time::Duration;

use tokio::task::JoinSet;

use super::delivery::DeliveryTx;
use super::partition::Partition;
use super::slots::Slot;
use awaited::Awaited;
use error::{AbortCause, PassError};
use hand_over::HandOver;
pub(crate) use plan::IdleState;
use plan::{Lanes, Plan, Planner};
use read::{LeaseState, Reader};
use record::{Advance, PassRecord};
use recorder::Recorder;
use recover::Recovery;
use run::Runner;

/// What a pass found.
#[derive(Debug)]
pub(crate) enum Pass {
    /// There may be more to do now. This many events were found; if none, the cursor moved past events of
    /// other types.
    Worked(usize),
    /// Nothing to do now.
    Idle(IdleState),
    /// The lease is not ours any more.
    Lost,
    /// The worker has to stop, and nothing was begun.
    Stopped,
}

/// Makes the passes of one partition, one after the other.
pub(crate) struct PassExecutor<S> {
    partition: Partition<S>,
    recovery: Recovery,
    /// Beyond this position no event can have been handled: it had not been handed out when the lease
    /// was ours already, and no batch of ours has come so far. Not known at first; and not after a
    /// failure, when the database may have been restored.
    fresh_after: Option<i64>,
    /// How many events are still handled one at a time, each attempt written down first (`begun.rs`).
    careful: u32,
    awaited: Awaited,
    hand_over: HandOver,
}

impl<S: Send + Sync + 'static> PassExecutor<S> {
    pub(crate) fn new(partition: Partition<S>) -> Self {
        let is_after_crash = partition.lease.is_after_crash;
        let careful = if is_after_crash {
            partition.settings().batch_size
        } else {
            0
        };
        Self {
            partition,
            recovery: Recovery::new(),
            fresh_after: None,
            careful,
            awaited: Awaited::default(),
            hand_over: HandOver::default(),
        }
    }

    pub(crate) fn partition(&self) -> &Partition<S> {
        &self.partition
    }

    /// Does what can be done now, for at most one batch.
    ///
    /// Stops between two events when the worker has to stop; what was handled until then is committed.
    pub(crate) async fn pass(&mut self) -> Result<Pass, PassError> {
        let result = self.try_pass().await;
        if result.is_err() {
            self.fresh_after = None;
        }
        result
    }

    async fn try_pass(&mut self) -> Result<Pass, PassError> {
        self.awaited.look(&self.partition).await?;
        let Some(slot) = self.partition.wait_for_slot().await else {
            return Ok(Pass::Stopped);
        };
        if self.partition.lease.validity.is_over_for(Duration::ZERO) {
            return Err(PassError::LeaseOver);
        }
        let Some((mut tx, mut lease)) = self.begin(slot).await? else {
            return Ok(Pass::Lost);
        };
        if self.hand_over.is_due(&lease) {
            tx.rollback().await?;
            self.hand_over.run(&self.partition, &lease).await?;
            let Some(slot) = self.partition.wait_for_slot().await else {
                return Ok(Pass::Stopped);
            };
            match self.begin(slot).await? {
                Some(begun) => (tx, lease) = begun,
                None => return Ok(Pass::Lost),
            }
        }
        let cursor = lease.position;
        let mut plan = match self.plan(&mut tx, &lease).await {
            Ok(plan) => plan,
            Err(cause) => {
                let _ = tx.rollback().await;
                return self.recover(PassRecord::at(cursor), cause).await;
            }
        };
        if plan.candidates.is_empty() && plan.end.until <= cursor {
            tx.rollback().await?;
            self.recovery.passed();
            self.careful = 0;
            plan.idle.next_hand_over = self.hand_over.wait(&lease);
            return Ok(Pass::Idle(plan.idle));
        }
        plan.keep_apart(cursor);
        if self.must_note(&plan) {
            return self.pass_noted(tx, plan, &lease).await;
        }
        self.handle(tx, plan, &lease).await
    }

    /// Handles a batch, or finds out what went wrong with it.
    async fn handle(
        &mut self,
        tx: DeliveryTx,
        plan: Plan,
        lease: &LeaseState,
    ) -> Result<Pass, PassError> {
        let found = plan.candidates.len();
        self.careful = self
            .careful
            .saturating_sub(u32::try_from(found).unwrap_or(u32::MAX));
        match self.execute(tx, plan, lease).await {
            Ok(()) => {
                self.recovery.passed();
                Ok(Pass::Worked(found))
            }
            Err((record, cause)) => self.recover(record, cause).await,
        }
    }

    /// L2 in the transaction of the pass; `None` if the lease is lost.
    ///
    /// Transactions are ended here and not by being dropped: a rollback in the background would still hold
    /// its locks when the next pass begins.
    async fn begin(&self, slot: Slot) -> Result<Option<(DeliveryTx, LeaseState)>, PassError> {
        let subscription = self.partition.subscription();
        let mut tx = if subscription.in_transaction && !subscription.shares_transaction {
            let keeps_role = self.recovery.restores_role();
            self.partition
                .begin_delivery(slot, None, keeps_role)
                .await?
        } else if subscription.in_transaction && subscription.concurrency == 1 {
            self.partition.begin_deliveries(slot).await?
        } else {
            self.partition.begin_in(slot).await?
        };
        match Reader::new(&self.partition).lease(&mut tx, true).await {
            Ok(Some(lease)) => Ok(Some((tx, lease))),
            Ok(None) => {
                tx.rollback().await?;
                Ok(None)
            }
            Err(error) => {
                let _ = tx.rollback().await;
                Err(error.into())
            }
        }
    }

    async fn plan(&mut self, tx: &mut DeliveryTx, lease: &LeaseState) -> Result<Plan, AbortCause> {
        let limit = if self.recovery.is_single() || self.careful > 0 {
            1
        } else {
            self.partition.settings().batch_size
        };
        let planner = Planner::begin(&self.partition, limit).await?;
        let mut plan = planner.plan(tx, lease, self.fresh_after).await?;
        self.awaited.mark(&self.partition, &mut plan);
        let known = self.fresh_after.unwrap_or(plan.idle.last_position);
        self.fresh_after = Some(known.max(plan.end.until));
        Ok(plan)
    }

    /// Handles a batch and records it.
    async fn execute(
        &self,
        tx: DeliveryTx,
        plan: Plan,
        lease: &LeaseState,
    ) -> Result<(), (PassRecord, AbortCause)> {
        let cursor = lease.position;
        let subscription = self.partition.subscription();
        // What has failed before is likely to fail again.
        let shares_savepoint = subscription.shares_savepoint
            && self.recovery.may_share_savepoint()
            && !plan.candidates.iter().any(|candidate| candidate.is_retry);
        let lanes = plan.split(if self.recovery.is_single() {
            1
        } else {
            subscription.concurrency
        });
        let runner = || Runner {
            partition: self.partition.clone(),
            shares_savepoint,
            restores_role: self.recovery.restores_role(),
            marker: lease.marker,
        };
        if subscription.in_transaction && lanes.candidates.len() <= 1 {
            return if subscription.shares_transaction {
                self.within(tx, runner(), lanes, cursor).await
            } else {
                each(tx, runner(), lanes, cursor).await
            };
        }
        let ended = tx.rollback().await;
        ended.map_err(|error| (PassRecord::at(cursor), error.into()))?;
        self.beside(runner, lanes, cursor).await
    }

    async fn recover(&mut self, record: PassRecord, cause: AbortCause) -> Result<Pass, PassError> {
        if matches!(cause, AbortCause::HandledBefore) {
            self.fresh_after = None;
        }
        self.recovery
            .recover(&self.partition, record, cause)
            .await?;
        Ok(Pass::Worked(1))
    }

    /// All of the batch in the transaction that read it.
    async fn within(
        &self,
        mut tx: DeliveryTx,
        runner: Runner<S>,
        mut lanes: Lanes,
        cursor: i64,
    ) -> Result<(), (PassRecord, AbortCause)> {
        let mut record = PassRecord::at(cursor);
        let candidates = lanes.candidates.pop().unwrap_or_default();
        match runner.run(&mut tx, candidates, &mut record).await {
            Ok(is_finished) => {
                if is_finished {
                    record.reach(&lanes.end);
                }
            }
            Err(cause) => {
                // The connection may be gone; what counts is that nothing was committed.
                let _ = tx.give_up(&self.partition.bound.pool).await;
                return Err((record, cause));
            }
        }
        let advance = record.advance(true);
        let recorder = Recorder::new(&self.partition);
        let committed = recorder.commit(tx, &mut record, advance).await;
        committed.map_err(|cause| (record, cause))
    }

    /// The batch in lanes, each with transactions of its own; the cursor moves after them.
    async fn beside(
        &self,
        runner: impl Fn() -> Runner<S>,
        lanes: Lanes,
        cursor: i64,
    ) -> Result<(), (PassRecord, AbortCause)> {
        let events: usize = lanes.candidates.iter().map(Vec::len).sum();
        let alone = lanes.candidates.len() <= 1;
        let mut running = JoinSet::new();
        for candidates in lanes.candidates {
            let runner = runner();
            running.spawn(async move { runner.run_apart(candidates, cursor, alone).await });
        }
        let (mut reached, mut are_finished, mut failed) = (cursor, true, None);
        while let Some(ended) = running.join_next().await {
            match ended {
                Ok((record, Ok(is_finished))) => {
                    are_finished &= is_finished;
                    reached = reached.max(record.reached);
                }
                // Of several the first in the log, so that the passes after this one meet the same.
                Ok((record, Err(cause))) if comes_before(&record, failed.as_ref()) => {
                    failed = Some((record, cause));
                }
                Ok((_, Err(_))) => {}
                // Handlers' panics are caught, so this one is ours.
                Err(error) => {
                    let error =
                        sqlx::Error::Protocol(format!("the task of a lane failed: {error}"));
                    failed = Some((PassRecord::at(cursor), error.into()));
                }
            }
        }
        if let Some((mut record, cause)) = failed {
            if !alone {
                // Which event it is, and whether the cursor may pass it, shows when they are handled
                // one to a transaction.
                record.candidates = u32::try_from(events).unwrap_or(u32::MAX).max(2);
            }
            return Err((record, cause));
        }
        // Alone, it has moved the cursor as it went; what is left is the way to the horizon.
        let from = if alone { reached } else { cursor };
        if are_finished && lanes.end.until > from {
            let to = lanes.end.until;
            let recorder = Recorder::new(&self.partition);
            recorder
                .advance(Advance { from, to }, lanes.end.anchor.as_ref())
                .await
                .map_err(|cause| (PassRecord::at(cursor), cause))?;
        }
        Ok(())
    }
}

/// Each event of a batch in a transaction of its own, the first in the one that read them.
async fn each<S: Send + Sync + 'static>(
    tx: DeliveryTx,
    runner: Runner<S>,
    mut lanes: Lanes,
    cursor: i64,
) -> Result<(), (PassRecord, AbortCause)> {
    let mut record = PassRecord::at(cursor);
    let candidates = lanes.candidates.pop().unwrap_or_default();
    let ran = runner.run_each(Some(tx), candidates, &mut record, Some(lanes.end));
    match ran.await {
        Ok(_) => Ok(()),
        Err(cause) => Err((record, cause)),
    }
}

fn comes_before(record: &PassRecord, failed: Option<&(PassRecord, AbortCause)>) -> bool {
    let position = |record: &PassRecord| record.last.as_ref().map(|last| last.event.position);
    match failed.map(|(failed, _)| position(failed)) {
        None | Some(None) => true,
        Some(before) => position(record).is_some() && position(record) < before,
    }
}
