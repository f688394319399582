//! Shapes as a contracts directory: a registry, a file of shared ids, a schema for each payload.

use serde_json::{Map, Value, json};

use super::shape::{EventShape, Field, IDS, Kind};

/// The domain whose handlers are compiled; it consumes every event type.
pub(super) const CONSUMER: &str = "coaching";

const PRODUCERS: [&str; 5] = ["revenue", "growth", "scheduling", "tenancy", "people"];

/// Every file: its path in the contracts directory, and its text.
pub(super) fn files(events: &[EventShape]) -> Vec<(String, String)> {
    let mut files = vec![
        (
            "event-types-registry.json".to_owned(),
            text(&registry(events)),
        ),
        ("common/ids.json".to_owned(), text(&ids())),
    ];
    files.extend(events.iter().map(file));
    files
}

/// The schema of one payload.
pub(super) fn file(event: &EventShape) -> (String, String) {
    (path(event), text(&payload(event)))
}

fn path(event: &EventShape) -> String {
    format!("payloads/{}-v1.json", event.module().replace('_', "-"))
}

fn text(value: &Value) -> String {
    format!("{value:#}\n")
}

fn registry(events: &[EventShape]) -> Value {
    let entries = events.iter().enumerate().map(|(index, event)| {
        json!({
            "event_type": event.name,
            "description": "Something was done that other domains want to know of.",
            "contract": format!("contract-{}", index / 10),
            "producer": PRODUCERS[index % PRODUCERS.len()],
            "consumers": [CONSUMER],
            "status": "active",
            "subject": "/person_id",
            "versions": [{ "schema_version": 1, "status": "active", "payload_schema": path(event) }],
        })
    });
    json!({ "registry_version": 1, "event_types": entries.collect::<Vec<_>>() })
}

fn ids() -> Value {
    let definitions = IDS.iter().map(|(name, prefix)| {
        let schema = json!({
            "type": "string",
            "pattern": id_pattern(prefix),
            "description": "Identifies something. The prefix tells what, so that one cannot be taken for another.",
        });
        ((*name).to_owned(), schema)
    });
    json!({ "$defs": definitions.collect::<Map<_, _>>() })
}

fn id_pattern(prefix: &str) -> String {
    format!("^{prefix}_[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}$")
}

fn payload(event: &EventShape) -> Value {
    let properties = event.fields.iter().map(|field| {
        let mut schema = schema(&field.kind);
        schema["description"] = "What it is, in the words of those who wrote the contract.".into();
        (field.name.clone(), schema)
    });
    let properties: Map<_, _> = properties.collect();
    let is_required = |field: &&Field| field.required;
    let required: Vec<_> = event
        .fields
        .iter()
        .filter(is_required)
        .map(|field| &field.name)
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "description": "Something was done. This says what, to whom and when, as far as other domains need it.",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn schema(kind: &Kind) -> Value {
    match kind {
        Kind::Id(index) => reference(*index),
        Kind::Count { maximum } => count(*maximum),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Text { longest } => json!({ "type": "string", "minLength": 1, "maxLength": longest }),
        Kind::Instant => json!({ "type": "string", "format": "date-time" }),
        Kind::Nested { maximum } => closed(json!({
            "code": { "type": "string", "pattern": "^[A-Z]{3}$" },
            "count": count(*maximum),
        })),
        Kind::Lines { id, maximum } => json!({
            "type": "array",
            "items": closed(json!({ "item_id": reference(*id), "quantity": count(*maximum) })),
            "maxItems": 100,
        }),
        Kind::Tagged { longest } => json!({ "oneOf": [
            closed(json!({ "method": { "const": "card" }, "last4": { "type": "string", "pattern": "^[0-9]{4}$" } })),
            closed(json!({ "method": { "const": "transfer" },
                           "reference": { "type": "string", "minLength": 1, "maxLength": longest } })),
            closed(json!({ "method": { "const": "cash" }, "received_by": reference(0) })),
        ] }),
    }
}

fn reference(index: usize) -> Value {
    json!({ "$ref": format!("../common/ids.json#/$defs/{}", IDS[index].0) })
}

fn count(maximum: u32) -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": maximum })
}

/// An object of these properties, all of them required, and no others.
fn closed(properties: Value) -> Value {
    let required: Vec<_> = properties
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect();
    json!({
        "type": "object", "description": "A part of it.", "properties": properties,
        "required": required, "additionalProperties": false,
    })
}
