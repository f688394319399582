//! Erasure: what it replaces, and what becomes of events whose payload is gone.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::observe::{AttemptRecord, Observer};
use dispatcher_runtime::{
    DeadLetterError, DeadLetterFilter, DeadLetterReason, DeadLetters, DeliveryTx, Erased,
    ErasedEvents, Erasure, ErasureError, EventEnvelope, EventLog, HandlerError, LogRetention,
    Published, RunningConsumer, StartFrom, State, SubscriptionOptions, Subscriptions, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock, lock_json};
use sqlx::{Executor, Row};

use crate::support::{Act, Script, World, hold_slot};

fn erasure(world: &World) -> Erasure {
    Erasure::new(world.pool.clone())
}

/// The subject of the events of a person.
fn subject(person: u32) -> String {
    lock_json(person, 1)["person_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// What was erased, as text: the types of the numbers are not public to construct.
fn counted(erased: Erased) -> [u64; 4] {
    [
        erased.events,
        erased.waiting,
        erased.dead_letters,
        erased.erased_before,
    ]
}

/// In how many rows of the dispatcher's tables a person's lesson is named.
async fn rows_that_quote(world: &World, person: u32) -> TestResult<i64> {
    let lesson = lock_json(person, 1)["lesson_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let count = "SELECT (SELECT count(*) FROM dispatcher_event AS one WHERE strpos(one::text, $1) > 0)
                      + (SELECT count(*) FROM dispatcher_retry AS one WHERE strpos(one::text, $1) > 0)
                      + (SELECT count(*) FROM dispatcher_dead_letter AS one WHERE strpos(one::text, $1) > 0)";
    Ok(sqlx::query_scalar(count)
        .bind(lesson)
        .fetch_one(&world.pool)
        .await?)
}

/// Waits until the cursor is there. Events may wait for their next attempt.
async fn stop_at(world: &World, consumer: RunningConsumer, position: i64) -> TestResult {
    let cursor = "SELECT coalesce(max(position), 0) FROM dispatcher_cursor";
    while world.count(cursor).await? < position {
        tokio::task::yield_now().await;
    }
    consumer.stop().await;
    Ok(())
}

/// Fails with an error that quotes the payload: for good, after the gate of the script has opened, or to be retried.
#[subscribe(credit_locked)]
async fn quoting(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(script): State<Script>,
) -> Result<(), HandlerError> {
    sqlx::query("SELECT 1").execute(&mut **tx).await?;
    let lesson = format!("no room in {}", event.payload.lesson_id);
    script.entered.add_permits(1);
    match event.payload.locked_credits.get() {
        1 => Err(HandlerError::permanent(lesson)),
        2 => Err(HandlerError::retry(lesson)),
        3 => {
            script.gate.acquire().await?.forget();
            Err(HandlerError::permanent(lesson))
        }
        4 => {
            script.gate.acquire().await?.forget();
            Err(HandlerError::retry(lesson))
        }
        _ => Ok(()),
    }
}

const AN_HOUR: [Duration; 1] = [Duration::from_secs(3600)];

#[tokio::test]
async fn a_subject_is_erased_in_the_log_in_waiting_events_and_in_dead_letters() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world
        .coaching(&script)
        .retry(AN_HOUR)
        .subscribe(quoting)
        .start()
        .await?;
    for person in [7, 8] {
        // The first is a dead letter, the second waits, and the third waits behind it.
        world
            .revenue()
            .publish_all([1, 2, 5].map(|credits| lock(person, credits)))
            .await?;
    }
    stop_at(&world, consumer, 6).await?;
    assert_eq!(rows_that_quote(&world, 7).await?, 5);
    let erased = erasure(&world)
        .erase_subject(&subject(7), "mia", "request 4711")
        .await?;
    assert_eq!(counted(erased), [3, 1, 1, 0]);
    assert_eq!(rows_that_quote(&world, 7).await?, 0);
    assert_eq!(rows_that_quote(&world, 8).await?, 5);
    let tombstones = "SELECT count(*) FROM dispatcher_event WHERE erased_at IS NOT NULL AND payload::text = 'null'";
    assert_eq!(world.count(tombstones).await?, 3);

    let letters = DeadLetters::new(world.pool.clone());
    let listed = letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    let letter = listed.iter().find(|one| one.subject == Some(subject(7)));
    let letter = letters
        .get(&letter.ok_or("it has a letter")?.dead_letter_id)
        .await?;
    assert_eq!(letter.error, "[erased]");
    assert!(letter.failures.is_empty());
    let unreadable = letter.event::<CreditLocked>().unwrap_err().to_string();
    assert!(
        unreadable.contains("its payload was erased at 20"),
        "{unreadable}"
    );

    let audit = sqlx::query("SELECT who, way, what, why, outcome FROM dispatcher_audit");
    let audit = audit.fetch_one(&world.pool).await?;
    let audit: [String; 5] = std::array::from_fn(|column| audit.get(column));
    assert_eq!(
        audit,
        [
            "mia",
            "api",
            &format!("erase subject {}", subject(7)),
            "request 4711",
            "erased 3 in the log, 1 waiting, 1 dead letters; 0 were erased before"
        ]
    );

    let again = erasure(&world)
        .erase_subject(&subject(7), "mia", "request 4711")
        .await?;
    assert_eq!(counted(again), [0, 0, 0, 4]);
    world.close().await
}

/// Counts the attempts by how they ended.
#[derive(Default)]
struct Outcomes(Mutex<Vec<&'static str>>);

impl Observer for Outcomes {
    fn attempted(&self, attempt: &AttemptRecord<'_>) {
        self.0.lock().unwrap().push(attempt.outcome.as_str());
    }
}

/// Three events of three persons, of which the second is erased before anything is handled.
async fn with_an_erased_one(world: &World) -> TestResult<Published> {
    let mut published = Vec::new();
    for credits in 1..=3 {
        published.push(world.revenue().publish(lock(credits, credits)).await?);
    }
    let second = published.swap_remove(1);
    let erased = erasure(world)
        .erase_event(second.event_id.as_str(), "mia", "a test")
        .await?;
    assert_eq!(counted(erased), [1, 0, 0, 0]);
    Ok(second)
}

#[tokio::test]
async fn an_erased_event_is_skipped_counted_and_recorded_as_handled() -> TestResult {
    for shares in [false, true] {
        let world = World::new().await?;
        with_an_erased_one(&world).await?;
        let outcomes = Arc::new(Outcomes::default());
        let options = SubscriptionOptions::new().share_transaction(shares);
        let script = Script::new([]);
        let consumer = world.coaching(&script).observer(Arc::clone(&outcomes));
        let consumer = consumer.subscribe_with(hold_slot, options).start().await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;
        assert_eq!(world.effects().await?, [1, 3]);
        assert_eq!(
            *outcomes.0.lock().unwrap(),
            ["handled", "erased", "handled"]
        );
        assert_eq!(
            world.count("SELECT count(*) FROM dispatcher_dedup").await?,
            3
        );
        assert_eq!(
            world
                .count("SELECT count(*) FROM dispatcher_dead_letter")
                .await?,
            0
        );
        world.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_erased_event_is_a_dead_letter_where_the_subscription_asks_and_is_not_redriven()
-> TestResult {
    let world = World::new().await?;
    with_an_erased_one(&world).await?;
    let options = SubscriptionOptions::new().erased_events(ErasedEvents::DeadLetter);
    let script = Script::new([]);
    let consumer = world
        .coaching(&script)
        .subscribe_with(hold_slot, options)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3]);
    let letters = DeadLetters::new(world.pool.clone());
    let listed = letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(listed[0].reason, DeadLetterReason::Permanent);
    let id = &listed[0].dead_letter_id;
    let refused = letters.redrive(id, "mia", None).await.unwrap_err();
    assert!(
        matches!(refused, DeadLetterError::Erased { .. }),
        "{refused}"
    );
    let redriven = letters
        .redrive_all(&DeadLetterFilter::default(), "mia", None)
        .await?;
    assert!(redriven.is_empty());
    letters.resolve(id, "mia", None).await?;
    world.close().await
}

#[tokio::test]
async fn a_waiting_event_that_is_erased_is_skipped_when_it_is_due_and_its_subject_goes_on()
-> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(1))]);
    let consumer = world
        .coaching(&script)
        .retry(AN_HOUR)
        .subscribe(hold_slot)
        .start()
        .await?;
    let first = world.revenue().publish(lock(1, 1)).await?;
    world.revenue().publish(lock(1, 2)).await?;
    stop_at(&world, consumer, 2).await?;
    erasure(&world)
        .erase_event(first.event_id.as_str(), "mia", "a test")
        .await?;
    world
        .pool
        .execute("UPDATE dispatcher_retry SET due_at = now() WHERE attempts > 0")
        .await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    assert_eq!(
        script.attempts_at(1),
        [1],
        "the handler is not called again"
    );
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_retry").await?,
        0
    );
    world.close().await
}

/// What the handler has in memory must not come back with its failure.
#[tokio::test]
async fn a_handler_that_fails_after_the_erasure_records_no_payload() -> TestResult {
    for credits in [3, 4] {
        let world = World::new().await?;
        let script = Script::new([]);
        let consumer = world
            .coaching(&script)
            .retry(AN_HOUR)
            .subscribe(quoting)
            .start()
            .await?;
        let event = world.revenue().publish(lock(7, credits)).await?;
        script.entered.acquire().await?.forget();
        let erased = erasure(&world)
            .erase_event(event.event_id.as_str(), "mia", "a test")
            .await?;
        assert_eq!(counted(erased), [1, 0, 0, 0]);
        script.gate.add_permits(1);
        stop_at(&world, consumer, 1).await?;
        assert_eq!(rows_that_quote(&world, 7).await?, 0);
        world.close().await?;
    }
    Ok(())
}

/// The other order: what is about to be committed is found.
#[tokio::test]
async fn erasure_waits_for_a_consumer_that_is_about_to_commit() -> TestResult {
    let world = World::new().await?;
    let event = world.revenue().publish(lock(7, 1)).await?;
    let mut recording = world.pool.begin().await?;
    recording
        .execute("INSERT INTO dispatcher_cursor (consumer, subscription, updated_at) VALUES ('coaching', 'quoting', now())")
        .await?;
    let letter = "INSERT INTO dispatcher_dead_letter (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, tenant_id, envelope, reason, error, attempts, failures, created_at)
                  SELECT 'dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e', 'coaching', 'quoting', position, event_id, event_type, schema_version, tenant_id, payload::text, 'permanent', 'no', 1, '[]', now()
                    FROM dispatcher_event";
    recording.execute(letter).await?;
    let erasure = erasure(&world);
    let id = event.event_id.to_string();
    let erasing = tokio::spawn(async move { erasure.erase_event(&id, "mia", "a test").await });
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock' AND relation = 'dispatcher_cursor'::regclass";
    while world.count(waits).await? == 0 {
        tokio::task::yield_now().await;
    }
    recording.commit().await?;
    assert_eq!(counted(erasing.await??), [1, 0, 1, 0]);
    assert_eq!(rows_that_quote(&world, 7).await?, 0);
    world.close().await
}

/// Consumers would wait behind it.
#[tokio::test]
async fn erasure_gives_up_behind_a_transaction_that_keeps_cursors_locked() -> TestResult {
    let world = World::new().await?;
    let event = world.revenue().publish(lock(7, 1)).await?;
    let mut forgotten = world.pool.begin().await?;
    forgotten
        .execute("SELECT FROM dispatcher_cursor FOR UPDATE")
        .await?;
    let id = event.event_id.as_str();
    let error = erasure(&world).erase_event(id, "mia", "a test").await;
    assert!(matches!(error, Err(ErasureError::Busy)), "{error:?}");
    assert_eq!(rows_that_quote(&world, 7).await?, 1);
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_audit").await?,
        0
    );
    forgotten.rollback().await?;
    erasure(&world).erase_event(id, "mia", "a test").await?;
    world.close().await
}

#[tokio::test]
async fn what_is_unknown_is_an_error_and_stands_in_the_audit() -> TestResult {
    let world = World::new().await?;
    for what in ["subject per_1", "event evt_1"] {
        let erasure = erasure(&world);
        let error = match what.split_once(' ') {
            Some(("subject", subject)) => erasure.erase_subject(subject, "mia", "a test").await,
            Some((_, event)) => erasure.erase_event(event, "mia", "a test").await,
            None => return Err("two words".into()),
        };
        let error = error.unwrap_err();
        assert!(matches!(error, ErasureError::NotFound { .. }));
        assert_eq!(
            error.to_string(),
            format!(
                "this database has no event, no waiting event and no dead letter of the {what}: check it, and whether its log is in another database"
            )
        );
    }
    let recorded = "SELECT count(*) FROM dispatcher_audit WHERE outcome = 'not found'";
    assert_eq!(world.count(recorded).await?, 2);
    let long = "x".repeat(1025);
    for (who, why) in [
        (" ", "a test"),
        ("mia", ""),
        ("mia\n", "a test"),
        ("mia", "\u{1b}[2J"),
        ("mia", &long),
    ] {
        let error = erasure(&world)
            .erase_event("evt_1", who, why)
            .await
            .unwrap_err();
        assert!(
            matches!(error, ErasureError::Unaccountable { .. }),
            "{error}"
        );
    }
    assert_eq!(world.count(recorded).await?, 2);
    world.close().await
}

#[tokio::test]
async fn an_erased_event_is_not_published_again_and_is_skipped_after_a_rewind_and_swept()
-> TestResult {
    let world = World::new().await?;
    let erased = with_an_erased_one(&world).await?;
    let publish = world
        .revenue()
        .publish(lock(2, 2))
        .event_id(erased.event_id.clone());
    assert_eq!(publish.await?.position, None, "it is there already");
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    let rewound = subscriptions
        .rewind("coaching", "hold_slot", StartFrom::Beginning)
        .await?;
    assert_eq!(rewound.forgotten, 3);
    consumer.stop().await;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3, 1, 3]);
    let all = LogRetention::default().events(Duration::from_millis(1));
    let swept = EventLog::new(world.pool.clone()).sweep(&all).await?;
    assert_eq!(swept.events, 3);
    world.close().await
}

#[tokio::test]
async fn a_tombstone_cannot_be_mistaken_for_a_payload() -> TestResult {
    let world = World::new().await?;
    with_an_erased_one(&world).await?;
    let back = "UPDATE dispatcher_event SET payload = '{}' WHERE erased_at IS NOT NULL";
    let error = world.pool.execute(back).await.unwrap_err().to_string();
    assert!(
        error.contains("the payload was erased, and has to stay null"),
        "{error}"
    );
    world.close().await
}
