//! Every keyword of the vocabulary in every draft: a keyword that another draft would enforce is a
//! fault in each draft that does not have it; the other keywords never are.

use std::fs;

use dispatcher_build_support::Contracts;
use dispatcher_schema::vocabulary::KEYWORDS;
use dispatcher_schema::{Draft, Keyword, Shape};
use serde_json::{Value, json};

const REGISTRY: &str = r#"{ "registry_version": 1, "event_types": [
  { "event_type": "credit.locked", "description": "A credit was locked.", "contract": "credits",
    "producer": "revenue", "consumers": [], "status": "active",
    "versions": [{ "schema_version": 1, "status": "active", "payload_schema": "p.json" }] }] }"#;

/// The report on a schema that has the keyword in a property, as text.
fn report(draft: Draft, keyword: &Keyword) -> String {
    let schema = json!({
        "$schema": draft.schema_uri(),
        "type": "object",
        "properties": { "a": { keyword.name: value(keyword) } }
    });
    let directory = tempfile::tempdir().expect("a temporary directory");
    let write = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("writable");
    };
    write("event-types-registry.json", REGISTRY);
    write("p.json", &schema.to_string());
    match Contracts::new(directory.path()).check() {
        Ok(_) => String::new(),
        Err(report) => report.to_string(),
    }
}

fn value(keyword: &Keyword) -> Value {
    match keyword.shape {
        Shape::Schema | Shape::SchemaOrTuple => json!({}),
        Shape::Schemas => json!([{}]),
        Shape::SchemaByName | Shape::SchemaOrNamesByName => json!({ "b": {} }),
        Shape::Data => json!([1]),
        Shape::Plain => match keyword.name {
            "$ref" | "$dynamicRef" | "$recursiveRef" => json!("#"),
            "dependentRequired" => json!({ "b": [] }),
            _ => json!(1),
        },
    }
}

#[test]
fn what_a_draft_does_not_have_is_a_fault_if_another_draft_enforces_it() {
    for draft in Draft::ALL {
        let help = format!("draft {} does not have it", draft.name());
        for keyword in KEYWORDS {
            let expected = keyword.is_enforced() && !keyword.is_in(draft);
            let report = report(draft, keyword);
            assert_eq!(
                report.contains(&help),
                expected,
                "{} in draft {}:\n{report}",
                keyword.name,
                draft.name()
            );
        }
    }
}
