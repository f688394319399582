//! What reports say, and what they do not.

use serde_json::{Value, json};

use super::*;
use crate::contract::gate::explain::explain;
use crate::contract::gate::outline::{Outline, SchemaSource};
use crate::contract::gate::{Document, PayloadSchema};

fn report(schema: &Value, payload: &Value) -> InvalidPayload {
    assert!(!jsonschema::is_valid(schema, payload), "{payload} is valid");
    let registry = jsonschema::Registry::new()
        .add("contract:///p.json", schema)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .unwrap();
    let outline = Outline::of(&SchemaSource {
        registry: &registry,
        base: "contract:///p.json",
        schema,
        old_drafts: true,
    });
    explain(&outline, None, payload)
}

/// Places and keywords.
fn found(schema: &Value, payload: &Value) -> Vec<String> {
    let report = report(schema, payload);
    let violations = report.violations().iter();
    violations
        .map(|violation| format!("{} {}", violation.instance_path, violation.keyword))
        .collect()
}

#[test]
fn each_violation_says_where_what_was_expected_and_which_kind_of_value_was_found() {
    let schema = json!({
        "type": "object", "required": ["at"], "additionalProperties": false,
        "properties": {
            "credits": { "minimum": 1 }, "name": { "maxLength": 3 }, "at": true,
            "state": { "enum": ["on", "off"] }, "tags": { "uniqueItems": true },
        },
    });
    let payload = json!({ "credits": 0, "name": "Johanna", "state": "up", "tags": [1, 1], "x": 1 });
    let report = report(&schema, &payload);
    let rows: Vec<_> = report
        .violations()
        .iter()
        .map(|v| (&*v.instance_path, &*v.keyword, &*v.expected, &*v.found))
        .collect();
    let whole = "an object of 5 properties";
    let no_other = "no other properties than the schema names";
    assert_eq!(
        rows,
        [
            ("", "additionalProperties", no_other, whole),
            ("", "required", "the property \"at\"", whole),
            ("/credits", "minimum", "at least 1", "a number"),
            (
                "/name",
                "maxLength",
                "at most 3 characters",
                "a string of 7 characters"
            ),
            (
                "/state",
                "enum",
                "one of [\"on\",\"off\"]",
                "a string of 2 characters"
            ),
            (
                "/tags",
                "uniqueItems",
                "items that differ from each other",
                "an array of 2 items"
            ),
        ]
    );
    let shown = report.with_values();
    let values: Vec<_> = shown
        .violations()
        .iter()
        .map(|v| &*v.found)
        .skip(2)
        .collect();
    assert_eq!(values, ["0", "\"Johanna\"", "\"up\"", "[1,1]"]);
    assert_eq!(shown.violations()[0].found, payload.to_string());
}

#[test]
fn a_report_shows_nothing_of_the_payload_until_it_is_asked_for() {
    let schema = json!({ "properties": {
        "name": { "type": "string", "maxLength": 3, "pattern": "^x", "format": "email" },
        "card": { "oneOf": [{ "const": 1 }, { "required": ["number"] }] },
        "list": { "contains": { "const": 7 }, "uniqueItems": true },
        "kind": { "enum": ["a", "b"] }, "no": { "not": { "type": "string" } }, "never": false,
    } });
    let secret = "4111-secret";
    let payload = json!({ "name": secret, "card": { "pin": secret }, "list": [secret, secret],
                          "kind": secret, "no": secret, "never": secret });
    let report = report(&schema, &payload);
    let json = serde_json::to_string(&report).unwrap();
    let text = format!("{report} {report:?} {json}");
    assert!(!text.contains("secret"), "{text}");
    let message = "/name: a string of 11 characters is longer than 3 characters";
    assert!(text.contains(message), "{text}");
    let shown = report.with_values();
    assert!(shown.to_string().contains(secret));
    assert_eq!(shown.violations().len(), report.violations().len());
}

/// The mark counts wherever it stands: around the value, behind a reference, in a branch that the value
/// was not meant for, and where a value around it is shown.
#[test]
fn a_sensitive_value_is_never_shown() {
    let sensitive = json!({ "x-sensitive": true, "type": "string", "maxLength": 3 });
    let schema = json!({
        "$defs": { "Iban": sensitive },
        "maxProperties": 1,
        "properties": {
            "open": { "maxLength": 3 },
            "direct": sensitive,
            "behind": { "$ref": "#/$defs/Iban" },
            "around": { "x-sensitive": true, "properties": { "iban": { "maxLength": 3 } } },
            "branch": { "maxLength": 3, "anyOf": [true, { "type": "null", "x-sensitive": true }] },
            "list": { "items": { "$ref": "#/$defs/Iban" } },
        },
        "patternProperties": { "^p": sensitive },
        "additionalProperties": sensitive,
    });
    let secret = "DE-secret";
    let payload = json!({
        "open": "shown!", "direct": secret, "behind": secret, "around": { "iban": secret },
        "branch": secret, "list": [secret], "pattern": secret, "other": secret,
    });
    let report = report(&schema, &payload);
    assert_eq!(report.violations().len(), 9);
    let shown = report.with_values().to_string();
    assert!(!shown.contains("secret"), "{shown}");
    assert!(shown.contains("/open: \"shown!\" is longer"), "{shown}");
    assert!(
        shown.contains("the payload: {\"around\":[masked],"),
        "{shown}"
    );
    assert!(
        shown.contains("/around/iban: a string of 9 characters is longer"),
        "{shown}"
    );
}

#[test]
fn a_payload_is_masked_where_its_schema_says_so() {
    static DOCUMENTS: [Document; 2] = [
        Document {
            path: "marked.json",
            text: r#"{ "type": "object", "required": ["name"], "properties": {
                "name": { "x-sensitive": true }, "list": { "items": { "properties": {
                    "iban": { "x-sensitive": true }, "sum": { "type": "integer" } } } } } }"#,
        },
        Document {
            path: "open.json",
            text: r#"{ "type": "object", "required": ["name"] }"#,
        },
    ];
    let marked = PayloadSchema::new("marked.json", &DOCUMENTS);
    let payload = json!({ "name": { "given": "Ada" }, "list": [{ "iban": "DE", "sum": 7 }] });
    assert_eq!(
        marked.masked(&payload),
        json!({ "name": "[masked]", "list": [{ "iban": "[masked]", "sum": 7 }] })
    );
    // The name stands where the schema has none.
    assert_eq!(marked.masked(&json!({ "nmae": "Ada" })), json!("[masked]"));
    let open = PayloadSchema::new("open.json", &DOCUMENTS);
    assert_eq!(
        open.masked(&json!({ "nmae": "Ada" })),
        json!({ "nmae": "Ada" })
    );
}

#[test]
fn of_a_union_the_branch_that_was_meant_is_told() {
    let schema = json!({ "properties": { "payment": { "oneOf": [
        { "properties": { "kind": { "const": "card" }, "last4": { "minLength": 4 } },
          "required": ["kind", "last4"] },
        { "properties": { "kind": { "const": "cash" }, "note": { "enum": ["a", "b"] } },
          "required": ["kind"] },
    ] } } });
    let found = |payment| found(&schema, &json!({ "payment": payment }));
    let meant = found(json!({ "kind": "card", "last4": "12" }));
    assert_eq!(meant, ["/payment/last4 minLength"]);
    let meant = found(json!({ "kind": "cash", "note": "c" }));
    assert_eq!(meant, ["/payment/note enum"]);
    assert_eq!(found(json!({ "kind": "cheque" })), ["/payment oneOf"]);
}

/// Without a tag: the branch that has the least against it.
#[test]
fn of_a_union_without_tags_the_best_branch_is_told() {
    let schema = json!({ "anyOf": [
        { "type": "null" },
        { "required": ["a", "b"], "properties": { "a": { "type": "integer" } } },
        { "required": ["c", "d"], "properties": { "c": { "type": "integer" } } },
    ] });
    assert_eq!(found(&schema, &json!({ "a": 1 })), [" required"]);
    assert_eq!(found(&schema, &json!({ "c": "x", "d": 1 })), ["/c type"]);
    assert_eq!(found(&schema, &json!({})), [" anyOf"]);
}

fn assert_found<const N: usize>(cases: [(Value, Value, &str); N]) {
    for (schema, payload, expected) in cases {
        assert_eq!(found(&schema, &payload), [expected], "{schema}");
    }
}

#[test]
fn each_keyword_that_applies_schemas_to_the_same_value_is_followed() {
    let short = json!({ "maxLength": 1 });
    let b = json!({ "required": ["b"] });
    let on_a = |key: &str, then: Value| json!({ "if": { "required": ["a"] }, key: then });
    assert_found([
        (json!({ "allOf": [short] }), json!("ab"), " maxLength"),
        (json!({ "not": short }), json!("a"), " not"),
        (
            on_a("then", json!(false)),
            json!({ "a": 1 }),
            " falseSchema",
        ),
        (on_a("else", b.clone()), json!({}), " required"),
        (
            json!({ "dependentSchemas": { "a": b } }),
            json!({ "a": 1 }),
            " required",
        ),
        (
            json!({ "dependentRequired": { "a": ["b"] } }),
            json!({ "a": 1 }),
            " required",
        ),
        (json!({ "oneOf": [true, true] }), json!(1), " oneOf"),
        (
            json!({ "$defs": { "S": { "$anchor": "s", "maxLength": 1 } }, "$ref": "#s" }),
            json!("ab"),
            " maxLength",
        ),
    ]);
}

#[test]
fn each_keyword_that_applies_schemas_to_parts_is_followed() {
    let short = json!({ "maxLength": 1 });
    let one = json!({ "const": 1 });
    let named = json!({ "properties": { "a": true }, "unevaluatedProperties": false });
    let first = json!({ "allOf": [{ "prefixItems": [true] }], "unevaluatedItems": false });
    assert_found([
        (
            json!({ "propertyNames": short }),
            json!({ "ab": 1 }),
            " propertyNames",
        ),
        (
            json!({ "patternProperties": { "^a": short } }),
            json!({ "ab": "ab" }),
            "/ab maxLength",
        ),
        (
            json!({ "additionalProperties": short }),
            json!({ "a/b": "ab" }),
            "/a~1b maxLength",
        ),
        (
            json!({ "prefixItems": [true, short] }),
            json!([1, "ab"]),
            "/1 maxLength",
        ),
        (
            json!({ "prefixItems": [true], "items": short }),
            json!([1, "ab"]),
            "/1 maxLength",
        ),
        (
            json!({ "contains": one, "minContains": 2 }),
            json!([1, 2]),
            " contains",
        ),
        (
            json!({ "contains": one, "maxContains": 1 }),
            json!([1, 1]),
            " contains",
        ),
        (named, json!({ "a": 1, "b": 2 }), " unevaluatedProperties"),
        (first, json!([1, 2]), " unevaluatedItems"),
    ]);
}

#[test]
fn older_drafts_mean_what_they_meant() {
    let of = |draft: &str, keywords: Value| {
        let mut schema = keywords;
        schema["$schema"] = json!(format!("http://json-schema.org/draft-0{draft}/schema#"));
        schema
    };
    let short = json!({ "maxLength": 1 });
    let tuple = json!({ "items": [true], "additionalItems": short });
    let closed = json!({ "items": [{}], "additionalItems": false });
    let dependencies = json!({ "dependencies": { "a": ["b"], "c": { "required": ["d"] } } });
    let hidden =
        json!({ "definitions": { "S": short }, "$ref": "#/definitions/S", "minLength": 9 });
    assert_found([
        (of("7", tuple), json!([1, "ab"]), "/1 maxLength"),
        (of("4", closed), json!([1, "ab"]), " additionalItems"),
        (
            of("4", dependencies.clone()),
            json!({ "c": 1 }),
            " required",
        ),
        (of("6", dependencies), json!({ "a": 1 }), " required"),
        (of("7", hidden), json!("ab"), " maxLength"),
    ]);
}

/// The verdict is the validator's; what the outline cannot follow has a reason that it cannot name.
#[test]
fn a_report_that_finds_no_reason_says_so() {
    let schema = json!({ "$dynamicAnchor": "a", "properties": { "b": { "$dynamicRef": "#a" } },
                         "type": "object" });
    let report = report(&schema, &json!({ "b": 1 }));
    assert!(!report.is_complete());
    assert_eq!(
        report.to_string(),
        "the payload: an object of 1 property does not match the schema [schema]; there may be more"
    );
    assert!(!report.with_values().to_string().contains(":1"));
}

#[test]
fn a_large_payload_makes_no_large_message() {
    let schema = json!({ "properties": { "name": { "maxLength": 3 } } });
    let report = report(&schema, &json!({ "name": "é".repeat(1_000_000) }));
    assert!(report.to_string().chars().count() < 200);
    assert!(report.with_values().to_string().chars().count() < 200);
}
