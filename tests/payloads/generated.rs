//! Schemas and payloads at random: whatever they are, a refusal stays below a line in the payload's size.
//!
//! `PAYLOADS_SEEDS=100000` runs for longer than CI does; `PAYLOADS_FIRST=1234` begins at the seed that a
//! failure names. The targets of `fuzz/` run the same over inputs that a fuzzer chooses.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::allocations::Turn;
use crate::contracts::Contracts;

/// What a verdict and a report may allocate in total, freed or not.
fn line(payload: &Value) -> usize {
    4 * 1024 * 1024 + 16 * 1024 * payload.to_string().len()
}

pub(crate) fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(default, |value| value.parse().expect("a number"))
}

#[test]
fn no_generated_payload_costs_more_than_a_line_in_its_size() {
    let turn = Turn::wait();
    let first = setting("PAYLOADS_FIRST", 0);
    let mut refused = 0;
    for seed in first..first + setting("PAYLOADS_SEEDS", 150) {
        let mut random = Rng::with_seed(seed);
        let schema = document(&mut random);
        let Some(contracts) = Contracts::try_of(&schema) else {
            continue;
        };
        for _ in 0..8 {
            let depth = random.usize(1..24);
            let payload = json!({ "a": value(&mut random, depth) });
            let (outcome, bytes) = turn.allocated(|| contracts.schema().validate(&payload));
            assert!(
                bytes < line(&payload),
                "seed {seed}: {bytes} bytes: {schema} {payload}"
            );
            if let Err(report) = outcome {
                refused += 1;
                let names_no_reason = report.violations()[0].keyword == "schema";
                assert!(
                    !names_no_reason,
                    "seed {seed}: no reason: {schema} {payload}"
                );
                assert!((1..=20).contains(&report.violations().len()), "seed {seed}");
                assert!(report.to_string().len() <= 16 * 1024, "seed {seed}");
                assert!(
                    report.with_values().to_string().len() <= 16 * 1024,
                    "seed {seed}"
                );
            }
        }
    }
    assert!(refused > 100, "the schemas refuse something: {refused}");
}

/// A schema of a payload with four definitions that refer to each other.
fn document(random: &mut Rng) -> Value {
    let definitions: Map<_, _> = (0..4)
        .map(|number| (format!("D{number}"), schema(random, 3)))
        .collect();
    json!({ "type": "object", "$defs": definitions, "required": ["a"],
            "properties": { "a": { "$ref": "#/$defs/D0" } } })
}

fn schema(random: &mut Rng, depth: usize) -> Value {
    if depth == 0 {
        return leaf(random);
    }
    let inner = |random: &mut Rng| schema(random, depth - 1);
    let several = |random: &mut Rng| -> Value {
        (0..random.usize(1..4))
            .map(|_| schema(random, depth - 1))
            .collect()
    };
    match random.u8(0..12) {
        0 | 1 => json!({ "anyOf": several(random) }),
        2 | 3 => json!({ "oneOf": several(random) }),
        4 => json!({ "allOf": several(random) }),
        5 => json!({ "properties": { "a": inner(random), "b": inner(random) },
                     "required": ["a"], "additionalProperties": random.bool() }),
        6 => {
            json!({ "properties": { "a": inner(random) }, "unevaluatedProperties": inner(random) })
        }
        7 => json!({ "additionalProperties": inner(random), "propertyNames": leaf(random) }),
        8 => json!({ "prefixItems": several(random), "items": inner(random) }),
        9 => json!({ "not": inner(random) }),
        10 => json!({ "if": inner(random), "then": inner(random), "else": inner(random) }),
        _ => json!({ "items": inner(random), "contains": inner(random) }),
    }
}

fn leaf(random: &mut Rng) -> Value {
    match random.u8(0..10) {
        // Below a part of the value, or the schema would refer to itself for the same value.
        0..=3 => {
            let target = json!({ "$ref": format!("#/$defs/D{}", random.u8(0..4)) });
            json!({ "properties": { "a": target, "b": target }, "items": target })
        }
        4 => json!({ "type": "object" }),
        5 => json!({ "type": ["string", "array", "object"] }),
        6 => json!({ "const": "a" }),
        7 => json!({ "maxLength": 2, "maxItems": 2 }),
        8 => json!({ "x-sensitive": true, "type": "integer" }),
        _ => json!({ "required": ["b"] }),
    }
}

fn value(random: &mut Rng, depth: usize) -> Value {
    if depth == 0 {
        return match random.u8(0..4) {
            0 => json!("a"),
            1 => json!(1),
            2 => json!(null),
            _ => json!("abc"),
        };
    }
    match random.u8(0..6) {
        0..=3 => {
            let mut members = Map::new();
            members.insert("a".to_owned(), value(random, depth - 1));
            if random.u8(0..3) == 0 {
                let depth = random.usize(0..depth);
                members.insert("b".to_owned(), value(random, depth));
            }
            Value::Object(members)
        }
        4 => Value::Array(vec![value(random, depth - 1)]),
        _ => value(random, depth - 1),
    }
}
