//! `riverqueue`, River for Rust: a job queue; a job that has run is kept, as completed, for a day.
//!
//! A handler that writes completes its job in the transaction of its write, so the effect is
//! applied once. The fetch cooldown is the shortest that it accepts, because it limits throughput;
//! the number of workers is that of River's own benchmark.

use std::time::Duration;

use anyhow::Result;
use riverqueue::database::begin_postgres;
use riverqueue::migrate::PostgresMigrator;
use riverqueue::{
    BoxError, Client, FETCH_COOLDOWN_MIN, InsertOpts, Job, QueueConfig, RunHandle, WorkContext,
    WorkOutcome, Workers,
};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use super::{CONNECTIONS, EFFECT, Handler, Load, Peer};
use crate::event::CreditLocked;

const WORKERS: usize = 2000;

#[derive(Clone)]
pub(crate) struct River {
    pool: PgPool,
    /// Only inserts. It works no jobs because it has no queue.
    client: Client,
}

/// What the handler does when it writes: its row and the job's completion, in one transaction.
async fn write(pool: &PgPool, context: &WorkContext, event: CreditLocked) -> Result<(), BoxError> {
    let mut tx = begin_postgres(pool).await?;
    sqlx::query(EFFECT)
        .bind(event.credit_reservation_id)
        .bind(event.locked_credits)
        .execute(&mut *tx)
        .await?;
    context.job_complete_tx(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

impl Peer for River {
    type Worker = RunHandle;

    async fn open(url: &str, _: Load) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect(url)
            .await?;
        PostgresMigrator::new(pool.clone()).migrate_up().await?;
        let client = Client::builder(pool.clone())
            .fetch_cooldown(FETCH_COOLDOWN_MIN)
            .build()?;
        Ok(Self { pool, client })
    }

    async fn publish(&self, event: CreditLocked) -> Result<()> {
        self.client.insert(event).await?;
        Ok(())
    }

    async fn publish_within(&self, event: CreditLocked) -> Result<()> {
        let mut tx = begin_postgres(&self.pool).await?;
        self.client.insert(event).tx(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn publish_all(&self, events: Vec<CreditLocked>) -> Result<()> {
        let jobs = events
            .into_iter()
            .map(|event| (event, InsertOpts::default()));
        self.client.insert_many(jobs).await?;
        Ok(())
    }

    async fn start(&self, handler: Handler) -> Result<RunHandle> {
        let mut workers = Workers::new();
        let pool = self.pool.clone();
        workers.add_fn(move |context: WorkContext, job: Job<CreditLocked>| {
            let (handler, pool) = (handler.clone(), pool.clone());
            async move {
                handler.called();
                if handler.writes {
                    write(&pool, &context, job.args).await?;
                }
                Ok::<_, BoxError>(WorkOutcome::Complete)
            }
        })?;
        let client = Client::builder(self.pool.clone())
            .workers(workers)
            .fetch_cooldown(FETCH_COOLDOWN_MIN)
            .queue(
                "default",
                QueueConfig::new(WORKERS).with_fetch_poll_interval(Duration::from_secs(1)),
            )
            .build()?;
        let mut running = client.start()?;
        running.wait_ready().await?;
        Ok(running)
    }

    async fn settled(&self, _: &RunHandle) -> Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT FROM river_job WHERE state <> 'completed')";
        Ok(sqlx::query_scalar(sql).fetch_one(&self.pool).await?)
    }

    async fn stop(&self, mut running: RunHandle) -> Result<()> {
        running.stop().await?;
        Ok(())
    }
}
