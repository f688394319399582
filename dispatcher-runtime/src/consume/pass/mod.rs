//! One pass over a partition of a subscription: what is read, handled, and recorded together.
//!
//! A handler that takes its delivery's transaction:
//!
//! ```text
//!   BEGIN (read committed), SAVEPOINT
//!   L2  the cursor of the lease, and the horizon (R1, R2); not ours any more: nothing to do here
//!   due retries, then the next events (R3), then what is known of them
//!   for each: handler, RELEASE, SAVEPOINT    or, if it fails: rolled back to the savepoint
//!   L3  the cursor's new position, and dedup rows; not ours any more: ROLLBACK
//!   dead letters, retries
//!   COMMIT
//! ```
//!
//! Effects, dedup rows, retries, dead letters and cursor commit together or not at all, and only under
//! the lease (`migrations/0004_create_leases.sql`). A handler that takes no transaction runs between two
//! of them: the first reads, the second records. With `concurrency` each lane of a batch does the
//! second part in a transaction of its own, and the cursor moves when all of them have; until then
//! their dedup rows say what is done.
//!
//! The log may be in another database; then it is read in a transaction there (`source.rs`), and the
//! rest stays as it is.

mod done;
mod lane;
mod plan;
mod recovery;
mod source;
mod store;

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::task::JoinSet;

use crate::consume::clock::Clock;
use crate::consume::delivery::{Abandoned, Subscription};
use crate::consume::handler::DeliveryTx;
use crate::consume::lease::{Lease, Stopping};
use crate::consume::retry_policy::Retry;
use crate::log::standstill::Standstill;
use crate::log::stored_event::StoredEvent;
use crate::log::{EventLog, Mismatch};
use crate::observe::Observers;
use crate::postgres::sql::ConsumeStatements;
use done::Done;

/// How far past the cursor one statement looks, so that a log full of other event types is walked
/// in steps and never in one long statement.
const WINDOW: i64 = 100_000;

/// What the passes of all subscriptions of a consumer share.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) consumer: &'static str,
    pub(crate) batch_size: u32,
    /// How many bytes of payloads a batch comes to before no more is read.
    pub(crate) batch_bytes: u64,
    pub(crate) poll_interval: Duration,
    /// Whether notifications can be relied on as far as is known, so that polls may become rare.
    pub(crate) may_back_off: bool,
    pub(crate) handler_timeout: Option<Duration>,
    /// For how long a lease is good.
    pub(crate) lease: Duration,
    pub(crate) retry: Retry,
    /// By how much of itself a delay is lengthened at random at most.
    pub(crate) jitter: f64,
    pub(crate) observers: Observers,
    /// Decides when a retry is due.
    pub(crate) clock: Clock,
    pub(crate) statements: ConsumeStatements,
    pub(crate) log: EventLog,
    /// Whether the log is in another place than what the consumer keeps.
    pub(crate) is_remote: bool,
    pub(crate) standstill: Standstill,
}

/// What a pass found.
#[derive(Debug)]
pub(crate) enum Pass {
    /// There may be more to do now. So many events were found; none, and the cursor went on past
    /// those of other types.
    Worked(usize),
    /// Nothing to do now.
    Idle(Idle),
    /// The lease is not ours any more.
    Lost,
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
    #[error("{0}")]
    Log(#[from] Mismatch),
    #[error(
        "the lease went to another replica, or the cursor was set elsewhere, while events were handled; \
         nothing of them is recorded here"
    )]
    LeaseLost,
    #[error("the lease was not renewed in time; nothing is begun under it")]
    LeaseOver,
}

/// A subscription and what its handler needs.
pub(crate) struct Bound<S> {
    pub(crate) settings: Arc<Settings>,
    pub(crate) subscription: Subscription<S>,
    pub(crate) state: Arc<S>,
    pub(crate) pool: PgPool,
}

impl<S> Bound<S> {
    pub(crate) fn handler_timeout(&self) -> Option<Duration> {
        let own = self.subscription.handler_timeout;
        own.or(self.settings.handler_timeout)
    }

    pub(crate) fn retry(&self) -> &Retry {
        let own = self.subscription.retry.as_ref();
        own.unwrap_or(&self.settings.retry)
    }
}

/// Work on one partition, under its lease. Lanes of a batch have one each.
pub(crate) struct Lane<S> {
    pub(crate) bound: Arc<Bound<S>>,
    pub(crate) lease: Lease,
    pub(crate) stopping: Stopping,
    /// Whether the events of this pass have one savepoint in each transaction.
    pub(crate) shares_savepoint: bool,
}

impl<S> Clone for Lane<S> {
    fn clone(&self) -> Self {
        Self {
            bound: Arc::clone(&self.bound),
            lease: self.lease.clone(),
            stopping: self.stopping.clone(),
            shares_savepoint: self.shares_savepoint,
        }
    }
}

/// One partition's reading and handling.
pub(crate) struct Reader<S> {
    pub(crate) lane: Lane<S>,
    /// Events to be handled one to a transaction, because a batch of them could not be committed.
    singly: u32,
    /// Each event of the next pass has a savepoint of its own, because one failed under a shared one.
    is_guarded: bool,
    /// No handler has ended its transaction, which is noticed too late where a savepoint is shared.
    may_share: bool,
    /// The event at which the database failed last, and how often in a row.
    abandoned_at: Option<(i64, u32)>,
    /// Beyond this position nobody can have handled anything: it had not been handed out when the lease
    /// was ours already, and no batch of ours has come so far. Not known at first; and not after a
    /// failure, when the database may have been restored.
    fresh_after: Option<i64>,
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
    /// The log has lost it.
    is_gone: bool,
    attempts: u32,
    failures: Vec<serde_json::Value>,
}

impl Candidate {
    /// One that nobody has handled and that waits for none.
    fn fresh(event: StoredEvent) -> Self {
        Self {
            event,
            handled: false,
            held: false,
            is_retry: false,
            is_gone: false,
            attempts: 0,
            failures: Vec::new(),
        }
    }
}

impl<S: Send + Sync + 'static> Reader<S> {
    pub(crate) fn new(lane: Lane<S>) -> Self {
        Self {
            lane,
            singly: 0,
            is_guarded: false,
            may_share: true,
            abandoned_at: None,
            fresh_after: None,
        }
    }

    /// Does what can be done now, for at most one batch.
    ///
    /// Stops between two events when it is told to; what was handled until then is committed.
    pub(crate) async fn pass(&mut self) -> Result<Pass, PassError> {
        let result = self.try_pass().await;
        if result.is_err() {
            self.fresh_after = None;
        }
        result
    }

    async fn try_pass(&mut self) -> Result<Pass, PassError> {
        let lane = self.lane.clone();
        let bound = &lane.bound;
        if lane.lease.validity.is_over_for(Duration::ZERO) {
            return Err(PassError::LeaseOver);
        }
        let is_within = bound.subscription.in_transaction && bound.subscription.concurrency == 1;
        let mut tx = match is_within {
            true => lane.begin_deliveries().await?,
            false => lane.begin().await?,
        };
        // Transactions are ended here and not by being dropped: a rollback in the background would
        // still hold its locks when the next pass begins.
        let leased = match lane.read_lease(&mut tx, true).await {
            Ok(Some(leased)) => leased,
            Ok(None) => {
                tx.into_inner().rollback().await?;
                return Ok(Pass::Lost);
            }
            Err(error) => {
                let _ = tx.into_inner().rollback().await;
                return Err(error.into());
            }
        };
        let (limit, lanes) = match self.singly {
            0 => (bound.settings.batch_size, bound.subscription.concurrency),
            _ => (1, 1),
        };
        let cursor = leased.position;
        let plan = match lane.plan(&mut tx, &leased, self.fresh_after, limit).await {
            Ok(plan) => {
                let known = self.fresh_after.unwrap_or(plan.idle.last_position);
                self.fresh_after = Some(known.max(plan.until));
                plan
            }
            Err(abandoned) => {
                let _ = tx.into_inner().rollback().await;
                return self.abandoned(Done::at(cursor), abandoned).await;
            }
        };
        if plan.candidates.is_empty() && plan.until <= cursor {
            tx.into_inner().rollback().await?;
            self.passed();
            return Ok(Pass::Idle(plan.idle));
        }
        let found = plan.candidates.len();
        // What has failed before is likely to fail again.
        self.lane.shares_savepoint = bound.subscription.shares_savepoint
            && self.may_share
            && !self.is_guarded
            && !plan.candidates.iter().any(|candidate| candidate.is_retry);
        let lanes = plan.split(lanes);
        let result = if !bound.subscription.in_transaction || lanes.candidates.len() > 1 {
            tx.into_inner().rollback().await?;
            self.beside(lanes, cursor).await
        } else {
            self.within(tx, lanes, cursor).await
        };
        match result {
            Ok(()) => {
                self.passed();
                Ok(Pass::Worked(found))
            }
            Err((_, Abandoned::LeaseLost)) => Err(PassError::LeaseLost),
            Err((done, abandoned)) => self.abandoned(done, abandoned).await,
        }
    }

    fn passed(&mut self) {
        self.abandoned_at = None;
        self.is_guarded = false;
        self.singly = self.singly.saturating_sub(1);
    }

    /// All of the batch in the transaction that read it.
    async fn within(
        &self,
        mut tx: DeliveryTx,
        mut lanes: plan::Lanes,
        cursor: i64,
    ) -> Result<(), (Done, Abandoned)> {
        let lane = &self.lane;
        let mut done = Done::at(cursor);
        let candidates = lanes.candidates.pop().unwrap_or_default();
        let result = lane.run(Some(&mut tx), candidates, &mut done).await;
        let recorded = match result {
            Err(abandoned) => Err(abandoned),
            Ok(all) => {
                if all {
                    done.reached = done.reached.max(lanes.until);
                    done.anchor = lanes.anchor.or(done.anchor);
                }
                lane.record(&mut tx, &done, Some((cursor, done.reached)))
                    .await
            }
        };
        if let Err(abandoned) = recorded {
            // The connection may be gone; what counts is that nothing was committed.
            let _ = tx.into_inner().rollback().await;
            return Err((done, abandoned));
        }
        if let Err(error) = tx.into_inner().commit().await {
            return Err((done, Abandoned::Commit(error)));
        }
        lane.tell(&mut done);
        Ok(())
    }

    /// The batch in lanes, each with transactions of its own; the cursor moves after them.
    async fn beside(&mut self, lanes: plan::Lanes, cursor: i64) -> Result<(), (Done, Abandoned)> {
        let events: usize = lanes.candidates.iter().map(Vec::len).sum();
        let (until, anchor) = (lanes.until, lanes.anchor);
        let alone = lanes.candidates.len() <= 1;
        let mut running = JoinSet::new();
        for candidates in lanes.candidates {
            let lane = self.lane.clone();
            running.spawn(async move { lane.run_apart(candidates, cursor, alone).await });
        }
        let (mut reached, mut all, mut failed) = (cursor, true, None);
        while let Some(ended) = running.join_next().await {
            match ended {
                Ok((done, Ok(finished))) => {
                    all &= finished;
                    reached = reached.max(done.reached);
                }
                Ok((done, Err(abandoned))) => failed = Some((done, abandoned)),
                // Handlers' panics are caught, so this one is ours.
                Err(error) => {
                    let error = sqlx::Error::Protocol(format!("a lane ended badly: {error}"));
                    failed = Some((Done::at(cursor), error.into()));
                }
            }
        }
        if let Some((mut done, abandoned)) = failed {
            if !alone {
                // Which event it is, and whether the cursor may pass it, shows when they are handled
                // one to a transaction.
                done.candidates = u32::try_from(events).unwrap_or(u32::MAX).max(2);
            }
            return Err((done, abandoned));
        }
        // Alone, it has moved the cursor as it went; what is left is the way to the horizon.
        let from = if alone { reached } else { cursor };
        if all && until > from {
            self.lane
                .advance(from, until, anchor.as_ref())
                .await
                .map_err(|abandoned| (Done::at(cursor), abandoned))?;
        }
        Ok(())
    }
}
