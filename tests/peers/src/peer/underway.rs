//! `underway`: a job queue; a task that has succeeded is kept, and deleted when its time to live is over.
//!
//! The handler receives a savepoint of the transaction that completes its task, so the effect is
//! applied once. A worker gains one concurrent task with each notification or poll, so it polls
//! often; otherwise a backlog would be worked one task after another. Each running task needs two
//! connections.

use std::sync::Arc;

use anyhow::{Context, Result};
use jiff_of_underway::ToSpan;
use sqlx_08::postgres::PgPoolOptions;
use sqlx_08::{PgPool, Postgres, Transaction};
use tokio::task::JoinHandle;
use underway::{Queue, Task, Worker, task};

use super::{CONNECTIONS, EFFECT, Handler, Load, Peer};
use crate::event::CreditLocked;

/// Concurrent tasks, with two connections each, plus two connections that listen.
const CONCURRENCY: usize = (CONNECTIONS as usize - 2) / 2;

#[derive(Clone)]
pub(crate) struct Underway {
    pool: PgPool,
    queue: Arc<Queue<HoldSlot>>,
    /// Enqueueing needs it for the task's options. It never runs.
    options: Arc<HoldSlot>,
}

/// The task. Without a handler it only carries its options.
pub(crate) struct HoldSlot(Option<Handler>);

impl Task for HoldSlot {
    type Input = CreditLocked;
    type Output = ();

    async fn execute(
        &self,
        mut tx: Transaction<'_, Postgres>,
        event: CreditLocked,
    ) -> task::Result<()> {
        let handler = self
            .0
            .as_ref()
            .ok_or_else(|| task::Error::Fatal("there is no handler".into()))?;
        handler.called();
        if handler.writes {
            sqlx_08::query(EFFECT)
                .bind(event.credit_reservation_id)
                .bind(event.locked_credits)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

pub(crate) struct Running {
    worker: Worker<HoldSlot>,
    task: JoinHandle<Result<()>>,
}

impl Peer for Underway {
    type Worker = Running;

    async fn open(url: &str, _: Load) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect(url)
            .await?;
        underway::run_migrations(&pool).await?;
        let queue = Queue::builder()
            .name("credit_locked")
            .pool(pool.clone())
            .build()
            .await?;
        Ok(Self {
            pool,
            queue: Arc::new(queue),
            options: Arc::new(HoldSlot(None)),
        })
    }

    async fn publish(&self, event: CreditLocked) -> Result<()> {
        self.queue
            .enqueue(&self.pool, &self.options, &event)
            .await?;
        Ok(())
    }

    async fn publish_within(&self, event: CreditLocked) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        self.queue.enqueue(&mut *tx, &self.options, &event).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn publish_all(&self, events: Vec<CreditLocked>) -> Result<()> {
        self.queue
            .enqueue_multi(&self.pool, &self.options, &events)
            .await?;
        Ok(())
    }

    async fn start(&self, handler: Handler) -> Result<Running> {
        let mut worker = Worker::new(Arc::clone(&self.queue), HoldSlot(Some(handler)));
        worker.set_concurrency_limit(CONCURRENCY);
        let task = tokio::spawn({
            let worker = worker.clone();
            async move { Ok(worker.run_every(10.milliseconds()).await?) }
        });
        Ok(Running { worker, task })
    }

    async fn settled(&self, _: &Running) -> Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT FROM underway.task WHERE state IN ('pending', 'in_progress'))";
        Ok(sqlx_08::query_scalar(sql).fetch_one(&self.pool).await?)
    }

    async fn stop(&self, running: Running) -> Result<()> {
        running.worker.shutdown();
        running.task.await.context("the worker panicked")?
    }
}
