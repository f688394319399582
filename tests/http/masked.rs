//! What the routes do not show.

use dispatcher_test_fixtures::{TestResult, person_id};
use serde_json::{Value, json};

use crate::support::{LIST, Service};

/// The answers of both routes about the one dead letter, as if it were of another event.
async fn shown(service: &Service, event_type: &str, payload: &Value) -> TestResult<[Value; 2]> {
    let id = service.ids().await?.remove(0);
    let envelope = json!({ "event_type": event_type, "subject": person_id(1), "payload": payload });
    sqlx::query(
        "UPDATE dispatcher_dead_letter SET event_type = $1, schema_version = 1, subject = $2, envelope = $3::text::json",
    )
    .bind(event_type)
    .bind(person_id(1))
    .bind(envelope.to_string())
    .execute(&service.pool)
    .await?;
    let one = service.get(&format!("{LIST}/{id}")).await?.body;
    let listed = service.get(LIST).await?.body["dead_letters"][0].take();
    Ok([one, listed])
}

fn person() -> Value {
    json!({
        "person_id": person_id(1), "given_name": "Ada", "family_name": "Lovelace",
        "email": "ada@example.com", "roles": ["swimmer"], "preferred_language": "en", "consents": {},
        "registered_at": "2026-11-29T08:00:00Z",
    })
}

#[tokio::test]
async fn a_value_that_the_contract_marks_is_masked() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let [one, listed] = shown(&service, "person.registered", &person()).await?;
    for answer in [&one, &listed] {
        let text = answer.to_string();
        assert!(
            !text.contains("Ada") && !text.contains("Lovelace"),
            "{text}"
        );
        assert_eq!(answer["subject"], person_id(1), "the subject is not marked");
    }
    let payload = &one["envelope"]["payload"];
    assert_eq!(payload["email"], "[masked]");
    assert_eq!(payload["preferred_language"], "en");
    service.close().await
}

/// A value may stand in another place than the schema says, and nobody knows what another type marks.
#[tokio::test]
async fn of_a_payload_that_no_contract_accepts_nothing_is_shown() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let mut misspelt = person();
    misspelt["givn_name"] = json!("Ada");
    for (event_type, payload) in [
        ("person.registered", misspelt),
        ("person.forgotten", person()),
    ] {
        // As it is recorded of a payload that the gate refused, or of an event that it does not know.
        sqlx::query("UPDATE dispatcher_dead_letter SET reason = 'invalid'")
            .execute(&service.pool)
            .await?;
        let [one, listed] = shown(&service, event_type, &payload).await?;
        assert_eq!(one["envelope"]["payload"], "[masked]");
        assert_eq!(one["envelope"]["subject"], "[masked]");
        assert_eq!(one["subject"], "[masked]");
        assert_eq!(listed["subject"], "[masked]");
    }
    service.close().await
}

#[tokio::test]
async fn an_event_without_marks_is_shown_as_it_was_stored() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let payload = json!({ "not": "a lock" });
    let [one, listed] = shown(&service, "credit.locked", &payload).await?;
    assert_eq!(one["envelope"]["payload"], payload);
    assert_eq!(listed["subject"], person_id(1));
    service.close().await
}

/// Of which event type the event is that holds a subject, nothing says, so each that the subscription takes counts.
#[tokio::test]
async fn a_subject_that_is_held_is_masked_unless_no_type_of_the_subscription_marks_anything()
-> TestResult {
    let service = Service::with_dead_letters(1).await?;
    sqlx::query(
        "INSERT INTO dispatcher_retry (consumer, subscription, position, subject, attempts, failures, event_id, dead_letter_id)
         SELECT consumer, subscription, position, subject, 0, '[]', event_id, dead_letter_id FROM dispatcher_dead_letter",
    )
    .execute(&service.pool)
    .await?;
    for (event_types, expected) in [
        ("{credit.locked}", person_id(1)),
        ("{credit.locked of tnt_swim_north}", person_id(1)),
        ("{credit.locked,person.registered}", "[masked]".to_owned()),
        ("{credit.locked,person.forgotten}", "[masked]".to_owned()),
        ("{}", "[masked]".to_owned()),
    ] {
        sqlx::query("UPDATE dispatcher_subscription SET event_types = $1::text[]")
            .bind(event_types)
            .execute(&service.pool)
            .await?;
        let path = "/api/dispatcher/v1/subscriptions/coaching/hold_slot";
        let answer = service.get(path).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["held"][0]["subject"], expected, "{event_types}");
    }
    service.close().await
}
