//! `apalis-postgres`: a job queue; a job that has run is kept, as done.
//!
//! The handler does not run in the transaction of the job's completion, so its write commits by
//! itself and happens at least once. Tasks run in parallel as its README shows; the batches are
//! larger than its default of 10, which its documentation advises for throughput. LISTEN wakes it;
//! it also polls, because the notification of a job says nothing about the backlog behind it.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use apalis::prelude::*;
use apalis_postgres::{Config, PostgresStorage, queries::push_tasks};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::task::JoinHandle;

use super::{CONNECTIONS, EFFECT, Handler, Load, Peer};
use crate::event::CreditLocked;

const QUEUE: &str = "credit_locked";
const BATCH: usize = 500;

#[derive(Clone)]
pub(crate) struct Apalis {
    pool: PgPool,
    storage: PostgresStorage<CreditLocked>,
}

pub(crate) struct Running {
    context: WorkerContext,
    task: JoinHandle<Result<()>>,
}

async fn handle(
    event: CreditLocked,
    handler: Data<Handler>,
    pool: Data<PgPool>,
) -> Result<(), BoxDynError> {
    handler.called();
    if handler.writes {
        sqlx::query(EFFECT)
            .bind(event.credit_reservation_id)
            .bind(event.locked_credits)
            .execute(&*pool)
            .await?;
    }
    Ok(())
}

impl Peer for Apalis {
    type Worker = Running;

    async fn open(url: &str, _: Load) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect(url)
            .await?;
        PostgresStorage::setup(&pool).await?;
        let config = Config::default().queue(QUEUE).batch_size(BATCH);
        let storage = PostgresStorage::new(&pool).with_config(config);
        Ok(Self { pool, storage })
    }

    async fn publish(&self, event: CreditLocked) -> Result<()> {
        self.storage
            .clone()
            .push(event)
            .await
            .map_err(|error| anyhow!("{error}"))
    }

    async fn publish_within(&self, event: CreditLocked) -> Result<()> {
        let task = TaskBuilder::new(serde_json::to_vec(&event)?).build();
        let mut tx = self.pool.begin().await?;
        push_tasks(&mut *tx, QUEUE, vec![task]).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn publish_all(&self, events: Vec<CreditLocked>) -> Result<()> {
        self.storage
            .clone()
            .push_bulk(events)
            .await
            .map_err(|error| anyhow!("{error}"))
    }

    async fn start(&self, handler: Handler) -> Result<Running> {
        let backend = self
            .storage
            .clone()
            .with_pubsub()
            .poll_with_interval(Duration::from_millis(100));
        let context = WorkerContext::new("peers");
        let worker = WorkerBuilder::new(&context)
            .backend(backend)
            .data(handler)
            .data(self.pool.clone())
            .parallelize(tokio::spawn)
            .build(handle);
        // rustc cannot see that the future of a worker with `parallelize` may change threads.
        let runtime = tokio::runtime::Handle::current();
        let task = tokio::task::spawn_blocking(move || Ok(runtime.block_on(worker.run())?));
        Ok(Running { context, task })
    }

    async fn settled(&self, _: &Running) -> Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT FROM apalis.jobs WHERE status <> 'Done')";
        Ok(sqlx::query_scalar(sql).fetch_one(&self.pool).await?)
    }

    async fn stop(&self, running: Running) -> Result<()> {
        running.context.stop()?;
        running.task.await.context("the worker panicked")?
    }
}
