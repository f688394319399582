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

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Row};
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::dead_letter::{self, Reason};
use crate::delivery::{self, Abandoned, Failure, Outcome, Subscription};
use crate::error::HandlerErrorKind;
use crate::event::StoredEvent;
use crate::handler::{Delivery, DeliveryTx};
use crate::retry::RetryPolicy;
use crate::sql::ConsumeStatements;

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
    pub(crate) statements: ConsumeStatements,
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
}

/// One subscription's reading and handling.
pub(crate) struct Reader<S> {
    pub(crate) settings: Arc<Settings>,
    pub(crate) subscription: Subscription<S>,
    pub(crate) state: Arc<S>,
    pub(crate) pool: PgPool,
    /// Events to be handled one to a transaction, because a batch of them could not be committed.
    pub(crate) singly: u32,
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
    /// Subjects whose later events have to wait.
    blocked: HashSet<String>,
    /// Events that were looked at.
    candidates: u32,
    /// The last of them.
    last: Option<Candidate>,
    /// Where the cursor goes.
    cursor: i64,
}

impl<S: Send + Sync + 'static> Reader<S> {
    /// Does what can be done now, for at most one batch.
    ///
    /// Stops between two events when `stopping` becomes true; what was handled until then is
    /// committed.
    pub(crate) async fn pass(&mut self, stopping: &watch::Receiver<bool>) -> Result<Pass, PassError> {
        let mut tx = self.begin().await?;
        let Some(cursor) = self.lock_cursor(&mut tx).await? else {
            tx.into_inner().rollback().await?;
            return Ok(Pass::Idle(Idle::default()));
        };
        let limit = if self.singly > 0 { 1 } else { self.settings.batch_size };
        let mut done = Done { cursor, ..Done::default() };

        match self.work(&mut tx, &mut done, limit, stopping).await {
            Ok(idle) => {
                // Ended here and not by being dropped: a rollback in the background would still hold
                // the cursor's row when the next pass looks for it.
                if !self.record(&mut tx, &done, cursor).await? {
                    tx.into_inner().rollback().await?;
                } else if let Err(error) = tx.into_inner().commit().await {
                    return self.abandoned(done, Abandoned::Commit(error)).await;
                }
                self.singly = self.singly.saturating_sub(1);
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
        let (last_position, horizon) = self.horizon(tx).await?;
        let window = horizon.min(done.cursor.saturating_add(WINDOW));
        let room = limit - done.candidates.min(limit);
        let mut all_read = room > 0;
        if room > 0 {
            let candidates = self.next_events(tx, done.cursor, window, room).await?;
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
        Ok(Idle { last_position, horizon, next_retry })
    }

    /// One event: skipped, queued behind its subject, or attempted.
    async fn deliver(&self, tx: &mut DeliveryTx, candidate: Candidate, done: &mut Done) -> Result<(), Abandoned> {
        done.candidates += 1;
        let event = &candidate.event;
        let blocked = event.subject.as_ref().is_some_and(|subject| done.blocked.contains(subject));
        if candidate.handled {
            tracing::debug!(event_id = event.event_id, subscription = self.subscription.name, "already handled");
            if candidate.is_retry {
                done.settled.push(event.position);
            }
        } else if !candidate.is_retry && (candidate.held || blocked) {
            self.put_retry(tx, event, 0, OffsetDateTime::now_utc(), &[]).await?;
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
            match delivery::attempt(&self.subscription, &candidate.event, tx, &self.state, delivery, timeout).await? {
                Outcome::Handled => {
                    done.handled.push(candidate.event.event_id.clone());
                    if candidate.is_retry {
                        done.settled.push(candidate.event.position);
                    }
                }
                Outcome::Failed(failure) => match self.failed(tx, candidate, failure).await? {
                    Verdict::Retry => done.blocked.extend(candidate.event.subject.clone()),
                    Verdict::DeadLetter if candidate.is_retry => done.settled.push(candidate.event.position),
                    Verdict::DeadLetter => {}
                },
            }
        }
        Ok(())
    }

    /// Records a failed attempt: a retry row, or a dead letter after the last one.
    async fn failed(&self, tx: &mut DeliveryTx, candidate: &Candidate, failure: Failure) -> Result<Verdict, sqlx::Error> {
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
            HandlerErrorKind::RetryAfter(delay) => {
                self.settings.retry.delay_after(attempts, 0.0).map(|_| delay)
            }
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
            self.put_retry(tx, event, attempts, now.saturating_add(time_delay(delay)), &failures).await?;
            return Ok(Verdict::Retry);
        }
        let reason = match failure.kind {
            HandlerErrorKind::Permanent => Reason::Permanent,
            HandlerErrorKind::Invalid => Reason::Invalid,
            HandlerErrorKind::Retry | HandlerErrorKind::RetryAfter(_) => Reason::RetriesExhausted,
        };
        let dead_letter_id = dead_letter::insert(
            &self.settings.statements.insert_dead_letter,
            &mut **tx,
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
        Ok(Verdict::DeadLetter)
    }

    /// A pass came to nothing; decides whose fault it was.
    async fn abandoned(&mut self, done: Done, abandoned: Abandoned) -> Result<Pass, PassError> {
        let message = match abandoned {
            Abandoned::Database(error) => return Err(error.into()),
            Abandoned::Transient(message) => return Err(PassError::Transient(message)),
            Abandoned::Commit(error) if !delivery::is_handlers_fault(&error) => return Err(error.into()),
            Abandoned::Commit(error) => format!("what the handler wrote could not be committed: {error}"),
            Abandoned::TransactionEnded => {
                "the handler ended its delivery's transaction: it must not COMMIT or ROLLBACK there".to_owned()
            }
        };
        match done.last {
            // Which of them it was only shows when they are handled one to a transaction.
            _ if done.candidates > 1 => self.singly = done.candidates,
            Some(candidate) => self.record_failure(candidate, Failure::retry(message)).await?,
            None => return Err(PassError::Transient(message)),
        }
        Ok(Pass::Worked)
    }

    /// The attempt took its transaction with it, so its failure is recorded in another.
    async fn record_failure(&self, candidate: Candidate, failure: Failure) -> Result<(), PassError> {
        let mut tx = self.begin().await?;
        let Some(cursor) = self.lock_cursor(&mut tx).await? else {
            tx.into_inner().rollback().await?;
            return Ok(());
        };
        // Another replica may have come between.
        let untouched = if candidate.is_retry {
            self.due_retries(&mut tx, u32::MAX)
                .await?
                .iter()
                .any(|due| due.event.position == candidate.event.position && due.attempts == candidate.attempts)
        } else {
            cursor < candidate.event.position
        };
        if !untouched {
            tx.into_inner().rollback().await?;
            return Ok(());
        }
        let mut done = Done { cursor: cursor.max(candidate.event.position), ..Done::default() };
        if let Verdict::DeadLetter = self.failed(&mut tx, &candidate, failure).await? {
            if candidate.is_retry {
                done.settled.push(candidate.event.position);
            }
        }
        self.record(&mut tx, &done, cursor).await?;
        tx.into_inner().commit().await?;
        Ok(())
    }
}

/// What becomes of an event that failed.
enum Verdict {
    Retry,
    DeadLetter,
}

fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_else(|_| at.to_string())
}

fn time_delay(delay: Duration) -> time::Duration {
    time::Duration::try_from(delay).unwrap_or(time::Duration::MAX)
}

/// The statements of a pass.
impl<S> Reader<S> {
    async fn begin(&self) -> Result<DeliveryTx, sqlx::Error> {
        // Also where the role's default is stricter: an older snapshot would skip events.
        Ok(DeliveryTx::new(self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?))
    }

    async fn lock_cursor(&self, tx: &mut DeliveryTx) -> Result<Option<i64>, sqlx::Error> {
        let row = self
            .settings
            .statements
            .lock_cursor
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .fetch_optional(&mut **tx)
            .await?;
        row.map(|row| row.try_get("position")).transpose()
    }

    async fn horizon(&self, tx: &mut DeliveryTx) -> Result<(i64, i64), sqlx::Error> {
        let row = self.settings.statements.read_horizon.query().fetch_one(&mut **tx).await?;
        Ok((row.try_get("last_position")?, row.try_get("horizon")?))
    }

    async fn due_retries(&self, tx: &mut DeliveryTx, limit: u32) -> Result<Vec<Candidate>, sqlx::Error> {
        let rows = self
            .settings
            .statements
            .read_due_retries
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .bind(OffsetDateTime::now_utc())
            .bind(i64::from(limit))
            .fetch_all(&mut **tx)
            .await?;
        rows.iter()
            .map(|row| {
                let failures: serde_json::Value = row.try_get("failures")?;
                Ok(Candidate {
                    event: StoredEvent::from_row(row)?,
                    handled: row.try_get("handled")?,
                    held: false,
                    is_retry: true,
                    attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default(),
                    failures: failures.as_array().cloned().unwrap_or_default(),
                })
            })
            .collect()
    }

    async fn next_events(
        &self,
        tx: &mut DeliveryTx,
        cursor: i64,
        until: i64,
        limit: u32,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let rows = self
            .settings
            .statements
            .read_events
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .bind(&self.subscription.event_types)
            .bind(cursor)
            .bind(until)
            .bind(i64::from(limit))
            .fetch_all(&mut **tx)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Candidate {
                    event: StoredEvent::from_row(row)?,
                    handled: row.try_get("handled")?,
                    held: row.try_get("held")?,
                    is_retry: false,
                    attempts: 0,
                    failures: Vec::new(),
                })
            })
            .collect()
    }

    async fn next_retry(&self, tx: &mut DeliveryTx) -> Result<Option<OffsetDateTime>, sqlx::Error> {
        self.settings
            .statements
            .next_retry
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .fetch_one(&mut **tx)
            .await?
            .try_get("due_at")
    }

    async fn put_retry(
        &self,
        tx: &mut DeliveryTx,
        event: &StoredEvent,
        attempts: u32,
        due_at: OffsetDateTime,
        failures: &[serde_json::Value],
    ) -> Result<(), sqlx::Error> {
        self.settings
            .statements
            .put_retry
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.name)
            .bind(event.position)
            .bind(&event.subject)
            .bind(i32::try_from(attempts).unwrap_or(i32::MAX))
            .bind(due_at)
            .bind(serde_json::Value::from(failures).to_string())
            .execute(&mut **tx)
            .await
            .map(drop)
    }

    /// Writes down what was done. Whether there was anything to write.
    async fn record(&self, tx: &mut DeliveryTx, done: &Done, cursor: i64) -> Result<bool, sqlx::Error> {
        let now = OffsetDateTime::now_utc();
        let statements = &self.settings.statements;
        let (consumer, subscription) = (self.settings.consumer, self.subscription.name);
        if !done.handled.is_empty() {
            let query = statements.record_handled.query();
            query.bind(consumer).bind(subscription).bind(now).bind(&done.handled).execute(&mut **tx).await?;
        }
        if !done.settled.is_empty() {
            let query = statements.remove_retries.query();
            query.bind(consumer).bind(subscription).bind(&done.settled).execute(&mut **tx).await?;
        }
        if done.cursor > cursor {
            let query = statements.move_cursor.query();
            query.bind(consumer).bind(subscription).bind(done.cursor).bind(now).execute(&mut **tx).await?;
        }
        Ok(done.cursor > cursor || done.candidates > 0)
    }
}
