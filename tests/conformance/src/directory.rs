//! A contracts directory as conformance needs it: entries, files, and what can be sampled.
//!
//! It is read by different code from build-support's, and more leniently: build-support reports
//! what is wrong with an entry.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use dispatcher_build_support::Contracts;
use serde_json::{Map, Value};

use super::{Error, Sample};

/// The registry's file name.
pub(super) const REGISTRY: &str = "event-types-registry.json";

/// A contracts directory.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Absolute.
    pub(crate) root: PathBuf,
    /// The registry without its entries.
    pub(super) head: Map<String, Value>,
    pub(crate) event_types: Vec<EventType>,
    /// Every `.json` file but the registry: path below the root → its value; `None` if it is not
    /// valid JSON.
    pub(crate) files: BTreeMap<String, Option<Value>>,
}

/// An entry of the registry.
#[derive(Clone, Debug)]
pub struct EventType {
    /// Its name; if it has none, its place.
    pub name: String,
    /// The entry as it is in the registry.
    pub entry: Value,
    /// Each version that is not retired, with its schema's path.
    pub versions: BTreeMap<u32, Option<String>>,
}

impl Directory {
    /// Reads the registry and every file below it.
    ///
    /// # Errors
    /// If there is no such directory, or no registry with a list of event types.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if !path.is_dir() {
            let message = format!("{}: there is no such directory", path.display());
            return Err(Error::Contracts(message));
        }
        let root = fs::canonicalize(path).map_err(Error::file(path))?;
        let value = fs::read(root.join(REGISTRY))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(Value::Object(mut head)) = value else {
            return Err(unusable(&root));
        };
        let Some(Value::Array(entries)) = head.remove("event_types") else {
            return Err(unusable(&root));
        };
        let event_types = entries.into_iter().enumerate().map(event_type).collect();
        let mut files = BTreeMap::new();
        read_files(&root, "", &mut files)?;
        Ok(Self {
            root,
            head,
            event_types,
            files,
        })
    }

    /// The entries of the registry.
    #[must_use]
    pub fn event_types(&self) -> &[EventType] {
        &self.event_types
    }

    /// The payload schemas of live versions, without duplicates.
    #[must_use]
    pub fn schemas(&self) -> BTreeSet<&str> {
        self.event_types
            .iter()
            .flat_map(|event| event.versions.values().flatten())
            .map(String::as_str)
            .collect()
    }

    /// A live version's schema: `Some(None)` if it accepts any object.
    #[must_use]
    pub fn schema(&self, event_type: &str, version: u32) -> Option<Option<&str>> {
        let event = self
            .event_types
            .iter()
            .find(|event| event.name == event_type)?;
        event.versions.get(&version).map(Option::as_deref)
    }

    /// Whether the registry knows the event type and version of the samples.
    pub(super) fn check_samples(&self, samples: &[Sample]) -> Result<(), Error> {
        let known: BTreeMap<&str, &EventType> = self
            .event_types
            .iter()
            .map(|event| (event.name.as_str(), event))
            .collect();
        let fault = |sample: &Sample| {
            let name = &sample.event_type;
            let fault = match known.get(name.as_str()) {
                None => format!("the registry has no event type {name:?}"),
                Some(event) if !event.versions.contains_key(&sample.schema_version) => {
                    format!("{name:?} has no live version {}", sample.schema_version)
                }
                Some(_) => return None,
            };
            Some(format!("{}: {fault}", sample.place))
        };
        let faults: Vec<_> = samples.iter().filter_map(fault).collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Samples(faults))
        }
    }
}

/// What build-support reports about a registry that cannot even be split into entries.
fn unusable(root: &Path) -> Error {
    match Contracts::new(root).check() {
        Err(report) => Error::Contracts(report.to_string()),
        Ok(_) => Error::Contracts(format!("{}: the registry cannot be read", root.display())),
    }
}

fn event_type((index, entry): (usize, Value)) -> EventType {
    let retired = |value: &Value| {
        value
            .get("status")
            .is_some_and(|status| status == "retired")
    };
    let name = match entry.get("event_type").and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => format!("event_types[{index}]"),
    };
    let versions = entry
        .get("versions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|version| !retired(&entry) && !retired(version))
        .filter_map(|version| {
            let number = version.get("schema_version")?.as_u64()?;
            let schema = version.get("payload_schema").and_then(Value::as_str);
            Some((u32::try_from(number).ok()?, schema.map(str::to_owned)))
        })
        .collect();
    EventType {
        name,
        entry,
        versions,
    }
}

/// The same files that build-support looks at.
fn read_files(
    directory: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Option<Value>>,
) -> Result<(), Error> {
    for entry in fs::read_dir(directory).map_err(Error::file(directory))? {
        let entry = entry.map_err(Error::file(directory))?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = entry.path();
        let kind = entry.file_type().map_err(Error::file(&path))?;
        if kind.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                read_files(&path, &format!("{prefix}{name}/"), files)?;
            }
        } else if path.is_file()
            && name.ends_with(".json")
            && !(prefix.is_empty() && name == REGISTRY)
        {
            let bytes = fs::read(&path).map_err(Error::file(&path))?;
            files.insert(
                format!("{prefix}{name}"),
                serde_json::from_slice(&bytes).ok(),
            );
        }
    }
    Ok(())
}
