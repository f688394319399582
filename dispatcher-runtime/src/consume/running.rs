//! A consumer that runs: whether it is ready, until when it runs, and stopping it.
//!
//! The stop signal alone stops it, so it also stops where no caller waits for it.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Row};
use tokio::sync::watch;

use crate::consume::partition::Settings;
use crate::consume::run_error::RunError;
use crate::consume::stop_report::{Cancellations, StopReport};
use crate::consume::tasks::Tasks;
use crate::consume::wake::Alarm;
use crate::postgres::error::DatabaseError;

/// A consumer that runs. If it is dropped, each subscription stops after the event that it is handling, in
/// the background; call [`stop`](Self::stop) to wait for that.
///
/// ```no_run
/// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
/// # use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, RunError, subscribe};
/// # #[subscribe(credit_locked)]
/// # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
/// # async fn example(pool: sqlx::PgPool, shutdown: impl Future<Output = ()>) -> Result<(), RunError> {
/// let running = Consumer::<Coaching>::builder(pool).subscribe(hold_slot).start().await?;
/// running.ready().await?;
/// tokio::select! {
///     died = running.wait() => died?,
///     () = shutdown => {}
/// }
/// running.stop().await;
/// # Ok(()) }
/// ```
#[must_use = "a consumer stops when this is dropped"]
#[derive(Debug)]
pub struct RunningConsumer {
    pub(super) pool: PgPool,
    #[cfg(feature = "http")]
    pub(super) family: crate::postgres::family::Family,
    pub(super) settings: Arc<Settings>,
    pub(super) names: Vec<&'static str>,
    pub(super) alarm: Alarm,
    pub(super) stop: watch::Sender<bool>,
    pub(super) passed: watch::Receiver<u64>,
    /// Whether the leases could be kept when they were looked at last.
    pub(super) keeping: watch::Receiver<bool>,
    pub(super) cancelled: Cancellations,
    pub(super) tasks: Tasks,
}

/// For how long the tasks may sign off after the deadline for handlers.
const SIGN_OFF: Duration = Duration::from_secs(5);

impl RunningConsumer {
    /// Waits until every event that was published before this call is handled or a dead letter,
    /// by this replica or another. Retries are waited for, so it may take as long as they do. Events
    /// whose subject is held until an operator resolves a dead letter are not waited for, nor are events of a
    /// newer version than the contracts of this program have. A subscription that is
    /// [paused](crate::Subscriptions::pause) is waited for until it is resumed and has handled them, because none of its
    /// events would be: limit the wait where that may happen.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// May be dropped; nothing changes.
    pub async fn wait_caught_up(&self) -> Result<(), DatabaseError> {
        let statements = &self.settings.statements;
        let log = &self.settings.log;
        let target = log.horizon().await?.last_position.get();
        let mut end = target;
        let subscriptions = i64::try_from(self.names.len()).unwrap_or(i64::MAX);
        let mut passed = self.passed.clone();
        let (event_types, newest): (Vec<_>, Vec<_>) = self.settings.versions.newest().unzip();
        loop {
            passed.borrow_and_update();
            if end == target {
                end = log.end_up_to(target).await?;
            }
            let query = statements.caught_up.query();
            let row = query
                .bind(self.settings.consumer)
                .bind(&self.names)
                .bind(target)
                .bind(&event_types)
                .bind(&newest)
                .bind(end)
                .fetch_one(&self.pool)
                .await?;
            if row.try_get::<i64, _>("count")? == subscriptions {
                return Ok(());
            }
            // A sleeping subscription would move its cursor only with the next poll.
            self.alarm.ring();
            // The limit is for passes of other replicas, which send no signal to this one.
            let _ = tokio::time::timeout(Duration::from_millis(50), passed.changed()).await;
        }
    }

    /// Whether this replica takes part in the work: its tasks run, and the database answered when it looked
    /// at its leases last, which it does every third of a [lease](crate::ConsumerBuilder::lease). A
    /// replica that is ready may have no partition to work on, because others have them all, or because its subscriptions
    /// are [paused](crate::Subscriptions::pause). It asks
    /// nothing of the database, so a health check may call it often.
    pub fn is_ready(&self) -> bool {
        *self.keeping.borrow() && !self.tasks.has_died()
    }

    /// Whether this replica is alive and ready, for the routes of a health check. It is alive while its tasks work, also
    /// where the database is gone. It is ready while it [takes part in the work](Self::is_ready), the database answers
    /// and its tables suit this version; from the stop signal on it is not.
    ///
    /// ```no_run
    /// # use dispatcher_runtime::RunningConsumer;
    /// # fn app(running: &RunningConsumer) -> axum::Router {
    /// axum::Router::new().merge(running.health().router())
    /// # }
    /// ```
    #[cfg(feature = "http")]
    pub fn health(&self) -> crate::operate::http::Health {
        let died = self.tasks.watch();
        let (keeping, stop) = (self.keeping.clone(), self.stop.subscribe());
        crate::operate::http::Health::of(
            self.pool.clone(),
            &self.family,
            vec![Box::new(move || died.borrow().is_none())],
            vec![Box::new(move || *keeping.borrow() && !*stop.borrow())],
        )
    }

    /// Waits until this replica [is ready](Self::is_ready).
    ///
    /// # Errors
    /// [`RunError::Died`].
    ///
    /// # Cancellation
    /// May be dropped; nothing changes.
    pub async fn ready(&self) -> Result<(), RunError> {
        let mut keeping = self.keeping.clone();
        let ready = async {
            if keeping.wait_for(|keeping| *keeping).await.is_err() {
                std::future::pending::<()>().await; // The keeper has died, which `wait` tells.
            }
        };
        tokio::select! {
            biased;
            died = self.wait() => died,
            () = ready => Ok(()),
        }
    }

    /// Waits until the consumer ends by itself, which is a fault. While it works this does not return, and it
    /// never returns `Ok`; use it beside the signal that stops the process. Failures of the database do not
    /// end a consumer.
    ///
    /// # Errors
    /// [`RunError::Died`] names the task that has died.
    ///
    /// # Cancellation
    /// May be dropped; nothing changes.
    pub async fn wait(&self) -> Result<(), RunError> {
        let problem = self.tasks.died().await;
        Err(RunError::Died {
            consumer: self.settings.consumer,
            problem: problem.to_string(),
        })
    }

    /// Takes no more events, lets the handlers that run finish, commits, and returns. Handlers that take
    /// longer than the [`stop_timeout`](crate::ConsumerBuilder::stop_timeout), and whatever waits for a database
    /// that does not answer, are cancelled then; the report says of which subscriptions.
    ///
    /// # Cancellation
    /// If the future is dropped, each subscription still stops after the event that it is handling, in the
    /// background.
    pub async fn stop(mut self) -> StopReport {
        let _ = self.stop.send(true);
        let limit = self.settings.stop_timeout.saturating_add(SIGN_OFF);
        if tokio::time::timeout(limit, self.tasks.join())
            .await
            .is_err()
        {
            self.tasks.abort().await;
        }
        let report = self.cancelled.report();
        if report.is_clean() {
            tracing::info!(
                consumer = self.settings.consumer,
                "the consumer has stopped"
            );
        } else {
            tracing::warn!(
                consumer = self.settings.consumer,
                cancelled = ?report.cancelled,
                "the consumer has stopped; what was not finished in time was cancelled, and is handled again"
            );
        }
        report
    }
}

impl Drop for RunningConsumer {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.tasks.detach();
    }
}
