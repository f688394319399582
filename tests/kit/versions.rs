//! Events of several versions: what a handler receives, and what a producer may publish.

use acme_contracts::{Growth, order_paid};
use changing_contracts::{Coaching, Office, lesson_booked, lesson_noted, lesson_paid};
use dispatcher_runtime::testing::TestKit;
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
    let v2 = order_paid::v2::OrderPaid::from(dispatcher_runtime::Upcast::upcast(v1.clone()));
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
