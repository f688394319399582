//! `obix`: an outbox, which is a log that is kept, with a cursor for each subscriber.
//!
//! The handler collects; what it collected is written in the transaction that moves the cursor, one
//! statement for each event, so the effect is applied once and a batch succeeds or fails together.
//! `migrations/obix.sql` is the file that obix 0.16 tells its users to copy. Batches are as large
//! as a page of its backlog. Its notification may be 25 ms late, so that it is not sent for each
//! commit; on an idle system, where that is all there is to wait for, 1 ms. Within a process it
//! delivers from memory, without the database.

use std::time::Duration;

use anyhow::Result;
use job::{JobSvcConfig, JobType, Jobs};
use obix::out::Outbox;
use obix::prelude::es_entity::AtomicOperation;
use obix::{
    EventCtx, EventDelivery, FlushOp, Handled, InsertOrder, MailboxConfig, OutboxEventJobConfig,
    SingletonSubscriber, Subscription,
};
use sqlx_08::postgres::PgPoolOptions;
use sqlx_08::{Connection, Executor, PgConnection, PgPool};

use super::{CONNECTIONS, EFFECT, Handler, Load, Peer};
use crate::event::CreditLocked;

const BATCH: usize = 1000;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Obix {
    pool: PgPool,
    outbox: Outbox<CreditLocked>,
    url: String,
    load: Load,
}

impl Obix {
    async fn connect(url: &str, load: Load) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect(url)
            .await?;
        let config = MailboxConfig::builder();
        let config = match load {
            Load::Backlog => config.build(),
            Load::Idle => config.notify_debounce(Duration::from_millis(1)).build(),
        };
        Ok(Self {
            outbox: Outbox::init(&pool, config).await?,
            pool,
            url: url.to_owned(),
            load,
        })
    }
}

/// The row that is written for an event.
type Effect = (String, i64);

struct HoldSlot(Handler);

impl SingletonSubscriber<CreditLocked> for HoldSlot {
    type Batch = Vec<Effect>;

    async fn handle_persistent<'inv>(
        &self,
        context: EventCtx<'inv, Vec<Effect>>,
        event: &EventDelivery<CreditLocked>,
    ) -> Result<Handled<'inv>, BoxError> {
        let Some(event) = &event.payload else {
            return Ok(context.skip());
        };
        self.0.called();
        Ok(context.collect((event.credit_reservation_id.clone(), event.locked_credits)))
    }

    async fn flush(
        &self,
        op: &mut FlushOp<'_, InsertOrder>,
        effects: Vec<Effect>,
    ) -> Result<(), BoxError> {
        if self.0.writes {
            for (event_id, credits) in effects {
                sqlx_08::query(EFFECT)
                    .bind(event_id)
                    .bind(credits)
                    .execute(op.as_executor())
                    .await?;
            }
        }
        Ok(())
    }
}

pub(crate) struct Running {
    jobs: Jobs,
    subscription: Subscription<CreditLocked, InsertOrder>,
}

impl Peer for Obix {
    type Worker = Running;

    async fn open(url: &str, load: Load) -> Result<Self> {
        let mut connection = PgConnection::connect(url).await?;
        connection
            .execute(include_str!("../../migrations/obix.sql"))
            .await?;
        connection.close().await?;
        Self::connect(url, load).await
    }

    async fn elsewhere(&self) -> Result<Option<Self>> {
        Ok(Some(Self::connect(&self.url, self.load).await?))
    }

    async fn publish(&self, event: CreditLocked) -> Result<()> {
        self.publish_within(event).await
    }

    async fn publish_within(&self, event: CreditLocked) -> Result<()> {
        self.publish_all(vec![event]).await
    }

    async fn publish_all(&self, events: Vec<CreditLocked>) -> Result<()> {
        let mut op = self.outbox.begin_op().await?;
        self.outbox.publish_all_persisted(&mut op, events).await?;
        op.commit().await?;
        Ok(())
    }

    async fn start(&self, handler: Handler) -> Result<Running> {
        let config = JobSvcConfig::builder()
            .pool(self.pool.clone())
            .exec_migrations(true)
            .build()
            .map_err(anyhow::Error::msg)?;
        let mut jobs = Jobs::init(config).await?;
        let config =
            OutboxEventJobConfig::new(JobType::new("hold-slot")).with_max_batch_size(BATCH);
        let subscription = self
            .outbox
            .register_singleton_subscriber(&mut jobs, config, HoldSlot(handler))
            .await?;
        jobs.start_poll().await?;
        Ok(Running { jobs, subscription })
    }

    async fn settled(&self, running: &Running) -> Result<bool> {
        Ok(running.subscription.load().await?.is_caught_up())
    }

    async fn stop(&self, running: Running) -> Result<()> {
        running.jobs.shutdown().await?;
        Ok(())
    }
}
