//! Counterexamples: that they are found, are small, and say where and why the reader refuses them.

mod gates;

use dispatcher_build_support::compat::{
    Counterexample, Mode, Side, Verdict, compare, compare_with_samples, confirm, sample::Sampler,
};
use dispatcher_build_support::schema::{Documents, Location};
use serde_json::{Value, json};

fn documents(schema: &Value) -> Documents {
    Documents::from_values([("schema.json", schema.clone())]).expect("a schema without faults")
}

fn side(documents: &Documents) -> Side<'_> {
    Side {
        documents,
        root: Location::root("schema.json"),
    }
}

fn verdict(writer: &Value, reader: &Value, mode: Mode) -> Verdict {
    let (writer, reader) = (documents(writer), documents(reader));
    compare(&side(&writer), &side(&reader), mode)
}

#[track_caller]
fn refuted(writer: &Value, reader: &Value, mode: Mode) -> Counterexample {
    match verdict(writer, reader, mode) {
        Verdict::Incompatible(found) => found,
        other => panic!("{writer} → {reader}: {other:?}"),
    }
}

#[test]
fn a_counterexample_is_the_smallest_document_that_shows_it() {
    let object = |properties: Value, required: Value| json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    let text = json!({ "type": "string" });
    let cases = [
        (
            json!({ "type": "number" }),
            json!({ "type": "integer" }),
            json!(0.5),
        ),
        (
            json!({ "type": "integer", "minimum": 0 }),
            json!({ "type": "integer", "minimum": 10 }),
            json!(0),
        ),
        (
            json!({ "type": "integer", "maximum": 90 }),
            json!({ "type": "integer", "maximum": 17 }),
            json!(18),
        ),
        (
            json!({ "enum": ["open", "closed"] }),
            json!({ "enum": ["closed"] }),
            json!("open"),
        ),
        (
            json!({ "type": "string", "maxLength": 30 }),
            json!({ "type": "string", "maxLength": 2 }),
            json!("aaa"),
        ),
        (
            object(
                json!({ "a": text, "b": text, "c": { "type": "array", "items": text } }),
                json!(["a"]),
            ),
            object(
                json!({ "a": text, "b": text, "c": { "type": "array", "items": { "enum": ["x"] } } }),
                json!(["a"]),
            ),
            json!({ "a": "", "c": [""] }),
        ),
        (
            object(json!({ "a": text, "b": text }), json!(["a"])),
            object(json!({ "a": text, "b": text }), json!(["a", "b"])),
            json!({ "a": "" }),
        ),
    ];
    for (writer, reader, expected) in cases {
        let found = refuted(&writer, &reader, Mode::Strict);
        assert_eq!(found.document, expected, "{writer} → {reader}");
    }
}

#[test]
fn a_format_can_be_longer_than_the_reader_allows() {
    for (format, most) in [
        ("date-time", 40),
        ("uri", 60),
        ("email", 30),
        ("hostname", 20),
        ("duration", 9),
    ] {
        let writer = json!({ "type": "string", "format": format });
        let reader = json!({ "type": "string", "format": format, "maxLength": most });
        let found = refuted(&writer, &reader, Mode::Strict);
        let length = found.document.as_str().map(str::len);
        assert_eq!(length, Some(most + 1), "{found:?}");
    }
}

#[test]
fn a_pattern_can_be_longer_than_the_reader_allows() {
    let writer = json!({ "type": "string", "pattern": "^([0-9]+\\.?[0-9]*|\\.[0-9]+)s$" });
    let mut reader = writer.clone();
    reader["maxLength"] = json!(25);
    let found = refuted(&writer, &reader, Mode::Lenient);
    assert_eq!(found.document.as_str().map(str::len), Some(26), "{found:?}");
}

#[test]
fn the_report_says_where_and_what() {
    let writer = json!({ "properties": { "pets": { "items": { "anyOf": [
        { "type": "null" }, { "properties": { "age": { "type": "number" } } },
    ] } } } });
    let reader = json!({ "properties": { "pets": { "items": { "anyOf": [
        { "type": "null" }, { "type": "object", "properties": { "age": { "maximum": 9 } } },
    ] } } } });
    let writer = json!({ "allOf": [writer, { "type": "object" }], "properties": { "pets": { "type": "array",
        "items": { "type": ["object", "null"] } } } });
    let found = refuted(&writer, &reader, Mode::Strict);
    assert_eq!(found.at, "/pets/0/age");
    assert_eq!(found.keyword.document, "schema.json");
    assert_eq!(
        found.keyword.pointer,
        "/properties/pets/items/anyOf/1/properties/age/maximum"
    );
    assert_eq!(
        found.refusal,
        format!(
            "{} is greater than the maximum of 9",
            found.document["pets"][0]["age"]
        )
    );
}

#[test]
fn the_union_is_named_where_no_branch_was_meant() {
    let found = refuted(
        &json!({ "type": ["string", "boolean"] }),
        &json!({ "anyOf": [{ "type": "integer" }, { "type": "boolean" }] }),
        Mode::Strict,
    );
    assert_eq!(
        (found.keyword.pointer.as_str(), found.at.as_str()),
        ("/anyOf", "")
    );
    assert_eq!(found.refusal, "\"\" matches none of the schemas of `anyOf`");
}

#[test]
fn what_is_in_two_branches_is_found() {
    let tagged = |kind: &str, more: Value| json!({ "type": "object", "properties": { "kind": { "const": kind }, "amount": more }, "required": ["kind"] });
    let old = json!({ "oneOf": [tagged("card", json!({ "type": "integer" })), tagged("cash", json!(true))] });
    let mut new = old.clone();
    new["oneOf"]
        .as_array_mut()
        .expect("an array")
        .push(json!({ "required": ["amount"] }));
    let found = refuted(&old, &new, Mode::Strict);
    assert_eq!(
        found.document.as_object().expect("an object").len(),
        2,
        "{found:?}"
    );
    assert!(
        found
            .refusal
            .ends_with("matches more than one of the schemas of `oneOf`"),
        "{found:?}"
    );
}

#[test]
fn samples_are_tried_before_anything_is_made_up() {
    // No search would think of this string.
    let rare = "0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e/0192f3a1";
    let writer = json!({ "type": "string", "pattern": "^(?=.{45}$)[0-9a-f/-]*$" });
    let reader = json!({ "type": "string", "pattern": "^(?=.{45}$)(?!0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e/0192f3a1)" });
    let (writer, reader) = (documents(&writer), documents(&reader));
    let (writer, reader) = (side(&writer), side(&reader));
    assert!(matches!(
        compare(&writer, &reader, Mode::Strict),
        Verdict::Undecided(_)
    ));
    let samples = [json!(rare)];
    match compare_with_samples(&writer, &reader, Mode::Strict, &samples) {
        Verdict::Incompatible(found) => assert_eq!(found.document, json!(rare)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_comparison_has_the_same_answer() {
    let writer = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "additionalProperties": { "type": "integer" } });
    let reader =
        json!({ "type": "object", "patternProperties": { "^[a-f]": { "type": "string" } } });
    let show = || format!("{:?}", verdict(&writer, &reader, Mode::Strict));
    assert_eq!(show(), show());
    assert!(show().starts_with("Incompatible"), "{}", show());
}

#[test]
fn sides_of_several_documents_and_places_are_compared() {
    let old = Documents::from_values([
        (
            "a/payload.json",
            json!({ "properties": { "id": { "$ref": "../common.json#/$defs/Id" } } }),
        ),
        (
            "common.json",
            json!({ "$defs": { "Id": { "type": "string" }, "a b": { "$ref": "#/$defs/Id" } } }),
        ),
    ])
    .expect("no faults");
    let new =
        Documents::from_values([("b.json", json!({ "$defs": { "Id": { "minLength": 2 } } }))])
            .expect("no faults");
    let at = |documents, document: &str, pointer: &str| Side {
        documents,
        root: Location {
            document: document.to_owned(),
            pointer: pointer.to_owned(),
        },
    };
    let reader = at(&new, "b.json", "/$defs/Id");
    for writer in [
        at(&old, "a/payload.json", "/properties/id"),
        at(&old, "common.json", "/$defs/a b"),
    ] {
        match compare(&writer, &reader, Mode::Strict) {
            Verdict::Incompatible(found) => {
                assert_eq!(found.document, json!(""));
                assert_eq!(found.keyword, reader.root.join("minLength"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_does_not_compile_has_no_counterexample() {
    let verdict = verdict(
        &json!({ "type": "strnig" }),
        &json!({ "type": "string" }),
        Mode::Strict,
    );
    assert!(!matches!(verdict, Verdict::Incompatible(_)), "{verdict:?}");
}

#[test]
fn old_drafts_are_read_as_they_are() {
    let draft_4 = |schema: Value| {
        let mut schema = schema;
        schema["$schema"] = json!("http://json-schema.org/draft-04/schema#");
        schema
    };
    let found = refuted(
        &draft_4(json!({ "enum": [1, 2] })),
        &draft_4(json!({ "type": "integer" })),
        Mode::Strict,
    );
    assert!(found.document.is_f64(), "{found:?}");
    let draft_7 = |schema: Value| {
        let mut schema = schema;
        schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
        schema
    };
    let found = refuted(
        &json!({ "type": "string" }),
        &draft_7(json!({ "type": "string", "format": "uuid" })),
        Mode::Strict,
    );
    assert_eq!(found.document, json!(""));
    let found = refuted(
        &json!({ "type": "string" }),
        &draft_7(json!({ "contentEncoding": "base64" })),
        Mode::Strict,
    );
    assert_eq!(found.keyword.pointer, "/contentEncoding");
}

#[test]
fn the_keyword_is_found_in_documents_that_stand_apart() {
    let draft = "http://json-schema.org/draft-04/schema#";
    let reader = Documents::from_values([
        (
            "a.json",
            json!({ "$schema": draft, "properties": { "a/b": { "$ref": "b.json#/definitions/Short" } } }),
        ),
        (
            "b.json",
            json!({ "$schema": draft, "definitions": { "Short": { "maxLength": 1 } } }),
        ),
    ])
    .expect("no faults");
    let writer = documents(&json!({ "properties": { "a/b": { "type": "string" } } }));
    let reader = Side {
        documents: &reader,
        root: Location::root("a.json"),
    };
    match compare(&side(&writer), &reader, Mode::Strict) {
        Verdict::Incompatible(found) => {
            assert_eq!(found.document, json!({ "a/b": "aa" }));
            assert_eq!(found.at, "/a~1b");
            assert_eq!(found.keyword.document, "b.json");
            assert_eq!(found.keyword.pointer, "/definitions/Short/maxLength");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_long_chain_of_references_overflows_no_stack() {
    let chain = |leaf: Value| {
        let mut definitions: serde_json::Map<_, _> = (0..300)
            .map(|number| {
                let next = json!({ "$ref": format!("#/$defs/D{}", number + 1) });
                (format!("D{number}"), json!({ "properties": { "a": next } }))
            })
            .collect();
        definitions.insert("D300".to_owned(), leaf);
        json!({ "$ref": "#/$defs/D0", "$defs": definitions })
    };
    let verdict = verdict(
        &chain(json!({ "type": "string" })),
        &chain(json!({ "type": "integer" })),
        Mode::Lenient,
    );
    assert!(!matches!(verdict, Verdict::Compatible), "{verdict:?}");
}

#[test]
fn documents_made_for_a_schema_are_mostly_valid() {
    let schemas = [
        json!({ "type": "object", "properties": { "a": { "type": "integer", "minimum": 3 }, "b": { "enum": [1, "x"] } }, "required": ["b"], "additionalProperties": false }),
        json!({ "type": "array", "items": { "type": "string", "minLength": 2 }, "minItems": 2, "uniqueItems": true }),
        json!({ "allOf": [{ "type": "object", "required": ["a"] }, { "properties": { "a": { "multipleOf": 0.1 } } }, { "properties": { "a": { "type": "number", "minimum": 5 } } }] }),
        json!({ "oneOf": [{ "properties": { "k": { "const": 1 } }, "required": ["k"] }, { "properties": { "k": { "const": 2 } }, "required": ["k"] }], "type": "object" }),
        json!({ "type": "object", "propertyNames": { "pattern": "^x_[a-z]{2}$" }, "minProperties": 2, "additionalProperties": { "type": "boolean" } }),
        json!({ "type": "array", "prefixItems": [{ "type": "string" }], "items": { "type": "integer" }, "contains": { "minimum": 90 }, "minContains": 2 }),
        json!({ "type": "string", "pattern": "^per_[0-9a-f]{4}$", "maxLength": 8 }),
        json!({ "type": "object", "properties": { "next": { "$ref": "#" }, "n": { "type": "integer" } }, "required": ["n"] }),
    ];
    for schema in schemas {
        let documents = documents(&schema);
        let side = side(&documents);
        let mut sampler = Sampler::new(3);
        let made: Vec<_> = (0..40)
            .map(|_| sampler.document(std::slice::from_ref(&side)))
            .collect();
        let each = confirm(&side, &side, Mode::Strict, &made).expect("it compiles");
        let valid = each.iter().filter(|one| one.is_written).count();
        assert!(valid >= 30, "{valid} of 40: {schema}");
    }
}
