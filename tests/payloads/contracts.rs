//! Contracts with one event type, loaded from a folder as a gateway loads them.

use std::fs;
use std::path::Path;

use dispatcher_runtime::{InvalidPayload, LoadedRegistry, PayloadSchema};
use serde_json::{Value, json};

/// The contracts whose only payload schema is `schema`.
pub(crate) struct Contracts {
    loaded: LoadedRegistry,
}

impl Contracts {
    pub(crate) fn of(schema: &Value) -> Self {
        Self::try_of(schema).expect("they load")
    }

    /// `None` where the schema does not compile.
    pub(crate) fn try_of(schema: &Value) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), schema);
        let loaded = LoadedRegistry::from_dir(folder.path()).ok()?;
        Some(Self { loaded })
    }

    pub(crate) fn schema(&self) -> &PayloadSchema {
        let event = self.loaded.event("thing.happened").expect("it is there");
        let version = event.version(1).expect("it is there");
        version.schema.as_ref().expect("it has a schema")
    }

    /// The report about a payload that is invalid.
    pub(crate) fn report(&self, payload: &Value) -> InvalidPayload {
        let refused = self.schema().validate(payload);
        refused.expect_err("the payload is invalid")
    }
}

/// Writes the contracts into a folder.
pub(crate) fn write(folder: &Path, schema: &Value) {
    let registry = json!({ "registry_version": 1, "event_types": [{
        "event_type": "thing.happened", "description": "d", "contract": "things",
        "producer": "things", "consumers": [], "status": "active",
        "versions": [{ "schema_version": 1, "status": "active", "payload_schema": "thing.json" }],
    }] });
    for (file, value) in [
        ("event-types-registry.json", &registry),
        ("thing.json", schema),
    ] {
        fs::write(folder.join(file), value.to_string()).expect("it is written");
    }
}
