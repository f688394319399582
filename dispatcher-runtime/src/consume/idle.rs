//! What the test kit asks a consumer that runs: whether there is anything left to do now, and when the next
//! retry is due.
//!
//! "Now" is what the consumer's clock says. With a clock that stands still there is an end to the work:
//! events that wait for their retry are not due.

use std::time::Duration;

use sqlx::Row;
use time::OffsetDateTime;

use super::RunningConsumer;
use crate::postgres::error::DatabaseError;
use crate::postgres::family::Family;
use crate::postgres::sql::statements;

statements! {
    /// What the test kit asks of a consumer.
    struct ProgressStatements { read_progress }
}

/// How far a subscription is.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) subscription: String,
    /// Where its slowest partition has read to.
    pub(crate) position: i64,
    /// How many of its retries are due.
    pub(crate) due: i64,
    /// When the next retry is due.
    pub(crate) next_due: Option<OffsetDateTime>,
}

impl RunningConsumer {
    /// Waits until everything that is published is read and no retry is due: also what handlers
    /// publish meanwhile.
    pub(crate) async fn idle(&self) -> Result<Vec<Progress>, DatabaseError> {
        let mut passed = self.passed.clone();
        loop {
            passed.borrow_and_update();
            // In this order: what a handler publishes while the progress is read has a position that the
            // horizon includes.
            let progress = self.progress().await?;
            let end = self.settings.log.end_up_to(i64::MAX).await?;
            let is_done = |one: &Progress| one.position >= end && one.due == 0;
            if progress.iter().all(is_done) {
                return Ok(progress);
            }
            self.wake();
            // The limit is for passes of other replicas, which send no signal to this one.
            let _ = tokio::time::timeout(Duration::from_millis(50), passed.changed()).await;
        }
    }

    pub(crate) async fn progress(&self) -> Result<Vec<Progress>, DatabaseError> {
        let rows = ProgressStatements::new(&Family::default())
            .read_progress
            .query()
            .bind(self.settings.consumer)
            .bind(&self.names)
            .bind(self.settings.clock.now())
            .fetch_all(&self.pool)
            .await?;
        let mut progress = Vec::with_capacity(rows.len());
        for row in &rows {
            progress.push(Progress {
                subscription: row.try_get("name")?,
                position: row.try_get("position")?,
                due: row.try_get("due")?,
                next_due: row.try_get("next_due")?,
            });
        }
        Ok(progress)
    }

    /// Makes every subscription look for something to do.
    pub(crate) fn wake(&self) {
        self.alarm.ring();
    }
}
