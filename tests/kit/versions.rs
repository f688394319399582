//! Events of several versions: what a handler receives, and what a producer may publish.

use acme_contracts::{Growth, order_paid};
use changing_contracts::{
    Coaching, Office, lesson_booked, lesson_held, lesson_missed, lesson_noted, lesson_paid,
};
use dispatcher_runtime::testing::{TestKit, check_upcasts};
use dispatcher_runtime::{
    DeadLetterReason, DecodeError, Dispatcher, EventEnvelope, HandlerError, Payload, PublishError,
    State, subscribe,
};
use dispatcher_test_fixtures::log::Log;
use dispatcher_test_fixtures::{TENANT, TestResult, person_id};
use dispatcher_test_launcher::Server;
use serde_json::json;
use tokio::sync::mpsc;

type Seen = mpsc::UnboundedSender<String>;

/// Each version as it was published.
#[subscribe(order_paid)]
async fn audit(
    event: EventEnvelope<order_paid::AnyVersion>,
    State(seen): State<Seen>,
) -> Result<(), HandlerError> {
    let version = event.payload.schema_version();
    seen.send(match event.payload {
        order_paid::AnyVersion::V1(paid) => format!("v{version}: {}", paid.product_code.as_str()),
        order_paid::AnyVersion::V2(paid) => format!("v{version}: {} lines", paid.lines.len()),
    })?;
    Ok(())
}

#[tokio::test]
async fn a_handler_of_any_version_receives_each_as_it_was_published() -> TestResult {
    let (seen, mut received) = mpsc::unbounded_channel();
    let server = Server::shared().await?.url();
    let kit = TestKit::<Growth>::builder().server(server).state(seen);
    let kit = kit.subscribe(audit).start().await?;
    let v1 = order_paid::v1::OrderPaid::from_json(json!({
        "order_id": "ord_0192f3a1-7b64-7c3d-8e21-000000000001",
        "person_id": person_id(1),
        "product_code": "SWIM-10",
        "credits": 10,
        "amount_minor": 4200,
        "currency": "EUR",
        "paid_at": "2026-11-23T09:15:02.418Z",
    }))?;
    let v2: order_paid::v2::OrderPaid = dispatcher_runtime::Upcast::upcast(v1.clone());
    kit.publish(v1).await?;
    kit.publish(v2).await?;
    kit.wait_caught_up().await?;
    assert_eq!(received.recv().await.as_deref(), Some("v1: SWIM-10"));
    assert_eq!(received.recv().await.as_deref(), Some("v2: 1 lines"));
    kit.dead_letters().await?.expect_none();
    Ok(())
}

#[subscribe(lesson_booked)]
async fn timetable(
    event: EventEnvelope<lesson_booked::v2::LessonBooked>,
    State(seen): State<Seen>,
) -> Result<(), HandlerError> {
    seen.send(format!("v{}: {}", event.schema_version, event.payload.room))?;
    Ok(())
}

/// So that consumers can be deployed before the producer publishes it.
#[tokio::test]
async fn a_handler_takes_a_version_that_is_announced_and_the_current_one_upcast() -> TestResult {
    let (seen, mut received) = mpsc::unbounded_channel();
    let server = Server::shared().await?.url();
    let kit = TestKit::<Coaching>::builder().server(server).state(seen);
    let kit = kit.subscribe(timetable).start().await?;
    let lesson_id = || "les_1".to_owned();
    kit.publish(lesson_booked::LessonBooked {
        lesson_id: lesson_id(),
    })
    .await?;
    kit.publish(lesson_booked::v2::LessonBooked {
        lesson_id: lesson_id(),
        room: "pool 2".to_owned(),
    })
    .await?;
    kit.wait_caught_up().await?;
    assert_eq!(received.recv().await.as_deref(), Some("v1: not known"));
    assert_eq!(received.recv().await.as_deref(), Some("v2: pool 2"));
    Ok(())
}

#[subscribe(lesson_noted)]
async fn notes(
    event: EventEnvelope<lesson_noted::LessonNoted>,
    State(seen): State<Seen>,
) -> Result<(), HandlerError> {
    let note = event.payload;
    seen.send(format!("{}: {}", note.coach, note.note))?;
    Ok(())
}

#[tokio::test]
async fn a_version_reaches_the_newest_through_those_between_and_an_error_names_the_step()
-> TestResult {
    let (seen, mut received) = mpsc::unbounded_channel();
    let server = Server::shared().await?.url();
    let kit = TestKit::<Coaching>::builder().server(server).state(seen);
    let kit = kit.subscribe(notes).start().await?;
    let note = |note: &str| lesson_noted::v1::LessonNoted {
        lesson_id: "les_1".to_owned(),
        note: note.to_owned(),
    };
    kit.publish(note("Mia: turns well")).await?;
    kit.publish(note("turns well")).await?;
    kit.publish(note("Mia: ")).await?;
    kit.wait_caught_up().await?;
    assert_eq!(received.recv().await.as_deref(), Some("Mia: turns well"));
    let letters = kit.dead_letters().await?;
    let errors: Vec<_> = letters
        .iter()
        .map(|letter| (letter.reason, letter.error.as_str()))
        .collect();
    assert_eq!(
        errors,
        [
            (
                DeadLetterReason::Invalid,
                "the upcast of lesson.noted from version 1 to version 2 failed: the note names no coach"
            ),
            (
                DeadLetterReason::Invalid,
                "the upcast of lesson.noted from version 2 to version 3 made a payload that is not valid: \
                 the payload: an object of 4 properties matches the schema of `not` [not] (schema lesson-noted-v3.json)"
            ),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_publish_by_name_refuses_a_version_that_is_announced() -> TestResult {
    let server = Server::shared().await?.url();
    let kit = TestKit::<Office>::builder().server(server).start().await?;
    let office = Dispatcher::<Office>::builder(kit.pool().clone())
        .tenant(TENANT)
        .build()?;
    let payload = json!({ "lesson_id": "les_1", "room": "pool 2" });
    let error = office
        .publish_untyped("lesson.booked", 2, payload.clone())
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        PublishError::UnknownVersion(DecodeError::UpcomingVersion { .. })
    ));
    assert_eq!(
        error.to_string(),
        "version 2 of lesson.booked is upcoming and cannot be published yet"
    );
    let error = office
        .publish_untyped("lesson.booked", 3, payload)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "lesson.booked has no live version 3; the live versions in the contracts: 1"
    );
    Ok(())
}

#[tokio::test]
async fn a_publish_of_a_deprecated_version_is_logged_once_with_what_to_publish() -> TestResult {
    let server = Server::shared().await?.url();
    let kit = TestKit::<Office>::builder().server(server).start().await?;
    let office = Dispatcher::<Office>::builder(kit.pool().clone())
        .tenant(TENANT)
        .build()?;
    let log = Log::default();
    let logging = tracing::subscriber::set_default(log.clone());
    let paid = json!({ "lesson_id": "les_1", "credits": 1 });
    let older = lesson_paid::v1::LessonPaid::from_json(paid.clone())?;
    office.publish(&older).await?;
    office.publish(&older).await?;
    office.publish_untyped("lesson.paid", 1, paid).await?;
    drop(logging);
    let text = log.text();
    let warning = "a deprecated version is published; publish v2 instead";
    assert_eq!(text.matches(warning).count(), 1, "{text}");
    assert!(text.contains("It does not say how it was paid."), "{text}");
    Ok(())
}

#[test]
fn each_document_that_does_not_arrive_is_reported_with_the_upcast() {
    let note = |note: &str| json!({ "lesson_id": "les_1", "note": note });
    let documents = [
        (1, note("Mia: turns well")),
        (1, note("turns well")),
        (1, note("Mia: ")),
        (3, note("turns well")),
    ];
    let failed = check_upcasts::<lesson_noted::LessonNoted>(documents).unwrap_err();
    let found: Vec<_> = failed
        .failures
        .iter()
        .map(|failure| failure.schema_version)
        .collect();
    assert_eq!(
        (failed.checked, found, &failed.untested[..]),
        (4, vec![1, 1, 3], &[2][..])
    );
    assert_eq!(
        failed.to_string(),
        r#"3 of 4 documents of lesson.noted did not arrive
  version 1: the upcast of lesson.noted from version 1 to version 2 failed: the note names no coach
    {"lesson_id":"les_1","note":"turns well"}
  version 1: the upcast of lesson.noted from version 2 to version 3 made a payload that is not valid: the payload: an object of 4 properties matches the schema of `not` [not] (schema lesson-noted-v3.json)
    {"lesson_id":"les_1","note":"Mia: "}
  version 3: the payload is not a valid lesson.noted v3: the payload: "coach" is a required property [required]; the payload: "public" is a required property [required] (schema lesson-noted-v3.json)
    {"lesson_id":"les_1","note":"turns well"}
  version 2: there is no document of it, so its upcast was not tested"#
    );
    let documents = [(1, json!({ "lesson_id": "les_1", "credits": 1000 }))];
    check_upcasts::<lesson_paid::LessonPaid>(documents).unwrap();
}

/// A panic is a mistake of the upcast, and repeating it would not help.
#[test]
fn an_upcast_that_panics_is_named() {
    let documents = [
        (1, json!({ "lesson_id": "les_1" })),
        (1, json!({ "lesson_id": "" })),
    ];
    let failed = check_upcasts::<lesson_booked::v2::LessonBooked>(documents).unwrap_err();
    assert_eq!(failed.failures.len(), 1);
    assert_eq!(
        failed.failures[0].error.to_string(),
        "the upcast of lesson.booked from version 1 to version 2 failed: it panicked: a lesson has an id"
    );
}

#[subscribe(lesson_held)]
async fn attendance(
    event: EventEnvelope<lesson_held::LessonHeld>,
    State(seen): State<Seen>,
) -> Result<(), HandlerError> {
    let payload = serde_json::to_value(&event.payload)?;
    seen.send(format!("v{}: {payload}", event.schema_version))?;
    Ok(())
}

/// Nobody has written these upcasts. Version 2 no longer declares the age of a swimmer.
#[tokio::test]
async fn an_upcast_that_follows_from_the_schemas_is_generated() -> TestResult {
    let (seen, mut received) = mpsc::unbounded_channel();
    let server = Server::shared().await?.url();
    let kit = TestKit::<Coaching>::builder().server(server).state(seen);
    let kit = kit.subscribe(attendance).start().await?;
    let older =
        json!({ "lesson_id": "les_1", "lane": 3, "swimmers": [{ "name": "Mia", "age": 7 }] });
    kit.publish(lesson_held::v1::LessonHeld::from_json(older)?)
        .await?;
    let older = json!({ "lesson_id": "les_1", "swimmers": [], "note": "cold" });
    kit.publish(lesson_held::v2::LessonHeld::from_json(older)?)
        .await?;
    kit.wait_caught_up().await?;
    assert_eq!(
        received.recv().await.as_deref(),
        Some(r#"v1: {"lane":3,"lesson_id":"les_1","swimmers":[{"name":"Mia"}]}"#)
    );
    assert_eq!(
        received.recv().await.as_deref(),
        Some(r#"v2: {"lesson_id":"les_1","note":"cold","swimmers":[]}"#)
    );
    kit.dead_letters().await?.expect_none();
    Ok(())
}

/// It could be generated, and would be wrong.
#[test]
fn an_upcast_by_hand_is_not_generated() -> TestResult {
    let older =
        lesson_missed::v1::LessonMissed::from_json(json!({ "lesson_id": "les_1", "notice": 120 }))?;
    let newer: lesson_missed::LessonMissed = dispatcher_runtime::Upcast::upcast(older);
    assert_eq!(newer.notice.get(), 2);
    Ok(())
}
