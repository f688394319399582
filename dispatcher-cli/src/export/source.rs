//! The contracts that are exported: checked, with the gate that examples have to pass.

use std::path::{Path, PathBuf};

use dispatcher_build_support::model::{Event, Status, Version};
use dispatcher_build_support::schema::{Documents, Location};
use dispatcher_build_support::{Contracts, Model};
use dispatcher_runtime::{LoadedRegistry, PayloadSchema};
use serde_json::Value;

use super::error::ExportError;
use super::example::{self, Samples};

/// The contracts of one directory.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) model: Model,
    gate: LoadedRegistry,
    samples: Samples,
}

impl Source {
    /// Reads and checks a directory.
    pub(super) fn open(directory: &Path) -> Result<Self, ExportError> {
        // Both readers take the same directory, also where Cargo has set the directory of a package.
        let shown = directory.to_string_lossy().replace('\\', "/");
        let directory = std::path::absolute(directory).map_err(|source| ExportError::Read {
            path: PathBuf::from(directory),
            source,
        })?;
        let model = Contracts::new(&directory).shown_as(shown).check()?;
        Ok(Self {
            model,
            gate: LoadedRegistry::from_dir(&directory)?,
            samples: Samples::read(&directory)?,
        })
    }

    /// The schema documents.
    pub(super) fn documents(&self) -> &Documents {
        &self.model.documents
    }

    /// The event types that are in use.
    pub(super) fn live_events(&self) -> impl Iterator<Item = &Event> {
        let events = self.model.events.iter();
        events.filter(|event| event.live_versions().next().is_some())
    }

    /// The schema of the envelope that is around each payload.
    pub(super) fn envelope_schema(&self) -> &PayloadSchema {
        self.gate.envelope_schema()
    }

    /// Examples of a version, all of which the gate accepts; the best one first. Empty for a version that is
    /// retired, and where none could be made.
    pub(super) fn examples(&self, event: &Event, version: &Version) -> Vec<Value> {
        let schema = self
            .gate
            .event(&event.name)
            .and_then(|event| event.version(version.number))
            .and_then(|version| version.schema.as_ref());
        let Some(schema) = schema else {
            return Vec::new();
        };
        let samples = self.samples.of(&event.name, version.number);
        example::examples(self.documents(), version, samples, &|payload| {
            schema.validate(payload).is_ok()
        })
    }
}

/// Where the schema of a version stands; none if any object will do.
pub(super) fn root(version: &Version) -> Option<Location> {
    version.schema.clone().map(Location::root)
}

/// What a status is called.
pub(super) fn status_name(status: &Status) -> &'static str {
    match status {
        Status::Upcoming => "upcoming",
        Status::Active => "active",
        Status::Deprecated(_) => "deprecated",
        Status::Retired => "retired",
    }
}

/// The deprecation that concerns a version: its own, or that of its event type.
pub(super) fn deprecation<'e>(
    event: &'e Event,
    version: &'e Version,
) -> Option<&'e dispatcher_build_support::model::Deprecation> {
    [&version.status, &event.status]
        .into_iter()
        .find_map(|status| match status {
            Status::Deprecated(deprecation) => Some(deprecation),
            _ => None,
        })
}
