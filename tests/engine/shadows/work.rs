//! Everything that the runtime does, in a database whose `public` is full of shadows.

use std::time::Duration;

use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetters, Dispatcher, EventLog, LogRetention, StartFrom,
    SubscriptionOptions, Subscriptions,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Executor};

use super::{calls, create};
use crate::support::{Act, Script, World, credit_history, hold_slot};

/// Publishes in each way.
async fn publish(world: &World) -> TestResult {
    let revenue = world.revenue();
    revenue.publish(lock(1, 1)).await?;
    let mut tx = world.pool.begin().await?;
    revenue.publish(lock(2, 2)).within(&mut tx).await?;
    tx.commit().await?;
    revenue.publish_all([lock(3, 3), lock(3, 4)]).await?;
    let sql = "SELECT dispatcher_publish('credit.locked', payload, 'tnt_swim', 'revenue', 'per_1') FROM dispatcher_event LIMIT 1";
    world.pool.execute(sql).await?;
    // What the log refuses, for each of its reasons.
    for (change, fault) in [
        ("subject = repeat('x', 1025)", "subject has 1025 bytes"),
        ("occurred_at = 'infinity'", "occurred_at is infinity"),
        (
            "erased_at = pg_catalog.clock_timestamp()",
            "the payload was erased",
        ),
    ] {
        let update = AssertSqlSafe(format!("UPDATE dispatcher_event SET {change}"));
        let error = world.pool.execute(update).await.unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
    Ok(())
}

/// One event is tried twice; one becomes a dead letter, is redriven, fails again and is resolved.
async fn consume(world: &World) -> TestResult {
    let script = Script::new([(1, Act::FailTimes(1)), (4, Act::Permanent)]);
    let consumer = world
        .coaching(&script)
        .subscribe(hold_slot)
        .subscribe_with(credit_history, SubscriptionOptions::new().partitions(2));
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    let letters = DeadLetters::new(world.pool.clone());
    let listed = letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(listed.len(), 1, "{listed:?}");
    letters
        .redrive(&listed[0].dead_letter_id, "mia", None)
        .await?;
    consumer.wait_caught_up().await?;
    let listed = letters
        .list(&DeadLetterFilter::default().consumer("coaching"))
        .await?
        .dead_letters;
    assert_eq!(listed.len(), 1, "{listed:?}");
    letters
        .resolve(&listed[0].dead_letter_id, "mia", None)
        .await?;
    let stopped = consumer.stop().await;
    assert!(stopped.is_clean(), "{stopped:?}");
    Ok(())
}

#[tokio::test]
async fn nothing_that_the_runtime_does_calls_what_stands_in_public() -> TestResult {
    let world = World::new().await?;
    create(&world.pool).await?;
    publish(&world).await?;
    consume(&world).await?;
    let effects = world.count("SELECT count(*) FROM effect").await?;
    assert_eq!(
        effects, 9,
        "two subscriptions handle five events, but for the dead letter"
    );

    let subscriptions = Subscriptions::new(world.pool.clone());
    subscriptions.list(None).await?;
    subscriptions
        .rewind("coaching", "hold_slot", StartFrom::Beginning)
        .await?;
    subscriptions
        .rename("coaching", "hold_slot", "keep_slot")
        .await?;
    subscriptions.remove("coaching", "credit_history").await?;
    let log = EventLog::new(world.pool.clone());
    log.horizon().await?;
    let window = Duration::from_millis(1);
    let retention = LogRetention::default()
        .events(window)
        .dedup(window)
        .resolved_dead_letters(window)
        .despite_subscriptions(true);
    log.sweep(&retention).await?;
    dispatcher_runtime::migrate(&world.pool).await?;
    assert_eq!(calls(&world.pool).await?, 0, "a shadow ran");
    // Shows that it would be noticed.
    let careless = world.pool.execute("SELECT 'a'::text || 1::oid").await;
    assert!(careless.is_err());
    assert_eq!(calls(&world.pool).await?, 1);
    world.close().await
}

/// Temporary tables are found before all others, also before those of the catalog, by what does not name a schema.
const TEMPORARY: &str = "
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN SELECT relname FROM pg_catalog.pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE 'dispatcher\\_%' LOOP
            EXECUTE format('CREATE TEMP TABLE %I (LIKE public.%I INCLUDING ALL)', name, name);
        END LOOP;
        FOREACH name IN ARRAY ARRAY['pg_locks', 'pg_stat_activity', 'pg_database', 'pg_prepared_xacts', 'pg_class',
                                    'pg_namespace', 'pg_sequence', 'pg_trigger', 'pg_subscription_rel', 'pg_policy'] LOOP
            EXECUTE format('CREATE TEMP TABLE %I AS SELECT 1 AS nothing', name);
        END LOOP;
    END
    $$";

#[tokio::test]
async fn temporary_tables_of_the_session_are_not_taken_for_ours() -> TestResult {
    let world = World::new().await?;
    let pool = PgPoolOptions::new().max_connections(8);
    let pool = pool.after_connect(|connection, _| {
        Box::pin(async move { connection.execute(TEMPORARY).await.map(drop) })
    });
    let pool = pool.connect_with(world.database.options().clone()).await?;
    let revenue = Dispatcher::<Revenue>::builder(pool.clone()).tenant(TENANT);
    let revenue = revenue.schema("public").build()?;
    revenue.publish(lock(1, 1)).await?;
    let mut tx = pool.begin().await?;
    revenue.publish(lock(2, 2)).within(&mut tx).await?;
    let log = EventLog::in_schema(pool.clone(), "public")?;
    assert!(log.horizon().await?.blocker.is_some());
    tx.commit().await?;
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .state(Script::new([(1, Act::FailTimes(1))]))
        .poll_interval(Duration::from_secs(600))
        .retry([Duration::from_millis(20)])
        .subscribe(hold_slot);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2, 1]);
    let moved = "SELECT count(*) FROM public.dispatcher_cursor WHERE position = 2";
    assert_eq!(world.count(moved).await?, 1);
    pool.close().await;
    world.close().await
}
