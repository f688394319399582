//! Unions that hold themselves: a report follows one branch, however many there are.

use serde_json::{Value, json};

use crate::allocations::Turn;
use crate::contracts::Contracts;

/// What a report may allocate in total, freed or not: a constant, for the parts of the schema that are
/// compiled when they are first needed, and a line in the payload's size.
fn line(payload: &Value) -> usize {
    1024 * 1024 + 1024 * payload.to_string().len()
}

/// Depths at which a report that follows each branch runs out of any bound, but not all at once.
const DEPTHS: [usize; 6] = [4, 6, 8, 16, 32, 60];

/// `and`, `or` and `not` of comparisons.
fn conditions() -> Value {
    let condition = json!({ "$ref": "#/$defs/Condition" });
    let tagged = |name: &str, fields: Value| {
        let mut properties = json!({ "op": { "const": name } });
        for (key, value) in fields.as_object().into_iter().flatten() {
            properties[key] = value.clone();
        }
        let required: Vec<_> = properties
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys())
            .collect();
        json!({ "type": "object", "required": required, "properties": properties,
                "additionalProperties": false })
    };
    json!({ "type": "object", "required": ["when"], "properties": { "when": condition },
            "$defs": { "Condition": { "oneOf": [
                tagged("and", json!({ "left": condition, "right": condition })),
                tagged("or", json!({ "left": condition, "right": condition })),
                tagged("not", json!({ "of": condition })),
                tagged("eq", json!({ "field": { "type": "string" }, "value": { "type": "string" } })),
            ] } } })
}

/// `not` of `not` of … of `leaf`.
fn nested(depth: usize, leaf: Value) -> Value {
    let condition = (0..depth).fold(leaf, |of, _| json!({ "op": "not", "of": of }));
    json!({ "when": condition })
}

#[test]
fn of_a_tagged_union_in_itself_the_branch_of_the_tag_is_followed_to_the_leaf() {
    let turn = Turn::wait();
    let contracts = Contracts::of(&conditions());
    let valid = nested(60, json!({ "op": "eq", "field": "a", "value": "b" }));
    assert!(contracts.schema().validate(&valid).is_ok());
    // Whatever is built at the first refusal is built once.
    contracts.report(&json!({}));
    for depth in DEPTHS {
        let payload = nested(depth, json!({ "op": "eq", "field": "a", "value": 1 }));
        let (report, bytes) = turn.allocated(|| contracts.report(&payload));
        assert!(bytes < line(&payload), "{bytes} bytes at depth {depth}");
        let violations: Vec<_> = report
            .violations()
            .iter()
            .map(|violation| (violation.instance_path.as_str(), violation.keyword.as_str()))
            .collect();
        let place = format!("/when{}/value", "/of".repeat(depth));
        assert_eq!(violations, [(place.as_str(), "type")]);
        assert!(report.is_complete());
    }
}

#[test]
fn of_an_untagged_union_in_itself_no_report_explores_every_branch() {
    let turn = Turn::wait();
    let any = json!({ "$ref": "#/$defs/Any" });
    let contracts = Contracts::of(&json!({
        "type": "object", "properties": { "v": any }, "$defs": { "Any": { "anyOf": [
            { "type": "string" },
            { "type": "object", "properties": { "v": any }, "required": ["v"] },
            { "type": "object", "properties": { "v": any }, "maxProperties": 1 },
            { "type": "object", "additionalProperties": any },
        ] } } }));
    contracts.report(&json!([]));
    for depth in DEPTHS {
        let payload = (0..depth).fold(json!({ "v": 1 }), |v, _| json!({ "v": v }));
        let (report, bytes) = turn.allocated(|| contracts.report(&payload));
        assert!(bytes < line(&payload), "{bytes} bytes at depth {depth}");
        assert!(!report.violations().is_empty());
    }
}

/// `allOf` of the same schema twice: no union, and as many ways to a leaf.
#[test]
fn what_two_references_lead_to_is_looked_at_once() {
    let turn = Turn::wait();
    let contracts = Contracts::of(&json!({
        "type": "object", "properties": { "v": { "allOf": [{ "$ref": "#" }, { "$ref": "#" }] } },
        "additionalProperties": { "type": "string" },
    }));
    contracts.report(&json!([]));
    for depth in DEPTHS {
        let payload = (0..depth).fold(json!({ "x": 1 }), |v, _| json!({ "v": v }));
        let (report, bytes) = turn.allocated(|| contracts.report(&payload));
        assert!(bytes < line(&payload), "{bytes} bytes at depth {depth}");
        assert_eq!(report.violations().len(), 1);
    }
}
