//! What the targets share: contracts in a folder, and the line that a verdict with its report stays below.

use std::fs;

#[path = "../../tests/fixtures/src/versions.rs"]
pub mod versions;

use dispatcher_runtime::{LoadedRegistry, PayloadSchema};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// The contracts with one payload schema; `None` where it does not load.
#[must_use]
pub fn load(schema: &[u8]) -> Option<LoadedRegistry> {
    let registry = json!({ "registry_version": 1, "event_types": [{
        "event_type": "thing.happened", "description": "d", "contract": "things",
        "producer": "things", "consumers": [], "status": "active",
        "versions": [{ "schema_version": 1, "status": "active", "payload_schema": "thing.json" }],
    }] });
    load_files(registry.to_string().as_bytes(), schema)
}

/// The same with a registry file.
#[must_use]
pub fn load_files(registry: &[u8], schema: &[u8]) -> Option<LoadedRegistry> {
    let folder = tempfile::tempdir().ok()?;
    fs::write(folder.path().join("event-types-registry.json"), registry).ok()?;
    fs::write(folder.path().join("thing.json"), schema).ok()?;
    LoadedRegistry::from_dir(folder.path()).ok()
}

/// The files of a contracts directory: a registry, and up to three others, with zero bytes between them.
///
/// # Panics
/// The temporary folder cannot be written.
#[must_use]
pub fn directory(input: &[u8]) -> tempfile::TempDir {
    const FILES: [&str; 4] = ["event-types-registry.json", "thing.json", "other.json", "folder/third.json"];
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    for (file, text) in FILES.iter().zip(input.split(|byte| *byte == 0)) {
        fs::write(folder.path().join(file), text).expect("it is written");
    }
    folder
}

/// The one schema.
#[must_use]
pub fn schema(contracts: &LoadedRegistry) -> Option<&PayloadSchema> {
    contracts.event("thing.happened")?.version(1)?.schema.as_ref()
}

/// Validates a payload.
///
/// # Panics
/// The verdict and its report, whose text is in it, allocate more than a line in the payload's size, or the
/// text is too long.
pub fn check(schema: &PayloadSchema, payload: &Value) {
    let size = payload.to_string().len();
    let before = stats_alloc::INSTRUMENTED_SYSTEM.stats();
    let outcome = schema.validate(payload);
    let change = stats_alloc::INSTRUMENTED_SYSTEM.stats() - before;
    let bytes = change.bytes_allocated;
    assert!(bytes < 16 * 1024 * 1024 + 16 * 1024 * size, "{bytes} bytes for a payload of {size}");
    if let Err(report) = outcome {
        assert!((1..=20).contains(&report.violations().len()));
        for text in [report.to_string(), report.with_values().to_string()] {
            assert!(text.len() <= 16 * 1024, "{}", text.len());
        }
    }
}
