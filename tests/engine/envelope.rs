//! The envelope contract: what may be published and delivered, from Rust, from SQL, and from the log.

use dispatcher_runtime::{
    DeadLetter, DeadLetterFilter, DeadLetterReason, DeadLetters, PublishError,
};
use dispatcher_test_fixtures::{TestResult, lock, lock_json};

use crate::support::{Script, World, hold_slot, whole_letters};

const INSERT: &str = "INSERT INTO dispatcher_event
    (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, correlation_id,
     causation_id, traceparent, payload)
    VALUES ($1, 'credit.locked', 1, now(), 'tnt_swim_north', $2, $3, $4, $5, $6, $7, $8::text::json)";

/// A row of the log as another program may insert it.
#[derive(Clone, Copy)]
struct Inserted<'a> {
    event_id: &'a str,
    producer: &'a str,
    subject: Option<&'a str>,
    actor: &'a str,
    correlation_id: Option<&'a str>,
    causation_id: Option<&'a str>,
    traceparent: Option<&'a str>,
}

const VALID: Inserted<'_> = Inserted {
    event_id: "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e",
    producer: "revenue",
    subject: Some("per_1"),
    actor: "ts-sdk",
    correlation_id: Some("booking-7"),
    causation_id: Some("cmd_1"),
    traceparent: None,
};

async fn insert(world: &World, row: Inserted<'_>, credits: u32) -> TestResult {
    sqlx::query(INSERT)
        .bind(row.event_id)
        .bind(row.producer)
        .bind(row.subject)
        .bind(row.actor)
        .bind(row.correlation_id)
        .bind(row.causation_id)
        .bind(row.traceparent)
        .bind(lock_json(1, credits).to_string())
        .execute(&world.pool)
        .await?;
    Ok(())
}

/// Handles what is in the log, and returns the dead letters.
async fn consume(world: &World) -> TestResult<Vec<DeadLetter>> {
    let consumer = world
        .coaching(&Script::new([]))
        .subscribe(hold_slot)
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let letters = DeadLetters::new(world.pool.clone());
    whole_letters(&letters, &DeadLetterFilter::default()).await
}

#[tokio::test]
async fn a_field_that_the_envelope_contract_refuses_is_not_published() -> TestResult {
    let world = World::new().await?;
    let revenue = world.revenue();
    let publish = || revenue.publish(lock(1, 1));
    let refused = [
        ("/subject", publish().subject("").await),
        ("/actor", publish().actor("").await),
        ("/correlation_id", publish().correlation_id("").await),
        ("/causation_id", publish().causation_id("").await),
    ];
    for (field, outcome) in refused {
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, PublishError::EnvelopeInvalid { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(field), "{error}");
    }
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        0
    );
    world.close().await
}

#[tokio::test]
async fn a_row_that_breaks_the_envelope_contract_is_a_dead_letter_with_the_report() -> TestResult {
    let world = World::new().await?;
    let broken = [
        (
            "/event_id",
            Inserted {
                event_id: "evt_0192f3a1-7b64-4c3d-8e21-5f0a9b8c7d6e",
                ..VALID
            },
        ),
        (
            "/subject",
            Inserted {
                event_id: "evt_0192f3a1-7b64-7c3d-8e21-000000000001",
                subject: Some(""),
                ..VALID
            },
        ),
        (
            "/actor",
            Inserted {
                event_id: "evt_0192f3a1-7b64-7c3d-8e21-000000000002",
                actor: "",
                ..VALID
            },
        ),
        (
            "/correlation_id",
            Inserted {
                event_id: "evt_0192f3a1-7b64-7c3d-8e21-000000000003",
                correlation_id: Some(""),
                ..VALID
            },
        ),
        (
            "/causation_id",
            Inserted {
                event_id: "evt_0192f3a1-7b64-7c3d-8e21-000000000004",
                causation_id: Some(""),
                ..VALID
            },
        ),
    ];
    for (_, row) in broken {
        insert(&world, row, 1).await?;
    }
    insert(&world, VALID, 2).await?;
    let dead = consume(&world).await?;
    assert_eq!(world.effects().await?, [2]);
    assert_eq!(dead.len(), broken.len());
    for (field, row) in broken {
        let letter = dead
            .iter()
            .find(|letter| letter.event_id == row.event_id)
            .unwrap();
        assert_eq!(letter.reason, DeadLetterReason::Invalid);
        let expected = format!("the envelope is invalid: {field}: ");
        assert!(letter.error.starts_with(&expected), "{}", letter.error);
        assert!(
            letter
                .error
                .ends_with("(schema event-envelope/schema/envelope-v1.json)")
        );
    }
    world.close().await
}

/// The envelope names the registry as the one that says who may.
#[tokio::test]
async fn an_event_of_another_producer_is_a_dead_letter_that_names_the_one_of_the_registry()
-> TestResult {
    let world = World::new().await?;
    insert(
        &world,
        Inserted {
            producer: "growth",
            ..VALID
        },
        1,
    )
    .await?;
    let dead = consume(&world).await?;
    assert_eq!(world.effects().await?, [0_i64; 0]);
    assert_eq!(dead[0].reason, DeadLetterReason::Invalid);
    assert_eq!(
        dead[0].error,
        "the envelope is invalid: `growth` published credit.locked, and the registry names `revenue` as its producer"
    );
    world.close().await
}

/// W3C Trace Context, section 3.2: (what is given, what is stored).
const TRACES: [(&str, Option<&str>); 8] = [
    (
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03",
        Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"),
    ),
    // A higher version is read by its prefix, and of its flags only the one that is known.
    (
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-what-the-future-brings",
        Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ),
    (
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe",
        Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"),
    ),
    (
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        None,
    ),
    (
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        None,
    ),
    (
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        None,
    ),
    (
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        None,
    ),
    ("00-abc", None),
];

#[tokio::test]
async fn a_trace_that_is_lost_loses_no_event_on_publish_in_sql_and_on_delivery() -> TestResult {
    let world = World::new().await?;
    for (given, _) in TRACES {
        let publish = world.revenue().publish(lock(1, 1));
        publish.traceparent(given).await?;
        sqlx::query("SELECT dispatcher_publish('credit.locked', $1::text::json, 'tnt_a', 'revenue', traceparent => $2)")
            .bind(lock_json(1, 2).to_string())
            .bind(given)
            .execute(&world.pool)
            .await?;
    }
    let stored: Vec<Option<String>> =
        sqlx::query_scalar("SELECT traceparent FROM dispatcher_event ORDER BY position")
            .fetch_all(&world.pool)
            .await?;
    let stored: Vec<_> = stored.iter().map(Option::as_deref).collect();
    let expected: Vec<_> = TRACES.iter().flat_map(|(_, it)| [*it, *it]).collect();
    assert_eq!(stored, expected);
    for (index, (given, _)) in TRACES.iter().enumerate() {
        let event_id = format!("evt_0192f3a1-7b64-7c3d-8e21-00000000000{index}");
        let row = Inserted {
            event_id: &event_id,
            traceparent: Some(given),
            ..VALID
        };
        insert(&world, row, 3).await?;
    }
    assert!(consume(&world).await?.is_empty());
    assert_eq!(world.effects().await?.len(), 3 * TRACES.len());
    world.close().await
}
