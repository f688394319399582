//! Where a new subscription begins, and what operators do with subscriptions.

use std::time::Duration;

use dispatcher_runtime::{
    EventLog, StartFrom, SubscriptionError, SubscriptionOptions, Subscriptions, time,
};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;

use crate::held::until;
use crate::support::{Act, Script, World, credit_history, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

const TEN_MINUTES: Duration = Duration::from_secs(600);

async fn publish(world: &World, credits: impl IntoIterator<Item = u32>) -> TestResult {
    let events = credits.into_iter().map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    Ok(())
}

#[tokio::test]
async fn a_new_subscription_begins_where_it_is_told() -> TestResult {
    let world = World::new().await?;
    publish(&world, 1..=60).await?;
    // A minute for each.
    world
        .pool
        .execute("UPDATE dispatcher_event SET inserted_at = '2026-11-25 12:00Z'::timestamptz + position * interval '1 minute'")
        .await?;
    let noon = "SELECT '2026-11-25 12:00Z'::timestamptz";
    let noon: time::OffsetDateTime = sqlx::query_scalar(noon).fetch_one(&world.pool).await?;
    let at = |minutes| StartFrom::At(noon + time::Duration::minutes(minutes));
    for (start, expected) in [
        (StartFrom::Beginning, 60),
        (StartFrom::End, 0),
        (at(-100), 60),
        (at(1), 60),
        (at(2), 59),
        (at(31), 30),
        (at(60), 1),
        (at(61), 0),
    ] {
        let script = Script::new([]);
        let consumer = world.coaching(&script);
        let consumer =
            consumer.subscribe_with(hold_slot, SubscriptionOptions::new().start_from(start));
        let consumer = consumer.start().await?;
        consumer.wait_caught_up().await?;
        let seen = script.attempts.lock().map_err(|_| "poisoned")?.len();
        assert_eq!(seen, expected, "{start:?}");
        consumer.stop().await;
        Subscriptions::new(world.pool.clone())
            .remove("coaching", "hold_slot")
            .await?;
    }
    world.close().await
}

#[tokio::test]
async fn the_end_is_before_what_is_still_open_and_a_cursor_is_not_moved() -> TestResult {
    let world = World::new().await?;
    publish(&world, [1]).await?;
    let mut tx = world.pool.begin().await?;
    world.revenue().publish(lock(2, 2)).within(&mut tx).await?;
    publish(&world, [3]).await?;
    let script = Script::new([]);
    let start = async || {
        let consumer = world.coaching(&script);
        let consumer = consumer.subscribe_with(
            hold_slot,
            SubscriptionOptions::new().start_from(StartFrom::End),
        );
        consumer.start().await
    };
    let consumer = start().await?;
    tx.commit().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2, 3]);
    publish(&world, [4]).await?;
    let consumer = start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2, 3, 4]);
    world.close().await
}

#[tokio::test]
async fn a_running_subscription_is_rewound_and_handles_again_what_it_had_handled() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(5, Act::Permanent)]);
    let consumer = world
        .coaching(&script)
        .lease(Duration::from_secs(3))
        .subscribe_with(hold_slot, SubscriptionOptions::new().partitions(2))
        .subscribe(credit_history)
        .start()
        .await?;
    publish(&world, 1..=6).await?;
    consumer.wait_caught_up().await?;
    world.pool.execute("DELETE FROM effect").await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let third = "SELECT inserted_at FROM dispatcher_event WHERE position = 3";
    world
        .pool
        .execute("UPDATE dispatcher_event SET inserted_at = inserted_at + interval '1 minute' WHERE position >= 3")
        .await?;
    let at: time::OffsetDateTime = sqlx::query_scalar(third).fetch_one(&world.pool).await?;
    let rewound = subscriptions
        .rewind("coaching", "hold_slot", StartFrom::At(at))
        .await?;
    assert_eq!(
        (rewound.from.get(), rewound.to.get(), rewound.forgotten),
        (6, 2, 4)
    );
    publish(&world, [7]).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [3, 4, 6, 7, 7], "the other subscription goes on");
    let listed = subscriptions.list(Some("coaching")).await?;
    let states: Vec<_> = listed
        .iter()
        .map(|state| {
            (
                &*state.subscription,
                state.partitions,
                state.position.get(),
                state.behind,
            )
        })
        .collect();
    assert_eq!(
        states,
        [("credit_history", 1, 7, 0), ("hold_slot", 2, 7, 0)]
    );
    assert_eq!(
        script.attempts_at(5),
        [1, 1],
        "a dead letter is tried again too"
    );
    consumer.stop().await;
    world.close().await
}

/// Subject 1: event 1 is handled, and event 2 waits for ten minutes; the consumer has stopped.
async fn waiting_world(script: &Script) -> TestResult<World> {
    let world = World::new().await?;
    let consumer = world.coaching(script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(1, 2)])
        .await?;
    until(&world, "SELECT count(*) FROM dispatcher_retry", 1).await?;
    consumer.stop().await;
    Ok(world)
}

/// The later event was handled before the earlier one of its subject, because it was due.
#[tokio::test]
async fn an_event_that_waits_does_not_overtake_an_earlier_one_after_a_rewind() -> TestResult {
    let script = Script::new([(2, Act::FailCall(1, TEN_MINUTES))]);
    let world = waiting_world(&script).await?;
    world
        .pool
        .execute("UPDATE dispatcher_retry SET due_at = now()")
        .await?;
    Subscriptions::new(world.pool.clone())
        .rewind("coaching", "hold_slot", StartFrom::Beginning)
        .await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 1, 2]);
    assert_eq!(script.attempts_at(2), [1, 1], "it is read again");
    world.close().await
}

/// Two events of the subject were due, each at its own time.
#[tokio::test]
async fn only_the_first_waiting_event_of_a_subject_is_due_after_the_cursor_was_set_back()
-> TestResult {
    let script = Script::new([
        (1, Act::FailCall(2, TEN_MINUTES)),
        (2, Act::FailCall(1, TEN_MINUTES)),
    ]);
    let world = waiting_world(&script).await?;
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET position = 0; DELETE FROM dispatcher_dedup")
        .await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let both = "SELECT count(*) FROM dispatcher_retry WHERE attempts = 1";
    until(&world, both, 2).await?;
    consumer.stop().await;
    let due =
        "SELECT min(position) FROM dispatcher_retry WHERE due_at IS NOT NULL HAVING count(*) = 1";
    let first = "SELECT min(position) FROM dispatcher_event";
    assert_eq!(world.count(due).await?, world.count(first).await?);
    world.close().await
}

#[tokio::test]
async fn what_is_in_its_handler_when_the_subscription_is_rewound_is_not_committed() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::Wait)]);
    let consumer = world.coaching(&script).lease(Duration::from_millis(600));
    let consumer = consumer.subscribe(hold_slot).start().await?;
    publish(&world, [1]).await?;
    consumer.wait_caught_up().await?;
    publish(&world, [2]).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire_many(2));
    entered.await??.forget();
    let subscriptions = Subscriptions::new(world.pool.clone());
    let rewound = subscriptions.rewind("coaching", "hold_slot", StartFrom::Beginning);
    let rewound = rewound.await?;
    assert_eq!(
        (rewound.from.get(), rewound.to.get(), rewound.forgotten),
        (1, 0, 1)
    );
    script.gate.add_permits(2);
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 1, 2]);
    assert_eq!(script.attempts_at(2), [1, 1]);
    world.close().await
}

#[tokio::test]
async fn what_cannot_be_rewound_is_said() -> TestResult {
    let world = World::new().await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let rewind = async |start| subscriptions.rewind("coaching", "hold_slot", start).await;
    let error = rewind(StartFrom::Beginning).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`coaching` has no subscription `hold_slot`"
    );
    let error = subscriptions.remove("coaching", "hold_slot").await;
    assert!(matches!(error, Err(SubscriptionError::NotFound { .. })));
    publish(&world, 1..=3).await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let error = rewind(StartFrom::End).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`coaching`.`hold_slot` is at position 3 and cannot be rewound to 3: rewind cannot move forward"
    );
    world.close().await
}

#[tokio::test]
async fn a_subscription_to_another_databases_log_is_rewound_too() -> TestResult {
    let (revenue, coaching) = (World::new().await?, World::new().await?);
    let log = EventLog::new(revenue.pool.clone());
    let script = Script::new([]);
    let consumer = coaching.coaching(&script).events_from(log.clone());
    let consumer = consumer.lease(Duration::from_millis(600));
    let consumer = consumer.subscribe(hold_slot).start().await?;
    publish(&revenue, 1..=3).await?;
    consumer.wait_caught_up().await?;
    let subscriptions = Subscriptions::new(coaching.pool.clone()).events_from(log);
    let rewound = subscriptions.rewind("coaching", "hold_slot", StartFrom::Beginning);
    assert_eq!(rewound.await?.forgotten, 3);
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(coaching.effects().await?, [1, 2, 3, 1, 2, 3]);
    assert_eq!(subscriptions.list(None).await?.len(), 1);
    // Without the log, both answered 0 and nothing.
    let here = Subscriptions::new(coaching.pool.clone());
    let refused = "`coaching`.`hold_slot` reads the log of another database: \
                   name it with `.events_from(EventLog::new(pool))`";
    for consumer in [None, Some("coaching")] {
        assert_eq!(here.list(consumer).await.unwrap_err().to_string(), refused);
    }
    assert!(here.list(Some("growth")).await?.is_empty());
    let rewound = here.rewind("coaching", "hold_slot", StartFrom::Beginning);
    assert_eq!(rewound.await.unwrap_err().to_string(), refused);
    revenue.close().await?;
    coaching.close().await
}
