//! The rules of `dispatcher_check_envelope` are those of the reference schema, and a trace context is read
//! as from Rust.

use acme_contracts::REGISTRY;
use dispatcher_test_fixtures::chance::{For, numbers};
use dispatcher_test_fixtures::{TestResult, lock};
use serde_json::{Value, json};

use crate::support::World;

/// (field, its values): edges, and what random changes are made of.
pub(crate) const FIELDS: [(&str, &[&str]); 10] = [
    (
        "event_id",
        &[
            "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e",
            "evt_0192f3a1-7b64-7c3d-be21-5f0a9b8c7d6e",
            "evt_0192f3a1-7b64-4c3d-8e21-5f0a9b8c7d6e",
            "evt_0192f3a1-7b64-7c3d-ce21-5f0a9b8c7d6e",
            "evt_0192F3A1-7b64-7c3d-8e21-5f0a9b8c7d6e",
            "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e\n",
            "",
        ],
    ),
    (
        "event_type",
        &[
            "credit.locked",
            "a.b.c_1",
            "a..b",
            "a.",
            "1a",
            "A",
            "a\n",
            "",
        ],
    ),
    (
        "schema_version",
        &["1", "2147483647", "0", "-1", "-2147483648"],
    ),
    (
        "occurred_at",
        &[
            "2026-11-23T09:15:02.418Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
            "10000-01-01T00:00:00Z",
        ],
    ),
    (
        "tenant_id",
        &["tnt_swim_north", "tnt_A-1", "tnt_", "north", "tnt_a\n", ""],
    ),
    (
        "producer",
        &["revenue", "a1_", "_a", "1a", "A", "a.b", "a\n", ""],
    ),
    ("subject", &["per_1", " ", "\n", ""]),
    ("actor", &["system:revenue", " ", ""]),
    ("correlation_id", &["booking-7", " ", ""]),
    ("causation_id", &["cmd_1", " ", ""]),
];

const CALL: &str = "SELECT dispatcher_check_envelope(
    event_type => $1->>'event_type', payload => $2::text::json, tenant_id => $1->>'tenant_id',
    producer => $1->>'producer', subject => $1->>'subject', actor => $1->>'actor',
    correlation_id => $1->>'correlation_id', causation_id => $1->>'causation_id',
    event_id => $1->>'event_id', schema_version => ($1->>'schema_version')::integer,
    occurred_at => $3::text::timestamptz)";

pub(crate) fn valid() -> Value {
    json!({
        "event_id": "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e", "event_type": "credit.locked",
        "schema_version": 1, "occurred_at": "2026-11-23T09:15:02.418Z", "tenant_id": "tnt_swim_north",
        "producer": "revenue", "subject": null, "actor": "system:revenue", "correlation_id": null,
        "causation_id": null, "traceparent": null, "payload": {},
    })
}

/// When it occurred, as Postgres writes it, which has no year 0 but 1 BC.
pub(crate) fn timestamp(envelope: &Value) -> String {
    let occurred_at = envelope["occurred_at"].as_str().unwrap_or_default();
    match occurred_at.strip_prefix("0000-") {
        Some(rest) => format!("0001-{rest} BC"),
        None => occurred_at.to_owned(),
    }
}

/// Whether both accept it.
async fn compare(world: &World, envelope: &Value) -> TestResult<bool> {
    let by_sql = sqlx::query(CALL)
        .bind(envelope)
        .bind(envelope["payload"].to_string())
        .bind(timestamp(envelope))
        .execute(&world.pool)
        .await;
    let by_schema = REGISTRY.envelope_schema().validate(envelope);
    assert_eq!(
        by_sql.is_ok(),
        by_schema.is_ok(),
        "{envelope:#}: {by_sql:?} {by_schema:?}"
    );
    Ok(by_sql.is_ok())
}

pub(crate) fn value(field: &str, text: &str) -> Value {
    match field {
        "schema_version" => json!(text.parse::<i64>().unwrap()),
        _ => json!(text),
    }
}

#[tokio::test]
async fn sql_accepts_what_the_schema_accepts_at_each_edge_of_each_field() -> TestResult {
    let world = World::new().await?;
    let mut accepted = 0;
    for (field, values) in FIELDS {
        for text in values {
            let mut envelope = valid();
            envelope[field] = value(field, text);
            accepted += usize::from(compare(&world, &envelope).await?);
        }
    }
    assert_eq!(accepted, 22);
    for payload in [json!([]), json!(null), json!(1), json!("{}")] {
        let mut envelope = valid();
        envelope["payload"] = payload;
        assert!(!compare(&world, &envelope).await?);
    }
    world.close().await
}

#[tokio::test]
async fn sql_reads_a_trace_context_as_a_publish_from_rust_does() -> TestResult {
    let world = World::new().await?;
    let near = [
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03",
        "fe-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe-more",
        "00-00000000000000000000000000000000-0000000000000001-00",
    ];
    let characters: Vec<char> = "0af7Ag-_ \né".chars().collect();
    let mut chance = numbers(2, For::Key, &[]);
    let mut kept = 0;
    let mut tx = world.pool.begin().await?;
    for round in 0..400 {
        let mut text: Vec<char> = near[round % near.len()].chars().collect();
        let at = chance.usize(..text.len());
        let new = characters[chance.usize(..characters.len())];
        match chance.u8(..4) {
            0 => drop(text.remove(at)),
            1 => text.insert(at, new),
            _ => text[at] = new,
        }
        let text = String::from_iter(text);
        let publish = world.revenue().publish(lock(1, 1)).traceparent(&text);
        let published = publish.within(&mut tx).await?;
        let query = "SELECT traceparent, dispatcher_read_traceparent($1) FROM dispatcher_event WHERE event_id = $2";
        let (by_rust, by_sql): (Option<String>, Option<String>) = sqlx::query_as(query)
            .bind(&text)
            .bind(published.event_id)
            .fetch_one(&mut *tx)
            .await?;
        assert_eq!(by_rust, by_sql, "{text:?}");
        kept += usize::from(by_sql.is_some());
    }
    assert!((50..350).contains(&kept), "{kept}");
    tx.rollback().await?;
    world.close().await
}

#[tokio::test]
async fn sql_accepts_what_the_schema_accepts_of_generated_texts() -> TestResult {
    let world = World::new().await?;
    let mut chance = numbers(1, For::Key, &[]);
    let characters: Vec<char> = "aAfz079_-.:Z \n\té日".chars().collect();
    let mut accepted = 0;
    for round in 0..600 {
        let (field, values) = FIELDS[round % FIELDS.len()];
        if ["schema_version", "occurred_at"].contains(&field) {
            continue;
        }
        let mut text: Vec<char> = values[chance.usize(..values.len())].chars().collect();
        let at = chance.usize(..=text.len());
        let new = characters[chance.usize(..characters.len())];
        match chance.u8(..3) {
            0 if at < text.len() => text[at] = new,
            1 if at < text.len() => drop(text.remove(at)),
            _ => text.insert(at, new),
        }
        let mut envelope = valid();
        envelope[field] = json!(String::from_iter(text));
        accepted += usize::from(compare(&world, &envelope).await?);
    }
    assert!((100..400).contains(&accepted), "{accepted}");
    world.close().await
}
