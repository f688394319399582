//! Documents as one resource: they mean what they meant apart.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::{Document, PayloadSchema};
use dispatcher_schema::one_resource::{ADDRESS, OneResource};

fn documents() -> Vec<(&'static str, Value)> {
    vec![
        (
            "contract:///a/one.json",
            json!({ "type": "object", "properties": {
                "$ref": { "const": { "$ref": "#/nowhere" } }, "next": { "$ref": "../b/two.json#/$defs/Two" },
                "named": { "$ref": "../b/two.json#n" }, "self": { "$ref": "#" } } }),
        ),
        (
            "contract:///b/two.json",
            json!({ "$id": "https://acme.example/two", "$defs": {
                "Two": { "properties": { "back": { "$ref": "contract:///a/one.json" } }, "required": ["back"] },
                "Named": { "$anchor": "n", "type": "integer" } } }),
        ),
    ]
}

fn one() -> OneResource {
    let documents = documents();
    let documents = documents.iter().map(|(address, value)| (*address, value));
    OneResource::of(documents).expect("nothing keeps them apart")
}

#[test]
fn references_lead_where_they_led() {
    let one = one();
    let registry = jsonschema::Registry::new()
        .add(ADDRESS, &one.value)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .expect("a registry");
    let schema = one
        .schema("contract:///a/one.json", "")
        .expect("it is one of them");
    let validator = jsonschema::options()
        .offline()
        .with_registry(&registry)
        .build(&schema)
        .expect("it compiles");
    for (instance, valid) in [
        (json!({ "next": { "back": { "named": 1 } } }), true),
        (json!({ "next": { "back": { "named": "x" } } }), false),
        (json!({ "next": {} }), false),
        (json!({ "self": { "self": { "named": 1.5 } } }), false),
        (json!({ "$ref": { "$ref": "#/nowhere" } }), true),
        (json!({ "$ref": 1 }), false),
        (json!([]), false),
    ] {
        assert_eq!(validator.is_valid(&instance), valid, "{instance}");
    }
}

#[test]
fn what_would_change_stays_apart() {
    let keeps_apart = [
        json!({ "$dynamicRef": "#x" }),
        json!({ "$defs": { "A": { "$id": "a.json" } } }),
        json!({ "$defs": { "A": { "$dynamicAnchor": "a" } } }),
        json!({ "$schema": "http://json-schema.org/draft-07/schema#" }),
        json!({ "$schema": "http://json-schema.org/draft-04/schema#" }),
        json!({ "$id": "https://acme.example/two" }),
        json!({ "$ref": "#unheard_of" }),
    ];
    for document in keeps_apart {
        let mut all = documents();
        all.push(("contract:///c.json", document.clone()));
        let all = all.iter().map(|(address, value)| (*address, value));
        assert!(OneResource::of(all).is_none(), "{document}");
    }
}

#[test]
fn the_metaschemas_of_every_draft_are_at_hand() {
    static OLD: [Document; 1] = [Document {
        path: "old.json",
        text: r#"{ "type": "object", "properties": {
            "four": { "$ref": "http://json-schema.org/draft-04/schema#" },
            "seven": { "$ref": "http://json-schema.org/draft-07/schema#" },
            "nineteen": { "$ref": "https://json-schema.org/draft/2019-09/schema" },
            "twenty": { "$ref": "https://json-schema.org/draft/2020-12/schema" }
        } }"#,
    }];
    let schema = PayloadSchema::new("old.json", &OLD);
    for key in ["four", "seven", "nineteen", "twenty"] {
        assert_eq!(
            schema.validate(&json!({ key: { "type": "string" } })),
            Ok(()),
            "{key}"
        );
        assert!(
            schema.validate(&json!({ key: { "type": 1 } })).is_err(),
            "{key}"
        );
    }
}

/// A keyword that accepts everything, and counts how often it was asked.
struct Counter(Arc<AtomicU64>);

impl<'i> jsonschema::Keyword<'i> for Counter {
    fn validate(&self, _: &'i Value) -> Result<(), jsonschema::ValidationError<'i>> {
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed);
        true
    }
}

/// The verdict is jsonschema's, which remembers what it has found about a value under a reference: without
/// that it would look at each level of these payloads twice as often as at the one above.
#[test]
fn a_verdict_takes_steps_in_proportion_to_the_payload() {
    let any = json!({ "$ref": "#/$defs/Any" });
    let branch = |more: Value| {
        let mut branch = json!({ "properties": { "v": any }, "required": ["v"], "x-count": true });
        branch
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        branch
    };
    for keyword in ["anyOf", "oneOf", "allOf"] {
        for more in [json!({}), json!({ "unevaluatedProperties": false })] {
            let branches = [
                branch(json!({})),
                branch(json!({ "maxProperties": 2 })),
                branch(more),
            ];
            let schema =
                json!({ "$defs": { "Any": { keyword: branches } }, "$ref": "#/$defs/Any" });
            let asked = Arc::new(AtomicU64::new(0));
            let counter = Arc::clone(&asked);
            let validator = jsonschema::options()
                .with_keyword("x-count", move |_, _, _| {
                    Ok(Box::new(Counter(Arc::clone(&counter))))
                })
                .build(&schema)
                .unwrap();
            for depth in [8, 16, 32, 64, 120] {
                let payload = (0..depth).fold(json!({ "v": 1 }), |v, _| json!({ "v": v }));
                asked.store(0, Ordering::Relaxed);
                let _ = validator.is_valid(&payload);
                let steps = asked.load(Ordering::Relaxed);
                assert!(
                    steps <= 64 * (depth + 1),
                    "{keyword} {depth}: {steps} steps"
                );
            }
        }
    }
}
