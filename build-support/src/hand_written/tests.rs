use std::fs;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::files::Files;

/// A directory with one event type, whose version 1 may name a schema.
fn directory(payload_schema: Option<&str>, schema: Option<Value>) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut version = json!({ "schema_version": 1, "status": "active" });
    if let Some(path) = payload_schema {
        version["payload_schema"] = path.into();
    }
    let registry = json!({ "registry_version": 1, "event_types": [{
        "event_type": "pool.opened", "description": "A pool opened.", "contract": "pools", "producer": "site",
        "consumers": [], "status": "active", "versions": [version],
    }] });
    fs::write(
        directory.path().join("event-types-registry.json"),
        registry.to_string(),
    )
    .expect("writable");
    if let (Some(path), Some(schema)) = (payload_schema, schema) {
        fs::write(directory.path().join(path), schema.to_string()).expect("writable");
    }
    directory
}

fn compare(directory: &TempDir, schema: Value, write: bool) -> Result<(), SchemaMismatch> {
    compare_version(directory, ("pool.opened", 1), schema, write)
}

fn compare_version(
    directory: &TempDir,
    version: (&str, u32),
    schema: Value,
    write: bool,
) -> Result<(), SchemaMismatch> {
    let schemas = Schemas {
        reads: schema.clone(),
        writes: schema,
    };
    let files = || Files::new(directory.path().to_owned(), "contracts".to_owned());
    let model = || crate::check::check(&mut files());
    check(&mut files(), model, version, schemas, write)
}

/// As schemars writes `struct PoolOpened { lanes: u32, depth: Option<Depth> }`.
fn of_a_struct() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "PoolOpened", "type": "object",
        "properties": {
            "lanes": { "type": "integer", "format": "uint32", "minimum": 0 },
            "depth": { "anyOf": [{ "$ref": "#/$defs/Depth" }, { "type": "null" }] },
        },
        "required": ["lanes"],
        "$defs": { "Depth": { "type": "object", "properties": { "cm": { "type": "number", "format": "double" } }, "required": ["cm"] } },
    })
}

#[test]
fn without_leave_nothing_is_written_and_the_error_says_how() {
    let directory = directory(Some("pool.json"), None);
    let error = compare(&directory, of_a_struct(), false).expect_err("there is no file");
    let text = error.to_string();
    assert!(
        text.starts_with("pool.opened version 1 has no schema yet"),
        "{text}"
    );
    assert!(text.contains("DISPATCHER_WRITE_SCHEMAS=1"), "{text}");
    assert!(!directory.path().join("pool.json").exists());
}

#[test]
fn the_first_schema_is_written_and_is_that_of_the_struct() {
    let directory = directory(Some("pool.json"), None);
    compare(&directory, of_a_struct(), true).expect("what was written is the struct's");
    let text = fs::read_to_string(directory.path().join("pool.json")).expect("it was written");
    let expected = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "PoolOpened",
  "type": "object",
  "properties": {
    "depth": {
      "anyOf": [
        {
          "$ref": "#/$defs/Depth"
        },
        {
          "type": "null"
        }
      ]
    },
    "lanes": {
      "type": "integer",
      "maximum": 4294967295,
      "minimum": 0
    }
  },
  "required": ["lanes"],
  "additionalProperties": false,
  "$defs": {
    "Depth": {
      "type": "object",
      "properties": {
        "cm": {
          "type": "number"
        }
      },
      "required": ["cm"],
      "additionalProperties": false
    }
  }
}
"##;
    assert_eq!(text, expected);
    // It stays as it is, whatever the struct becomes.
    let error = compare(&directory, json!({ "type": "object" }), true).expect_err("another struct");
    assert!(matches!(error, SchemaMismatch::Different { .. }), "{error}");
    assert_eq!(
        fs::read_to_string(directory.path().join("pool.json")).expect("it is there"),
        expected
    );
}

#[test]
fn a_schema_that_the_registry_does_not_name_is_written_where_schemas_stand() {
    let directory = directory(None, None);
    let error =
        compare(&directory, of_a_struct(), true).expect_err("the registry does not name it");
    let path = "pools/schema/payloads/pool-opened-v1.json";
    assert!(directory.path().join(path).is_file());
    let text = error.to_string();
    assert!(
        text.contains(&format!(
            "write \"payload_schema\": {path:?} into version 1"
        )),
        "{text}"
    );
    let again = compare(&directory, of_a_struct(), false)
        .expect_err("it is still not named")
        .to_string();
    assert!(
        again.contains("is there: write \"payload_schema\""),
        "{again}"
    );
}

#[test]
fn what_the_registry_does_not_have_is_named_with_what_it_has() {
    let directory = directory(Some("pool.json"), Some(json!({ "type": "object" })));
    let error = |event: &str, number| {
        let compared = compare_version(&directory, (event, number), json!({}), false);
        compared.expect_err("there is none").to_string()
    };
    assert_eq!(
        error("pool.openned", 1),
        "pool.openned is not an event type of the registry; did you mean \"pool.opened\"?"
    );
    assert_eq!(
        error("pool.opened", 3),
        "pool.opened version 3 is not in the registry, which has 1"
    );
}

#[test]
fn a_format_that_contracts_do_not_have_is_not_ignored() {
    let directory = directory(Some("pool.json"), Some(json!({ "type": "object" })));
    let schema =
        json!({ "type": "object", "properties": { "from": { "type": "string", "format": "ip" } } });
    let error = compare(&directory, schema, false)
        .expect_err("the format is unknown")
        .to_string();
    assert!(
        error.contains("the format \"ip\" at \"/properties/from\""),
        "{error}"
    );
}

#[test]
fn a_writer_is_closed_and_in_parts_as_a_whole() {
    let closed = |schema: Value| schema::closed(&schema);
    // A flattened enum beside properties: closed as a whole.
    let flattened = json!({ "type": "object", "properties": { "id": true },
        "oneOf": [{ "type": "object", "properties": { "a": true } }, { "$ref": "#/$defs/B" }],
        "$defs": { "B": { "type": "object", "properties": { "b": true } } } });
    let result = closed(flattened);
    assert_eq!(result["unevaluatedProperties"], json!(false));
    assert_eq!(result["oneOf"][0].get("additionalProperties"), None);
    assert_eq!(
        result["oneOf"][1]["allOf"][0],
        json!({ "type": "object", "properties": { "b": true } })
    );
    assert_eq!(result["$defs"]["B"]["additionalProperties"], json!(false));
    // An enum alone: each variant is closed.
    let variants = closed(
        json!({ "oneOf": [{ "type": "object", "properties": { "a": true } }, { "type": "string" }] }),
    );
    assert_eq!(variants["oneOf"][0]["additionalProperties"], json!(false));
    assert_eq!(variants.get("unevaluatedProperties"), None);
    // A map, and an object that is open on purpose.
    let map = json!({ "type": "object", "additionalProperties": { "type": "object" } });
    assert_eq!(
        closed(map),
        json!({ "type": "object", "additionalProperties": { "type": "object", "additionalProperties": false } })
    );
    let open =
        json!({ "type": "object", "properties": { "a": true }, "additionalProperties": true });
    assert_eq!(closed(open.clone()), open);
}
