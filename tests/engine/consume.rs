//! Delivery: effects once, retries, order, and what happens to an event that cannot be handled.

use std::time::Duration;

use acme_contracts::Coaching;
use dispatcher_runtime::{Consumer, DeadLetterFilter, DeadLetterReason, DeadLetters};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;

use crate::support::{Act, Script, World, credit_history, hold_slot, whole_letters};

#[tokio::test]
async fn an_event_reaches_every_subscription_once_in_order() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    world
        .revenue()
        .publish_all((1..=120).map(|credits| lock(credits, credits)))
        .await?;
    let consumer = world
        .coaching(&script)
        .subscribe(hold_slot)
        .subscribe(credit_history)
        .start()
        .await?;
    world.revenue().publish(lock(121, 121)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    for subscription in ["hold_slot", "credit_history"] {
        let rows = sqlx::query_scalar::<_, i64>(
            "SELECT credits FROM effect WHERE subscription = $1 ORDER BY seq",
        )
        .bind(subscription)
        .fetch_all(&world.pool)
        .await?;
        assert_eq!(rows, (1..=121).collect::<Vec<_>>(), "{subscription}");
    }
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_dedup").await?,
        242
    );
    world.close().await
}

#[tokio::test]
async fn a_notification_wakes_a_sleeping_consumer_that_would_not_poll_for_minutes() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    for credits in 1..=20 {
        world.revenue().publish(lock(1, credits)).await?;
        // Resolves when the handler is called; the poll interval is ten minutes.
        tokio::time::timeout(Duration::from_secs(60), script.entered.acquire())
            .await??
            .forget();
    }
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn a_failing_event_is_retried_and_then_handled() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::FailTimes(2))]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2), lock(3, 3)])
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(script.attempts_at(2), [1, 2, 3]);
    assert_eq!(
        world.effects().await?,
        [1, 3, 2],
        "the others did not wait, and each effect is there once"
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM dispatcher_dead_letter")
            .await?,
        0
    );
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_retry").await?,
        0
    );
    world.close().await
}

/// Waits for the attempts themselves: `wait_caught_up` would wake the subscription.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_is_made_when_it_is_due_and_not_with_the_next_poll() -> TestResult {
    let world = World::new().await?;
    let script = Script::new((1..=20).map(|credits| (credits, Act::FailTimes(3))));
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    for credits in 1..=20 {
        world.revenue().publish(lock(credits, credits)).await?;
        tokio::time::timeout(Duration::from_secs(60), script.entered.acquire_many(4))
            .await??
            .forget();
    }
    consumer.stop().await;
    assert_eq!(world.effects().await?, (1..=20).collect::<Vec<_>>());
    world.close().await
}

#[tokio::test]
async fn later_events_of_its_subject_queue_up_behind_a_failing_one() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(2))]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    // Subject 7: credits 1, 2, 3 in this order; subject 8 in between.
    world
        .revenue()
        .publish_all([lock(7, 1), lock(8, 10), lock(7, 2), lock(8, 11), lock(7, 3)])
        .await?;
    consumer.wait_caught_up().await?;
    world.revenue().publish(lock(7, 4)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let effects = world.effects().await?;
    let of_7: Vec<_> = effects
        .iter()
        .copied()
        .filter(|credits| *credits < 10)
        .collect();
    assert_eq!(of_7, [1, 2, 3, 4]);
    assert_eq!(effects[..2], [10, 11], "the other subject did not wait");
    world.close().await
}

#[tokio::test]
async fn the_last_retry_failing_makes_a_dead_letter_and_the_subject_goes_on() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(u32::MAX))]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(7, 1), lock(7, 2)])
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(
        script.attempts_at(1),
        [1, 2, 3, 4],
        "one attempt and three retries"
    );
    assert_eq!(
        world.effects().await?,
        [2],
        "nothing of the failed attempts is left"
    );
    let letters = DeadLetters::new(world.pool.clone());
    let dead = whole_letters(&letters, &DeadLetterFilter::default()).await?;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].reason, DeadLetterReason::RetriesExhausted);
    assert_eq!(dead[0].attempts, 4);
    assert_eq!(dead[0].error, "attempt 4 fails");
    assert_eq!(dead[0].failures.len(), 4);
    assert_eq!(dead[0].failures[0].error, "attempt 1 fails");
    assert_eq!(dead[0].failures[3].attempt, 4);
    world.close().await
}

#[tokio::test]
async fn a_permanent_error_is_not_retried() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Permanent)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1]);
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default().consumer("coaching"))
        .await?
        .dead_letters;
    assert_eq!(
        (dead[0].reason, dead[0].error.as_str()),
        (DeadLetterReason::Permanent, "more than a lesson can cost")
    );
    world.close().await
}

#[tokio::test]
async fn retry_after_waits_as_long_as_the_handler_says() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::RetryAfter(Duration::from_millis(400)))]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let start = std::time::Instant::now();
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    assert!(
        start.elapsed() >= Duration::from_millis(400),
        "{:?}",
        start.elapsed()
    );
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1, 2]);
    world.close().await
}

#[tokio::test]
async fn an_error_text_that_postgres_cannot_store_does_not_stop_the_subscription() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::NulError)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(dead[0].error, "it says \u{fffd} here");
    world.close().await
}

#[tokio::test]
async fn what_another_program_inserted_wrongly_becomes_a_dead_letter_with_the_report() -> TestResult
{
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let insert = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
                  VALUES ($1, 'credit.locked', $2, now(), $3, 'revenue', 'system:revenue', $4::text::json)";
    let id = "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e";
    let valid = dispatcher_test_fixtures::lock_json(1, 5).to_string();
    for (event_id, version, tenant, payload) in [
        (id, 1, "tnt_a", "{\"locked_credits\": 0}"),
        ("evt_1", 1, "tnt_a", valid.as_str()),
        (
            "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d70",
            1,
            "nobody",
            valid.as_str(),
        ),
        (
            "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d71",
            -1,
            "tnt_a",
            valid.as_str(),
        ),
        (
            "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d72",
            1,
            "tnt_a",
            "{\"locked_credits\": 1e999}",
        ),
        (
            "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d73",
            1,
            "tnt_a",
            "{\"locked_credits\": 12345678901234567890123}",
        ),
    ] {
        sqlx::query(insert)
            .bind(event_id)
            .bind(version)
            .bind(tenant)
            .bind(payload)
            .execute(&world.pool)
            .await?;
    }
    world.revenue().publish(lock(2, 2)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(
        world.effects().await?,
        [2],
        "the valid one behind them was handled"
    );
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(dead.len(), 6);
    for letter in &dead {
        assert_eq!(
            (letter.reason, letter.attempts),
            (DeadLetterReason::Invalid, 1),
            "{}",
            letter.error
        );
    }
    let error = |index: usize| dead[dead.len() - 1 - index].error.as_str();
    assert!(
        error(0).contains("/locked_credits") && error(0).contains("[minimum]"),
        "{}",
        error(0)
    );
    assert!(
        error(0).contains("[required]"),
        "every violation: {}",
        error(0)
    );
    assert!(
        error(1).contains("/event_id: a string of 5 characters does not match"),
        "{}",
        error(1)
    );
    assert!(
        error(2).contains("/tenant_id: a string of 6 characters does not match"),
        "{}",
        error(2)
    );
    assert!(
        error(3).contains("/schema_version: a number is less than"),
        "{}",
        error(3)
    );
    // Decoding would change the number before any schema is checked, so it is refused before that.
    for index in [4, 5] {
        assert_eq!(
            error(index),
            "the payload cannot be read: /locked_credits: a number would be changed: JSON \
             numbers are held as 64-bit integers or doubles; send it as a string [number]"
        );
    }
    world.close().await
}

#[tokio::test]
async fn stop_finishes_what_is_in_flight() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    script.entered.acquire().await?.forget();
    let stop = tokio::spawn(consumer.stop());
    // The handler is in flight and stop waits for it.
    script.gate.add_permits(1);
    stop.await?;
    assert_eq!(
        world.effects().await?,
        [1],
        "the one in flight was finished, the next not begun"
    );
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2]);
    world.close().await
}

#[tokio::test]
async fn replicas_share_a_subscription_without_doubling_or_disorder() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let mut replicas = Vec::new();
    for _ in 0..3 {
        replicas.push(
            world
                .coaching(&script)
                .batch_size(7)
                .subscribe(hold_slot)
                .start()
                .await?,
        );
    }
    for chunk in 0..20_u32 {
        world
            .revenue()
            .publish_all((1..=10).map(|n| lock(n, chunk * 10 + n)))
            .await?;
    }
    replicas[0].wait_caught_up().await?;
    for replica in replicas {
        replica.stop().await;
    }
    assert_eq!(world.effects().await?, (1..=200).collect::<Vec<_>>());
    world.close().await
}

#[tokio::test]
async fn a_batch_is_bounded_in_bytes_too_and_loses_nothing_by_it() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::FailTimes(2)), (6, Act::Permanent)]);
    let events = (1..=12).map(|credits| lock(credits % 3, credits));
    world.revenue().publish_all(events).await?;
    // Each payload reaches its handler.
    let consumer = world.coaching(&script).batch_bytes(1);
    let consumer = consumer.subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let effects = world.effects().await?;
    let of = |subject: i64| -> Vec<i64> {
        let of = effects.iter().filter(|credits| *credits % 3 == subject);
        of.copied().collect()
    };
    assert_eq!(of(0), [3, 9, 12]);
    assert_eq!(of(1), [1, 4, 7, 10]);
    assert_eq!(of(2), [2, 5, 8, 11]);
    let refused = world.coaching(&script).batch_bytes(0);
    let refused = refused.subscribe(hold_slot).start().await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the setting `batch_bytes` is `0`; it has to be at least 1 byte"
    );
    world.close().await
}

#[tokio::test]
async fn a_cursor_that_is_set_back_under_a_running_consumer_doubles_nothing() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2), lock(1, 3)])
        .await?;
    consumer.wait_caught_up().await?;
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET position = 0")
        .await?;
    world.revenue().publish(lock(1, 4)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3, 4]);
    world.close().await
}

/// Moved between the commit of a pass and the next look at the cursor.
#[tokio::test]
async fn a_cursor_that_is_set_back_between_two_passes_has_nothing_handled_again() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world.coaching(&script).lease(Duration::from_secs(30));
    let consumer = consumer.subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    script.entered.acquire().await?.forget();
    // The lock is granted once the pass that is in the handler has committed; the next pass waits
    // for it.
    let operator = tokio::spawn({
        let pool = world.pool.clone();
        async move {
            let mut tx = pool.begin().await?;
            tx.execute("LOCK TABLE dispatcher_cursor IN ACCESS EXCLUSIVE MODE")
                .await?;
            tx.execute("UPDATE dispatcher_cursor SET position = 0")
                .await?;
            tx.commit().await
        }
    });
    let queued = "SELECT count(*) FROM pg_locks
        WHERE NOT granted AND mode = 'AccessExclusiveLock' AND relation = 'dispatcher_cursor'::regclass";
    while world.count(queued).await? == 0 {
        tokio::task::yield_now().await;
    }
    script.gate.add_permits(1);
    operator.await??;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1], "its dedup row is looked up");
    assert_eq!(world.effects().await?, [1, 2]);
    world.close().await
}

#[tokio::test]
async fn a_handler_given_before_the_state_is_not_lost() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    world.revenue().publish(lock(1, 1)).await?;
    let consumer = Consumer::<Coaching>::builder(world.pool.clone())
        .subscribe(credit_history)
        .state(script.clone())
        .subscribe(hold_slot)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let handled = "SELECT count(DISTINCT subscription) FROM effect";
    assert_eq!(world.count(handled).await?, 2);
    world.close().await
}
