//! What happens after a pass whose transaction was lost: whose fault it was, and what is recorded.
//!
//! What a handler did wrong counts as an attempt at its event; what the database did counts against none,
//! unless it happens at the same event again and again. Nothing of the lost transaction is left in either case.

use super::attempt::{Failure, LEFT_IN_A_COPY, STATEMENT_FAILED, TRANSACTION_ENDED};
use super::candidate::Candidate;
use super::error::{AbortCause, PassError};
use super::read::Reader;
use super::record::{Advance, PassRecord};
use super::recorder::Recorder;
use crate::consume::delivery::DeliveryTx;
use crate::consume::out_of_step::is_half_a_copy;
use crate::consume::partition::Partition;
use crate::consume::savepoint::is_handlers_fault;
use crate::postgres::error::{describe, sql_state};

/// How often a transaction may be lost at the same event before that counts as an attempt.
const LOST_AT_ONE_EVENT: u32 = 3;

/// What the failures of earlier passes mean for the next one.
pub(super) struct Recovery {
    /// How many events are handled one to a transaction, because a batch of them could not be committed.
    singly: u32,
    /// Each event of the next pass has a savepoint of its own, because one failed under a shared one.
    is_guarded: bool,
    /// No handler has ended its transaction, which is noticed too late where a savepoint is shared.
    may_share: bool,
    /// A handler has changed the role of its transaction, so the role is restored before the consumer's own
    /// statements.
    restores_role: bool,
    /// The event at which the database failed last, and how often in a row.
    lost_at: Option<(i64, u32)>,
}

impl Recovery {
    pub(super) fn new() -> Self {
        Self {
            singly: 0,
            is_guarded: false,
            may_share: true,
            restores_role: false,
            lost_at: None,
        }
    }

    /// A pass succeeded.
    pub(super) fn passed(&mut self) {
        self.lost_at = None;
        self.is_guarded = false;
        self.singly = self.singly.saturating_sub(1);
    }

    /// Whether the next pass handles one event only.
    pub(super) fn is_single(&self) -> bool {
        self.singly > 0
    }

    /// Whether events of the next pass may share a savepoint.
    pub(super) fn may_share_savepoint(&self) -> bool {
        self.may_share && !self.is_guarded
    }

    /// Whether the role has to be restored after a handler.
    pub(super) fn restores_role(&self) -> bool {
        self.restores_role
    }

    /// A pass was abandoned; decides whose fault it was.
    pub(super) async fn recover<S>(
        &mut self,
        partition: &Partition<S>,
        record: PassRecord,
        cause: AbortCause,
    ) -> Result<(), PassError> {
        let message = match cause {
            AbortCause::Log(mismatch) => return Err(mismatch.into()),
            AbortCause::LeaseLost => return Err(PassError::LeaseLost),
            AbortCause::SharedSavepoint => {
                self.guard(partition);
                return Ok(());
            }
            AbortCause::NotPermitted(error) if !self.restores_role => {
                self.restore_roles(partition, &error);
                return Ok(());
            }
            AbortCause::Database(error) | AbortCause::NotPermitted(error) => {
                return self.lost(partition, record, error.into()).await;
            }
            AbortCause::Lost(message) => {
                return self.lost(partition, record, PassError::Lost(message)).await;
            }
            // The next pass asks.
            AbortCause::HandledBefore => return Ok(()),
            AbortCause::Commit(sqlx::Error::Protocol(_)) => LEFT_IN_A_COPY.to_owned(),
            AbortCause::Commit(error) if is_half_a_copy(&error) => LEFT_IN_A_COPY.to_owned(),
            AbortCause::Commit(error) if !is_handlers_fault(&error) || is_cancelled(&error) => {
                return self.lost(partition, record, error.into()).await;
            }
            AbortCause::Commit(error) => {
                format!(
                    "what the handler wrote could not be committed: {}",
                    describe(&error)
                )
            }
            AbortCause::TransactionEnded => {
                self.may_share = false;
                TRANSACTION_ENDED.to_owned()
            }
            AbortCause::StatementFailed => STATEMENT_FAILED.to_owned(),
        };
        match record.last {
            // Which of them it was only shows when they are handled one to a transaction.
            _ if record.candidates > 1 => {
                self.singly = record.candidates;
                Ok(())
            }
            Some(candidate) => {
                let failure = Failure::retry(message);
                record_failure(partition, &candidate, failure).await
            }
            None => Err(PassError::Lost(message)),
        }
    }

    /// An event failed under a savepoint that it shared. It counts when it fails under its own.
    fn guard<S>(&mut self, partition: &Partition<S>) {
        self.is_guarded = true;
        tracing::debug!(
            consumer = partition.settings().consumer,
            subscription = partition.subscription().name,
            "an event failed under a shared savepoint; its batch is handled again with a savepoint for each event"
        );
    }

    /// The event is handled again at once, and from now on the role is restored, which costs a round trip
    /// for each event. Should that not help, the consumer's own role lacks the right.
    fn restore_roles<S>(&mut self, partition: &Partition<S>, error: &sqlx::Error) {
        self.restores_role = true;
        tracing::debug!(
            consumer = partition.settings().consumer,
            subscription = partition.subscription().name,
            error = describe(error),
            "what was handled could not be recorded; the handler may have changed its transaction's role, \
             which is restored from now on, and the event is handled again"
        );
    }

    /// The database failed, which counts against no event. Should it fail at the same event again and again (a
    /// statement that kills its backend, a handler that is idle for longer than the server allows), it is the
    /// event: that counts as an attempt, so that it is recorded, others go on, and it has an end.
    async fn lost<S>(
        &mut self,
        partition: &Partition<S>,
        record: PassRecord,
        error: PassError,
    ) -> Result<(), PassError> {
        let Some(candidate) = record.last else {
            return Err(error);
        };
        let position = candidate.event.position;
        let times = match self.lost_at {
            Some((at, times)) if at == position => times + 1,
            _ => 1,
        };
        self.lost_at = Some((position, times));
        if times < LOST_AT_ONE_EVENT {
            return Err(error);
        }
        if record.candidates > 1 {
            // To get at it alone: those before it in its batch were rolled back with it.
            self.singly = record.candidates;
            return Err(error);
        }
        let message = format!("the database failed {times} times at this event: {error}");
        record_failure(partition, &candidate, Failure::retry(message)).await?;
        self.lost_at = None;
        Ok(())
    }
}

/// query_canceled: it waited for longer than the session's `statement_timeout`, or an operator has cancelled it.
/// Should it be a statement that the handler left behind, it happens again.
fn is_cancelled(error: &sqlx::Error) -> bool {
    sql_state(error).as_deref() == Some("57014")
}

/// The attempt took its transaction with it, so its failure is recorded in another.
async fn record_failure<S>(
    partition: &Partition<S>,
    candidate: &Candidate,
    failure: Failure,
) -> Result<(), PassError> {
    let Some((tx, mut record)) = reach_again(partition, candidate).await? else {
        return Ok(());
    };
    let ended = record.fail(partition, candidate, failure);
    let (observers, event) = (&partition.settings().observers, &candidate.event);
    let attempt = candidate.attempts + 1;
    record
        .report
        .attempted(observers, event, attempt, None, ended);
    commit(partition, tx, record).await
}

/// A new transaction at an event whose own was lost; `None` if it is not as it was.
async fn reach_again<S>(
    partition: &Partition<S>,
    candidate: &Candidate,
) -> Result<Option<(DeliveryTx, PassRecord)>, PassError> {
    let reader = Reader::new(partition);
    let mut tx = partition.begin().await?;
    let position = candidate.event.position;
    if let Some(lease) = reader.lease(&mut tx, false).await? {
        let is_untouched = if candidate.is_retry {
            reader.attempts_of(&mut tx, position).await? == Some(candidate.recorded_attempts())
        } else {
            lease.position < position
        };
        if is_untouched {
            let mut record = PassRecord::at(lease.position);
            if !candidate.is_retry {
                record.pass_by(&candidate.event);
            }
            return Ok(Some((tx, record)));
        }
    }
    tx.rollback().await?;
    Ok(None)
}

async fn commit<S>(
    partition: &Partition<S>,
    tx: DeliveryTx,
    mut record: PassRecord,
) -> Result<(), PassError> {
    let advance = Advance {
        from: record.from,
        to: record.reached,
    };
    let recorder = Recorder::new(partition);
    let committed = recorder.commit(tx, &mut record, Some(advance)).await;
    committed.map_err(|cause| match cause {
        AbortCause::Commit(error) | AbortCause::Database(error) => error.into(),
        _ => PassError::LeaseLost,
    })
}
