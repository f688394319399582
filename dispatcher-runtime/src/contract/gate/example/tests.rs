//! Examples are valid, and the same each time. `tests/http` asks for one of each reference contract.

use serde_json::{Value, json};

use crate::contract::gate::{Compiled, PayloadSchema, compile};

fn schema(schema: &Value) -> PayloadSchema {
    let registry = jsonschema::Registry::new()
        .add("contract:///a.json", schema)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .expect("a registry");
    let compiled: Compiled = compile(&registry, "a.json", schema, false).expect("it compiles");
    PayloadSchema::loaded("a.json".to_owned(), schema.to_string(), compiled)
}

fn example(of: &Value) -> Option<Value> {
    let schema = schema(of);
    let found = schema.example();
    assert_eq!(schema.example(), found, "the same each time");
    if let Some(found) = &found {
        assert_eq!(schema.validate(found), Ok(()));
    }
    found
}

fn of_property(property: Value) -> Option<Value> {
    let schema = json!({ "type": "object", "properties": { "it": property }, "required": ["it"] });
    example(&schema).map(|payload| payload["it"].clone())
}

#[test]
fn the_schema_has_the_first_word() {
    let own = json!({ "type": "object", "required": ["a"], "examples": [{ "b": 1 }, { "a": 7 }] });
    assert_eq!(example(&own), Some(json!({ "a": 7 })));
    for (property, expected) in [
        (json!({ "const": "x" }), json!("x")),
        (json!({ "enum": [1, "b"], "type": "string" }), json!("b")),
        (
            json!({ "type": "string", "examples": ["Ada"] }),
            json!("Ada"),
        ),
        (json!({ "type": "integer", "default": 12 }), json!(12)),
        // Nothing holds an example to the schema.
        (
            json!({ "type": "integer", "minimum": 5, "examples": [1] }),
            json!(5),
        ),
        (json!({ "type": ["null", "boolean"] }), json!(true)),
    ] {
        assert_eq!(of_property(property.clone()), Some(expected), "{property}");
    }
}

#[test]
fn what_is_composed_is_valid() {
    for property in [
        json!({ "type": "string", "format": "date-time", "pattern": "Z$" }),
        json!({ "type": "string", "format": "uuid" }),
        json!({ "type": "string", "minLength": 20, "maxLength": 20 }),
        json!({ "type": "string", "pattern": "^[a-z]+$", "minLength": 5 }),
        json!({ "type": "integer", "minimum": -10, "maximum": -7 }),
        json!({ "type": "integer", "multipleOf": 25, "exclusiveMinimum": 25 }),
        json!({ "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.25 }),
        json!({ "type": "array", "items": { "type": "string" }, "minItems": 4, "uniqueItems": true }),
        json!({ "type": "array", "prefixItems": [{ "type": "boolean" }], "contains": { "const": 3 }, "minItems": 2,
                "items": { "type": "integer" } }),
        json!({ "type": "object", "minProperties": 3 }),
        json!({ "oneOf": [{ "type": "string", "not": {} }, { "type": "object", "required": ["kind"],
                "properties": { "kind": { "const": "b" } } }] }),
        json!({ "allOf": [{ "type": ["integer", "string"] }, { "type": "string", "maxLength": 2 }] }),
        json!({ "type": "object", "required": ["a"], "dependentSchemas": { "a": { "required": ["b"] } } }),
        json!({ "type": "object", "required": ["country"], "properties": { "country": { "enum": ["de", "us"] } },
                "if": { "properties": { "country": { "const": "us" } } }, "then": { "required": ["zip"] },
                "else": { "required": ["plz"] } }),
    ] {
        assert!(of_property(property.clone()).is_some(), "{property}");
    }
}

#[test]
fn where_no_payload_is_found_there_is_none() {
    assert_eq!(of_property(json!(false)), None);
    assert_eq!(
        of_property(json!({ "type": "string", "pattern": "^(?=a)b$" })),
        None
    );
    let endless = json!({ "type": "object", "required": ["next"], "properties": { "next": { "$ref": "#" } } });
    assert_eq!(example(&endless), None);
    let wide = json!({ "type": "array", "minItems": 100_000, "items": { "type": "array", "minItems": 100_000,
                       "items": { "type": "array", "minItems": 100_000 } } });
    assert_eq!(of_property(wide), None);
}

#[test]
fn a_schema_that_any_object_matches_has_one() {
    assert_eq!(PayloadSchema::any_object().example(), Some(json!({})));
}
