//! What a database may do to a log: a sequence set ahead, rows that replication inserts, a queue of notifications
//! that fills, two table families whose keys agree.

use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    Consumer, Delivery, EventEnvelope, EventLog, HandlerError, State, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;

use crate::support::{Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

/// The cursor walked 2e10 positions in steps of 100,000.
#[tokio::test]
async fn a_sequence_that_was_set_ahead_is_followed_at_once() -> TestResult {
    let world = World::new().await?;
    world.revenue().publish(lock(1, 1)).await?;
    world
        .pool
        .execute(
            "SELECT setval(pg_get_serial_sequence('dispatcher_event', 'position'), 20000000000)",
        )
        .await?;
    world.revenue().publish(lock(2, 2)).await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2]);
    world.close().await
}

/// Every pass waited for the only connection, which listened.
#[tokio::test]
async fn a_log_with_a_pool_of_one_connection_is_refused() -> TestResult {
    let (world, log) = (World::new().await?, World::new().await?);
    let pool = log.database.pool(1).await?;
    let consumer = world
        .coaching(&Script::new([]))
        .events_from(EventLog::new(pool));
    let error = consumer.subscribe(hold_slot).start().await.err();
    assert_eq!(
        error.ok_or("it was not refused")?.to_string(),
        "the setting `events_from` is `a pool of 1 connection`; it has to be a pool of at least 2: one to listen with, \
         and one to read with"
    );
    log.close().await?;
    world.close().await
}

/// Its rows come in the order of commits and without floor locks.
#[tokio::test]
async fn a_logical_replica_is_refused() -> TestResult {
    let world = World::new().await?;
    // As CREATE SUBSCRIPTION leaves it, once it has looked at the publication.
    let subscription =
        "CREATE SUBSCRIPTION of_the_log CONNECTION 'dbname=elsewhere' PUBLICATION log
                        WITH (connect = false, enabled = false, slot_name = NONE)";
    world.pool.execute(subscription).await?;
    world
        .pool
        .execute(
            "SET allow_system_table_mods = on;
             INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)
             SELECT oid, 'dispatcher_event'::regclass, 'r' FROM pg_subscription WHERE subname = 'of_the_log'",
        )
        .await?;
    let start = || {
        world
            .coaching(&Script::new([]))
            .subscribe(hold_slot)
            .start()
    };
    let error = start().await.err().ok_or("it was not refused")?.to_string();
    assert!(
        error.contains("a subscription of logical replication, for \"public\".dispatcher_event"),
        "{error}"
    );
    world.pool.execute("DROP SUBSCRIPTION of_the_log").await?;
    start().await?.stop().await;
    world.close().await
}

/// A publish failed at its COMMIT once the queue was full. 8 GB are needed for that, so the function that tells is
/// replaced.
#[tokio::test]
async fn above_half_of_the_queue_publishers_are_silent_and_consumers_poll() -> TestResult {
    let world = World::new().await?;
    let logged = dispatcher_test_fixtures::log::Log::default();
    let _guard = tracing::subscriber::set_default(logged.clone());
    let consumer = Consumer::<acme_contracts::Coaching>::builder(world.pool.clone())
        .state(Script::new([]))
        .poll_interval(Duration::from_millis(50))
        .subscribe(hold_slot)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    world
        .pool
        .execute(
            "SET allow_system_table_mods = on;
             CREATE OR REPLACE FUNCTION pg_catalog.pg_notification_queue_usage() RETURNS float8
             LANGUAGE sql AS 'SELECT 0.6::float8'",
        )
        .await?;
    let mut listener = sqlx::postgres::PgListener::connect_with(&world.pool).await?;
    listener.listen("dispatcher_event_inserted").await?;
    // The first may be found by the look with which a worker falls asleep.
    let polled = async {
        while !logged.text().contains("at least half full") {
            world.revenue().publish(lock(1, 1)).await?;
            let all = "SELECT ((SELECT count(*) FROM effect) = (SELECT count(*) FROM dispatcher_event))::int::bigint";
            crate::held::until(&world, all, 1).await?;
        }
        TestResult::Ok(())
    };
    tokio::time::timeout(PATIENCE, polled).await??;
    consumer.stop().await;
    world
        .pool
        .execute("NOTIFY dispatcher_event_inserted, 'the end'")
        .await?;
    let first = tokio::time::timeout(PATIENCE, listener.recv()).await??;
    assert_eq!(first.payload(), "the end", "nothing was notified before");
    drop(listener);
    world.close().await
}

/// The oids of two families may agree in the bits that fit into a key. Here a writer of another family holds the
/// key of this one.
#[tokio::test]
async fn a_writer_of_another_family_holds_nothing_back() -> TestResult {
    let world = World::new().await?;
    world.revenue().publish(lock(1, 1)).await?;
    let mut other = world.pool.begin().await?;
    other
        .execute(
            "SELECT pg_advisory_xact_lock_shared(
                 ((16384 | ('dispatcher_event'::regclass::oid::bigint & 16383)) << 48) | 0)",
        )
        .await?;
    let horizon = EventLog::new(world.pool.clone()).horizon().await?;
    assert_eq!(horizon.position.get(), 1);
    assert!(horizon.blocker.is_none());
    other.rollback().await?;
    world.close().await
}

/// Healthy sessions of another family were ended.
#[tokio::test]
async fn an_eviction_ends_no_session_of_another_family() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    consumer.start().await?.stop().await;
    // Its lease has expired, and its fence is that of a session which has nothing to do with it.
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET holder = 'gone', expires_at = clock_timestamp() - interval '1 s'")
        .await?;
    let mut other = world.pool.begin().await?;
    let key: i64 = sqlx::query_scalar(
        "SELECT ((8192 | ('dispatcher_cursor'::regclass::oid::bigint & 8191)) << 48) | fence FROM dispatcher_cursor",
    )
    .fetch_one(&world.pool)
    .await?;
    sqlx::query("SELECT pg_advisory_xact_lock_shared($1)")
        .bind(key)
        .execute(&mut *other)
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    other.execute("SELECT 1").await?;
    other.rollback().await?;
    consumer.stop().await;
    world.close().await
}

/// An id that comes again after its event was swept was handled twice, or counted as failed.
#[tokio::test]
async fn an_event_id_that_comes_again_after_a_sweep_is_passed_over() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).retry([]).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    let again = || {
        world
            .revenue()
            .publish(lock(1, 1))
            .event_id(ID.parse().expect("an id"))
    };
    again().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    world.pool.execute("DELETE FROM dispatcher_event").await?;
    again().await?;
    world.revenue().publish(lock(2, 2)).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2]);
    let dead = "SELECT count(*) FROM dispatcher_dead_letter";
    assert_eq!(world.count(dead).await?, 0);
    world.close().await
}

/// Takes no transaction, in which the second time could be taken back.
#[subscribe(credit_locked)]
async fn call_partner(
    event: EventEnvelope<CreditLocked>,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    script.act(credits, delivery.attempt).await
}

#[tokio::test]
async fn outside_a_transaction_a_handler_is_not_called_again_for_it() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).retry([]).subscribe(call_partner);
    let consumer = consumer.start().await?;
    let again = || {
        let event = world.revenue();
        async move {
            event
                .publish(lock(1, 1))
                .event_id(ID.parse().expect("an id"))
                .await
        }
    };
    again().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    world.pool.execute("DELETE FROM dispatcher_event").await?;
    again().await?;
    world.revenue().publish(lock(2, 2)).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1]);
    assert_eq!(script.attempts_at(2), [1]);
    world.close().await
}

const ID: &str = "evt_0192f3a1-8c40-7d5e-9f60-71829a3b4c5d";
