//! Sensitive values: who sees them, and what is left behind.

use dispatcher_test_fixtures::{TestResult, person_id};
use serde_json::{Value, json};
use sqlx::Row;

use crate::support::{GOOD, LIST, ROOT, Service};

const EVENTS: &str = "/api/dispatcher/v1/events";

/// A dead letter and an event of a person, whose names the contract marks.
pub(crate) async fn of_a_person(service: &Service) -> TestResult<[String; 2]> {
    let payload = json!({
        "person_id": person_id(1), "given_name": "Ada", "family_name": "Lovelace",
        "email": "ada@example.com", "roles": ["swimmer"], "preferred_language": "en", "consents": {},
        "registered_at": "2026-11-29T08:00:00Z",
    });
    let envelope = json!({ "event_type": "person.registered", "payload": payload });
    sqlx::query("UPDATE dispatcher_dead_letter SET event_type = 'person.registered', schema_version = 1, envelope = $1")
        .bind(envelope.to_string())
        .execute(&service.pool)
        .await?;
    sqlx::query("UPDATE dispatcher_event SET event_type = 'person.registered', schema_version = 1, payload = $1::text::json")
        .bind(payload.to_string())
        .execute(&service.pool)
        .await?;
    let id = service.ids().await?.remove(0);
    let event = service.get(&format!("{LIST}/{id}")).await?.body["event_id"].take();
    let event = event.as_str().ok_or("no event")?.to_owned();
    Ok([format!("{LIST}/{id}"), format!("{EVENTS}/{event}")])
}

async fn revealed(service: &Service) -> TestResult<Vec<(String, String)>> {
    let audit =
        "SELECT who, what FROM dispatcher_audit WHERE what LIKE 'reveal %' ORDER BY acted_at";
    let rows = sqlx::query(audit).fetch_all(&service.pool).await?;
    let rows = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    rows.collect()
}

#[tokio::test]
async fn sensitive_values_are_shown_to_those_who_may_see_them_and_that_is_in_the_audit()
-> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let mut seen = Vec::new();
    for path in of_a_person(&service).await? {
        let email = |body: &Value| body["envelope"]["payload"]["email"].clone();
        for (session, query) in [
            (GOOD, ""),
            (ROOT, ""),
            (ROOT, "?reveal=false"),
            (ROOT, "?reveal="),
        ] {
            let answer = service
                .send("GET", &format!("{path}{query}"), session, b"")
                .await?;
            assert_eq!(email(&answer.body), "[masked]", "{answer:?}");
        }
        let reveal = format!("{path}?reveal=true");
        let refused = service.send("GET", &reveal, GOOD, b"").await?;
        refused.assert_problem(403, "this session lacks the permission `reveal`");
        assert_eq!(revealed(&service).await?, seen);
        let answer = service.send("GET", &reveal, ROOT, b"").await?;
        assert_eq!(email(&answer.body), "ada@example.com", "{answer:?}");
        let id = path.rsplit('/').next().unwrap_or_default();
        let what = if path.starts_with(LIST) {
            "dead letter"
        } else {
            "event"
        };
        seen.push(("root".to_owned(), format!("reveal {what} {id}")));
        assert_eq!(revealed(&service).await?, seen);
    }
    service.close().await
}

#[tokio::test]
async fn what_cannot_be_written_into_the_audit_is_not_shown() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let paths = of_a_person(&service).await?;
    sqlx::query("ALTER TABLE dispatcher_audit ADD CHECK (what NOT LIKE 'reveal %')")
        .execute(&service.pool)
        .await?;
    for path in paths {
        let answer = service
            .send("GET", &format!("{path}?reveal=true"), ROOT, b"")
            .await?;
        answer.assert_refused(500);
        assert!(!answer.body.to_string().contains("ada@"), "{answer:?}");
    }
    service.close().await
}
