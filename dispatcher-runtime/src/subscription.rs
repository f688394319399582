//! One pass over a subscription: a transaction that reads, handles, records and moves the cursor.
//!
//! ```text
//!   BEGIN (read committed)
//!   lock the cursor's row              another replica has it: nothing to do here
//!   due retries, then the horizon (R1, R2), then the next events (R3)
//!   for each: SAVEPOINT, handler, RELEASE    or, if it fails: a retry row, or a dead letter
//!   dedup rows of what was handled, the cursor's new position
//!   COMMIT
//! ```
//!
//! The row lock is the lease: who holds it works, who loses its session loses the transaction with
//! it, so a stale worker cannot write. Effects, dedup rows, retries, dead letters and cursor commit
//! together or not at all. Dedup rows are written last, so that a handler that commits on its own
//! against the rules causes a second delivery and never a lost event.

mod recovery;
mod store;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::consumer::Standstill;
use crate::dead_letter;
use crate::delivery::{self, Abandoned, Attempted, Failure, Outcome, Subscription};
use crate::error::HandlerErrorKind;
use crate::event::StoredEvent;
use crate::handler::{Delivery, DeliveryTx};
use crate::observe::{Ended, Kept, Observers};
use crate::reason::Reason;
use crate::retry::RetryPolicy;
use crate::sql::{ConsumeStatements, LogStatements};

/// How far past the cursor one statement looks, so that a log full of other event types is walked
/// in steps and never in one long statement.
const WINDOW: i64 = 100_000;

/// What the passes of all subscriptions of a consumer share.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) consumer: &'static str,
    pub(crate) batch_size: u32,
    pub(crate) poll_interval: Duration,
    pub(crate) handler_timeout: Option<Duration>,
    pub(crate) retry: RetryPolicy,
    pub(crate) observers: Observers,
    pub(crate) statements: ConsumeStatements,
    pub(crate) log: LogStatements,
    pub(crate) standstill: Standstill,
}

/// What a pass found.
#[derive(Debug)]
pub(crate) enum Pass {
    /// There may be more to do now.
    Worked,
    /// Nothing to do now.
    Idle(Idle),
}

#[derive(Debug, Default)]
pub(crate) struct Idle {
    /// L: the last position that was handed out.
    pub(crate) last_position: i64,
    /// Below L while a writer is in flight.
    pub(crate) horizon: i64,
    /// When the next retry is due.
    pub(crate) next_retry: Option<OffsetDateTime>,
}

/// Why a pass came to nothing. Everything that it did was rolled back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PassError {
    #[error("{0}")]
    Database(#[from] sqlx::Error),
    #[error("the database failed a handler: {0}")]
    Transient(String),
    #[error(
        "the cursor is at position {cursor}, and the log ends at {last_position}: was the log truncated or restored? \
         Nothing is read, because events would be skipped"
    )]
    CursorAhead { cursor: i64, last_position: i64 },
}

/// One subscription's reading and handling.
pub(crate) struct Reader<S> {
    pub(crate) settings: Arc<Settings>,
    pub(crate) subscription: Subscription<S>,
    pub(crate) state: Arc<S>,
    pub(crate) pool: PgPool,
    /// Events to be handled one to a transaction, because a batch of them could not be committed.
    pub(crate) singly: u32,
    /// The event at which the database failed last, and how often in a row.
    pub(crate) abandoned_at: Option<(i64, u32)>,
}

/// An event with what the consumer knows about it.
struct Candidate {
    event: StoredEvent,
    /// A dedup row says so.
    handled: bool,
    /// An earlier event of its subject waits.
    held: bool,
    /// It comes from `dispatcher_retry` and not from beyond the cursor.
    is_retry: bool,
    attempts: u32,
    failures: Vec<serde_json::Value>,
}

/// What a pass has done so far and will record before it commits.
#[derive(Default)]
struct Done {
    /// Ids of the events whose effects are in the transaction.
    handled: Vec<String>,
    /// Positions of the retries that are over.
    settled: Vec<i64>,
    /// Subjects whose first waiting event is over, with its position.
    released: Vec<(String, i64)>,
    /// Subjects whose later events have to wait.
    blocked: HashSet<String>,
    /// Events that were looked at.
    candidates: u32,
    /// The last of them.
    last: Option<Candidate>,
    /// Where the cursor goes.
    cursor: i64,
    /// What observers are told once it is committed.
    kept: Kept,
}

impl<S: Send + Sync + 'static> Reader<S> {
    /// Does what can be done now, for at most one batch.
    ///
    /// Stops between two events when `stopping` becomes true; what was handled until then is
    /// committed.
    pub(crate) async fn pass(
        &mut self,
        stopping: &watch::Receiver<bool>,
    ) -> Result<Pass, PassError> {
        let mut tx = self.begin().await?;
        let Some(cursor) = self.lock_cursor(&mut tx).await? else {
            tx.into_inner().rollback().await?;
            self.register_again().await?;
            return Ok(Pass::Idle(Idle::default()));
        };
        let limit = if self.singly > 0 {
            1
        } else {
            self.settings.batch_size
        };
        let mut done = Done {
            cursor,
            ..Done::default()
        };

        match self.work(&mut tx, &mut done, limit, stopping).await {
            Ok(idle) => {
                // Ended here and not by being dropped: a rollback in the background would still hold
                // the cursor's row when the next pass looks for it.
                let recorded = match self.record(&mut tx, &done, cursor).await {
                    Ok(false) => tx.into_inner().rollback().await,
                    Ok(true) => tx.into_inner().commit().await,
                    Err(error) => {
                        let _ = tx.into_inner().rollback().await;
                        Err(error)
                    }
                };
                if let Err(error) = recorded {
                    return self.abandoned(done, Abandoned::Commit(error)).await;
                }
                self.abandoned_at = None;
                self.singly = self.singly.saturating_sub(1);
                self.tell(done.kept);
                if done.candidates > 0 || done.cursor < idle.horizon {
                    return Ok(Pass::Worked);
                }
                Ok(Pass::Idle(idle))
            }
            Err(abandoned) => {
                // The connection may be gone; what counts is that nothing was committed.
                let _ = tx.into_inner().rollback().await;
                self.abandoned(done, abandoned).await
            }
        }
    }

    async fn work(
        &self,
        tx: &mut DeliveryTx,
        done: &mut Done,
        limit: u32,
        stopping: &watch::Receiver<bool>,
    ) -> Result<Idle, Abandoned> {
        for candidate in self.due_retries(tx, limit).await? {
            if *stopping.borrow() {
                break;
            }
            self.deliver(tx, candidate, done).await?;
        }
        self.deliver_followers(tx, done, limit, stopping).await?;
        let (last_position, horizon) = self.horizon(tx).await?;
        if done.cursor > last_position {
            return Err(Abandoned::CursorAhead {
                cursor: done.cursor,
                last_position,
            });
        }
        let window = horizon.min(done.cursor.saturating_add(WINDOW));
        let room = limit - done.candidates.min(limit);
        let mut all_read = room > 0;
        if room > 0 {
            let candidates = self.receive(tx, done.cursor, window, room).await?;
            all_read = candidates.len() < room as usize;
            for candidate in candidates {
                if *stopping.borrow() {
                    all_read = false;
                    break;
                }
                let position = candidate.event.position;
                self.deliver(tx, candidate, done).await?;
                done.cursor = position;
            }
        }
        if all_read {
            done.cursor = done.cursor.max(window);
        }
        let next_retry = match done.candidates {
            0 => self.next_retry(tx).await?,
            _ => None,
        };
        Ok(Idle {
            last_position,
            horizon,
            next_retry,
        })
    }

    /// What waited behind events that are settled now, in the order of each subject.
    async fn deliver_followers(
        &self,
        tx: &mut DeliveryTx,
        done: &mut Done,
        limit: u32,
        stopping: &watch::Receiver<bool>,
    ) -> Result<(), Abandoned> {
        for (subject, position) in done.released.clone() {
            let room = limit - done.candidates.min(limit);
            if room == 0 {
                break;
            }
            for candidate in self.followers(tx, &subject, position, room).await? {
                if *stopping.borrow() || done.blocked.contains(&subject) {
                    break;
                }
                self.deliver(tx, candidate, done).await?;
            }
        }
        Ok(())
    }

    /// One event: skipped, queued behind its subject, or attempted.
    async fn deliver(
        &self,
        tx: &mut DeliveryTx,
        candidate: Candidate,
        done: &mut Done,
    ) -> Result<(), Abandoned> {
        done.candidates += 1;
        let event = &candidate.event;
        let blocked = event
            .subject
            .as_ref()
            .is_some_and(|subject| done.blocked.contains(subject));
        if candidate.handled {
            tracing::debug!(
                event_id = event.event_id,
                subscription = self.subscription.name,
                "already handled"
            );
            done.kept.skipped(&self.settings.observers, event);
            if candidate.is_retry {
                done.settle(event);
            }
        } else if !candidate.is_retry && (candidate.held || blocked) {
            self.put_retry(tx, event, 0, None, &[]).await?;
        } else {
            let delivery = Delivery {
                attempt: candidate.attempts + 1,
                consumer: self.settings.consumer,
                subscription: self.subscription.name,
                position: event.position,
                inserted_at: event.inserted_at,
            };
            let timeout = self.settings.handler_timeout;
            // Kept before the attempt: if the transaction is lost, this is the event it was lost at.
            let candidate = done.last.insert(candidate);
            let Attempted {
                outcome,
                handler_latency,
            } = delivery::attempt(
                &self.subscription,
                &candidate.event,
                tx,
                &self.state,
                delivery,
                timeout,
                &self.settings.observers,
            )
            .await?;
            let ended = match outcome {
                Outcome::Handled => {
                    done.handled.push(candidate.event.event_id.clone());
                    Ended::Handled
                }
                Outcome::Failed(failure) => self.failed(tx, candidate, failure).await?,
            };
            done.kept.attempted(
                &self.settings.observers,
                &candidate.event,
                candidate.attempts + 1,
                handler_latency,
                ended,
            );
            match ended {
                Ended::Retry => done.blocked.extend(candidate.event.subject.clone()),
                Ended::Handled | Ended::DeadLetter(_) if candidate.is_retry => {
                    let event = candidate.event.clone();
                    done.settle(&event);
                }
                Ended::Handled | Ended::DeadLetter(_) => {}
            }
        }
        Ok(())
    }

    /// What was kept is committed.
    fn tell(&self, kept: Kept) {
        let (consumer, subscription) = (self.settings.consumer, self.subscription.name);
        kept.tell(
            &self.settings.observers,
            consumer,
            subscription,
            OffsetDateTime::now_utc,
        );
    }

    /// Records a failed attempt: a retry row, or a dead letter after the last one.
    async fn failed(
        &self,
        tx: &mut DeliveryTx,
        candidate: &Candidate,
        failure: Failure,
    ) -> Result<Ended, sqlx::Error> {
        let now = OffsetDateTime::now_utc();
        let event = &candidate.event;
        let attempts = candidate.attempts + 1;
        let mut failures = candidate.failures.clone();
        failures.push(serde_json::json!({
            "attempt": attempts,
            "failed_at": rfc3339(now),
            "error": failure.error,
        }));
        let delay = match failure.kind {
            HandlerErrorKind::Permanent | HandlerErrorKind::Invalid => None,
            HandlerErrorKind::Retry => self.settings.retry.delay_after(attempts, fastrand::f64()),
            HandlerErrorKind::RetryAfter(delay) => self
                .settings
                .retry
                .delay_after(attempts, 0.0)
                .map(|_| delay),
        };
        if let Some(delay) = delay {
            tracing::warn!(
                event_id = event.event_id,
                event_type = event.event_type,
                consumer = self.settings.consumer,
                subscription = self.subscription.name,
                attempt = attempts,
                retry_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                error = failure.error,
                "an event was not handled and will be tried again"
            );
            let due_at = now.saturating_add(time_delay(delay));
            self.put_retry(tx, event, attempts, Some(due_at), &failures)
                .await?;
            return Ok(Ended::Retry);
        }
        let reason = match failure.kind {
            HandlerErrorKind::Permanent => Reason::Permanent,
            HandlerErrorKind::Invalid => Reason::Invalid,
            HandlerErrorKind::Retry | HandlerErrorKind::RetryAfter(_) => Reason::RetriesExhausted,
        };
        let dead_letter_id = dead_letter::insert(
            &self.settings.statements.insert_dead_letter,
            tx,
            dead_letter::New {
                consumer: self.settings.consumer,
                subscription: self.subscription.name,
                event,
                reason,
                error: &failure.error,
                attempts,
                failures: &failures,
                now,
            },
        )
        .await?;
        tracing::error!(
            %dead_letter_id,
            event_id = event.event_id,
            event_type = event.event_type,
            consumer = self.settings.consumer,
            subscription = self.subscription.name,
            attempt = attempts,
            error = failure.error,
            "an event became a dead letter"
        );
        Ok(Ended::DeadLetter(reason))
    }
}

impl Done {
    /// An event that waited does not wait any more.
    fn settle(&mut self, event: &StoredEvent) {
        self.settled.push(event.position);
        if let Some(subject) = &event.subject {
            self.released.push((subject.clone(), event.position));
        }
    }
}

fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_else(|_| at.to_string())
}

fn time_delay(delay: Duration) -> time::Duration {
    time::Duration::try_from(delay).unwrap_or(time::Duration::MAX)
}
