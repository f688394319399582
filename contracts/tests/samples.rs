//! `samples.jsonl` through the gate: each sample of each version is judged as it says, by the bundled schema,
//! by the same schema read from the directory, and by the generated type.

use std::collections::BTreeMap;

use acme_contracts::REGISTRY;
use dispatcher_runtime::LoadedRegistry;
use dispatcher_test_fixtures::versions::{self, Version};
use serde_json::Value;

type TestResult = Result<(), Box<dyn std::error::Error>>;

struct Sample {
    /// The line, for messages.
    text: &'static str,
    event_type: String,
    schema_version: u32,
    payload: Value,
    is_valid: bool,
    why: Option<String>,
}

fn samples() -> Vec<Sample> {
    let lines = include_str!("../samples.jsonl").lines();
    lines
        .map(|text| {
            let sample: Value = serde_json::from_str(text).expect(text);
            let version = sample["schema_version"].as_u64().expect(text);
            Sample {
                text,
                event_type: sample["event_type"].as_str().expect(text).to_owned(),
                schema_version: version.try_into().expect(text),
                payload: sample["payload"].clone(),
                is_valid: sample["valid"].as_bool().expect(text),
                why: sample["why"].as_str().map(str::to_owned),
            }
        })
        .collect()
}

/// Whether a generated type takes a payload, which it then writes as it was.
fn takes(version: &Version, payload: &Value) -> bool {
    let Ok(written) = (version.read)(&payload.to_string()) else {
        return false;
    };
    assert!(versions::equal(&written, payload), "{written} {payload}");
    true
}

/// The type of each live version.
fn types() -> BTreeMap<(&'static str, u32), Version> {
    let versions = versions::versions().into_iter();
    versions
        .map(|version| ((version.event_type, version.schema_version), version))
        .collect()
}

#[test]
fn each_sample_is_judged_as_it_says_by_both_registries_and_by_the_type() -> TestResult {
    let loaded = LoadedRegistry::from_dir(env!("CARGO_MANIFEST_DIR"))?;
    let types = types();
    let mut typed = 0;
    for sample in samples() {
        let (name, version) = (sample.event_type.as_str(), sample.schema_version);
        let copied = loaded.event(name).and_then(|event| event.version(version));
        let copied = copied.ok_or(sample.text)?.schema.as_ref();
        let bundled = REGISTRY
            .event(name)
            .and_then(|event| event.version(version));
        let bundled = bundled.ok_or(sample.text)?.schema;
        for schema in [copied, bundled].into_iter().flatten() {
            let verdict = schema.validate(&sample.payload);
            assert_eq!(
                verdict.is_ok(),
                sample.is_valid,
                "{verdict:?}: {}",
                sample.text
            );
        }
        if let Some(typed_version) = types.get(&(name, version)) {
            assert_eq!(
                takes(typed_version, &sample.payload),
                sample.is_valid,
                "{}",
                sample.text
            );
            typed += 1;
        }
        assert_eq!(sample.why.is_none(), sample.is_valid, "{}", sample.text);
    }
    assert!(typed >= 90, "{typed} samples");
    Ok(())
}

#[test]
fn each_version_has_a_valid_and_an_invalid_sample_and_each_live_one_a_type() -> TestResult {
    let loaded = LoadedRegistry::from_dir(env!("CARGO_MANIFEST_DIR"))?;
    let (samples, types) = (samples(), types());
    for event in loaded.events() {
        for version in &event.versions {
            let (name, number) = (event.event_type.as_str(), version.schema_version);
            for is_valid in [true, false] {
                assert!(
                    samples.iter().any(|sample| sample.event_type == name
                        && sample.schema_version == number
                        && sample.is_valid == is_valid),
                    "{name} v{number} has no sample with \"valid\": {is_valid}"
                );
            }
            let bundled = REGISTRY.event(name).and_then(|event| event.version(number));
            let is_live = bundled.is_some_and(|version| version.schema.is_some());
            assert_eq!(
                types.contains_key(&(name, number)),
                is_live,
                "{name} v{number}"
            );
        }
    }
    Ok(())
}

/// README.md, "Change a payload": programs that were built before a field was added in place refuse it, and
/// take it only where the object is open.
#[test]
fn a_field_that_is_added_in_place_is_refused_where_the_object_is_closed() -> TestResult {
    let types = types();
    let mut open = std::collections::BTreeSet::new();
    for sample in samples().into_iter().filter(|sample| sample.is_valid) {
        let Some(version) = types.get(&(sample.event_type.as_str(), sample.schema_version)) else {
            continue;
        };
        let mut payload = sample.payload;
        let fields = payload.as_object_mut().ok_or(sample.text)?;
        fields.insert("added_in_place".to_owned(), Value::from(1));
        if takes(version, &payload) {
            open.insert(sample.event_type);
        }
    }
    let open: Vec<_> = open.iter().map(String::as_str).collect();
    assert_eq!(open, ["lead.captured", "tenant.provisioned"]);
    Ok(())
}
