//! What the walk calls a change, by example: at least one for each rule.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::{Names, changes};
use crate::changes::rule::{self, About};
use crate::compat::Side;
use crate::files::Files;
use crate::schema::Documents;
use crate::schema::Location;
use crate::schema::load::Loader;

fn documents(schema: &Value) -> Documents {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("a.json"), schema.to_string()).expect("writable");
    let mut files = Files::new(directory.path().to_owned(), "contracts".to_owned());
    let mut loader = Loader::new(&mut files);
    loader.load("a.json").expect("it is there");
    loader.finish().documents
}

/// Each change as `rule at place: what it says [b][f]`.
fn found(old: &Value, new: &Value) -> Vec<String> {
    let (old, new) = (documents(old), documents(new));
    let side = |documents| Side {
        documents,
        root: Location::root("a.json"),
    };
    let names = Names {
        old: "version 1".to_owned(),
        new: "version 2".to_owned(),
    };
    changes(&side(&old), &side(&new), &names)
        .into_iter()
        .map(|change| {
            let place = change.new.map(|at| at.pointer).unwrap_or_default();
            let backward = if change.breaks.backward { " b" } else { "" };
            let forward = if change.breaks.forward { " f" } else { "" };
            format!(
                "{} {place}: {}{backward}{forward}",
                change.rule.id, change.says
            )
        })
        .collect()
}

#[track_caller]
fn one(old: Value, new: Value, expected: &str) -> String {
    assert_eq!(found(&old, &new), [expected], "{old} → {new}");
    expected.split(' ').next().unwrap_or_default().to_owned()
}

/// The old and the new schema of a property `a`, and what is found.
#[rustfmt::skip] // A table reads best with one line for each row.
fn of_one_property() -> Vec<(Value, Value, &'static str)> {
    vec![
        (json!({ "type": "integer" }), json!({ "type": "number" }), "type-widened /properties/a/type: the type was integer, and is number f"),
        (json!({ "type": ["string", "null"] }), json!({ "type": "string" }), "type-narrowed /properties/a/type: the type was null or string, and is string b"),
        (json!({ "type": "string" }), json!({ "type": "integer" }), "type-changed /properties/a/type: the type was string, and is integer b f"),
        (json!({ "type": "string" }), json!({}), "type-widened /properties/a: the type was string, and is any f"),
        (json!({ "enum": [1, 2] }), json!({ "enum": [2, 1, 3] }), "values-widened /properties/a/enum: values were added: 3 f"),
        (json!({ "enum": ["x", "y"] }), json!({ "const": "x" }), "values-narrowed /properties/a/const: values were removed: \"y\" b"),
        (json!({ "const": "x" }), json!({ "const": "y" }), "values-changed /properties/a/const: values were removed: \"x\"; added: \"y\" b f"),
        (json!({ "enum": ["x"] }), json!({}), "values-widened /properties/a: other values are allowed now f"),
        (json!({ "maximum": 10 }), json!({ "maximum": 20 }), "bound-widened /properties/a/maximum: `maximum` was 10, and is 20 f"),
        (json!({ "minimum": 0 }), json!({ "exclusiveMinimum": 0 }), "bound-narrowed /properties/a/exclusiveMinimum: `minimum` was 0, and is exclusive 0 b"),
        (json!({ "minimum": 1 }), json!({ "minimum": 1.0 }), ""),
        (json!({ "multipleOf": 2 }), json!({ "multipleOf": 3 }), "bound-changed /properties/a/multipleOf: `multipleOf` was 2, and is 3 b f"),
        (json!({ "maxLength": 4 }), json!({}), "length-widened /properties/a: `maxLength` 4 was removed f"),
        (json!({}), json!({ "minLength": 1 }), "length-narrowed /properties/a/minLength: `minLength` 1 was added b"),
        (json!({ "maxItems": 1 }), json!({ "maxItems": 2 }), "count-widened /properties/a/maxItems: `maxItems` was 1, and is 2 f"),
        (json!({}), json!({ "uniqueItems": true }), "count-narrowed /properties/a/uniqueItems: `uniqueItems` true was added b"),
        (json!({ "uniqueItems": false }), json!({}), ""),
        (json!({ "pattern": "^a" }), json!({ "pattern": "^b" }), "pattern-changed /properties/a/pattern: `pattern` was \"^a\", and is \"^b\" b f"),
        (json!({}), json!({ "pattern": "^b" }), "pattern-narrowed /properties/a/pattern: `pattern` \"^b\" was added b"),
        (json!({ "pattern": "^a" }), json!({}), "pattern-widened /properties/a: `pattern` was removed f"),
        (json!({ "format": "date" }), json!({ "format": "date-time" }), "format-changed /properties/a/format: `format` was \"date\", and is \"date-time\" b f"),
        (json!({ "format": "date" }), json!({}), "format-widened /properties/a: `format` was removed f"),
        (json!({}), json!({ "format": "date" }), "format-narrowed /properties/a/format: `format` \"date\" was added b"),
        (json!({ "items": { "type": "string" } }), json!({}), "items-widened /properties/a: the schema for items was removed f"),
        (json!({}), json!({ "items": false }), "items-narrowed /properties/a/items: the schema for items was added b"),
        (json!({ "items": { "maxLength": 1 } }), json!({ "items": { "maxLength": 2 } }), "length-widened /properties/a/items/maxLength: `maxLength` was 1, and is 2 f"),
        (json!({ "prefixItems": [{}, {}] }), json!({ "prefixItems": [{}] }), "items-changed /properties/a/prefixItems: 2 items had schemas of their own, and now 1 have b f"),
        (json!({}), json!({ "contains": { "const": 1 } }), "contains-narrowed /properties/a/contains: the schema for an item that has to be there was added b"),
        (json!({ "contains": { "const": 1 }, "maxContains": 1 }), json!({ "contains": { "const": 1 }, "maxContains": 2 }), "contains-widened /properties/a/maxContains: `maxContains` was 1, and is 2 f"),
        (json!({ "not": { "const": 1 } }), json!({}), "condition-widened /properties/a: `not` was removed f"),
        (json!({}), json!({ "oneOf": [{ "const": 1 }] }), "condition-narrowed /properties/a/oneOf: `oneOf` was added b"),
        (json!({ "if": { "const": 1 } }), json!({ "if": { "const": 2 } }), "condition-changed /properties/a/if: `if` was {\"const\":1}, and is {\"const\":2} b f"),
        (json!({}), json!({ "dependentRequired": { "x": ["y"] } }), "dependency-narrowed /properties/a/dependentRequired: what follows from the property `x` was added b"),
        (json!({ "dependentSchemas": { "x": {} } }), json!({}), "dependency-widened /properties/a: what follows from the property `x` was removed f"),
        (json!({ "dependentRequired": { "x": ["y"] } }), json!({ "dependentRequired": { "x": ["z"] } }), "dependency-changed /properties/a/dependentRequired: what follows from the property `x` was changed b f"),
        (json!({ "propertyNames": { "maxLength": 1 } }), json!({}), "names-widened /properties/a: the rule for the names of properties was removed f"),
        (json!({}), json!({ "propertyNames": { "maxLength": 1 } }), "names-narrowed /properties/a/propertyNames: a rule for the names of properties was added b"),
        (json!({}), json!({ "patternProperties": { "^x": {} } }), "names-changed /properties/a/patternProperties: a schema for properties like \"^x\" was added b f"),
        (json!({ "additionalProperties": false }), json!({ "additionalProperties": true }), "object-opened /properties/a/additionalProperties: other properties are allowed now"),
        (json!({}), json!({ "additionalProperties": false }), "object-closed /properties/a/additionalProperties: other properties are no longer allowed"),
        (json!({ "additionalProperties": { "type": "string" } }), json!({ "additionalProperties": { "type": "number" } }), "type-changed /properties/a/additionalProperties/type: the type was string, and is number b f"),
        (json!({ "additionalProperties": { "type": "string" } }), json!({ "additionalProperties": false }), "object-closed /properties/a/additionalProperties: entries are no longer allowed b"),
        (json!({ "anyOf": [{ "type": "string" }] }), json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }), "branch-added /properties/a/anyOf/1: an alternative was added: \"null\" f"),
        (json!({ "oneOf": [{ "title": "A" }, { "title": "B" }] }), json!({ "oneOf": [{ "title": "B" }] }), "branch-removed /properties/a/oneOf: an alternative was removed: \"A\" b"),
        (json!(true), json!(false), "values-narrowed /properties/a: no value is allowed here any more b"),
    ]
}

#[test]
fn every_rule_about_payloads_has_a_change_that_leads_to_it() {
    let property = |schema: Value| json!({ "properties": { "a": schema } });
    let mut met: BTreeSet<String> = BTreeSet::new();
    for (old, new, expected) in of_one_property() {
        if expected.is_empty() {
            assert_eq!(found(&property(old), &property(new)), [""; 0]);
        } else {
            met.insert(one(property(old), property(new), expected));
        }
    }
    let closed = |properties: Value, required: Value| json!({ "properties": properties, "required": required });
    let (none, a) = (json!({}), json!({ "a": true }));
    for (old, new, expected) in [
        (
            closed(none.clone(), json!([])),
            closed(a.clone(), json!([])),
            "property-added /properties/a: the property `a` was added",
        ),
        (
            closed(a.clone(), json!([])),
            closed(none.clone(), json!([])),
            "property-removed /properties: the property `a` was removed",
        ),
        (
            closed(a.clone(), json!(["a"])),
            closed(none.clone(), json!([])),
            "property-removed /properties: the required property `a` was removed f",
        ),
        (
            closed(none.clone(), json!([])),
            closed(a.clone(), json!(["a"])),
            "property-required /required/0: version 1 may leave out `a` b",
        ),
        (
            closed(a.clone(), json!(["a"])),
            closed(a.clone(), json!([])),
            "property-optional /properties/a: version 2 may leave out `a` f",
        ),
        // Required and declared nowhere.
        (
            closed(none.clone(), json!([])),
            closed(none.clone(), json!(["b"])),
            "property-required /required/0: version 1 may leave out `b` b",
        ),
    ] {
        met.insert(one(old, new, expected));
    }
    // What the comparison alone can tell: the walk always knows in which direction a number went.
    let others = [
        "branch-overlaps",
        "nothing-valid",
        "undecided",
        "length-changed",
        "count-changed",
        "contains-changed",
    ];
    for rule in rule::all().filter(|rule| rule.about == About::Payload) {
        assert!(
            met.contains(rule.id) != others.contains(&rule.id),
            "{}",
            rule.id
        );
    }
}

#[test]
fn a_definition_is_compared_where_it_is_used_and_once() {
    let schema = |most: u32| {
        json!({
            "$ref": "#/$defs/Node",
            "$defs": { "Node": { "properties": {
                "next": { "$ref": "#/$defs/Node" }, "name": { "$ref": "#/$defs/Name" }, "other": { "$ref": "#/$defs/Name" }
            } }, "Name": { "maxLength": most } }
        })
    };
    assert_eq!(
        found(&schema(1), &schema(2)),
        ["length-widened /$defs/Name/maxLength: `maxLength` was 1, and is 2 f"; 2],
        "once for each property, and not for each way to it"
    );
}

#[test]
fn a_property_that_moved_into_an_all_of_is_no_change() {
    let flat = json!({ "properties": { "a": { "type": "string" } }, "required": ["a"] });
    let nested = json!({ "allOf": [{ "$ref": "#/$defs/Base" }], "$defs": { "Base": flat } });
    assert_eq!(found(&flat, &nested), [""; 0]);
}

#[test]
fn alternatives_are_known_by_their_tags() {
    let branch = |kind: &str, most: u32| json!({ "properties": { "kind": { "const": kind }, "text": { "maxLength": most } } });
    let union = |branches: Value| json!({ "oneOf": branches });
    assert_eq!(
        found(
            &union(json!([branch("a", 1), branch("b", 1)])),
            &union(json!([branch("c", 1), branch("b", 2)]))
        ),
        [
            // As many as before, so `a` may have become `c`.
            "length-widened /oneOf/1/properties/text/maxLength: `maxLength` was 1, and is 2 f",
            "values-changed /oneOf/0/properties/kind/const: values were removed: \"a\"; added: \"c\" b f",
        ]
    );
}

#[test]
fn older_drafts_are_read_as_they_are_meant() {
    let four = |schema: Value| {
        let mut schema = schema;
        schema["$schema"] = json!("http://json-schema.org/draft-04/schema#");
        schema
    };
    assert_eq!(
        found(
            &four(json!({ "minimum": 0 })),
            &four(json!({ "minimum": 0, "exclusiveMinimum": true }))
        ),
        ["bound-narrowed /minimum: `minimum` was 0, and is exclusive 0 b"]
    );
    assert_eq!(
        found(
            &four(json!({ "items": [{ "type": "string" }], "additionalItems": false })),
            &four(json!({ "items": [{ "type": "null" }] }))
        ),
        [
            "items-widened /items: the schema for items was removed f",
            "type-changed /items/0/type: the type was string, and is null b f"
        ]
    );
    // Beside a $ref, draft 7 reads nothing.
    let seven = |most: u32| {
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#", "definitions": { "A": {} },
            "properties": { "a": { "$ref": "#/definitions/A", "maxLength": most } }
        })
    };
    assert_eq!(found(&seven(1), &seven(2)), [""; 0]);
}
