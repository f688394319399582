//! A server that crashes gives out again the positions of transactions that were rolled back and never synced. No
//! cursor may have passed them.

use std::time::Duration;

use dispatcher_runtime::{Delivery, EventEnvelope, EventLog, HandlerError, State, subscribe};
use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::{Cluster, Settings};
use sqlx::{Connection, Executor, PgConnection};

use acme_contracts::credit_locked::{self, CreditLocked};

use crate::support::{Act, Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

/// Takes no transaction.
#[subscribe(credit_locked)]
async fn notify_coach(
    event: EventEnvelope<CreditLocked>,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    script.act(credits, delivery.attempt).await
}

/// A server on which nothing reaches the disk but by a commit.
async fn cluster() -> TestResult<Cluster> {
    let settings = Settings::default().set("wal_writer_delay", "10s");
    Ok(Cluster::start_with(settings).await?)
}

/// As inserts do that are rolled back, but with so little to write that nothing wakes the process that writes it. Returns
/// the last position.
async fn take_positions(world: &World) -> TestResult<i64> {
    let mut tx = world.pool.begin().await?;
    let take = "SELECT max(nextval(pg_get_serial_sequence('dispatcher_event', 'position'))) FROM generate_series(1, 100)";
    let last = sqlx::query_scalar(take).fetch_one(&mut *tx).await?;
    tx.rollback().await?;
    Ok(last)
}

async fn publish(world: &World, credits: std::ops::RangeInclusive<u32>) -> TestResult {
    let events: Vec<_> = credits.map(|credits| lock(credits % 4, credits)).collect();
    world.revenue().publish_all(events).await?;
    Ok(())
}

/// The server crashes, and as many events are published as were rolled back, and more.
async fn crash(cluster: &mut Cluster, world: &World, taken: i64) -> TestResult {
    let before = "SELECT max(position) FROM dispatcher_event";
    let before = world.count(before).await?;
    cluster.kill_9()?;
    cluster.restart().await?;
    // The first connections of the pool are those of the server that was killed.
    while world.pool.execute("SELECT 1").await.is_err() {}
    publish(world, 4..=203).await?;
    let next = "SELECT min(position) FROM dispatcher_event WHERE position > $1";
    let next: i64 = sqlx::query_scalar(next)
        .bind(before)
        .fetch_one(&world.pool)
        .await?;
    assert!(
        next <= taken,
        "the test shows nothing: no position is used again, {next} is behind {taken}"
    );
    Ok(())
}

#[tokio::test]
async fn events_at_positions_that_a_log_in_another_database_gives_out_again_are_handled()
-> TestResult {
    let mut cluster = cluster().await?;
    let revenue = World::on(&cluster.server()).await?;
    let coaching = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = coaching
        .coaching(&script)
        .events_from(EventLog::new(revenue.pool.clone()))
        .subscribe(hold_slot)
        .start()
        .await?;
    publish(&revenue, 1..=1).await?;
    script.entered.acquire().await?.forget();
    publish(&revenue, 2..=3).await?;
    let taken = take_positions(&revenue).await?;
    script.gate.add_permits(1);
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    crash(&mut cluster, &revenue, taken).await?;
    // Its connections to the log are broken.
    while tokio::time::timeout(PATIENCE, consumer.wait_caught_up())
        .await?
        .is_err()
    {}
    consumer.stop().await;
    let mut effects = coaching.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, (1..=203).collect::<Vec<_>>());
    revenue.pool.close().await;
    coaching.close().await
}

/// The handler runs between the transaction that reads and the one that records, while the server crashes.
#[tokio::test]
async fn events_at_positions_that_are_given_out_again_while_a_handler_runs_are_handled()
-> TestResult {
    let mut cluster = cluster().await?;
    let world = World::on(&cluster.server()).await?;
    // Readers wait here before they read how far the log goes.
    world
        .pool
        .execute(
            "ALTER FUNCTION dispatcher_event_horizon(regclass) RENAME TO horizon_behind_gate;
             CREATE FUNCTION dispatcher_event_horizon(log regclass, OUT last_position bigint, OUT horizon bigint)
             LANGUAGE plpgsql VOLATILE AS $$
             BEGIN
                 PERFORM pg_advisory_xact_lock_shared(42);
                 SELECT * INTO last_position, horizon FROM public.horizon_behind_gate(log);
             END $$",
        )
        .await?;
    let script = Script::new([(3, Act::Wait)]);
    let consumer = world
        .coaching(&script)
        .lease(Duration::from_secs(600))
        .subscribe(notify_coach)
        .start()
        .await?;
    publish(&world, 1..=2).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    let mut gate = PgConnection::connect(world.database.url()).await?;
    gate.execute("SELECT pg_advisory_lock(42)").await?;
    publish(&world, 3..=3).await?;
    let waiting =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted";
    while world.count(waiting).await? == 0 {}
    let taken = take_positions(&world).await?;
    gate.execute("SELECT pg_advisory_unlock(42)").await?;
    script.entered.acquire_many(3).await?.forget();
    crash(&mut cluster, &world, taken).await?;
    script.gate.add_permits(10);
    while tokio::time::timeout(PATIENCE, consumer.wait_caught_up())
        .await?
        .is_err()
    {}
    consumer.stop().await;
    let missing = (1..=203).filter(|credits| script.attempts_at(*credits).is_empty());
    assert_eq!(missing.collect::<Vec<i64>>(), Vec::<i64>::new());
    world.pool.close().await;
    Ok(())
}

/// The log ends with positions that no event has.
#[tokio::test]
async fn catching_up_does_not_wait_for_positions_that_were_rolled_back() -> TestResult {
    let (revenue, coaching) = (World::new().await?, World::new().await?);
    let script = Script::new([]);
    let consumer = coaching
        .coaching(&script)
        .events_from(EventLog::new(revenue.pool.clone()))
        .subscribe(hold_slot)
        .start()
        .await?;
    take_positions(&revenue).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    publish(&revenue, 1..=3).await?;
    take_positions(&revenue).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    assert_eq!(coaching.effects().await?, [1, 2, 3]);
    // One that may still be inserted is waited for.
    let mut open = revenue.pool.begin().await?;
    revenue
        .revenue()
        .publish(lock(1, 4))
        .within(&mut open)
        .await?;
    let caught_up = async {
        tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
        coaching.effects().await
    };
    let commit = async {
        // It has asked once by now.
        revenue
            .count("SELECT count(*) FROM dispatcher_event")
            .await?;
        Ok(open.commit().await?)
    };
    let (effects, ()) = tokio::try_join!(caught_up, commit)?;
    assert_eq!(effects, [1, 2, 3, 4]);
    consumer.stop().await;
    revenue.close().await?;
    coaching.close().await
}
