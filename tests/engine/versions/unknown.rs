//! An event of a version that a consumer does not know yet.

use std::time::Duration;

use dispatcher_runtime::{
    AwaitedVersion, DeadLetterFilter, DeadLetterReason, DeadLetters, Erasure, EventLog,
    LogRetention, SubscriptionOptions, Subscriptions,
};
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_fixtures::log::Log;
use serde_json::{Value, json};
use sqlx::Executor;

use super::programs::{Handled, caught_up, new, old};
use super::publish;
use crate::held::until;
use crate::support::{World, whole_letters};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn parcel(id: &str) -> Value {
    json!({ "parcel_id": id })
}

async fn send(world: &World, version: i32, id: &str) -> TestResult {
    publish(&world.pool, "parcel.sent", version, Some(id), parcel(id)).await
}

async fn awaited(world: &World) -> TestResult<Vec<(i32, u64)>> {
    let listed = Subscriptions::new(world.pool.clone())
        .list(Some("office"))
        .await?;
    let versions = listed.iter().flat_map(|one| &one.awaited_versions);
    Ok(versions
        .map(|awaited: &AwaitedVersion| {
            assert_eq!(awaited.event_type, "parcel.sent");
            (awaited.schema_version, awaited.events)
        })
        .collect())
}

async fn letters(world: &World) -> TestResult<Vec<(DeadLetterReason, String)>> {
    let letters = DeadLetters::new(world.pool.clone());
    let filter = DeadLetterFilter::default().include_resolved(true);
    let letters = whole_letters(&letters, &filter).await?;
    let of = |letter: dispatcher_runtime::DeadLetter| (letter.reason, letter.error);
    Ok(letters.into_iter().map(of).collect())
}

const WAITING: &str = "SELECT count(*) FROM dispatcher_retry";

/// Each became a dead letter at once.
#[tokio::test]
async fn it_waits_with_its_subject_until_a_program_starts_that_knows_its_version() -> TestResult {
    for options in [
        SubscriptionOptions::new(),
        SubscriptionOptions::new().share_transaction(true),
        SubscriptionOptions::new().concurrency(3).partitions(2),
    ] {
        let world = World::new().await?;
        let mut handled = Handled::new();
        let consumer = old(&world.pool, &handled, options.clone()).start().await?;
        for (version, id) in [(1, "a"), (2, "a"), (1, "b"), (1, "a"), (2, "a"), (1, "c")] {
            send(&world, version, id).await?;
        }
        publish(&world.pool, "parcel.sent", 2, None, parcel("alone")).await?;
        publish(&world.pool, "parcel.sent", 1, None, parcel("alone")).await?;
        caught_up(&consumer).await?;
        let mut first = handled.all();
        first.sort();
        assert_eq!(first, ["a v1", "alone v1", "b v1", "c v1"]);
        assert_eq!(
            awaited(&world).await?,
            [(2, 2)],
            "of those behind nothing is known"
        );
        let uncounted =
            "SELECT count(*) FROM dispatcher_retry WHERE attempts = 0 AND due_at IS NULL";
        assert_eq!(world.count(uncounted).await?, 4);
        // What comes later waits too, under the next lease as well.
        consumer.stop().await;
        let consumer = old(&world.pool, &handled, options.clone()).start().await?;
        send(&world, 1, "a").await?;
        caught_up(&consumer).await?;
        assert_eq!(handled.all(), [] as [String; 0]);
        assert_eq!(letters(&world).await?, []);
        consumer.stop().await;

        let consumer = new(&world.pool, &handled, options).start().await?;
        caught_up(&consumer).await?;
        let all = handled.all();
        let of_a = all.iter().filter(|one| one.starts_with("a v"));
        assert_eq!(of_a.collect::<Vec<_>>(), ["a v2", "a v1", "a v2", "a v1"]);
        assert_eq!(all.iter().filter(|one| *one == "alone v2").count(), 1);
        assert_eq!(all.len(), 5);
        assert_eq!(world.count(WAITING).await?, 0);
        assert_eq!(letters(&world).await?, []);
        consumer.stop().await;
        world.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn while_replicas_of_both_versions_run_the_newer_one_handles_it() -> TestResult {
    let world = World::new().await?;
    let mut handled = Handled::new();
    let options = SubscriptionOptions::new;
    let before = old(&world.pool, &handled, options()).start().await?;
    send(&world, 2, "a").await?;
    caught_up(&before).await?;
    assert_eq!(awaited(&world).await?, [(2, 1)]);
    let after = new(&world.pool, &handled, options()).start().await?;
    let another = old(&world.pool, &handled, options()).start().await?;
    assert_eq!(handled.next().await?, "a v2");
    for id in ["b", "c", "d"] {
        send(&world, 2, id).await?;
        assert_eq!(handled.next().await?, format!("{id} v2"));
    }
    // Back again: what comes then waits, and nothing of it is given up.
    after.stop().await;
    send(&world, 2, "e").await?;
    send(&world, 1, "f").await?;
    assert_eq!(handled.next().await?, "f v1");
    caught_up(&before).await?;
    assert_eq!(awaited(&world).await?, [(2, 1)]);
    assert_eq!(letters(&world).await?, []);
    before.stop().await;
    another.stop().await;
    world.close().await
}

/// Of two replicas that know a newer version each, neither has to wait for the other.
#[tokio::test]
async fn a_replica_waits_for_one_that_knows_all_that_it_knows_and_more() -> TestResult {
    let world = World::new().await?;
    let mut handled = Handled::new();
    let consumer = super::lost::both(&world.pool, &handled).start().await?;
    consumer.ready().await?;
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_replica (consumer, subscription, replica, expires_at, lease_seconds, event_types, newest_versions)
             SELECT consumer, subscription, '~', expires_at + interval '1 day', 100000, event_types,
                    '{\"parcel.sent\": 3, \"parcel.lost\": 1}'
               FROM dispatcher_replica",
        )
        .await?;
    let held = "SELECT count(*) FROM dispatcher_cursor WHERE holder IS NOT NULL";
    until(&world, held, 4).await?;
    let more = "UPDATE dispatcher_replica SET newest_versions = '{\"parcel.sent\": 3, \"parcel.lost\": 2}' WHERE replica = '~'";
    world.pool.execute(more).await?;
    until(&world, held, 0).await?;
    send(&world, 1, "b").await?;
    world
        .pool
        .execute("DELETE FROM dispatcher_replica WHERE replica = '~'")
        .await?;
    assert_eq!(handled.next().await?, "b");
    consumer.stop().await;
    world.close().await
}

/// One warning for each version, and not for each event and each pass.
#[tokio::test]
async fn it_is_logged_once() -> TestResult {
    let log = Log::default();
    // With one subscriber alone, tracing asks that of the thread which comes to a call first, and another test may.
    let _second = tracing::Dispatch::new(Log::default());
    let _guard = tracing::subscriber::set_default(log.clone());
    let world = World::new().await?;
    let handled = Handled::new();
    let consumer = old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    for id in ["a", "b", "c"] {
        send(&world, 2, id).await?;
        caught_up(&consumer).await?;
    }
    send(&world, 3, "d").await?;
    caught_up(&consumer).await?;
    consumer.stop().await;
    let text = log.text();
    let lines = text.matches("an event has a newer version than the contracts");
    assert_eq!(lines.count(), 2, "{text}");
    assert!(
        text.contains("event_type=\"parcel.sent\" schema_version=2"),
        "{text}"
    );
    world.close().await
}

/// No later program will know these.
#[tokio::test]
async fn what_no_version_can_help_is_a_dead_letter_at_once() -> TestResult {
    let world = World::new().await?;
    let handled = Handled::new();
    let consumer = super::lost::consumer(&world.pool, &handled).start().await?;
    publish(
        &world.pool,
        "parcel.lost",
        1,
        Some("retired"),
        parcel("retired"),
    )
    .await?;
    let insert = "INSERT INTO dispatcher_event
               (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, payload)
        VALUES (dispatcher_generate_event_id(), 'parcel.lost', 3, now(), 'tnt_a', 'thief', 'p', 'system:thief', '{}')";
    world.pool.execute(insert).await?;
    caught_up(&consumer).await?;
    let letters = letters(&world).await?;
    let errors: Vec<_> = letters.iter().map(|(_, error)| error.as_str()).collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(
        errors
            .contains(&"parcel.lost has no live version 1; the live versions in the contracts: 2"),
        "{errors:?}"
    );
    assert!(
        errors
            .iter()
            .any(|error| error.contains("`thief` published parcel.lost")),
        "{errors:?}"
    );
    assert!(
        letters
            .iter()
            .all(|(reason, _)| *reason == DeadLetterReason::Invalid)
    );
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn an_operator_can_give_up_on_it_and_redrive_it_later() -> TestResult {
    let world = World::new().await?;
    let mut handled = Handled::new();
    let subscriptions = Subscriptions::new(world.pool.clone());
    let give_up = || subscriptions.give_up_version("office", "parcel_file", "parcel.sent", 2);
    assert_eq!(
        give_up().await.unwrap_err().to_string(),
        "`office` has no subscription `parcel_file`"
    );
    let consumer = old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    for (version, id) in [(2, "a"), (1, "a"), (3, "b")] {
        send(&world, version, id).await?;
    }
    publish(&world.pool, "parcel.sent", 2, None, parcel("alone")).await?;
    caught_up(&consumer).await?;
    assert_eq!(give_up().await?, 2);
    assert_eq!(handled.next().await?, "a v1");
    caught_up(&consumer).await?;
    assert_eq!(give_up().await?, 0);
    assert_eq!(awaited(&world).await?, [(3, 1)]);
    let error = "the contracts of this program do not have version 2 of parcel.sent, and an operator gave up on it";
    let given_up = (DeadLetterReason::UnknownVersion, error.to_owned());
    assert_eq!(letters(&world).await?, [given_up.clone(), given_up]);
    let dead_letters = DeadLetters::new(world.pool.clone());
    for letter in dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters
    {
        dead_letters
            .redrive(&letter.dead_letter_id, "mia", None)
            .await?;
    }
    until(
        &world,
        "SELECT count(*) FROM dispatcher_retry WHERE awaited_version = 2",
        2,
    )
    .await?;
    consumer.stop().await;
    let consumer = new(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    caught_up(&consumer).await?;
    let mut all = handled.all();
    all.sort();
    assert_eq!(all, ["a v2", "alone v2"]);
    consumer.stop().await;
    world.close().await
}

/// The log keeps it, however old it is; and where its payload is erased meanwhile, no handler receives it.
#[tokio::test]
async fn retention_leaves_it_and_erasure_ends_it() -> TestResult {
    let world = World::new().await?;
    let mut handled = Handled::new();
    let consumer = old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    for (version, id) in [(2, "a"), (2, "b"), (1, "b"), (1, "c")] {
        send(&world, version, id).await?;
    }
    caught_up(&consumer).await?;
    consumer.stop().await;
    world
        .pool
        .execute("UPDATE dispatcher_event SET inserted_at = inserted_at - interval '10 days'")
        .await?;
    let retention = LogRetention::default().events(7 * DAY);
    let swept = EventLog::new(world.pool.clone()).sweep(&retention).await?;
    assert_eq!(swept.events, 1);
    Erasure::new(world.pool.clone())
        .erase_subject("a", "mia", "request 4711")
        .await?;
    assert_eq!(handled.all(), ["c v1"]);
    let consumer = new(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    caught_up(&consumer).await?;
    assert_eq!(handled.all(), ["b v2", "b v1"]);
    assert_eq!(world.count(WAITING).await?, 0);
    consumer.stop().await;
    world.close().await
}

/// An earlier event of the subject is redriven while a later one waits for its version.
#[tokio::test]
async fn a_redrive_before_it_keeps_the_order() -> TestResult {
    let world = World::new().await?;
    let mut handled = Handled::new();
    let consumer = old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    publish(
        &world.pool,
        "parcel.sent",
        1,
        Some("a"),
        json!({ "parcel_id": 7 }),
    )
    .await?;
    send(&world, 2, "a").await?;
    caught_up(&consumer).await?;
    let dead_letters = DeadLetters::new(world.pool.clone());
    let listed = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(listed.len(), 1);
    world
        .pool
        .execute("UPDATE dispatcher_event SET payload = '{\"parcel_id\": \"mended\"}' WHERE position = 1")
        .await?;
    dead_letters
        .redrive(&listed[0].dead_letter_id, "mia", None)
        .await?;
    assert_eq!(handled.next().await?, "mended v1");
    caught_up(&consumer).await?;
    assert_eq!(awaited(&world).await?, [(2, 1)]);
    consumer.stop().await;
    let consumer = new(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    assert_eq!(handled.next().await?, "a v2");
    consumer.stop().await;
    world.close().await
}
