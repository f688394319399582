//! Another copy of the contracts, read from a directory when the process starts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::compare::{self, Difference};
use super::documents::Documents;
use super::error::RegistryError;
use super::{Contract, Registry, Status, closest, file};
use crate::contract::decode_error::DecodeError;
use crate::contract::gate::PayloadSchema;

const FILE: &str = "event-types-registry.json";

/// The contracts of a directory: the same look-ups as a bundled [`Registry`], and the same gate.
///
/// A gateway that forwards events of any type loads it to know contracts that are newer than its
/// binary; see [`DispatcherBuilder::registry`](crate::DispatcherBuilder::registry).
pub struct LoadedRegistry {
    directory: PathBuf,
    events: Vec<LoadedEvent>,
    documents: BTreeMap<String, Value>,
}

/// What a loaded registry says about one event type.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoadedEvent {
    /// `credit.locked`.
    pub event_type: String,
    /// In a sentence.
    pub description: String,
    /// The contract (folder) that it belongs to.
    pub contract: String,
    /// The one domain that publishes it.
    pub producer: String,
    /// The domains that handle it.
    pub consumers: Vec<String>,
    /// Whether it is in use.
    pub status: Status<String>,
    /// JSON pointer into the payload: whom the event is about.
    pub subject: Option<String>,
    /// All schema versions, ascending.
    pub versions: Vec<LoadedVersion>,
    /// Its place in the registry file.
    pub(super) pointer: String,
}

impl LoadedEvent {
    /// The version of that number.
    pub fn version(&self, schema_version: u32) -> Option<&LoadedVersion> {
        self.versions
            .iter()
            .find(|version| version.schema_version == schema_version)
    }
}

/// What a loaded registry says about one schema version of an event type.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoadedVersion {
    /// A positive integer.
    pub schema_version: u32,
    /// Whether it is in use.
    pub status: Status<String>,
    /// What a payload must be; `None` for a retired version, which nobody can publish or handle.
    pub schema: Option<PayloadSchema>,
    /// Its place in the registry file.
    pub(super) pointer: String,
}

impl LoadedRegistry {
    /// Reads `event-types-registry.json` in `directory` and every schema that it reaches, and
    /// compiles the schemas. Blocks while it reads: call it when the process starts.
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
    /// A file is missing, is not JSON or has another form, or a schema does not compile. The error
    /// names the file, the place and the remedy; the first fault ends the loading.
    pub fn from_dir(directory: impl AsRef<Path>) -> Result<Self, RegistryError> {
        let directory = directory.as_ref();
        let path = directory.join(FILE);
        let text = fs::read_to_string(&path).map_err(|source| RegistryError::Unreadable {
            path: path.clone(),
            source,
            remedy: format!("name the directory that holds {FILE}"),
        })?;
        let value =
            serde_json::from_str::<Value>(&text).map_err(|source| RegistryError::NotJson {
                path: path.clone(),
                source,
            })?;
        let documents = Documents::new(directory);
        let mut events = file::read(&path, &value)?
            .into_iter()
            .map(|entry| event(entry, &documents))
            .collect::<Result<Vec<_>, _>>()?;
        events.sort_by(|a, b| a.event_type.cmp(&b.event_type));
        Ok(Self {
            directory: directory.to_owned(),
            events,
            documents: documents.values(),
        })
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
        self.events().find(|event| event.event_type == event_type)
    }

    /// The event types that `domain` handles, except the retired ones.
    pub fn consumed_by(&self, domain: &str) -> impl Iterator<Item = &LoadedEvent> {
        self.events().filter(move |event| {
            event.status != Status::Retired
                && event.consumers.iter().any(|consumer| consumer == domain)
        })
    }

    /// What is different from the contracts in the binary, down to the place in the schema file,
    /// sorted by event type. JSON is compared by what it says: white space and the order of keys
    /// count for nothing.
    pub fn compare(&self, bundled: &Registry) -> Vec<Difference> {
        compare::compare(self, bundled)
    }

    pub(super) fn documents(&self) -> &BTreeMap<String, Value> {
        &self.documents
    }

    pub(crate) fn closest(&self, event_type: &str) -> Option<String> {
        let live = self
            .events()
            .filter(|event| event.status != Status::Retired);
        closest(live.map(|event| event.event_type.as_str()), event_type)
    }

    /// What a publish has to know of a live event type.
    pub(crate) fn contract(&self, event_type: &str, version: u32) -> Option<Contract<'_>> {
        let event = self
            .event(event_type)
            .filter(|event| event.status != Status::Retired)?;
        let schema = event
            .version(version)
            .and_then(|version| version.schema.as_ref());
        let live = event
            .versions
            .iter()
            .filter(|version| version.schema.is_some());
        Some(Contract {
            event_type: Cow::Owned(event.event_type.clone()),
            producer: &event.producer,
            subject: event.subject.clone().map(Cow::Owned),
            schema: schema.ok_or_else(|| {
                DecodeError::no_live_version(
                    event_type,
                    version,
                    live.map(|version| version.schema_version),
                )
            }),
        })
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

fn event(
    entry: file::EventEntry,
    documents: &std::sync::Arc<Documents>,
) -> Result<LoadedEvent, RegistryError> {
    let versions = entry
        .versions
        .into_iter()
        .map(|version| {
            let retired = entry.status == Status::Retired || version.status == Status::Retired;
            let schema = match &version.payload_schema {
                _ if retired => None,
                None => Some(PayloadSchema::any_object()),
                Some(path) => {
                    Some(documents.schema(path, &entry.event_type, version.schema_version)?)
                }
            };
            Ok(LoadedVersion {
                schema_version: version.schema_version,
                status: version.status,
                schema,
                pointer: version.pointer,
            })
        })
        .collect::<Result<Vec<_>, RegistryError>>()?;
    Ok(LoadedEvent {
        event_type: entry.event_type,
        description: entry.description,
        contract: entry.contract,
        producer: entry.producer,
        consumers: entry.consumers,
        status: entry.status,
        subject: entry.subject,
        versions,
        pointer: entry.pointer,
    })
}
