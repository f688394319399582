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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::gate::PayloadSchema;
    use crate::contract::registry::{EventContractParts, ReadAs, ReadAsProof};

    static ANY: PayloadSchema = PayloadSchema::any_object();
    static VERSIONS: [VersionContract; 2] = [
        VersionContract::new(1, Status::Retired, None),
        VersionContract::new(2, Status::Active, Some(&ANY))
            .with_read_as(&[ReadAs::new(1, ReadAsProof::Lenient)]),
    ];
    static PARCEL: EventContract = EventContract::new(EventContractParts {
        event_type: "parcel.sent",
        description: "A parcel left.",
        contract: "parcels",
        producer: "depot",
        consumers: &["office"],
        status: Status::Active,
        subject: None,
        versions: &VERSIONS,
    });

    #[test]
    fn what_may_be_read_as_what_is_pushed_with_its_proof() {
        static REGISTRY: Registry = Registry::new(&[&PARCEL], &[]);
        assert_eq!(
            contracts(&REGISTRY),
            json!([{
                "event_type": "parcel.sent", "producer": "depot", "contract": "parcels",
                "description": "A parcel left.", "subject": null, "status": "active",
                "newest_version": 2, "consumers": ["office"],
                "versions": [
                    { "schema_version": 1, "status": "retired", "schema_path": null, "documents": [], "read_as": [] },
                    { "schema_version": 2, "status": "active", "schema_path": null, "documents": [],
                      "read_as": [{ "version": 1, "proof": "lenient" }] }
                ]
            }])
        );
    }
}
