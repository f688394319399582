//! What the contracts do not accept of an event: each fault at its place.

use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};

use crate::support::{JSON, ROOT, Service};

#[tokio::test]
async fn an_event_that_is_refused_is_answered_with_each_fault_at_its_place() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    let payload = json!({ "locked_credits": 0 });
    for (event, expected) in [
        (
            json!({ "event_type": "credit.locked", "schema_version": 1, "tenant_id": "tnt_swim_north", "payload": payload,
                    "producer": "coaching" }),
            vec![
                (json!("producer"), "/producer", None),
                (
                    json!("payload"),
                    "/payload/locked_credits",
                    Some("at least 1"),
                ),
            ],
        ),
        (
            json!({ "schema_version": "1", "payload": {}, "teant": 1 }),
            vec![
                (Value::Null, "", None),
                (
                    json!("schema_version"),
                    "/schema_version",
                    Some("a number without a fraction from 1 to 4294967295"),
                ),
            ],
        ),
    ] {
        let headers = format!("{ROOT}{JSON}");
        let path = "/api/dispatcher/v1/events";
        let body = event.to_string();
        let answer = service
            .send("POST", path, &headers, body.as_bytes())
            .await?;
        answer.assert_refused(422);
        let errors = answer.body["errors"]
            .as_array()
            .ok_or("no list of faults")?;
        for (name, pointer, allowed) in expected {
            let found = errors.iter().find(|error| {
                error["in"] == "body"
                    && error["name"] == name
                    && error["pointer"] == pointer
                    && error["expected"].as_str() == allowed
            });
            let found = found.unwrap_or_else(|| panic!("nothing at {pointer}: {errors:?}"));
            let detail = found["detail"].as_str().ok_or("no detail")?;
            assert!(answer.detail().contains(detail), "{}", answer.detail());
        }
    }
    service.close().await
}
