//! A registry as `dispatcher_push_contracts` reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::contract::registry::{EventContract, Registry, Status, VersionContract, reach};

/// All event types, by name.
pub(super) fn contracts(registry: &Registry) -> Value {
    let parsed: BTreeMap<String, Value> = registry
        .documents()
        // Generation has read them.
        .filter_map(|(path, text)| Some((path.to_owned(), serde_json::from_str(text).ok()?)))
        .collect();
    let texts: BTreeMap<&str, &str> = registry.documents().collect();
    let documents = |version: &VersionContract| {
        let Some(path) = version.schema.and_then(|schema| schema.path()) else {
            return Vec::new();
        };
        let reached = reach::sites(&parsed, path, "");
        let paths: BTreeSet<String> = reached.into_iter().map(|(path, _)| path).collect();
        let documents = paths.iter().filter_map(|path| {
            let text = texts.get(path.as_str())?;
            Some(json!({ "path": path, "text": text }))
        });
        documents.collect()
    };
    registry
        .events()
        .map(|event| event_type(event, &documents))
        .collect()
}

fn event_type(event: &EventContract, documents: &impl Fn(&VersionContract) -> Vec<Value>) -> Value {
    let versions: Vec<_> = event
        .versions
        .iter()
        .map(|version| {
            let read_as: Vec<_> = version
                .read_as
                .iter()
                .map(|older| json!({ "version": older.schema_version, "proof": older.proof.as_str() }))
                .collect();
            json!({
                "schema_version": version.schema_version,
                "status": status(&version.status),
                "schema_path": version.schema.and_then(|schema| schema.path()),
                "documents": documents(version),
                "read_as": read_as,
            })
        })
        .collect();
    json!({
        "event_type": event.event_type,
        "producer": event.producer,
        "contract": event.contract,
        "description": event.description,
        "subject": event.subject,
        "status": status(&event.status),
        "newest_version": newest(event),
        "consumers": event.consumers,
        "versions": versions,
    })
}

/// The highest version, live or not.
pub(super) fn newest(event: &EventContract) -> u32 {
    let versions = event.versions.iter().map(|version| version.schema_version);
    versions.max().unwrap_or_default()
}

/// As the tables write it.
pub(super) fn status(status: &Status) -> &'static str {
    match status {
        Status::Upcoming => "upcoming",
        Status::Active => "active",
        Status::Deprecated { .. } => "deprecated",
        Status::Retired => "retired",
    }
}
