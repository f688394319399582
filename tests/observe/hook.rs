//! The observer hook: what it receives, when, and that it can do no harm.

use std::sync::Arc;
use std::time::Duration;

use dispatcher_runtime::observe::{AttemptRecord, Observer, PublishRecord};
use dispatcher_runtime::time::OffsetDateTime;
use dispatcher_runtime::{EventId, PublishError};
use dispatcher_test_fixtures::{TestResult, lock, lock_json};

use crate::support::{BREAKS_COMMIT, FAILS_ONCE, HOPELESS, Recorder, World};

#[tokio::test]
async fn a_publish_is_told_by_what_became_of_it() -> TestResult {
    let world = World::new().await?;
    let recorder = Recorder::new();
    let revenue = world.revenue().observer(Arc::clone(&recorder)).build()?;

    let event_id = EventId::generate();
    for _ in 0..2 {
        let publish = revenue.publish(lock(1, 1)).event_id(event_id.clone());
        publish.await?;
    }
    assert_eq!(
        recorder.take(),
        ["credit.locked published 1", "credit.locked duplicate 1"]
    );

    revenue.publish_all([lock(1, 1), lock(1, 2)]).await?;
    revenue
        .publish_all((1..1).map(|credits| lock(1, credits)))
        .await?;
    assert_eq!(recorder.take(), ["credit.locked published 2"]);

    let broken = revenue.publish_untyped("credit.locked", 1, serde_json::json!({}));
    assert!(matches!(
        broken.await,
        Err(PublishError::PayloadInvalid { .. })
    ));
    let unknown = revenue.publish_untyped("made.up_by_a_caller", 1, lock_json(1, 1));
    assert!(unknown.await.is_err());
    assert_eq!(
        recorder.take(),
        ["credit.locked refused 1", "unknown refused 1"],
        "a name that a caller made up is not a label"
    );

    // In the caller's transaction: at the insert, whatever happens to the transaction.
    let mut tx = world.pool.begin().await?;
    revenue.publish(lock(1, 1)).within(&mut tx).await?;
    tx.rollback().await?;
    assert_eq!(recorder.take(), ["credit.locked published 1"]);

    world.pool.close().await;
    assert!(revenue.publish(lock(1, 1)).await.is_err());
    let batch = revenue.publish_all([lock(1, 1), lock(1, 2)]);
    assert!(batch.await.is_err());
    assert_eq!(
        recorder.take(),
        ["credit.locked failed 1", "credit.locked failed 2"]
    );
    world.close().await
}

#[tokio::test]
async fn each_attempt_is_told_once_though_its_pass_was_abandoned() -> TestResult {
    let world = World::new().await?;
    let recorder = Recorder::new();
    // One batch. Its commit fails, so each of its events is repeated in its own transaction.
    let credits = [1, FAILS_ONCE, HOPELESS, BREAKS_COMMIT, 2];
    let events = credits.map(|credits| lock(credits, credits));
    world.revenue().build()?.publish_all(events).await?;
    let consumer = world
        .coaching()
        .observer(Arc::clone(&recorder))
        .start()
        .await?;
    recorder.ended(5).await?;
    consumer.stop().await;
    let mut told = recorder.take();
    told.sort();
    assert_eq!(
        told,
        [
            "credit.locked coaching dead letter: Permanent after 1",
            "credit.locked coaching dead letter: RetriesExhausted after 2",
            "credit.locked coaching/hold_slot dead_lettered at attempt 1",
            "credit.locked coaching/hold_slot dead_lettered at attempt 2",
            "credit.locked coaching/hold_slot handled at attempt 1",
            "credit.locked coaching/hold_slot handled at attempt 1",
            "credit.locked coaching/hold_slot handled at attempt 2",
            "credit.locked coaching/hold_slot retried at attempt 1",
            "credit.locked coaching/hold_slot retried at attempt 1",
        ]
    );
    let attempts = recorder.take_attempts();
    let unknown = attempts.iter().filter(|a| a.handler_latency.is_none());
    assert_eq!(
        unknown.count(),
        2,
        "the two that could not be committed have no latency"
    );
    world.close().await
}

#[tokio::test]
async fn an_event_that_was_handled_before_is_a_dedup_hit() -> TestResult {
    let world = World::new().await?;
    let recorder = Recorder::new();
    world.revenue().build()?.publish(lock(1, 1)).await?;
    for _ in 0..2 {
        let consumer = world.coaching().observer(Arc::clone(&recorder));
        let consumer = consumer.start().await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;
        sqlx::query("DELETE FROM dispatcher_cursor")
            .execute(&world.pool)
            .await?;
    }
    assert_eq!(
        recorder.take(),
        [
            "credit.locked coaching/hold_slot handled at attempt 1",
            "credit.locked coaching dedup hit",
        ]
    );
    world.close().await
}

#[tokio::test]
async fn a_producers_clock_cannot_mislead_about_the_time_since_the_insert() -> TestResult {
    let world = World::new().await?;
    let recorder = Recorder::new();
    let revenue = world.revenue().build()?;
    let hour = Duration::from_secs(3600);
    let now = OffsetDateTime::now_utc();
    for occurred_at in [now - hour, now + hour] {
        let publish = revenue.publish(lock(1, 1)).occurred_at(occurred_at);
        publish.await?;
    }
    let consumer = world
        .coaching()
        .observer(Arc::clone(&recorder))
        .start()
        .await?;
    recorder.ended(2).await?;
    consumer.stop().await;
    let attempts = recorder.take_attempts();
    assert!(attempts[0].since_occurred >= Some(hour));
    assert_eq!(
        attempts[1].since_occurred,
        Some(Duration::ZERO),
        "never negative"
    );
    for attempt in attempts.iter() {
        assert!(attempt.since_inserted < Some(hour));
        assert!(attempt.handler_latency.is_some());
    }
    world.close().await
}

/// Panics whatever it receives.
struct Panics;

impl Observer for Panics {
    fn published(&self, _: &PublishRecord<'_>) {
        panic!("an observer that panics");
    }

    fn attempted(&self, _: &AttemptRecord<'_>) {
        panic!("an observer that panics");
    }
}

#[tokio::test]
async fn an_observer_that_panics_harms_neither_events_nor_other_observers() -> TestResult {
    let world = World::new().await?;
    let recorder = Recorder::new();
    let consumer = world
        .coaching()
        .observer(Panics)
        .observer(Arc::clone(&recorder))
        .start()
        .await?;
    let revenue = world.revenue().observer(Panics).build()?;
    for credits in 1..=3 {
        revenue.publish(lock(1, credits)).await?;
    }
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(recorder.take().len(), 3);
    let handled: i64 = sqlx::query_scalar("SELECT count(*) FROM dispatcher_dedup")
        .fetch_one(&world.pool)
        .await?;
    assert_eq!(handled, 3);
    world.close().await
}
