//! `graphile_worker`: a job queue; a job is deleted when it has run.
//!
//! The handler does not run in the transaction of the job's completion, so its write commits by
//! itself and happens at least once. For a backlog: the local queue and batched completions that
//! its throughput guide advises, with the sizes of its own benchmark. For an idle system: neither,
//! as the guide also advises.

use std::time::Duration;

use anyhow::{Context, Result};
use graphile_worker::{
    IntoTaskHandlerResult, JobSpec, LocalQueueConfig, TaskHandler, Worker, WorkerContext,
    WorkerOptions, WorkerUtils,
};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::sync::Arc;
use tokio::task::JoinHandle;

use super::{CONNECTIONS, EFFECT, Handler, Load, Peer};
use crate::event::CreditLocked;

const SCHEMA: &str = "graphile_worker";

#[derive(Clone)]
pub(crate) struct GraphileWorker {
    pool: PgPool,
    utils: WorkerUtils,
    load: Load,
}

impl TaskHandler for CreditLocked {
    const IDENTIFIER: &'static str = "credit_locked";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let handler = context.get_ext::<Handler>().ok_or("there is no handler")?;
        handler.called();
        if handler.writes {
            sqlx::query(EFFECT)
                .bind(self.credit_reservation_id)
                .bind(self.locked_credits)
                .execute(context.pg_pool())
                .await
                .map_err(|error| error.to_string())?;
        }
        Ok::<(), String>(())
    }
}

pub(crate) struct Running {
    worker: Arc<Worker>,
    task: JoinHandle<Result<()>>,
}

impl Peer for GraphileWorker {
    type Worker = Running;

    async fn open(url: &str, load: Load) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect(url)
            .await?;
        let utils = WorkerUtils::new(pool.clone(), SCHEMA);
        utils.migrate().await?;
        Ok(Self { pool, utils, load })
    }

    async fn publish(&self, event: CreditLocked) -> Result<()> {
        self.utils.add_job(event, JobSpec::default()).await?;
        Ok(())
    }

    async fn publish_within(&self, event: CreditLocked) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        self.utils
            .clone()
            .with_executor(&mut tx)
            .add_job(event, JobSpec::default())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn publish_all(&self, events: Vec<CreditLocked>) -> Result<()> {
        let spec = JobSpec::default();
        let jobs: Vec<_> = events.into_iter().map(|event| (event, &spec)).collect();
        self.utils.add_jobs(&jobs).await?;
        Ok(())
    }

    async fn start(&self, handler: Handler) -> Result<Running> {
        let mut options = WorkerOptions::default()
            .pg_pool(self.pool.clone())
            .schema(SCHEMA)
            .listen_os_shutdown_signals(false)
            .add_extension(handler)
            .define_job::<CreditLocked>();
        options = match self.load {
            Load::Backlog => options
                .concurrency(500)
                .poll_interval(Duration::from_millis(5))
                .complete_job_batch_delay(Duration::from_millis(5))
                .local_queue(LocalQueueConfig::default().with_size(5000)),
            Load::Idle => options.concurrency(16),
        };
        let worker = Arc::new(options.init().await?);
        let task = tokio::spawn({
            let worker = Arc::clone(&worker);
            async move { Ok(worker.run().await?) }
        });
        Ok(Running { worker, task })
    }

    async fn settled(&self, _: &Running) -> Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT FROM graphile_worker._private_jobs)";
        Ok(sqlx::query_scalar(sql).fetch_one(&self.pool).await?)
    }

    async fn stop(&self, running: Running) -> Result<()> {
        running.worker.request_shutdown();
        running.task.await.context("the worker panicked")?
    }
}
