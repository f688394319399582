//! Examples: written by hand, from the samples, or generated. The gate has accepted each.

use dispatcher_cli::export::{ExportError, asyncapi};
use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};

use crate::directory;

/// The examples of version 1 of `a.happened` with this schema, and these lines in `samples.jsonl`.
fn examples(schema: Value, samples: Option<&str>) -> TestResult<Vec<Value>> {
    let contracts = directory::contracts(&[("a.happened", "shop", &[], &[schema])])?;
    if let Some(samples) = samples {
        std::fs::write(contracts.path().join("samples.jsonl"), samples)?;
    }
    let document: Value =
        serde_json::from_str(&asyncapi(&directory::arguments(contracts.path()))?)?;
    let examples = document["components"]["messages"]["a.happened.v1"]["examples"]
        .as_array()
        .cloned();
    Ok(examples
        .ok_or("examples")?
        .into_iter()
        .map(|mut example| example["payload"].take())
        .collect())
}

#[test]
fn what_was_written_by_hand_comes_first_and_what_is_invalid_is_left_out() -> TestResult {
    let schema = json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"],
        "examples": [{ "n": "wrong" }, { "n": 7 }] });
    let samples = "{\"event_type\":\"a.happened\",\"schema_version\":1,\"payload\":{\"n\":8},\"valid\":true}\n\n\
                   {\"event_type\":\"a.happened\",\"schema_version\":1,\"payload\":{\"n\":9},\"valid\":false}\n\
                   {\"event_type\":\"a.happened\",\"schema_version\":1,\"payload\":{},\"valid\":true}\n";
    assert_eq!(
        examples(schema, Some(samples))?,
        [json!({ "n": 7 }), json!({ "n": 8 })]
    );
    Ok(())
}

#[test]
fn a_sample_that_cannot_be_read_names_its_line() -> TestResult {
    let error = examples(
        json!({ "type": "object" }),
        Some("\n{\"event_type\":\"a.happened\"}\n"),
    );
    let error = error.expect_err("the sample has no payload");
    let text = error.to_string();
    assert!(
        text.ends_with("samples.jsonl:2: a sample needs event_type, schema_version and payload"),
        "{text}"
    );
    assert!(matches!(
        error.downcast_ref(),
        Some(ExportError::Sample { line: 2, .. })
    ));
    Ok(())
}

#[test]
fn an_example_is_generated_for_schemas_of_many_forms() -> TestResult {
    let property = |schema: Value| json!({ "type": "object", "properties": { "a": schema }, "required": ["a"] });
    for schema in [
        json!({ "type": "string", "pattern": "^per_[0-9a-f]{8}$" }),
        json!({ "type": "string", "minLength": 20, "maxLength": 30 }),
        json!({ "type": "string", "maxLength": 2 }),
        json!({ "type": "string", "format": "date-time" }),
        json!({ "type": "integer", "exclusiveMinimum": 10, "multipleOf": 7, "maximum": 20 }),
        json!({ "type": "number", "maximum": -5 }),
        json!({ "type": "array", "items": { "enum": ["x", "y"] }, "minItems": 2, "uniqueItems": true }),
        json!({ "type": "array", "prefixItems": [{ "const": 1 }, { "type": "null" }], "items": false, "minItems": 2 }),
        json!({ "type": "object", "additionalProperties": { "type": "boolean" }, "minProperties": 1 }),
        json!({ "oneOf": [{ "not": {} }, { "const": null }] }),
        json!({ "anyOf": [{ "type": "string", "not": { "minLength": 0 } }, { "type": "integer" }] }),
        json!({ "allOf": [{ "properties": { "x": { "const": 1 } } }, { "required": ["x"] }], "type": "object" }),
        json!({ "type": "object", "required": ["undeclared"] }),
    ] {
        let examples = examples(property(schema.clone()), None)?;
        assert_eq!(examples.len(), 1, "{schema}");
    }
    Ok(())
}

#[test]
fn where_no_example_passes_the_gate_there_is_none() -> TestResult {
    let hard = json!({ "type": "object", "properties": { "a": { "type": "string", "pattern": "(?=x)x{1000}" } }, "required": ["a"] });
    assert_eq!(examples(hard, None)?, Vec::<Value>::new());
    Ok(())
}
