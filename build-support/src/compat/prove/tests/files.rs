//! References that lead to other files, on both sides.

use serde_json::{Value, json};

use super::{load, obstacles};
use crate::compat::Mode;
use crate::schema::Documents;

/// A payload with an identifier that another file defines under a name.
fn payload(file: &str, name: &str, id: &Value) -> Documents {
    load(&[
        (
            "schema.json",
            json!({ "type": "object", "required": ["id"], "properties": {
                "id": { "$ref": format!("{file}#/$defs/{name}") },
                "more": { "type": "array", "items": { "$ref": "#" } },
            } }),
        ),
        (file, json!({ "$defs": { name: id } })),
    ])
}

#[test]
fn a_reference_is_followed_into_another_file() {
    let integers = payload("ids.json", "Id", &json!({ "type": "integer" }));
    let numbers = payload("numbers.json", "Number", &json!({ "type": "number" }));
    assert_eq!(obstacles(&integers, &numbers, Mode::Strict), []);
    let found = obstacles(&numbers, &integers, Mode::Strict);
    assert_eq!(found[0].reader.document, "ids.json");
    assert_eq!(found[0].reader.pointer, "/$defs/Id/type");
    assert_eq!(found[0].writer.document, "numbers.json");
    assert_eq!(found[0].at, "/id");
}

#[test]
fn a_definition_that_moves_and_is_renamed_says_the_same() {
    let old = payload(
        "ids.json",
        "Id",
        &json!({ "type": "string", "pattern": "^(?=a)", "title": "An id" }),
    );
    let new = payload(
        "common.json",
        "PersonId",
        &json!({ "pattern": "^(?=a)", "type": "string" }),
    );
    for mode in [Mode::Strict, Mode::Lenient] {
        assert_eq!(obstacles(&old, &new, mode), []);
        assert_eq!(obstacles(&new, &old, mode), []);
    }
}
