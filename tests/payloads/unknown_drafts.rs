//! A part of a schema that says it is of a draft which nobody has.

use serde_json::{Value, json};

use crate::allocations::Turn;
use crate::contracts::Contracts;

/// A report used to panic there, in the process that publishes or handles.
#[test]
fn a_part_of_an_unknown_draft_is_reported_like_the_others() {
    let _turn = Turn::wait();
    let mut loaded = 0;
    for draft in [
        "",
        "#",
        "thing.json",
        "(",
        "urn:a:b",
        "https://acme.example/meta",
        "http://json-schema.org/draft-99/schema#",
    ] {
        let part = json!({ "$schema": draft, "type": "string", "maxLength": 2 });
        let whole = |part: &Value| json!({ "type": "object", "properties": { "a": part } });
        let mut root = whole(&json!({ "type": "string", "maxLength": 2 }));
        root["$schema"] = json!(draft);
        let of_union = json!({ "anyOf": [part, { "type": "null" }] });
        for schema in [whole(&part), whole(&of_union), root] {
            let Some(contracts) = Contracts::try_of(&schema) else {
                continue;
            };
            loaded += 1;
            for invalid in [json!({ "a": "abc" }), json!({ "a": 1 }), json!([])] {
                let report = contracts.report(&invalid);
                assert!(!report.violations().is_empty(), "{schema} {invalid}");
            }
        }
    }
    assert!(loaded > 0, "some load");
}
