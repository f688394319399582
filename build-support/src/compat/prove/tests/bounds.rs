//! What a proof may cost, and what it says where it ends.

use serde_json::{Value, json};

use super::{document, obstacles};
use crate::compat::{Mode, Undecided};

fn strict(writer: &Value, reader: &Value) -> Vec<Undecided> {
    obstacles(
        &document(writer, "2020-12"),
        &document(reader, "2020-12"),
        Mode::Strict,
    )
}

/// That each of `pigeons` has one of `holes`, and no two the same: nothing accepts more pigeons than holes, and a proof
/// by cases takes exponentially many.
fn pigeons(pigeons: usize, holes: usize) -> Value {
    let name = |pigeon: usize, hole: usize| format!("p{pigeon}h{hole}");
    let somewhere = (0..pigeons).map(|pigeon| {
        let in_one = (0..holes).map(|hole| json!({ "required": [name(pigeon, hole)] }));
        json!({ "anyOf": in_one.collect::<Vec<_>>() })
    });
    let alone = (0..holes).flat_map(|hole| {
        (0..pigeons).flat_map(move |one| {
            (0..one).map(
                move |other| json!({ "not": { "required": [name(one, hole), name(other, hole)] } }),
            )
        })
    });
    json!({ "type": "object", "allOf": somewhere.chain(alone).collect::<Vec<_>>() })
}

#[test]
fn an_exponential_comparison_ends_and_says_so() {
    assert_eq!(strict(&pigeons(3, 2), &json!(false)), []);
    let found = strict(&pigeons(12, 11), &json!(false));
    assert!(
        found.iter().any(|one| one.reason.contains("more steps")),
        "{found:?}"
    );
    assert!(found.len() <= 16);
    let again = strict(&pigeons(12, 11), &json!(false));
    assert_eq!(found, again, "the same answer each time");
}

#[test]
fn a_large_union_is_compared_by_its_tags() {
    let union = |types: &str| {
        let branch = |index: usize| {
            let mut properties: serde_json::Map<String, Value> = (0..12)
                .map(|field| (format!("f{field}"), json!({ "type": types })))
                .collect();
            properties.insert("kind".to_owned(), json!({ "const": format!("k{index}") }));
            json!({ "type": "object", "properties": properties, "required": ["kind", "f1"] })
        };
        json!({ "oneOf": (0..30).map(branch).collect::<Vec<_>>() })
    };
    assert_eq!(strict(&union("integer"), &union("number")), []);
    assert_ne!(strict(&union("number"), &union("integer")), []);
}

#[test]
fn a_deep_document_is_followed() {
    let nested = |leaf: Value| {
        (0..60).fold(
            leaf,
            |inner, _| json!({ "type": "object", "properties": { "a": inner }, "required": ["a"] }),
        )
    };
    let (integer, number) = (
        nested(json!({ "type": "integer" })),
        nested(json!({ "type": "number" })),
    );
    assert_eq!(strict(&integer, &number), []);
    let found = strict(&number, &integer);
    assert_eq!(found[0].at, "/a".repeat(60));
    assert_eq!(found[0].keyword, "type");
}

#[test]
fn an_obstacle_says_where_and_why() {
    let writer =
        json!({ "properties": { "a": { "type": "array", "items": { "type": "string" } } } });
    let reader = json!({ "properties": { "a": { "type": "array",
        "items": { "type": "string", "pattern": "^(?=a)" } } } });
    let found = strict(&writer, &reader);
    let [only] = found.as_slice() else {
        panic!("one obstacle: {found:?}");
    };
    assert_eq!(only.keyword, "pattern");
    assert_eq!(only.reader.pointer, "/properties/a/items/pattern");
    assert_eq!(only.writer.pointer, "/properties/a/items");
    assert_eq!(only.at, "/a/*");
    assert_eq!(only.reason, "the pattern uses look-around");
    let found = strict(
        &json!({ "type": ["object", "null"] }),
        &json!({ "type": "object", "required": ["b"] }),
    );
    let places: Vec<_> = found
        .iter()
        .map(|one| (one.reader.pointer.as_str(), one.reason.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            ("/required/0", "the writer may leave out \"b\""),
            ("/type", "the writer may write null"),
        ]
    );
}
