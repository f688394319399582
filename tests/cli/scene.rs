//! A database in which something is wrong with each subscription, made by real consumers.
//!
//! | subscription | what is wrong |
//! |---|---|
//! | `coaching/credit_history` | its events fail and wait for their next attempt |
//! | `coaching/hold_slot` | it gave up on a poison event |
//! | `coaching/release_stats` | no replica runs it |
//! | `coaching/slot_archive` | it is paused |

use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::lesson_cancelled::{self, LessonCancelled};
use acme_contracts::{Coaching, REGISTRY, Revenue};
use dispatcher_runtime::{
    Actor, Consumer, ContractsCatalog, Delivery, Dispatcher, EventEnvelope, HandlerError,
    RunningConsumer, Subscriptions, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, person_id, release};
use sqlx::{Connection, PgConnection};

use crate::world::World;

/// How many credits are more than a lesson can cost.
pub(crate) const POISON: u32 = 1000;
/// The same, but a redrive is handled.
const MENDED: u32 = 2000;

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    // A price that was mended is right the second time.
    let is_mended = credits == i64::from(MENDED) && delivery.is_redriven();
    if credits >= i64::from(POISON) && !is_mended {
        return Err(HandlerError::permanent("more than a lesson can cost"));
    }
    Ok(())
}

#[subscribe(credit_locked)]
async fn credit_history(_: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Err(HandlerError::retry("slot service: 503"))
}

#[subscribe(credit_locked)]
async fn slot_archive(_: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(credit_released)]
async fn release_stats(_: EventEnvelope<CreditReleased>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(lesson_cancelled)]
async fn former_handler(_: EventEnvelope<LessonCancelled>) -> Result<(), HandlerError> {
    Ok(())
}

/// The database, and the replica that works on it.
pub(crate) struct Scene {
    pub(crate) world: World,
    running: RunningConsumer,
}

impl Scene {
    pub(crate) async fn new() -> TestResult<Self> {
        let world = World::new().await?;
        ContractsCatalog::new(world.pool.clone())
            .push(&REGISTRY)
            .await?;
        // A replica that stopped, and never came back.
        let former = Consumer::<Coaching>::builder(world.pool.clone())
            .subscribe(release_stats)
            .start()
            .await?;
        former.stop().await;
        let running = Consumer::<Coaching>::builder(world.pool.clone())
            .subscribe(hold_slot)
            .subscribe(credit_history)
            .subscribe(slot_archive)
            .retry([Duration::from_secs(3600)])
            .start()
            .await?;
        Subscriptions::new(world.pool.clone())
            .pause(
                "coaching",
                "slot_archive",
                Actor::new("mia").because("the archive moves"),
            )
            .await?;
        let scene = Self { world, running };
        scene.publish(2).await?;
        Ok(scene)
    }

    /// Publishes what is handled, what is poison and what no replica reads, and waits until the consumer has seen it.
    async fn publish(&self, good: u32) -> TestResult {
        let pool = &self.world.pool;
        let revenue = Dispatcher::<Revenue>::builder(pool.clone())
            .tenant(TENANT)
            .build()?;
        // The last event is one that they take: what they do not take, they pass over at their next poll.
        revenue.publish(release(1, 1)).await?;
        revenue
            .publish_all((1..=good).map(|person| lock(person, 1)))
            .await?;
        revenue.publish(lock(13, POISON)).await?;
        let seen = "SELECT count(*) = 2 FROM dispatcher_cursor
                     WHERE subscription IN ('credit_history', 'hold_slot')
                       AND position = (SELECT max(position) FROM dispatcher_event)";
        loop {
            if sqlx::query_scalar(seen).fetch_one(pool).await? {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    /// A transaction that has published, and stays open.
    pub(crate) async fn blocker(&self) -> TestResult<PgConnection> {
        let options = self.world.database.options().clone();
        let options = options.application_name("nightly-import");
        let mut blocker = PgConnection::connect_with(&options).await?;
        sqlx::raw_sql(
            "BEGIN; SELECT dispatcher_publish('credit.locked', '{}', 'tnt_swim_north', 'revenue')",
        )
        .execute(&mut blocker)
        .await?;
        // What is published after it, no reader sees.
        sqlx::raw_sql(
            "SELECT dispatcher_publish('credit.locked', '{}', 'tnt_swim_north', 'revenue')",
        )
        .execute(&self.world.pool)
        .await?;
        Ok(blocker)
    }

    /// The id of the only dead letter.
    pub(crate) async fn letter(&self) -> TestResult<String> {
        let letter = "SELECT dead_letter_id FROM dispatcher_dead_letter";
        Ok(sqlx::query_scalar(letter)
            .fetch_one(&self.world.pool)
            .await?)
    }

    /// The id of the event that is poison.
    pub(crate) async fn poison(&self) -> TestResult<String> {
        let event = "SELECT event_id FROM dispatcher_dead_letter";
        Ok(sqlx::query_scalar(event)
            .fetch_one(&self.world.pool)
            .await?)
    }

    /// The id of a dead letter that is open.
    pub(crate) async fn open_letter(&self) -> TestResult<Option<String>> {
        let letter = "SELECT dead_letter_id FROM dispatcher_dead_letter WHERE resolved_at IS NULL ORDER BY created_at DESC LIMIT 1";
        Ok(sqlx::query_scalar(letter)
            .fetch_optional(&self.world.pool)
            .await?)
    }

    /// One more dead letter that is open, of an event that was published now. Returns its subject. A redrive is handled.
    pub(crate) async fn with_open_letter(&self) -> TestResult<String> {
        let pool = &self.world.pool;
        let count = "SELECT count(*) FROM dispatcher_dead_letter";
        let before: i64 = sqlx::query_scalar(count).fetch_one(pool).await?;
        let revenue = Dispatcher::<Revenue>::builder(pool.clone())
            .tenant(TENANT)
            .build()?;
        let subject = u32::try_from(before)? + 100;
        revenue.publish(lock(subject, MENDED)).await?;
        while sqlx::query_scalar::<_, i64>(count).fetch_one(pool).await? <= before {
            tokio::task::yield_now().await;
        }
        Ok(person_id(subject))
    }

    /// A subscription whose handler is gone.
    pub(crate) async fn with_former_handler(&self) -> TestResult {
        let former = Consumer::<Coaching>::builder(self.world.pool.clone())
            .subscribe(former_handler)
            .start()
            .await?;
        former.stop().await;
        Ok(())
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }
}
