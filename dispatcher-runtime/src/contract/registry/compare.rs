//! What a loaded copy of the contracts says differently from the bundled one.
//!
//! Of each version those parts of the documents are compared that its schema reaches: another
//! definition in a shared file is a difference only for the event types that refer to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use dispatcher_schema::envelope::ENVELOPE_FILE;
use dispatcher_schema::pointer;
use dispatcher_schema::registry::REGISTRY_FILE;
use serde_json::{Value, json};

use super::loaded_event::{LoadedEvent, LoadedVersion};
use super::lookup;
use super::reach;
use super::{EventContract, Registry, Status, VersionContract};
use crate::contract::gate::REFERENCE_ENVELOPE;

/// One place at which two copies of the contracts differ.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The event type that it is about; `None` if it is about the envelope of every event.
    pub event_type: Option<String>,
    /// The schema version, where it is about one.
    pub schema_version: Option<u32>,
    /// The file, relative to the contracts directory: the registry, or a schema that the version
    /// reaches.
    pub file: String,
    /// JSON pointer into the file; into the registry as it was loaded.
    pub pointer: String,
    /// What the bundled copy has there; `None` for nothing.
    pub bundled: Option<Value>,
    /// What the loaded copy has there; `None` for nothing.
    pub loaded: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.event_type.as_deref().unwrap_or("the envelope"))?;
        if let Some(version) = self.schema_version {
            write!(f, " v{version}")?;
        }
        write!(f, ": {}", self.file)?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        let (bundled, loaded) = (shown(&self.bundled), shown(&self.loaded));
        write!(f, ": bundled {bundled}, loaded {loaded}")
    }
}

fn shown(value: &Option<Value>) -> String {
    const LONGEST: usize = 80;
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

pub(super) fn compare(
    loaded: &[LoadedEvent],
    loaded_documents: &BTreeMap<String, Value>,
    bundled: &Registry,
) -> Vec<Difference> {
    let documents = parsed_documents(bundled);
    let envelope = envelope_differences(&documents, loaded_documents);
    let names: BTreeSet<&str> = bundled
        .events()
        .map(|event| event.event_type)
        .chain(loaded.iter().map(|event| event.event_type.as_str()))
        .collect();
    let events = names.into_iter().flat_map(|name| {
        let mut event = EventComparison {
            event_type: name,
            documents: &documents,
            loaded_documents,
            differences: Vec::new(),
        };
        event.compare(bundled.event(name), lookup::event(loaded.iter(), name));
        event.differences
    });
    envelope.into_iter().chain(events).collect()
}

/// Of the schemas of the envelope. Contracts without one have the reference schema.
fn envelope_differences(
    bundled: &BTreeMap<String, Value>,
    loaded: &BTreeMap<String, Value>,
) -> Vec<Difference> {
    let with_reference = |documents: &BTreeMap<String, Value>| {
        let mut documents = documents.clone();
        if let Some(reference) = REFERENCE_ENVELOPE.text()
            && let Ok(reference) = serde_json::from_str(reference)
        {
            documents
                .entry(ENVELOPE_FILE.to_owned())
                .or_insert(reference);
        }
        documents
    };
    let (bundled, loaded) = (with_reference(bundled), with_reference(loaded));
    let found = reached_differences(&bundled, &loaded, ENVELOPE_FILE);
    found
        .into_iter()
        .map(|((file, pointer), (bundled, loaded))| Difference {
            event_type: None,
            schema_version: None,
            file,
            pointer,
            bundled,
            loaded,
        })
        .collect()
}

/// What two copies have at one place.
pub(crate) type Both = (Option<Value>, Option<Value>);

/// Where two copies differ in what a schema reaches, by file and pointer.
fn reached_differences(
    bundled: &BTreeMap<String, Value>,
    loaded: &BTreeMap<String, Value>,
    path: &str,
) -> BTreeMap<(String, String), Both> {
    let mut found = BTreeMap::new();
    let sites = [bundled, loaded].map(|documents| reach::sites(documents, path, ""));
    for (file, pointer) in sites.into_iter().flatten() {
        let [old, new] = [bundled, loaded]
            .map(|documents| documents.get(&file).and_then(|it| it.pointer(&pointer)));
        differences(old, new, &pointer, &mut |place, old, new| {
            found.insert((file.clone(), place), (old.cloned(), new.cloned()));
        });
    }
    found
}

/// Where the documents of the database differ from those that a program was built with, in what a schema reaches. A text
/// that is not JSON is not there.
#[cfg(feature = "consume")]
pub(crate) fn stored_differences(
    bundled: &BTreeMap<String, Value>,
    stored: &BTreeMap<String, String>,
    path: &str,
) -> BTreeMap<(String, String), Both> {
    let stored = stored
        .iter()
        .filter_map(|(path, text)| Some((path.clone(), serde_json::from_str(text).ok()?)));
    reached_differences(bundled, &stored.collect(), path)
}

/// The documents of bundled contracts by their paths.
pub(crate) fn parsed_documents(bundled: &Registry) -> BTreeMap<String, Value> {
    bundled
        .documents()
        // Generation has read them.
        .filter_map(|(path, text)| Some((path.to_owned(), serde_json::from_str(text).ok()?)))
        .collect()
}

struct EventComparison<'a> {
    event_type: &'a str,
    documents: &'a BTreeMap<String, Value>,
    loaded_documents: &'a BTreeMap<String, Value>,
    differences: Vec<Difference>,
}

impl EventComparison<'_> {
    fn compare(&mut self, bundled: Option<&EventContract>, loaded: Option<&LoadedEvent>) {
        let name = json!(self.event_type);
        let (bundled, loaded) = match (bundled, loaded) {
            (Some(bundled), Some(loaded)) => (bundled, loaded),
            (None, Some(loaded)) => {
                return self.push(
                    None,
                    REGISTRY_FILE,
                    loaded.pointer.clone(),
                    None,
                    Some(name),
                );
            }
            (_, None) => {
                return self.push(
                    None,
                    REGISTRY_FILE,
                    "/event_types".to_owned(),
                    Some(name),
                    None,
                );
            }
        };
        self.fields(bundled, loaded);
        self.versions(bundled, loaded);
    }

    fn fields(&mut self, bundled: &EventContract, loaded: &LoadedEvent) {
        let fields = [
            (
                "description",
                json!(bundled.description),
                json!(loaded.description),
            ),
            ("contract", json!(bundled.contract), json!(loaded.contract)),
            ("producer", json!(bundled.producer), json!(loaded.producer)),
            ("consumers", set(bundled.consumers), set(&loaded.consumers)),
            ("status", status(&bundled.status), status(&loaded.status)),
            ("subject", json!(bundled.subject), json!(loaded.subject)),
        ];
        for (key, bundled, loaded_value) in fields {
            self.field(
                None,
                format!("{}/{key}", loaded.pointer),
                bundled,
                loaded_value,
            );
        }
    }

    fn versions(&mut self, bundled: &EventContract, loaded: &LoadedEvent) {
        let numbers: BTreeSet<u32> = bundled
            .versions
            .iter()
            .map(|version| version.schema_version)
            .chain(loaded.versions.iter().map(|version| version.schema_version))
            .collect();
        for number in numbers {
            match (bundled.version(number), loaded.version(number)) {
                (Some(bundled), Some(loaded)) => self.version(bundled, loaded),
                (bundled, found) => {
                    let pointer = match found {
                        Some(version) => version.pointer.clone(),
                        None => format!("{}/versions", loaded.pointer),
                    };
                    let bundled = bundled.map(|_| json!(number));
                    self.push(
                        Some(number),
                        REGISTRY_FILE,
                        pointer,
                        bundled,
                        found.map(|_| json!(number)),
                    );
                }
            }
        }
    }

    fn version(&mut self, bundled: &VersionContract, loaded: &LoadedVersion) {
        let number = Some(bundled.schema_version);
        let (old, new) = (status(&bundled.status), status(&loaded.status));
        self.field(number, format!("{}/status", loaded.pointer), old, new);
        let (Some(old), Some(new)) = (bundled.schema, loaded.schema.as_ref()) else {
            return;
        };
        if old.path() != new.path() {
            let pointer = format!("{}/payload_schema", loaded.pointer);
            return self.field(number, pointer, json!(old.path()), json!(new.path()));
        }
        let Some(path) = old.path() else { return };
        let found = reached_differences(self.documents, self.loaded_documents, path);
        for ((file, pointer), (old, new)) in found {
            self.push(number, &file, pointer, old, new);
        }
    }

    fn field(&mut self, version: Option<u32>, pointer: String, bundled: Value, loaded: Value) {
        if bundled != loaded {
            let there = |value: Value| Some(value).filter(|value| !value.is_null());
            self.push(
                version,
                REGISTRY_FILE,
                pointer,
                there(bundled),
                there(loaded),
            );
        }
    }

    fn push(
        &mut self,
        schema_version: Option<u32>,
        file: &str,
        pointer: String,
        bundled: Option<Value>,
        loaded: Option<Value>,
    ) {
        self.differences.push(Difference {
            event_type: Some(self.event_type.to_owned()),
            schema_version,
            file: file.to_owned(),
            pointer,
            bundled,
            loaded,
        });
    }
}

fn set<S: AsRef<str>>(names: &[S]) -> Value {
    json!(names.iter().map(AsRef::as_ref).collect::<BTreeSet<&str>>())
}

fn status<S: AsRef<str>>(status: &Status<S>) -> Value {
    match status {
        Status::Upcoming => json!("upcoming"),
        Status::Active => json!("active"),
        Status::Retired => json!("retired"),
        Status::Deprecated {
            reason,
            replacement,
            since,
        } => {
            let mut text = format!("deprecated: {}", reason.as_ref());
            for (word, value) in [("replacement", replacement), ("since", since)] {
                if let Some(value) = value {
                    text += &format!("; {word} {}", value.as_ref());
                }
            }
            json!(text)
        }
    }
}

/// Calls `found` with the pointer of each place where the values differ.
fn differences(
    bundled: Option<&Value>,
    loaded: Option<&Value>,
    pointer: &str,
    found: &mut impl FnMut(String, Option<&Value>, Option<&Value>),
) {
    match (bundled, loaded) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for key in old
                .keys()
                .chain(new.keys().filter(|key| !old.contains_key(*key)))
            {
                differences(
                    old.get(key),
                    new.get(key),
                    &pointer::join(pointer, key),
                    found,
                );
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                differences(Some(old), Some(new), &format!("{pointer}/{index}"), found);
            }
        }
        (Some(Value::Number(old)), Some(Value::Number(new)))
            if old == new || (old.is_f64() != new.is_f64() && old.as_f64() == new.as_f64()) => {}
        (old, new) if old == new => {}
        (old, new) => found(pointer.to_owned(), old, new),
    }
}
