//! The rules that README.md states for these contracts: the contracts keep them, and each of them refuses a
//! schema or a registry that breaks it.

mod registry;
mod schema;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The contracts directory.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("the file is JSON")
}

/// The schema of each payload and the files that they share, with its path.
fn schemas() -> Vec<(PathBuf, Value)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("event-envelope") {
                collect(&path, found);
            } else if path.extension().is_some_and(|it| it == "json") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    collect(&root(), &mut paths);
    paths.retain(|path| path.parent() != Some(&root()));
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let schema = read(&path);
            (path, schema)
        })
        .collect()
}

#[test]
fn the_contracts_keep_the_rules() {
    let registry = read(&root().join("event-types-registry.json"));
    let mut faults = registry::faults(&registry, &root());
    let schemas = schemas();
    assert!(schemas.len() >= 20, "{} schemas", schemas.len());
    for (path, schema) in schemas {
        let name = path.strip_prefix(root()).unwrap_or(&path).display();
        let found = schema::faults(&schema, &path);
        faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert_eq!(faults, [""; 0], "{}", faults.join("\n"));
}

/// A payload that keeps the rules, by the name that `title` follows from.
fn kept() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "CreditLocked",
        "type": "object",
        "description": "Credits were set aside.",
        "properties": {
            "person_id": { "$ref": "../../../common/ids.json#/$defs/PersonId", "description": "Whose." },
            "credits": { "type": "integer", "minimum": 1, "maximum": 9, "description": "How many." },
            "locked_at": { "type": "string", "format": "date-time", "description": "When." },
            "until": { "$ref": "../../../common/time.json#/$defs/TimeOfDay", "description": "Until when." },
            "timezone": { "$ref": "../../../common/time.json#/$defs/TimeZone", "description": "Where." },
            "lead": { "type": ["string", "null"], "description": "Who. Null when nobody." },
            "cause": {
                "description": "Why.",
                "oneOf": [
                    {
                        "type": "object",
                        "properties": { "kind": { "const": "a", "description": "A." } },
                        "required": ["kind"],
                        "additionalProperties": false
                    },
                    { "$ref": "#/$defs/B" }
                ]
            },
            "note": { "type": "string", "description": "Absent when nobody wrote one." }
        },
        "required": ["person_id", "credits", "locked_at", "until", "timezone", "lead", "cause"],
        "additionalProperties": false,
        "$defs": {
            "B": {
                "type": "object",
                "properties": { "kind": { "const": "b", "description": "B, or absent." } },
                "required": ["kind"],
                "additionalProperties": false
            }
        }
    })
}

/// One change to a schema that keeps the rules: the place, what stands there then, and the fault.
type Broken = (&'static str, Option<Value>, &'static str);

/// A table, and as long as there are rules.
fn broken() -> Vec<Broken> {
    vec![
        ("/$schema", None, "\"$schema\" is not that of draft 2020-12"),
        (
            "/title",
            Some(json!("CreditsLocked")),
            "\"title\" is not \"CreditLocked\"",
        ),
        (
            "/$id",
            Some(json!("https://example.org/a")),
            "it has an \"$id\"",
        ),
        (
            "/properties/credits/description",
            None,
            "/properties/credits has no \"description\"",
        ),
        ("/description", None, "the payload has no \"description\""),
        (
            "/properties/lead/description",
            Some(json!("Who.")),
            "/properties/lead may be null, and its description does not say what that means",
        ),
        (
            "/properties/note/description",
            Some(json!("What.")),
            "/properties/note may be absent, and its description does not say what that means",
        ),
        ("/additionalProperties", None, "the payload is not closed"),
        (
            "/$defs/B/additionalProperties",
            Some(json!(true)),
            "/$defs/B is not closed",
        ),
        (
            "/$defs/B/required",
            Some(json!(["other"])),
            "/properties/cause/oneOf shares no required property that is a const in each alternative",
        ),
        (
            "/$defs/B/properties/kind/const",
            Some(json!("a")),
            "/properties/cause/oneOf shares no required property that is a const in each alternative",
        ),
        (
            "/properties/credits/maximum",
            None,
            "/properties/credits has no \"maximum\"",
        ),
        (
            "/properties/credits/minimum",
            None,
            "/properties/credits has no \"minimum\"",
        ),
        (
            "/properties/credits/type",
            Some(json!("number")),
            "/properties/credits is a number and not an integer",
        ),
        (
            "/properties/locked_at/format",
            Some(json!("date")),
            "/properties/locked_at is not a \"date-time\"",
        ),
        (
            "/properties/lead",
            Some(json!({ "type": "string", "format": "time", "description": "Absent or null." })),
            "/properties/lead is a \"time\" and not a TimeOfDay of common/time.json",
        ),
        (
            "/properties/timezone/$ref",
            Some(json!("../../../common/ids.json#/$defs/PersonId")),
            "/properties/until is a TimeOfDay, and no TimeZone stands beside it",
        ),
        (
            "/properties/person_id",
            Some(json!({ "type": "string", "description": "Whose." })),
            "/properties/person_id is not an identifier of common/ids.json",
        ),
        (
            "/properties/price_minor",
            Some(
                json!({ "type": "integer", "minimum": 0, "maximum": 9, "description": "Absent: free." }),
            ),
            "/properties/price_minor is not an AmountMinor of common/money.json",
        ),
        (
            "/properties/price",
            Some(
                json!({ "$ref": "../../../common/money.json#/$defs/AmountMinor", "description": "Absent: free." }),
            ),
            "/properties/price is an AmountMinor, and the document names no Currency",
        ),
    ]
}

/// Sets, adds or removes what stands at a pointer.
fn change(value: &mut Value, pointer: &str, to: Option<Value>) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let parent = value.pointer_mut(parent).expect(pointer);
    let object = parent.as_object_mut().expect(pointer);
    match to {
        Some(to) => drop(object.insert(key.to_owned(), to)),
        None => drop(object.remove(key).expect(pointer)),
    }
}

#[test]
fn each_rule_of_a_schema_refuses_one_that_breaks_it() {
    let path = root().join("credit-ledger/schema/payloads/credit-locked-v1.json");
    assert_eq!(schema::faults(&kept(), &path), [""; 0]);
    for (pointer, to, expected) in broken() {
        let mut schema = kept();
        change(&mut schema, pointer, to);
        assert_eq!(schema::faults(&schema, &path), [expected], "{pointer}");
    }
}

#[test]
fn each_rule_of_the_registry_refuses_one_that_breaks_it() {
    let kept = read(&root().join("event-types-registry.json"));
    let first = "credit.locked";
    for (pointer, to, expected) in [
        (
            "/event_types/0/event_type",
            json!("credit.lock"),
            "credit.lock: its name does not end with a past participle",
        ),
        (
            "/event_types/0/event_type",
            json!("locked"),
            "locked: its name is not a noun, a dot and a past participle",
        ),
        (
            "/event_types/0/contract",
            json!("credits"),
            "credit.locked: the contract credits has no README.md",
        ),
        (
            "/event_types/0/versions/0/payload_schema",
            json!("credit-ledger/schema/payloads/locked.json"),
            "credit.locked v1: its schema is not credit-ledger/schema/payloads/credit-locked-v1.json",
        ),
        (
            "/event_types/0/producer",
            json!("platform"),
            "README.md does not list credit.locked of credit-ledger for platform",
        ),
    ] {
        assert_eq!(kept["event_types"][0]["event_type"], json!(first));
        let mut registry = kept.clone();
        change(&mut registry, pointer, Some(to));
        let faults = registry::faults(&registry, &root());
        assert!(
            faults.iter().any(|fault| fault == expected),
            "{expected}\nis not among\n{}",
            faults.join("\n")
        );
    }
}
