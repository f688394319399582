//! Contracts directories changed at random: loading ends in contracts or in an error that says why, and what the
//! generator accepts can be loaded. The fuzz target `loaded_registry` in short; for the generator alone,
//! `build-support/tests/mutations.rs` does more.
//!
//! `PAYLOADS_SEEDS=100000` runs for longer than CI does; `PAYLOADS_FIRST=1234` begins at the seed that a
//! failure names.

use std::fs;
use std::path::Path;

use dispatcher_build_support::Contracts;
use dispatcher_runtime::LoadedRegistry;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::allocations::Turn;
use crate::generated::setting;

const REGISTRY: &str = "event-types-registry.json";

fn files() -> [(&'static str, Value); 3] {
    let version = |number: u32, file: &str| json!({ "schema_version": number, "status": "active", "payload_schema": file });
    [
        (
            REGISTRY,
            json!({ "registry_version": 1, "event_types": [
                { "event_type": "thing.happened", "description": "d", "contract": "things", "producer": "things",
                  "consumers": ["others"], "status": "active", "subject": "/id",
                  "versions": [version(1, "thing.json"), version(2, "pay/thing.json")] },
                { "event_type": "thing.ended", "description": "d", "contract": "things", "producer": "things",
                  "consumers": [], "status": "deprecated",
                  "deprecation": { "reason": "r", "replacement": "thing.happened", "since": "2026-01-01" },
                  "versions": [version(1, "thing.json")] }] }),
        ),
        (
            "thing.json",
            json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["id"],
                "properties": { "id": { "$ref": "pay/thing.json#/$defs/Id" },
                    "next": { "oneOf": [{ "$ref": "#" }, { "type": "null" }] } },
                "additionalProperties": false }),
        ),
        (
            "pay/thing.json",
            json!({ "$id": "https://acme.example/thing", "type": "object", "required": ["id"],
                "$defs": { "Id": { "$anchor": "id", "type": "string", "pattern": "^thg_[a-z]+$", "maxLength": 40 } },
                "properties": { "id": { "$ref": "#id" }, "when": { "type": "string", "format": "date-time" },
                    "sizes": { "type": "array", "items": { "type": "integer", "minimum": 0 }, "maxItems": 9 } } }),
        ),
    ]
}

fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(member, &format!("{at}/{name}"), found);
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

/// Puts something else in the place of a value.
fn change_value(random: &mut Rng, value: &mut Value) {
    let mut places = Vec::new();
    pointers(value, "", &mut places);
    let place = places[random.usize(..places.len())].clone();
    let other = value
        .pointer(&places[random.usize(..places.len())])
        .cloned();
    let others = [
        json!(null),
        json!(1e300),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!(true),
        json!(""),
        json!("\u{0}"),
        json!("../thing.json"),
        json!("/etc/hostname"),
        json!("file:///etc/hostname"),
        json!("thing.json#/x"),
        json!("("),
        json!("retired"),
        json!({ "$ref": "#" }),
        json!({ "$dynamicRef": "#id" }),
        json!([null]),
    ];
    let Some(target) = value.pointer_mut(&place) else {
        return;
    };
    *target = match random.u8(0..4) {
        0 => other.unwrap_or_default(),
        1 => json!({ "allOf": [target.clone()] }),
        _ => others[random.usize(..others.len())].clone(),
    };
}

fn change_bytes(random: &mut Rng, bytes: &mut Vec<u8>) {
    let at = random.usize(..=bytes.len());
    match random.u8(0..3) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, b"{}[]\",:\\0\x00\xff\xed"[random.usize(..12)]),
        _ if at < bytes.len() => bytes[at] ^= 1 << random.u8(0..8),
        _ => {}
    }
}

fn write(folder: &Path, file: &str, bytes: &[u8]) {
    fs::write(folder.join(file), bytes).expect("it is written");
}

#[test]
fn a_changed_directory_loads_or_says_why_and_loads_if_the_generator_accepts_it() {
    let _turn = Turn::wait();
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("pay")).expect("a folder");
    let originals = files();
    for (file, value) in &originals {
        write(folder.path(), file, value.to_string().as_bytes());
    }
    LoadedRegistry::from_dir(folder.path()).expect("it loads before it is changed");
    Contracts::new(folder.path())
        .check()
        .expect("so does the generator");
    let (mut loaded, mut refused) = (0, 0);
    let first = setting("PAYLOADS_FIRST", 0);
    let seeds = setting("PAYLOADS_SEEDS", 400);
    for seed in first..first + seeds {
        let mut random = Rng::with_seed(seed);
        let (file, original) = &originals[random.usize(..originals.len())];
        let mut value = original.clone();
        for _ in 0..random.usize(1..4) {
            change_value(&mut random, &mut value);
        }
        let mut bytes = value.to_string().into_bytes();
        if random.u8(0..4) == 0 {
            change_bytes(&mut random, &mut bytes);
        }
        write(folder.path(), file, &bytes);
        // A panic names no seed.
        println!("seed {seed}");
        let text = || format!("seed {seed}: {file}: {}", String::from_utf8_lossy(&bytes));
        match LoadedRegistry::from_dir(folder.path()) {
            Ok(contracts) => {
                loaded += 1;
                for version in contracts.events().flat_map(|event| &event.versions) {
                    if let Some(schema) = &version.schema {
                        let report = schema.validate(&json!([])).expect_err("it is no object");
                        assert!(report.to_string().len() <= 16 * 1024, "{}", text());
                    }
                }
            }
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty(), "{}", text());
                assert!(
                    Contracts::new(folder.path()).check().is_err(),
                    "{error}: {}",
                    text()
                );
            }
        }
        write(folder.path(), file, original.to_string().as_bytes());
    }
    assert!(
        loaded > seeds / 50 && refused > seeds / 50,
        "{loaded} {refused}"
    );
}
