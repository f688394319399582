//! Another copy of the contracts, read from a directory when the process starts.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dispatcher_schema::envelope::ENVELOPE_FILE;
use dispatcher_schema::registry::{self, REGISTRY_FILE};
use serde_json::Value;

use super::Registry;
use super::compare::{self, Difference};
use super::documents::Documents;
use super::error::RegistryError;
use super::files::Folder;
use super::loaded_event::LoadedEvent;
use super::lookup;
#[cfg(feature = "publish")]
use crate::contract::gate::envelope::EnvelopeGate;
use crate::contract::gate::{PayloadSchema, REFERENCE_ENVELOPE};

/// The contracts of a directory: the same look-ups as a bundled [`Registry`], and the same gate.
///
/// A gateway that forwards events of any type loads it to know contracts that are newer than its
/// binary; see [`DispatcherBuilder::registry`](crate::DispatcherBuilder::registry).
pub struct LoadedRegistry {
    directory: PathBuf,
    events: Vec<LoadedEvent>,
    documents: BTreeMap<String, Value>,
    /// That of the directory, if there is one.
    own_envelope: Option<Arc<PayloadSchema>>,
}

impl LoadedRegistry {
    /// Reads `event-types-registry.json` in `directory`, the envelope's schema and every schema that
    /// they reach, and compiles the schemas. Blocks while it reads: call it when the process starts.
    ///
    /// Only regular files of at most 16 MiB are read, and no link is followed out of the directory.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), dispatcher_runtime::RegistryError> {
    /// let loaded = dispatcher_runtime::LoadedRegistry::from_dir("/etc/acme/contracts")?;
    /// for difference in loaded.compare(&acme_contracts::REGISTRY) {
    ///     println!("{difference}");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// A file is missing, is too large, is a link out of the directory, is not JSON or has another form, or a schema does not compile. The error
    /// names the file, the place and the remedy. All faults of the registry file are reported
    /// together; of the schemas, the first.
    pub fn from_dir(directory: impl AsRef<Path>) -> Result<Self, RegistryError> {
        let directory = directory.as_ref();
        let path = directory.join(REGISTRY_FILE);
        let folder = Folder::new(directory);
        let text = folder
            .read(REGISTRY_FILE)
            .map_err(|error| RegistryError::Unreadable {
                path: path.clone(),
                error,
                remedy: format!("name the directory that holds {REGISTRY_FILE}"),
            })?;
        let value =
            serde_json::from_str::<Value>(&text).map_err(|error| RegistryError::NotJson {
                path: path.clone(),
                error,
            })?;
        let documents = Documents::new(directory);
        let read = registry::read(&value, &|pointer| pointer.to_owned());
        if !read.faults.is_empty() {
            return Err(RegistryError::malformed(path, read.faults));
        }
        let mut events = Vec::with_capacity(read.events.len());
        for entry in read.events {
            events.extend(LoadedEvent::of(entry, |path, event_type, version| {
                documents.payload_schema(path, event_type, version)
            })?);
        }
        events.sort_by(|a, b| a.event_type.cmp(&b.event_type));
        let own_envelope = if directory.join(ENVELOPE_FILE).exists() {
            Some(Arc::new(documents.envelope_schema()?))
        } else {
            None
        };
        Ok(Self {
            directory: directory.to_owned(),
            events,
            documents: documents.values(),
            own_envelope,
        })
    }

    /// The schema of the envelope that is around each payload, as
    /// [`Registry::envelope_schema`] has it.
    pub fn envelope_schema(&self) -> &PayloadSchema {
        match &self.own_envelope {
            Some(own) => own,
            None => &REFERENCE_ENVELOPE,
        }
    }

    #[cfg(feature = "publish")]
    pub(crate) fn envelope_gate(&self) -> EnvelopeGate {
        match &self.own_envelope {
            Some(own) if !own.is_reference_envelope() => EnvelopeGate::Loaded(Arc::clone(own)),
            _ => EnvelopeGate::Reference,
        }
    }

    /// Where it was read from.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Every event type, sorted by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &LoadedEvent> + Clone {
        self.events.iter()
    }

    /// The event type of that name (`credit.locked`).
    pub fn event(&self, event_type: &str) -> Option<&LoadedEvent> {
        lookup::event(self.events(), event_type)
    }

    /// The event types that `domain` handles, except the retired ones.
    pub fn consumed_by(&self, domain: &str) -> impl Iterator<Item = &LoadedEvent> {
        lookup::consumed_by(self.events(), domain)
    }

    /// What is different from the contracts in the binary, down to the place in the schema file: first in the
    /// envelope's schema, then sorted by event type. JSON is compared by what it says: white space and the order of keys
    /// count for nothing.
    pub fn compare(&self, bundled: &Registry) -> Vec<Difference> {
        compare::compare(&self.events, &self.documents, bundled)
    }
}

impl fmt::Debug for LoadedRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadedRegistry")
            .field("directory", &self.directory)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}
