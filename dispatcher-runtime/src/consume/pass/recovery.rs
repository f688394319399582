//! What becomes of a pass whose transaction was lost: whose fault it was, and what is recorded.
//!
//! What a handler did wrong counts as an attempt at its event; what the database did counts against
//! none. Nothing of the lost transaction is left in either case.

use std::time::Duration;

use super::done::{Done, Waiting, time_delay};
use super::{Candidate, Pass, PassError, Reader};
use crate::consume::delivery::{self, Abandoned, Failure};
use crate::consume::handler::DeliveryTx;

/// How often a transaction may be lost at the same event before the event is put aside.
const LOST_AT_ONE_EVENT: u32 = 3;

/// For how long it is put aside.
const ASIDE: Duration = Duration::from_secs(15);

impl<S: Send + Sync + 'static> Reader<S> {
    /// A pass came to nothing; decides whose fault it was.
    pub(super) async fn abandoned(
        &mut self,
        done: Done,
        abandoned: Abandoned,
    ) -> Result<Pass, PassError> {
        let message = match abandoned {
            Abandoned::Log(mismatch) => return Err(mismatch.into()),
            Abandoned::LeaseLost => return Err(PassError::LeaseLost),
            Abandoned::Shared => return Ok(self.guard()),
            Abandoned::Database(error) => return self.lost(done, error.into()).await,
            Abandoned::Transient(message) => {
                return self.lost(done, PassError::Transient(message)).await;
            }
            Abandoned::Commit(error) if !delivery::is_handlers_fault(&error) => {
                return self.lost(done, error.into()).await;
            }
            Abandoned::Commit(error) => {
                format!("what the handler wrote could not be committed: {error}")
            }
            Abandoned::TransactionEnded => {
                self.may_share = false;
                delivery::TRANSACTION_ENDED.to_owned()
            }
        };
        match done.last {
            // Which of them it was only shows when they are handled one to a transaction.
            _ if done.candidates > 1 => self.singly = done.candidates,
            Some(candidate) => {
                self.record_failure(candidate, Failure::retry(message))
                    .await?
            }
            None => return Err(PassError::Transient(message)),
        }
        Ok(Pass::Worked(1))
    }

    /// An event failed under a savepoint that it shared. It counts when it fails under its own.
    fn guard(&mut self) -> Pass {
        self.is_guarded = true;
        let bound = &self.lane.bound;
        tracing::debug!(
            consumer = bound.settings.consumer,
            subscription = bound.subscription.name,
            "an event failed under a savepoint that it shared: its batch is handled again, each event \
             under one of its own"
        );
        Pass::Worked(1)
    }

    /// The database failed, which counts against no event. Should it fail at the same event again
    /// and again (a statement that kills its backend, another database that is down), the event is
    /// put aside so that the others go on; its attempts stay what they were.
    async fn lost(&mut self, done: Done, error: PassError) -> Result<Pass, PassError> {
        let Some(candidate) = done.last else {
            return Err(error);
        };
        let position = candidate.event.position;
        let times = match self.abandoned_at {
            Some((at, times)) if at == position => times + 1,
            _ => 1,
        };
        self.abandoned_at = Some((position, times));
        if times < LOST_AT_ONE_EVENT {
            return Err(error);
        }
        if done.candidates > 1 {
            // To get at it alone: those before it in its batch were rolled back with it.
            self.singly = done.candidates;
            return Err(error);
        }
        let Some((tx, mut done)) = self.reach_again(&candidate).await? else {
            return Ok(Pass::Worked(1));
        };
        let now = self.lane.bound.settings.clock.now();
        let due_at = now.saturating_add(time_delay(ASIDE));
        done.waiting.push(Waiting {
            attempts: candidate.attempts,
            due_at: Some(due_at),
            failures: candidate.failures.clone(),
            ..Waiting::behind(&candidate.event)
        });
        done.blocked.extend(candidate.event.subject.clone());
        self.commit(tx, done).await?;
        self.abandoned_at = None;
        tracing::warn!(
            event_id = candidate.event.event_id,
            consumer = self.lane.bound.settings.consumer,
            subscription = self.lane.bound.subscription.name,
            %error,
            "the database failed again and again at this event; it is put aside and does not count as tried"
        );
        Ok(Pass::Worked(1))
    }

    /// A new transaction at an event whose own was lost; `None` if it is not as it was.
    async fn reach_again(
        &self,
        candidate: &Candidate,
    ) -> Result<Option<(DeliveryTx, Done)>, PassError> {
        let lane = &self.lane;
        let mut tx = lane.begin().await?;
        let position = candidate.event.position;
        if let Some(leased) = lane.read_lease(&mut tx, false).await? {
            let cursor = leased.position;
            let untouched = if candidate.is_retry {
                lane.attempts_of(&mut tx, position).await? == Some(candidate.attempts)
            } else {
                cursor < position
            };
            if untouched {
                let mut done = Done::at(cursor);
                if !candidate.is_retry {
                    done.pass_by(&candidate.event);
                }
                return Ok(Some((tx, done)));
            }
        }
        tx.into_inner().rollback().await?;
        Ok(None)
    }

    /// The attempt took its transaction with it, so its failure is recorded in another.
    async fn record_failure(
        &self,
        candidate: Candidate,
        failure: Failure,
    ) -> Result<(), PassError> {
        let Some((tx, mut done)) = self.reach_again(&candidate).await? else {
            return Ok(());
        };
        let ended = self.lane.failed(&candidate, failure, &mut done);
        let observers = &self.lane.bound.settings.observers;
        let attempt = candidate.attempts + 1;
        done.kept
            .attempted(observers, &candidate.event, attempt, None, ended);
        self.commit(tx, done).await
    }

    async fn commit(&self, mut tx: DeliveryTx, mut done: Done) -> Result<(), PassError> {
        let advance = Some((done.from, done.reached));
        match self.lane.record(&mut tx, &done, advance).await {
            Ok(()) => {
                tx.into_inner().commit().await?;
                self.lane.tell(&mut done);
                Ok(())
            }
            Err(abandoned) => {
                let _ = tx.into_inner().rollback().await;
                Err(match abandoned {
                    Abandoned::Commit(error) | Abandoned::Database(error) => error.into(),
                    _ => PassError::LeaseLost,
                })
            }
        }
    }
}
