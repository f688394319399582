//! Contracts directories: the reference one, and one that uses what is rare or hostile.

use std::fs;
use std::path::{Path, PathBuf};

use dispatcher_cli::export::{AsyncapiArguments, CatalogueArguments, FileArguments};
use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The reference contracts.
pub(crate) fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts")
}

/// What a text of a hostile contract says.
pub(crate) const HOSTILE: &str = "</style></script><script>alert(1)</script> */ & \" ' | `code <b>` [link](javascript:alert(1)) \
    ![image](https://evil.example/x.png) https://evil.example <img src=x onerror=alert(1)> \\ \u{7} *a* _b_ # c";

pub(crate) fn arguments(directory: &Path) -> AsyncapiArguments {
    AsyncapiArguments {
        file: FileArguments {
            directory: directory.to_owned(),
            output: None,
        },
        domain: None,
        title: None,
        info_version: "1.0.0".to_owned(),
    }
}

pub(crate) fn catalogue(directory: &Path) -> CatalogueArguments {
    CatalogueArguments {
        directory: directory.to_owned(),
        output: PathBuf::from("unused"),
        title: "Events".to_owned(),
    }
}

/// Contracts with these event types (name, producer, consumers, and a schema for each version).
pub(crate) fn contracts(events: &[(&str, &str, &[&str], &[Value])]) -> TestResult<TempDir> {
    let directory = tempfile::tempdir()?;
    let mut entries = Vec::new();
    for (name, producer, consumers, schemas) in events {
        let mut versions = Vec::new();
        for (index, schema) in schemas.iter().enumerate() {
            let file = format!("{name}-v{}.json", index + 1);
            fs::write(directory.path().join(&file), schema.to_string())?;
            versions.push(
                json!({ "schema_version": index + 1, "status": "active", "payload_schema": file }),
            );
        }
        entries.push(json!({
            "event_type": name, "description": HOSTILE, "contract": "shared", "producer": producer,
            "consumers": consumers, "status": "active", "versions": versions,
        }));
    }
    let registry = json!({ "registry_version": 1, "event_types": entries });
    fs::write(
        directory.path().join("event-types-registry.json"),
        registry.to_string(),
    )?;
    Ok(directory)
}

/// One event type for each rarely used form of a schema, with valid documents as `examples`.
pub(crate) fn rare() -> TestResult<TempDir> {
    let draft_7 = "http://json-schema.org/draft-07/schema#";
    let schemas = [
        json!({ "type": "object", "description": HOSTILE, "additionalProperties": false, "required": ["a b", "class"],
            "properties": { "a b": { "type": "string", "description": HOSTILE }, "class": { "enum": ["*/", null, 1.5, true] },
                "__proto__": { "const": { "a": [1, "x"] } }, "9": { "type": ["integer", "null"] }, "\"'</b>|`": { "const": HOSTILE } },
            "examples": [{ "a b": "x", "class": "*/", "__proto__": { "a": [1, "x"] }, "9": null, "\"'</b>|`": HOSTILE }] }),
        json!({ "type": "object", "properties": { "tree": { "$ref": "#/$defs/Tree" } }, "required": ["tree"],
            "$defs": { "Tree": { "type": "object", "additionalProperties": false, "required": ["children"],
                "properties": { "children": { "type": "array", "items": { "$ref": "#/$defs/Tree" } } } } },
            "examples": [{ "tree": { "children": [{ "children": [] }] }, "other": 1 }] }),
        json!({ "type": "object", "required": ["pair", "map"], "additionalProperties": false, "properties": {
                "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": ["number", "null"] }],
                    "items": false, "minItems": 1 },
                "map": { "type": "object", "additionalProperties": { "type": "array", "items": { "enum": ["a", "b"] } } },
                "patterns": { "type": "object", "patternProperties": { "^x": { "type": "number" } }, "additionalProperties": false },
                "any": true, "none": { "not": {} } },
            "examples": [{ "pair": ["a"], "map": { "k": ["a"] } }, { "pair": ["a", null], "map": {}, "patterns": { "x1": 1 }, "any": [null] }] }),
        json!({ "type": "object", "oneOf": [
                { "properties": { "kind": { "const": "a" }, "x": { "type": "integer" } }, "required": ["kind", "x"], "additionalProperties": false },
                { "properties": { "kind": { "const": "b" } }, "required": ["kind"], "additionalProperties": false }],
            "examples": [{ "kind": "a", "x": 1 }, { "kind": "b" }] }),
        json!({ "$schema": draft_7, "type": "object", "required": ["id"], "properties": {
                "id": { "$ref": "#/definitions/Id", "type": "number" },
                "tuple": { "type": "array", "items": [{ "type": "string" }], "additionalItems": { "type": "boolean" } },
                "either": { "anyOf": [{ "$ref": "#/definitions/Id" }, { "type": "null" }, { "type": "boolean" }] } },
            "definitions": { "Id": { "type": "string", "pattern": "^id_" } },
            "examples": [{ "id": "id_1", "tuple": ["a", true], "either": null }] }),
        json!({ "type": "object", "unevaluatedProperties": false, "allOf": [{ "$ref": "#/$defs/Base" }],
            "properties": { "extra": { "type": "string" } }, "$defs": { "Base": { "$anchor": "base", "type": "object",
                "properties": { "id": { "type": "string" } }, "required": ["id"] } },
            "anyOf": [{ "required": ["extra"] }, { "required": ["id"] }],
            "examples": [{ "id": "1", "extra": "x" }, { "id": "1" }] }),
    ];
    let names = [
        "odd.names",
        "deep.tree",
        "odd.lists",
        "two.forms",
        "old.draft",
        "all.of",
    ];
    let consumers = ["billing", "shop"];
    let events: Vec<_> = names
        .iter()
        .zip(&schemas)
        .map(|(name, schema)| (*name, "shop", &consumers[..], std::slice::from_ref(schema)))
        .collect();
    contracts(&events)
}

/// Contracts with `a.happened`, whose version 1 is published and whose version 2 is announced.
pub(crate) fn announced() -> TestResult<TempDir> {
    let object = json!({ "type": "object" });
    let directory = contracts(&[(
        "a.happened",
        "shop",
        &["billing"],
        &[object.clone(), object],
    )])?;
    let path = directory.path().join("event-types-registry.json");
    let mut registry: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
    registry["event_types"][0]["versions"][1]["status"] = "upcoming".into();
    fs::write(path, registry.to_string())?;
    Ok(directory)
}
