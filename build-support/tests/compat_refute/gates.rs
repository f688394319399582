//! What decides a counterexample in lenient mode: the documents that the writer may write, and those that the reader
//! takes.

use dispatcher_build_support::compat::{Confirmation, Mode, confirm};
use serde_json::{Value, json};

use crate::{documents, side};

/// Whether the writer may write the document, and the reader takes it.
fn confirmed(writer: &Value, reader: &Value, mode: Mode, document: &Value) -> (bool, bool) {
    let (writer, reader) = (documents(writer), documents(reader));
    let documents = [document.clone()];
    let each = confirm(&side(&writer), &side(&reader), mode, &documents).expect("both compile");
    let [
        Confirmation {
            is_written,
            is_read,
            ..
        },
    ] = each[..]
    else {
        panic!("one document, one confirmation");
    };
    (is_written, is_read)
}

#[test]
fn the_writer_sends_what_it_declares() {
    let writer = json!({
        "type": "object",
        "properties": { "a": { "type": "object", "properties": { "b": true } }, "map": { "additionalProperties": { "type": "integer" } } },
        "patternProperties": { "^x_": true },
        "anyOf": [
            { "properties": { "kind": { "const": 1 }, "card": true }, "required": ["kind"] },
            { "properties": { "kind": { "const": 2 }, "cash": true } },
        ],
        "if": { "required": ["a"] }, "then": { "properties": { "later": true } },
        "dependentSchemas": { "map": { "properties": { "size": true } } },
        "not": { "required": ["never"], "properties": { "never": { "type": "object", "properties": { "no": true } } } },
        "required": ["id"],
    });
    let is_written = |document: Value| confirmed(&writer, &json!(true), Mode::Lenient, &document).0;
    for document in [
        json!({ "id": 1, "a": { "b": 1 }, "map": { "any": 1 }, "x_1": 1 }),
        json!({ "id": 1, "kind": 1, "card": 1 }),
        json!({ "id": 1, "a": {}, "later": 1 }),
        json!({ "id": 1, "map": {}, "size": 1 }),
        json!({ "id": 1, "never": 1 }),
    ] {
        assert!(is_written(document.clone()), "{document}");
    }
    for document in [
        json!({ "id": 1, "a": { "c": 1 } }),
        json!({ "id": 1, "other": 1 }),
        json!({ "id": 1, "kind": 1, "cash": 1 }),
        json!({ "id": 1, "later": 1 }),
        json!({ "id": 1, "size": 1 }),
        json!({ "id": { "inner": 1 } }),
    ] {
        assert!(!is_written(document.clone()), "{document}");
        let strict = confirmed(&writer, &json!(true), Mode::Strict, &document);
        assert!(strict.0, "{document} is valid all the same");
    }
}

#[test]
fn branches_of_documents_that_stand_apart_are_asked_too() {
    let writer = json!({
        "$schema": "http://json-schema.org/draft-04/schema#",
        "anyOf": [{ "type": "array" }, { "type": "object", "properties": { "a": { "$ref": "#/definitions/A" } } }],
        "definitions": { "A": { "properties": { "b": {} } } },
    });
    let is_written = |document: Value| confirmed(&writer, &json!(true), Mode::Lenient, &document).0;
    assert!(is_written(json!({ "a": { "b": 1 } })));
    assert!(!is_written(json!({ "a": { "c": 1 } })));
}

#[test]
fn what_is_listed_is_declared_with_all_that_is_in_it() {
    let writer = json!({ "enum": [{ "kind": { "deep": [{}, { "x": 1 }] } }] });
    let document = json!({ "kind": { "deep": [{}, { "x": 1 }] } });
    assert_eq!(
        confirmed(&writer, &json!(false), Mode::Lenient, &document),
        (true, false)
    );
}

#[test]
fn unevaluated_properties_declare_what_nothing_else_has_looked_at() {
    let writer = json!({
        "allOf": [{ "patternProperties": { "^a": { "type": "object", "additionalProperties": true } } }],
        "unevaluatedProperties": { "type": "integer" },
    });
    let is_written = |document: Value| confirmed(&writer, &json!(true), Mode::Lenient, &document).0;
    assert!(is_written(json!({ "ab": {}, "n": 1 })));
    assert!(!is_written(json!({ "ab": { "undeclared": 1 } })));
    let looked_at = json!({ "allOf": [{ "additionalProperties": true }], "unevaluatedProperties": { "type": "integer" } });
    let is_written = confirmed(&looked_at, &json!(true), Mode::Lenient, &json!({ "n": 1 })).0;
    assert!(
        !is_written,
        "`additionalProperties: true` has looked at it and declares nothing"
    );
}

#[test]
fn the_reader_ignores_what_its_closed_objects_do_not_declare() {
    let inner =
        json!({ "type": "object", "properties": { "b": true }, "additionalProperties": false });
    let reader = json!({
        "type": "object",
        "properties": { "a": inner, "list": { "items": { "$ref": "#/$defs/inner" } }, "open": { "properties": { "b": true } } },
        "allOf": [{ "properties": { "more": true } }],
        "unevaluatedProperties": false,
        "$defs": { "inner": inner },
    });
    let is_read = |document: Value| confirmed(&json!(true), &reader, Mode::Lenient, &document).1;
    for document in [
        json!({ "a": { "b": 1, "new": 1 }, "new": { "new": 1 } }),
        json!({ "list": [{ "b": 1 }, { "new": 1 }], "more": 1 }),
        json!({ "open": { "new": 1 } }),
    ] {
        assert!(is_read(document.clone()), "{document}");
    }
    assert!(!is_read(json!({ "a": 1, "new": 1 })));
    let is_read = confirmed(&json!(true), &reader, Mode::Strict, &json!({ "new": 1 })).1;
    assert!(!is_read, "strict ignores nothing");
}

#[test]
fn nothing_is_ignored_where_a_branch_decides_the_names() {
    let closed =
        json!({ "type": "object", "properties": { "b": true }, "additionalProperties": false });
    let readers = [
        json!({ "anyOf": [closed, { "type": "null" }] }),
        json!({ "properties": { "b": true }, "additionalProperties": false, "if": { "required": ["b"] } }),
        json!({ "properties": { "b": true }, "additionalProperties": false, "not": { "required": ["c"] } }),
        json!({ "properties": { "b": true }, "unevaluatedProperties": false, "oneOf": [{ "properties": { "c": true } }] }),
    ];
    for reader in readers {
        let (_, is_read) = confirmed(
            &json!(true),
            &reader,
            Mode::Lenient,
            &json!({ "b": 1, "new": 1 }),
        );
        assert!(!is_read, "{reader}");
    }
}

#[test]
fn a_name_that_a_closed_object_asks_for_and_does_not_declare_is_ignored_too() {
    let reader = json!({
        "type": "object", "properties": {}, "additionalProperties": false, "dependentRequired": { "a": ["b"] },
    });
    let document = json!({ "b": 1 });
    let (_, is_read) = confirmed(&json!(true), &reader, Mode::Lenient, &document);
    assert!(is_read);
}
