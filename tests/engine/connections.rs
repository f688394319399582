//! How many connections a consumer needs, whatever it has to do.

use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, credit_released};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, Delivery, DeliveryTx, EventEnvelope, SubscriptionOptions, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock, release};
use sqlx::{Executor, PgPool};

use crate::held::until;
use crate::support::{Act, Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(120);

/// What the documents say that a consumer needs at least.
const LEAST: u32 = 4;

type Lock = EventEnvelope<CreditLocked>;

async fn apply(event: &Lock, tx: &mut DeliveryTx, delivery: &Delivery) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO effect (subscription, event_id, credits) VALUES ($1, $2, $3)";
    sqlx::query(insert)
        .bind(delivery.subscription)
        .bind(event.event_id.as_str())
        .bind(event.payload.locked_credits.get())
        .execute(&mut **tx)
        .await
        .map(drop)
}

#[subscribe(credit_locked)]
async fn s01(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s02(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s03(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s04(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s05(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s06(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s07(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s08(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s09(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s10(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s11(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

#[subscribe(credit_locked)]
async fn s12(event: Lock, tx: &mut DeliveryTx, delivery: Delivery) -> Result<(), sqlx::Error> {
    apply(&event, tx, &delivery).await
}

fn twelve_subscriptions(
    builder: ConsumerBuilder<Coaching, ()>,
    options: &SubscriptionOptions,
) -> ConsumerBuilder<Coaching, ()> {
    builder
        .subscribe_with(s01, options.clone())
        .subscribe_with(s02, options.clone())
        .subscribe_with(s03, options.clone())
        .subscribe_with(s04, options.clone())
        .subscribe_with(s05, options.clone())
        .subscribe_with(s06, options.clone())
        .subscribe_with(s07, options.clone())
        .subscribe_with(s08, options.clone())
        .subscribe_with(s09, options.clone())
        .subscribe_with(s10, options.clone())
        .subscribe_with(s11, options.clone())
        .subscribe_with(s12, options.clone())
}

/// Of the pool's connections those that are in use.
async fn in_use(pool: &PgPool, count: usize) {
    while pool.size() as usize - pool.num_idle() != count {
        tokio::task::yield_now().await;
    }
}

/// It was refused: a connection for each lane of each partition of each subscription was asked for.
#[tokio::test]
async fn twelve_subscriptions_with_many_lanes_need_no_more_connections_than_one() -> TestResult {
    for shares in [false, true] {
        let world = World::new().await?;
        let pool = world.database.pool(LEAST).await?;
        let builder =
            Consumer::<Coaching>::builder(pool.clone()).poll_interval(Duration::from_secs(600));
        let options = SubscriptionOptions::new()
            .partitions(4)
            .concurrency(4)
            .share_transaction(shares);
        let consumer = twelve_subscriptions(builder, &options).start().await?;
        let events = (1..=40).map(|credits| lock(credits % 20, credits));
        world.revenue().publish_all(events).await?;
        tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
        assert_eq!(world.count("SELECT count(*) FROM effect").await?, 480);
        // One with which leases are kept, and one that listens.
        tokio::time::timeout(PATIENCE, in_use(&pool, 2)).await?;
        assert!(consumer.stop().await.is_clean());
        pool.close().await;
        world.close().await?;
    }
    Ok(())
}

#[subscribe(credit_released)]
async fn note_release(
    event: EventEnvelope<credit_released::CreditReleased>,
    tx: &mut DeliveryTx,
    delivery: Delivery,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO effect (subscription, event_id, credits) VALUES ($1, $2, 0)";
    let insert = sqlx::query(insert).bind(delivery.subscription);
    let insert = insert.bind(event.event_id.as_str());
    insert.execute(&mut **tx).await.map(drop)
}

/// Both have one connection for deliveries, and a batch of the one holds everything that it has to do.
#[tokio::test]
async fn a_backlog_leaves_the_connection_to_another_subscription_now_and_then() -> TestResult {
    for shares in [false, true] {
        let world = World::new().await?;
        let backlog = (1..=600).map(|credits| lock(credits % 50, credits));
        world.revenue().publish_all(backlog).await?;
        let pool = world.database.pool(LEAST).await?;
        let script = Script::new([]);
        let consumer = Consumer::<Coaching>::builder(pool.clone())
            .state(script.clone())
            .poll_interval(Duration::from_secs(600))
            .batch_size(1000)
            .subscribe_with(
                hold_slot,
                SubscriptionOptions::new().share_savepoint(shares),
            )
            .subscribe(note_release)
            .start()
            .await?;
        let begun = tokio::time::timeout(PATIENCE, script.entered.acquire());
        begun.await??.forget();
        world.revenue().publish(release(1, 1)).await?;
        tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
        consumer.stop().await;
        let before = "SELECT count(*) FROM effect
                       WHERE seq < (SELECT seq FROM effect WHERE subscription = 'note_release')";
        assert_ne!(world.count(before).await?, 600, "it came last of all");
        assert_eq!(world.count("SELECT count(*) FROM effect").await?, 601);
        pool.close().await;
        world.close().await?;
    }
    Ok(())
}

/// All connections for deliveries are in use, others wait for one, and the keeper of the leases has to connect
/// again.
#[tokio::test]
async fn leases_are_renewed_while_deliveries_wait_for_a_connection() -> TestResult {
    let world = World::new().await?;
    let pool = world.database.pool(LEAST).await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .state(script.clone())
        .lease(Duration::from_millis(500))
        .subscribe_with(
            hold_slot,
            SubscriptionOptions::new().partitions(4).concurrency(2),
        )
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    tokio::time::timeout(PATIENCE, script.entered.acquire())
        .await??
        .forget();
    let events = (2..=20).map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let end_idle = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND state = 'idle' AND pid <> pg_backend_pid()";
    world.pool.execute(end_idle).await?;
    world
        .pool
        .execute("CREATE TABLE seen AS SELECT partition, fence, expires_at FROM dispatcher_cursor")
        .await?;
    let renewed = "SELECT count(*) FROM dispatcher_cursor AS now JOIN seen USING (partition, fence)
                    WHERE now.expires_at > seen.expires_at + interval '1 s' AND now.expires_at > clock_timestamp()";
    tokio::time::timeout(PATIENCE, until(&world, renewed, 4)).await??;
    script.gate.add_permits(1);
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    assert!(consumer.stop().await.is_clean());
    assert_eq!(script.attempts_at(1), [1]);
    assert_eq!(world.count("SELECT count(*) FROM effect").await?, 20);
    pool.close().await;
    world.close().await
}

/// What waits for a connection has begun nothing, so it is not what a stop cancels.
#[tokio::test]
async fn a_stop_does_not_wait_for_what_waits_for_a_connection() -> TestResult {
    let world = World::new().await?;
    let pool = world.database.pool(LEAST).await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .state(script.clone())
        .stop_timeout(Duration::from_millis(200))
        .subscribe(hold_slot)
        .subscribe(note_release)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    tokio::time::timeout(PATIENCE, script.entered.acquire())
        .await??
        .forget();
    world.revenue().publish(release(1, 1)).await?;
    // Its look at the log waits as well.
    let report = tokio::time::timeout(PATIENCE, consumer.stop()).await?;
    assert_eq!(report.cancelled, ["hold_slot"]);
    pool.close().await;
    world.close().await
}
