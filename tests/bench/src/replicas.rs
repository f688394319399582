//! Consumers that run while a case is measured: replicas of one domain, in this process, each with a
//! pool of its own.

use std::time::Duration;

use acme_contracts::Coaching;
use dispatcher_runtime::{Consumer, ConsumerBuilder, RunningConsumer};
use futures_util::future::{join_all, select_ok};
use sqlx::{PgPool, Row};

use super::progress::Progress;
use super::{BenchDatabase, Error};

/// Short, so that replicas share out the partitions quickly.
const LEASE: Duration = Duration::from_secs(2);

/// How long that may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Running replicas.
#[derive(Debug)]
pub(super) struct Replicas(Vec<RunningConsumer>);

impl Replicas {
    /// Starts that many replicas, with the handlers that `subscribe` adds, and waits until each has
    /// a partition.
    pub(super) async fn start(
        database: &BenchDatabase,
        replicas: usize,
        connections: u32,
        progress: &Progress,
        subscribe: impl Fn(ConsumerBuilder<Coaching, Progress>) -> ConsumerBuilder<Coaching, Progress>,
    ) -> Result<Self, Error> {
        let mut running = Vec::new();
        for _ in 0..replicas {
            let pool = database.pool(connections).await?;
            let builder = Consumer::<Coaching>::builder(pool).state(progress.clone());
            running.push(subscribe(builder.lease(LEASE)).start().await?);
        }
        let shared_out = tokio::time::timeout(LIMIT, share_out(&database.pool, replicas)).await;
        shared_out.map_err(|_| {
            Error::Figure(format!(
                "{replicas} replicas have not shared out their partitions in {LIMIT:?}"
            ))
        })??;
        Ok(Self(running))
    }

    /// Waits until everything that was published is handled and committed, by whichever replica.
    pub(super) async fn wait_caught_up(&self) -> Result<(), Error> {
        // The replica that commits last notices first; the others look again after a while.
        let any = self.0.iter().map(|it| Box::pin(it.wait_caught_up()));
        select_ok(any).await?;
        Ok(())
    }

    pub(super) async fn stop(self) {
        join_all(self.0.into_iter().map(RunningConsumer::stop)).await;
    }
}

/// There is no notification for it, so this polls, before the clock runs.
async fn share_out(pool: &PgPool, replicas: usize) -> Result<(), Error> {
    loop {
        let row = sqlx::query("SELECT count(DISTINCT holder) FROM dispatcher_cursor")
            .fetch_one(pool)
            .await?;
        if row.try_get::<i64, _>(0)? == i64::try_from(replicas).unwrap_or(i64::MAX) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
