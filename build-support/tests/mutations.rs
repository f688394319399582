//! Contracts broken at random (but the same way each time): they give types or a report, never a
//! panic and never a hang.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use dispatcher_build_support::{Contracts, Report};
use serde_json::{Value, json};

/// A small generator (xorshift), so that a failure can be reproduced.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).expect("less than sides")
    }
}

fn contracts() -> Vec<(&'static str, Value)> {
    vec![
        (
            "event-types-registry.json",
            json!({ "registry_version": 1, "event_types": [
            { "event_type": "credit.locked", "description": "d", "contract": "c", "producer": "revenue",
              "consumers": ["coaching", "growth"], "status": "active", "subject": "/person_id", "versions": [
                { "schema_version": 1, "status": "deprecated", "deprecation": { "reason": "r", "replacement": "v2" }, "payload_schema": "pay/v1.json" },
                { "schema_version": 2, "status": "active", "payload_schema": "pay/v2.json" } ] },
            { "event_type": "order.paid", "description": "d", "contract": "c", "producer": "revenue", "consumers": [],
              "status": "deprecated", "deprecation": { "reason": "r", "replacement": "credit.locked", "since": "2026" },
              "versions": [{ "schema_version": 1, "status": "active" }] }] }),
        ),
        (
            "pay/v1.json",
            json!({ "$schema": "http://json-schema.org/draft-07/schema#", "$id": "v1.json", "type": "object",
            "required": ["person_id"], "additionalProperties": false, "properties": {
                "person_id": { "$ref": "../ids.json#/$defs/PersonId" }, "tags": { "type": "array", "items": [{ "type": "string", "maxLength": 3 }] },
                "when": { "type": "string", "format": "date-time" } } }),
        ),
        (
            "pay/v2.json",
            json!({ "type": "object", "required": ["person_id"], "properties": { "person_id": { "$ref": "../ids.json#person" },
            "amount": { "type": "integer", "minimum": 1, "maximum": 100, "multipleOf": 5 }, "next": { "$ref": "#" },
            "kind": { "oneOf": [{ "const": "a" }, { "enum": ["b", 1, null] }] }, "tree": { "$dynamicRef": "../ids.json#node" } },
            "patternProperties": { "^x-[a-z]+$": true }, "if": { "required": ["kind"] }, "then": { "minProperties": 2 } }),
        ),
        (
            "ids.json",
            json!({ "$id": "https://acme.example/ids", "$defs": { "PersonId": { "$anchor": "person", "type": "string", "pattern": "^per_[0-9a-z]+$" },
            "Node": { "$dynamicAnchor": "node", "type": ["object", "null"], "properties": { "child": { "$dynamicRef": "#node" } } } } }),
        ),
    ]
}

/// Every pointer of a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                pointers(
                    member,
                    &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn mutate_value(dice: &mut Dice, value: &mut Value) {
    let mut all = Vec::new();
    pointers(value, "", &mut all);
    let pointer = &all[dice.roll(all.len())];
    let other = value
        .pointer(&all[dice.roll(all.len())])
        .cloned()
        .unwrap_or_default();
    let strings = [
        "#",
        "#/",
        "..",
        "../..",
        "a.json",
        "#/properties",
        "ids.json#/$defs/PersonId",
        "",
        "(",
        "\u{0}",
        "ü",
        "http://x",
        "urn:a:b",
        "v1.json",
        "date",
    ];
    let literals = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!([]),
        json!({}),
        json!("1"),
        json!(u64::MAX),
        json!({ "$ref": "#" }),
    ];
    let keys = [
        "$ref",
        "$id",
        "$schema",
        "$anchor",
        "allOf",
        "not",
        "type",
        "items",
        "$dynamicRef",
        "id",
        "x-y",
        "enum",
        "properties",
        "dependencies",
        "unevaluatedProperties",
    ];
    let Some(target) = value.pointer_mut(pointer) else {
        return;
    };
    match dice.roll(5) {
        0 => *target = literals[dice.roll(literals.len())].clone(),
        1 => *target = json!(strings[dice.roll(strings.len())]),
        2 => *target = other,
        3 => match target {
            Value::Object(members) if !members.is_empty() => {
                let key = members
                    .keys()
                    .nth(dice.roll(members.len()))
                    .cloned()
                    .expect("in range");
                members.remove(&key);
            }
            Value::Array(items) if !items.is_empty() => drop(items.remove(dice.roll(items.len()))),
            other => *other = json!([other.clone()]),
        },
        _ => match target {
            Value::Object(members) => {
                members.insert(keys[dice.roll(keys.len())].to_owned(), other);
            }
            Value::Array(items) => items.push(other),
            _ => *target = json!({ keys[dice.roll(keys.len())]: other }),
        },
    }
}

fn mutate_bytes(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = dice.roll(bytes.len());
    match dice.roll(4) {
        0 => bytes[at] ^= 1 << dice.roll(8),
        1 => drop(bytes.remove(at)),
        2 => bytes.truncate(at),
        _ => bytes.insert(at, b"{}[]\",:\\0\x00\xff"[dice.roll(11)]),
    }
}

fn write(directory: &Path, path: &str, bytes: &[u8]) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
    fs::write(path, bytes).expect("writable");
}

/// What the contracts give. It takes milliseconds; if it takes minutes, it hangs.
fn render(directory: &Path, changed: &[u8]) -> Result<String, Report> {
    let contracts = Contracts::new(directory);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(contracts.render().map(|rendered| rendered.rust)));
    match receiver.recv_timeout(Duration::from_secs(120)) {
        Ok(outcome) => outcome,
        Err(error) => panic!("{error}:\n{}", String::from_utf8_lossy(changed)),
    }
}

/// `MUTATIONS` of them, or 10,000: the same ones each time, in as many threads as there are seeds.
#[test]
fn broken_contracts_get_a_report() {
    let rounds = std::env::var("MUTATIONS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(10_000_usize);
    let seeds = [0x5eed, 0xace, 0xfade, 0xbeef];
    std::thread::scope(|scope| {
        for seed in seeds {
            scope.spawn(move || mutate(seed, rounds.div_ceil(seeds.len())));
        }
    });
}

fn mutate(seed: u64, rounds: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let originals = contracts();
    for (path, value) in &originals {
        write(directory.path(), path, value.to_string().as_bytes());
    }
    Contracts::new(directory.path())
        .render()
        .expect("the contracts are right before they are broken");
    let (mut dice, mut types, mut reports) = (Dice(seed), 0, 0);
    for _ in 0..rounds {
        let (path, original) = &originals[dice.roll(originals.len())];
        let mut value = original.clone();
        let mut bytes = if dice.roll(4) == 0 {
            let mut bytes = value.to_string().into_bytes();
            mutate_bytes(&mut dice, &mut bytes);
            bytes
        } else {
            for _ in 0..=dice.roll(3) {
                mutate_value(&mut dice, &mut value);
            }
            value.to_string().into_bytes()
        };
        if dice.roll(10) == 0 && !bytes.is_empty() {
            mutate_bytes(&mut dice, &mut bytes);
        }
        write(directory.path(), path, &bytes);
        match render(directory.path(), &bytes) {
            Ok(rust) => {
                assert!(rust.contains("pub static REGISTRY"));
                types += 1;
            }
            Err(report) => {
                assert!(!report.diagnostics().is_empty());
                let text = report.to_string();
                assert!(
                    !text.contains("panicked"),
                    "{text}\n{}",
                    String::from_utf8_lossy(&bytes)
                );
                reports += 1;
            }
        }
        write(directory.path(), path, original.to_string().as_bytes());
    }
    assert!(
        types > rounds / 20 && reports > rounds / 20,
        "{types} times types, {reports} reports"
    );
}
