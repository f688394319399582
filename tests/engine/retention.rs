//! Old rows are removed, but never rows that a subscription still needs.

use std::time::Duration;

use acme_contracts::Growth;
use acme_contracts::credit_debited::{self, CreditDebited};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetters, EventEnvelope, EventLog, HandlerError, LogRetention,
    Swept, subscribe,
};
use dispatcher_test_fixtures::log::Log;
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;

use crate::held::until;
use crate::support::{Act, Script, World, credit_history, hold_slot};

const PATIENCE: Duration = Duration::from_secs(100);
const DAY: Duration = Duration::from_secs(86_400);

/// Makes everything that exists so far older.
async fn age(world: &World, days: i32) -> TestResult {
    for (table, column) in [
        ("dispatcher_event", "inserted_at"),
        ("dispatcher_dedup", "handled_at"),
        ("dispatcher_dead_letter", "resolved_at"),
        ("dispatcher_cursor", "updated_at"),
    ] {
        let age = format!("UPDATE {table} SET {column} = {column} - interval '{days} days'");
        world.pool.execute(sqlx::AssertSqlSafe(age)).await?;
    }
    Ok(())
}

async fn handle(world: &World, credits: impl IntoIterator<Item = u32>) -> TestResult {
    let events = credits.into_iter().map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let script = Script::new([(4, Act::Permanent)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    Ok(())
}

async fn sweep(world: &World, retention: &LogRetention) -> TestResult<Swept> {
    Ok(EventLog::new(world.pool.clone()).sweep(retention).await?)
}

async fn left(world: &World) -> TestResult<[i64; 3]> {
    Ok([
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        world.count("SELECT count(*) FROM dispatcher_dedup").await?,
        world
            .count("SELECT count(*) FROM dispatcher_dead_letter")
            .await?,
    ])
}

#[tokio::test]
async fn what_is_older_than_its_window_goes_and_the_rest_is_handled_once() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=5).await?;
    let dead_letters = DeadLetters::new(world.pool.clone());
    let listed = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    let id = &listed[0].dead_letter_id;
    dead_letters.resolve(id, "mia", None).await?;
    age(&world, 10).await?;
    handle(&world, 6..=8).await?;
    let nothing = sweep(&world, &LogRetention::default()).await?;
    assert_eq!(nothing, Swept::default());

    let retention = LogRetention::default()
        .events(7 * DAY)
        .dedup(8 * DAY)
        .resolved_dead_letters(9 * DAY);
    let swept = sweep(&world, &retention).await?;
    assert_eq!(
        (swept.events, swept.dedup_rows, swept.dead_letters),
        (5, 5, 1)
    );
    assert_eq!(swept.held_by, None);
    assert_eq!(left(&world).await?, [3, 3, 0]);
    handle(&world, 9..=9).await?;
    assert_eq!(world.effects().await?, [1, 2, 3, 5, 6, 7, 8, 9]);
    world.close().await
}

#[tokio::test]
async fn a_subscription_that_has_not_read_keeps_its_events_and_is_named() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    handle(&world, 1..=3).await?;
    // A second subscription has read only the first of them.
    world
        .pool
        .execute("INSERT INTO dispatcher_cursor (consumer, subscription, position, updated_at) VALUES ('coaching', 'credit_history', 1, now())")
        .await?;
    age(&world, 10).await?;
    let retention = LogRetention::default().events(7 * DAY);
    let swept = sweep(&world, &retention).await?;
    assert_eq!(swept.events, 1);
    let slow = swept.held_by.ok_or("no subscription is named")?;
    assert_eq!(
        (&*slow.consumer, &*slow.subscription, slow.position.get()),
        ("coaching", "credit_history", 1)
    );
    let consumer = world.coaching(&script).subscribe(credit_history);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3, 2, 3]);
    let swept = sweep(&world, &retention).await?;
    assert_eq!((swept.events, swept.held_by), (2, None));
    world.close().await
}

#[tokio::test]
async fn told_so_it_removes_what_a_subscription_has_not_read() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=3).await?;
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET position = 1")
        .await?;
    age(&world, 10).await?;
    let retention = LogRetention::default()
        .events(7 * DAY)
        .despite_subscriptions(true);
    assert_eq!(sweep(&world, &retention).await?.events, 3);
    world.close().await
}

#[tokio::test]
async fn an_event_that_waits_stays_until_it_is_settled() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::FailTimes(1))]);
    let start = async |delay: Duration| {
        let consumer = world.coaching(&script).retry([delay]);
        consumer.subscribe(hold_slot).start().await
    };
    let consumer = start(600 * DAY).await?;
    let events = (1..=3).map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let entered = tokio::time::timeout(DAY, script.entered.acquire_many(3));
    entered.await??.forget();
    consumer.stop().await;
    age(&world, 10).await?;
    let retention = LogRetention::default().events(7 * DAY).dedup(7 * DAY);
    assert_eq!(sweep(&world, &retention).await?.events, 2);
    world
        .pool
        .execute("UPDATE dispatcher_retry SET due_at = now()")
        .await?;
    let consumer = start(DAY).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3, 2]);
    assert_eq!(sweep(&world, &retention).await?.events, 1);
    world.close().await
}

#[tokio::test]
async fn a_consumer_of_another_database_keeps_what_it_has_not_read() -> TestResult {
    let (revenue, coaching) = (World::new().await?, World::new().await?);
    let script = Script::new([(2, Act::FailTimes(1))]);
    let start = async || {
        let consumer = coaching.coaching(&script).retry([600 * DAY]);
        let consumer = consumer.events_from(EventLog::new(revenue.pool.clone()));
        consumer.subscribe(hold_slot).start().await
    };
    let consumer = start().await?;
    let events = (1..=3).map(|credits| lock(credits, credits));
    revenue.revenue().publish_all(events).await?;
    let entered = tokio::time::timeout(DAY, script.entered.acquire_many(3));
    entered.await??.forget();
    consumer.stop().await;
    // It reports its position when it starts, and every half a minute.
    let consumer = start().await?;
    let told = "SELECT coalesce(max(position), -1) FROM dispatcher_reader";
    while revenue.count(told).await? != 1 {
        tokio::task::yield_now().await;
    }
    consumer.stop().await;
    age(&revenue, 10).await?;
    let swept = sweep(&revenue, &LogRetention::default().events(7 * DAY)).await?;
    assert_eq!(swept.events, 1, "the second waits there");
    assert_eq!(swept.held_by.map(|slow| slow.position.get()), Some(1));
    revenue.close().await?;
    coaching.close().await
}

#[tokio::test]
async fn one_replica_sweeps_at_a_time() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=3).await?;
    age(&world, 10).await?;
    let mut other = world.pool.begin().await?;
    other
        .execute("SELECT pg_advisory_xact_lock(1146311765, ('dispatcher_event'::regclass::oid::bigint & 2147483647)::integer)")
        .await?;
    let retention = LogRetention::default().events(7 * DAY).dedup(7 * DAY);
    let swept = sweep(&world, &retention).await?;
    assert!(swept.is_elsewhere);
    assert_eq!((swept.events, swept.dedup_rows), (0, 0));
    other.rollback().await?;
    assert_eq!(sweep(&world, &retention).await?.events, 3);
    world.close().await
}

#[tokio::test]
async fn a_running_consumer_sweeps_and_says_whom_it_waits_for() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=3).await?;
    world
        .pool
        .execute("INSERT INTO dispatcher_cursor (consumer, subscription, position, updated_at) VALUES ('growth', 'campaigns', 2, now())")
        .await?;
    age(&world, 10).await?;
    let log = Log::default();
    let listening = tracing::subscriber::set_default(log.clone());
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot);
    let consumer = consumer.log_retention(LogRetention::default().events(7 * DAY));
    let consumer = consumer.start().await?;
    let events = "SELECT count(*) FROM dispatcher_event";
    while world.count(events).await? != 1 || !log.text().contains("kept beyond their window") {
        tokio::task::yield_now().await;
    }
    consumer.stop().await;
    assert!(log.text().contains("campaigns"), "{}", log.text());
    drop(listening);
    world.close().await
}

/// Of another consumer.
#[subscribe(credit_debited)]
async fn note_campaign(_event: EventEnvelope<CreditDebited>) -> Result<(), HandlerError> {
    Ok(())
}

/// Neither is a consumer's own: what the shorter one no longer keeps is gone for the other one, too.
#[tokio::test]
async fn of_two_consumers_with_different_windows_the_shorter_ones_count_and_the_second_says_so()
-> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=3).await?;
    age(&world, 10).await?;
    let log = Log::default();
    let listening = tracing::subscriber::set_default(log.clone());
    let growth = Consumer::<Growth>::builder(world.pool.clone())
        .log_retention(LogRetention::default().events(30 * DAY).dedup(30 * DAY))
        .subscribe(note_campaign)
        .start()
        .await?;
    growth.wait_caught_up().await?;
    let warning = "by different windows";
    assert!(!log.text().contains(warning), "{}", log.text());
    let script = Script::new([]);
    let short = LogRetention::default().events(7 * DAY).dedup(8 * DAY);
    let start = async |retention: &LogRetention| {
        let consumer = world.coaching(&script).subscribe(hold_slot);
        consumer.log_retention(retention.clone()).start().await
    };
    let coaching = start(&short).await?;
    assert!(log.text().contains(warning), "{}", log.text());
    for windows in [
        "events 2592000 s, dedup rows 2592000 s, resolved dead letters for ever",
        "events 604800 s, dedup rows 691200 s, resolved dead letters for ever",
    ] {
        assert!(log.text().contains(windows), "{}", log.text());
    }
    let gone = "SELECT (count(*) = 0)::int::bigint FROM dispatcher_event";
    tokio::time::timeout(PATIENCE, until(&world, gone, 1)).await??;
    coaching.stop().await;
    growth.stop().await;
    drop(listening);
    // Alone, and beside one that has the same windows, there is nothing to say.
    let log = Log::default();
    let listening = tracing::subscriber::set_default(log.clone());
    let growth = Consumer::<Growth>::builder(world.pool.clone())
        .log_retention(short.clone())
        .subscribe(note_campaign)
        .start()
        .await?;
    start(&short).await?.stop().await;
    start(&LogRetention::default()).await?.stop().await;
    growth.stop().await;
    assert!(!log.text().contains(warning), "{}", log.text());
    drop(listening);
    world.close().await
}
