//! The events of a lane, one after the other: skipped, queued, or attempted, and recorded.

use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::done::{Done, Waiting};
use super::{Candidate, Lane};
use crate::consume::delivery::{self, Abandoned, Attempted, Failure, Outcome};
use crate::consume::handler::{Delivery, DeliveryTx, Next};
use crate::log::Anchor;
use crate::observe::Ended;

/// How long what was handled outside a transaction may stay unrecorded. A crash repeats that much.
const UNRECORDED: Duration = Duration::from_millis(100);

impl<S: Send + Sync + 'static> Lane<S> {
    /// Handles the candidates in their order. `false`: it was stopped before the last of them.
    pub(super) async fn run(
        &self,
        mut tx: Option<&mut DeliveryTx>,
        candidates: Vec<Candidate>,
        done: &mut Done,
    ) -> Result<bool, Abandoned> {
        let mut all = true;
        let mut left = candidates.len();
        if let Some(tx) = tx.as_deref_mut() {
            tx.is_used = false; // What was read is not a handler's.
        }
        for candidate in candidates {
            if self.must_stop() {
                all = false;
                break;
            }
            left -= 1;
            if let Some(tx) = tx.as_deref_mut() {
                tx.next = match left {
                    0 => Next::Nothing,
                    _ if self.shares_savepoint => Next::Sharing,
                    _ => Next::Apart,
                };
            }
            self.deliver(tx.as_deref_mut(), candidate, done).await?;
        }
        if let Some(tx) = tx {
            delivery::end(tx, self.bound.handler_timeout()).await?;
        }
        Ok(all)
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
        let mut tx = match self.begin_deliveries().await {
            Ok(tx) => tx,
            Err(error) => return (done, Err(error.into())),
        };
        let result = match self.read_lease(&mut tx, false).await {
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
        self.tell(&mut done);
        (done, Ok(all))
    }

    /// Records what was handled outside a transaction, and forgets it.
    async fn record_apart(&self, done: &mut Done, alone: bool) -> Result<(), Abandoned> {
        if done.is_recorded() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let advance = alone.then_some((done.from, done.reached));
        let result = self.record(&mut tx, done, advance).await;
        if let Err(abandoned) = result {
            let _ = tx.into_inner().rollback().await;
            // The handler had no part in this transaction.
            return Err(match abandoned {
                Abandoned::Commit(error) => Abandoned::Database(error),
                other => other,
            });
        }
        tx.into_inner().commit().await?;
        self.tell(done);
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
        let confirmed = self.confirm(&mut tx, from, until, anchor, &[]).await;
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
        mut tx: Option<&mut DeliveryTx>,
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
            position: candidate.event.position.into(),
            inserted_at: candidate.event.inserted_at,
        };
        let attempted = delivery::attempt(
            &bound.subscription,
            &candidate.event,
            tx.as_deref_mut(),
            &bound.state,
            delivery,
            bound.handler_timeout(),
            &settings.observers,
        )
        .await;
        let Attempted {
            outcome,
            handler_latency,
            is_unmarked,
        } = match attempted {
            Ok(attempted) => attempted,
            Err(abandoned) => {
                done.last = Some(candidate);
                return Err(abandoned);
            }
        };
        if let Some(tx) = tx
            && is_unmarked
        {
            let lost = match self.read_lease(tx, false).await {
                Ok(Some(_)) => None,
                Ok(None) => Some(Abandoned::LeaseLost),
                Err(error) => Some(Abandoned::Commit(error)),
            };
            if let Some(abandoned) = lost {
                done.last = Some(candidate);
                return Err(abandoned);
            }
        }
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

    /// What was done is committed: it is logged, and observers are told.
    pub(super) fn tell(&self, done: &mut Done) {
        for say in done.said.drain(..) {
            say();
        }
        std::mem::take(&mut done.kept).tell(
            &self.bound.settings.observers,
            self.bound.settings.consumer,
            self.bound.subscription.name,
            OffsetDateTime::now_utc,
        );
    }
}
