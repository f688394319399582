//! What each route answers is what its document says: the schemas of answers are written by hand, so they are held
//! against answers here, with no member that they do not have.

use dispatcher_test_fixtures::TestResult;
use serde_json::{Map, Value, json};

use crate::documented::document;
use crate::support::{JSON, ROOT, Service};

/// The document's schemas, closed: what they do not name is a fault.
fn closed(document: &Value) -> Value {
    let mut schemas = document["components"]["schemas"].clone();
    for schema in schemas
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        close(schema);
    }
    schemas
}

/// Parts of an `allOf` are closed by what they are parts of; what is referred to is closed where it is used.
fn close(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    for (keyword, value) in members.iter_mut() {
        match keyword.as_str() {
            "properties" => value
                .as_object_mut()
                .into_iter()
                .flat_map(Map::values_mut)
                .for_each(close_here),
            "items" => close_here(value),
            "anyOf" | "oneOf" => value
                .as_array_mut()
                .into_iter()
                .flatten()
                .for_each(close_here),
            "allOf" => value.as_array_mut().into_iter().flatten().for_each(close),
            _ => {}
        }
    }
}

/// A schema that stands for a whole value.
fn close_here(schema: &mut Value) {
    close(schema);
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    let is_open = members.get("$ref") == Some(&json!("#/components/schemas/OpenApi"));
    let describes = ["$ref", "properties", "allOf"]
        .iter()
        .any(|it| members.contains_key(*it));
    if describes && !is_open {
        members.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}

/// What is wrong with an answer, by the schema that the document has for its route and status.
fn faults(
    document: &Value,
    schemas: &Value,
    method: &str,
    template: &str,
    status: u16,
    body: &Value,
) -> Vec<String> {
    let operation =
        &document["paths"][format!("/api/dispatcher/v1{template}")][method.to_lowercase()];
    let content = &operation["responses"][status.to_string()]["content"];
    let Some(media) = content
        .as_object()
        .and_then(|content| content.values().next())
    else {
        return vec![format!(
            "{method} {template} does not document {status}: {body}"
        )];
    };
    let mut schema = media["schema"].clone();
    close_here(&mut schema);
    schema["components"] = json!({ "schemas": schemas });
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let found = validator.iter_errors(body);
    found
        .map(|error| format!("{method} {template}: {error} at {}", error.instance_path()))
        .collect()
}

#[tokio::test]
async fn each_answer_is_as_documented() -> TestResult {
    let service = Service::with_dead_letters(6).await?;
    let document = document(&service).await?;
    let schemas = closed(&document);
    let ids = service.ids().await?;
    let one = service
        .get(&format!("/api/dispatcher/v1/dlq/{}", ids[0]))
        .await?;
    let event = one.body["event_id"].as_str().ok_or("no event")?.to_owned();
    let publish = json!({
        "event_type": "credit.locked", "schema_version": 1, "tenant_id": "tnt_swim_north",
        "payload": one.body["envelope"]["payload"],
    });
    let all = |expected: u64| json!({ "all": true, "expected": expected }).to_string();
    let held = "coaching/hold_slot";
    let requests = [
        ("GET", "/overview", String::new(), String::new(), 200),
        ("GET", "/subscriptions", String::new(), String::new(), 200),
        ("GET", "/subscriptions/{consumer}/{name}", held.to_owned(), String::new(), 200),
        ("POST", "/subscriptions/{consumer}/{name}/pause", held.to_owned(), r#"{"why": "look"}"#.to_owned(), 200),
        ("GET", "/subscriptions/{consumer}/{name}", held.to_owned(), String::new(), 200),
        ("GET", "/events/{id}", event.clone(), String::new(), 200),
        ("GET", "/overview", String::new(), String::new(), 200),
        ("POST", "/subscriptions/{consumer}/{name}/resume", held.to_owned(), "{}".to_owned(), 200),
        ("POST", "/subscriptions/{consumer}/{name}/resume", held.to_owned(), "{}".to_owned(), 200),
        ("POST", "/subscriptions/{consumer}/{name}/rewind", held.to_owned(), r#"{"to": "beginning", "preview": true}"#.to_owned(), 200),
        ("GET", "/events", String::new(), String::new(), 200),
        ("POST", "/events", String::new(), publish.to_string(), 201),
        ("POST", "/events", String::new(), "{}".to_owned(), 422),
        ("GET", "/events/{id}", "evt_unknown".to_owned(), String::new(), 404),
        ("GET", "/dlq", String::new(), String::new(), 200),
        ("GET", "/dlq/groups", String::new(), String::new(), 200),
        ("GET", "/dlq/{id}", ids[0].clone(), String::new(), 200),
        ("POST", "/dlq/{id}/resolve", ids[0].clone(), "{}".to_owned(), 200),
        ("POST", "/dlq/{id}/resolve", ids[0].clone(), "{}".to_owned(), 409),
        ("POST", "/dlq/{id}/redrive", ids[1].clone(), "{}".to_owned(), 200),
        ("POST", "/redrives/preview", String::new(), r#"{"all": true}"#.to_owned(), 200),
        ("POST", "/redrives", String::new(), all(1), 409),
        ("POST", "/redrives", String::new(), r#"{"filter": {"consumer": "coaching"}, "expected": 4, "per_second": 0.5, "why": "fixed"}"#.to_owned(), 201),
        ("GET", "/redrives", String::new(), String::new(), 200),
        ("POST", "/dlq/resolve/preview", String::new(), r#"{"all": true}"#.to_owned(), 200),
        ("POST", "/dlq/resolve", String::new(), all(9), 409),
        ("GET", "/contracts", String::new(), String::new(), 200),
        ("GET", "/contracts/{type}", "credit.locked".to_owned(), String::new(), 200),
        ("GET", "/contracts/{type}", "credit.unlocked.never".to_owned(), String::new(), 404),
        ("GET", "/audit", String::new(), String::new(), 200),
        ("GET", "/openapi.json", String::new(), String::new(), 200),
        // It resolves the letters of what is read again.
        ("POST", "/subscriptions/{consumer}/{name}/rewind", held.to_owned(), r#"{"to": "beginning"}"#.to_owned(), 200),
        ("POST", "/subscriptions/{consumer}/{name}/rewind", held.to_owned(), r#"{"to": "beginning"}"#.to_owned(), 409),
        ("DELETE", "/subscriptions/{consumer}/{name}", "coaching/nothing".to_owned(), String::new(), 404),
        ("DELETE", "/subscriptions/{consumer}/{name}", held.to_owned(), String::new(), 200),
    ];
    let mut found = Vec::new();
    for (method, template, places, body, status) in requests {
        let path = match template.find('{') {
            Some(start) => {
                let rest = template.rfind('}').map_or("", |end| &template[end + 1..]);
                format!("{}{places}{rest}", &template[..start])
            }
            None => template.to_owned(),
        };
        let path = format!("/api/dispatcher/v1{path}");
        let headers = format!("{ROOT}{JSON}");
        let answer = service
            .send(method, &path, &headers, body.as_bytes())
            .await?;
        if answer.status != status {
            found.push(format!(
                "{method} {path}: {} and not {status}: {}",
                answer.status, answer.body
            ));
        }
        found.extend(faults(
            &document,
            &schemas,
            method,
            template,
            answer.status,
            &answer.body,
        ));
    }
    assert_eq!(found, [""; 0], "\n{}", found.join("\n"));
    service.close().await
}
