//! A consumer that runs: waiting until it has caught up, and stopping it.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Row};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::consume::partition::Settings;
use crate::consume::wake::Alarm;
use crate::postgres::error::DatabaseError;

/// A consumer that runs. Dropping it stops the subscriptions after the event that they are at,
/// without waiting; call [`stop`](Self::stop) to wait.
#[must_use = "a consumer stops when this is dropped"]
#[derive(Debug)]
pub struct RunningConsumer {
    pub(super) pool: PgPool,
    pub(super) settings: Arc<Settings>,
    pub(super) names: Vec<&'static str>,
    pub(super) alarm: Alarm,
    pub(super) stop: watch::Sender<bool>,
    pub(super) passed: watch::Receiver<u64>,
    pub(super) tasks: JoinSet<()>,
}

impl RunningConsumer {
    /// Waits until every event that was published before this call is handled or a dead letter,
    /// by this replica or another. Retries are waited for, so it may take as long as they do; events
    /// whose subject is held until somebody resolves a dead letter are not.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// May be dropped; nothing changes.
    pub async fn wait_caught_up(&self) -> Result<(), DatabaseError> {
        let statements = &self.settings.statements;
        let target = self.settings.log.horizon().await?.last_position;
        let subscriptions = i64::try_from(self.names.len()).unwrap_or(i64::MAX);
        let mut passed = self.passed.clone();
        loop {
            passed.borrow_and_update();
            let query = statements.caught_up.query();
            let row = query
                .bind(self.settings.consumer)
                .bind(&self.names)
                .bind(target)
                .fetch_one(&self.pool)
                .await?;
            if row.try_get::<i64, _>("count")? == subscriptions {
                return Ok(());
            }
            // A sleeping subscription would move its cursor only with the next poll.
            self.alarm.ring();
            // The limit is for passes of other replicas, which nobody tells us about.
            let _ = tokio::time::timeout(Duration::from_millis(50), passed.changed()).await;
        }
    }

    /// Takes no more events, lets the handlers that run finish, commits, and returns.
    ///
    /// # Cancellation
    /// If the future is dropped, the subscriptions stop all the same, each after the event that it
    /// is at; only nobody waits for them.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        while let Some(result) = self.tasks.join_next().await {
            if let Err(error) = result {
                tracing::error!(%error, "a subscription's task ended badly");
            }
        }
        tracing::info!(
            consumer = self.settings.consumer,
            "the consumer has stopped"
        );
    }
}

impl Drop for RunningConsumer {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.tasks.detach_all();
    }
}
