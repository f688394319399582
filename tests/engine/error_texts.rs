//! What is recorded and logged of a failure: never more than a limit, and no value of a payload.

use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    DeadLetter, DeadLetterFilter, DeadLetterReason, DeadLetters, EventEnvelope, HandlerError,
    subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock};

use crate::support::{Script, World, whole_letters};

const LIMIT: usize = 16 * 1024;

/// Fails with an answer of another system, which is long and ends with the attempt.
#[subscribe(credit_locked)]
async fn call_slot_service(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    match event.payload.locked_credits.get() {
        1 => Err(format!("slot service: {}", "é".repeat(1_000_000)).into()),
        2 => panic!("{}", "long ".repeat(1_000_000)),
        _ => Ok(()),
    }
}

async fn dead_letters(world: &World) -> TestResult<Vec<DeadLetter>> {
    let letters = DeadLetters::new(world.pool.clone());
    let mut all = whole_letters(&letters, &DeadLetterFilter::default()).await?;
    all.reverse();
    Ok(all)
}

#[tokio::test]
async fn an_errors_text_has_a_limit_in_attempts_and_dead_letters() -> TestResult {
    let world = World::new().await?;
    let consumer = world
        .coaching(&Script::new([]))
        .retry(vec![Duration::ZERO; 30])
        .subscribe(call_slot_service)
        .start()
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead = dead_letters(&world).await?;
    assert_eq!(dead.len(), 2);
    for (letter, beginning) in dead
        .iter()
        .zip(["slot service: é", "the handler panicked: long"])
    {
        assert_eq!(letter.attempts, 31);
        let attempts: Vec<_> = letter.failures.iter().map(|one| one.attempt).collect();
        let kept: Vec<_> = std::iter::once(1).chain(13..=31).collect();
        assert_eq!(attempts, kept, "the first and the last ones");
        let errors = letter.failures.iter().map(|one| &one.error);
        for error in errors.chain([&letter.error]) {
            assert!(error.len() <= LIMIT, "{}", error.len());
            assert!(error.starts_with(beginning), "{error:.40}");
            assert!(
                error.contains("… (cut; the whole text has "),
                "it says that it was cut"
            );
        }
    }
    world.close().await
}

/// A name and an account number once stood in the log and in a dead letter's error.
#[tokio::test]
async fn no_value_of_a_refused_payload_is_recorded() -> TestResult {
    let world = World::new().await?;
    let consumer = world
        .coaching(&Script::new([]))
        .subscribe(call_slot_service)
        .start()
        .await?;
    let insert = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
        VALUES ('evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6' || $1, 'credit.locked', 1, now(), 'tnt_swim_north', 'revenue', 'system:revenue', $2::text::json)";
    let payloads = [
        r#"{ "person_id": "Ada Lovelace", "lesson_id": "DE89370400440532013000", "locked_credits": "Ada" }"#,
        r#"{ "person_id": "Ada", "locked_credits": 893704004405320130001234567 }"#,
        r#""Ada""#,
    ];
    for (number, payload) in payloads.into_iter().enumerate() {
        sqlx::query(insert)
            .bind(number.to_string())
            .bind(payload)
            .execute(&world.pool)
            .await?;
    }
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead = dead_letters(&world).await?;
    assert_eq!(dead.len(), payloads.len());
    for letter in &dead {
        assert_eq!(letter.reason, DeadLetterReason::Invalid);
        for value in ["Ada", "DE89", "8937"] {
            assert!(!letter.error.contains(value), "{}", letter.error);
        }
    }
    assert!(
        dead[0]
            .error
            .contains("/person_id: a string of 12 characters"),
        "{}",
        dead[0].error
    );
    world.close().await
}
