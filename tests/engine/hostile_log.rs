//! A log with contents that no publisher writes or that were changed, and queues that grow long.

use std::time::Duration;

use dispatcher_runtime::{DeadLetterFilter, DeadLetters, StartError, SubscriptionOptions};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;

use crate::support::{Act, Script, World, hold_slot, whole_letters};

/// The trigger used to look the sequence up by name, which is the old table's after a swap.
#[tokio::test]
async fn a_log_that_was_swapped_keeps_its_writer_floor() -> TestResult {
    let world = World::new().await?;
    world
        .revenue()
        .publish_all((1..=5).map(|credits| lock(credits, credits)))
        .await?;
    world
        .pool
        .execute(
            "ALTER TABLE dispatcher_event RENAME TO old_event;
             CREATE TABLE dispatcher_event (LIKE old_event INCLUDING ALL);
             CREATE TRIGGER dispatcher_event_floor BEFORE INSERT ON dispatcher_event
                FOR EACH STATEMENT EXECUTE FUNCTION dispatcher_event_floor()",
        )
        .await?;
    let mut slow = world.pool.begin().await?;
    world
        .revenue()
        .publish(lock(1, 1))
        .within(&mut slow)
        .await?;
    world.revenue().publish(lock(2, 2)).await?;
    let horizon = world
        .count("SELECT horizon FROM dispatcher_event_horizon('dispatcher_event')")
        .await?;
    assert_eq!(horizon, 0, "the writer of position 1 is still there");
    slow.rollback().await?;
    world.close().await
}

#[tokio::test]
async fn a_log_that_is_shorter_than_its_cursors_is_refused_and_not_skipped() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    world
        .revenue()
        .publish_all((1..=5).map(|credits| lock(credits, credits)))
        .await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    world
        .pool
        .execute("TRUNCATE dispatcher_event RESTART IDENTITY CASCADE")
        .await?;
    world.revenue().publish(lock(6, 6)).await?;
    let error = world
        .coaching(&script)
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StartError::CursorAhead {
                position,
                last_position,
                ..
            } if (position.get(), last_position.get()) == (5, 1)
        ),
        "{error}"
    );

    // As the message advises: the log is read from its beginning, and nothing is applied twice.
    world.pool.execute("DELETE FROM dispatcher_cursor").await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3, 4, 5, 6]);
    world.close().await
}

/// Each pass used to look at every waiting event of a subject, and handle one.
#[tokio::test]
async fn a_long_queue_behind_one_event_drains_in_batches() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(1))]);
    world
        .revenue()
        .publish_all((1..=2000).map(|credits| lock(7, credits)))
        .await?;
    let consumer = world
        .coaching(&script)
        .retry([Duration::from_secs(2)])
        // So that each pass can be told by the time at which it recorded its events.
        .subscribe_with(
            hold_slot,
            SubscriptionOptions::new().share_transaction(true),
        )
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    let passes = world
        .count("SELECT count(DISTINCT handled_at) FROM dispatcher_dedup")
        .await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, (1..=2000).collect::<Vec<_>>());
    assert!(passes <= 2000 / 25, "2000 events took {passes} passes");
    world.close().await
}

#[tokio::test]
async fn a_subject_too_long_for_an_index_does_not_wedge() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(1))]);
    // Incompressible, or it would fit into the index.
    let subject: String = (0..400).map(|n| format!("{:x}", md5_like(n))).collect();
    // In a log that is older than the limit.
    let drop = "ALTER TABLE dispatcher_event DROP CONSTRAINT dispatcher_event_row_check";
    world.pool.execute(drop).await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(1, 2), lock(2, 3)])
        .await?;
    sqlx::query("UPDATE dispatcher_event SET subject = $1 WHERE position < 3")
        .bind(subject)
        .execute(&world.pool)
        .await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2, 3]);
    world.close().await
}

fn md5_like(n: u64) -> u64 {
    n.wrapping_add(1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(31)
        .wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

#[tokio::test]
async fn a_payload_nested_as_deeply_as_postgres_reads_becomes_a_dead_letter() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    // The deepest nesting that this server accepts.
    let mut depth = 20_000;
    while depth > 0 {
        let payload = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let insert = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
                      VALUES ('evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e', 'credit.locked', 1, now(), 'tnt_a', 'revenue', 'x', $1::text::json)";
        match sqlx::query(insert).bind(payload).execute(&world.pool).await {
            Ok(_) => break,
            Err(_) => depth -= 100,
        }
    }
    assert!(depth > 1000);
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1]);
    let letters = DeadLetters::new(world.pool.clone());
    let dead = whole_letters(&letters, &DeadLetterFilter::default()).await?;
    assert_eq!(dead.len(), 1);
    assert!(
        dead[0].envelope.get().len() > 2 * depth,
        "the payload is in it"
    );
    world.close().await
}

#[tokio::test]
async fn a_column_that_is_added_while_a_consumer_runs_does_not_stop_it() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    world
        .pool
        .execute("ALTER TABLE dispatcher_event ADD COLUMN note text")
        .await?;
    world.revenue().publish(lock(2, 2)).await?;
    tokio::time::timeout(Duration::from_secs(60), script.entered.acquire_many(2))
        .await??
        .forget();
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2]);
    world.close().await
}

#[tokio::test]
async fn the_log_keeps_what_still_waits() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(1))]);
    let consumer = world
        .coaching(&script)
        .retry([Duration::from_secs(600)])
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    script.entered.acquire().await?.forget();
    consumer.stop().await;
    let error = world
        .pool
        .execute("DELETE FROM dispatcher_event")
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("dispatcher_retry_log_position_fkey"),
        "{error}"
    );
    world.close().await
}
