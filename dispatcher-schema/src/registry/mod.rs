//! The form of `event-types-registry.json`, with the one reader that both sides use.
//!
//! The form is fixed: a key that is not known is refused, unless it starts with `x-`, because a
//! misspelt key must not pass for an absent one (without `payload_schema` any object is valid). The
//! reader reports every fault, each with the pointer to its place, and never stops at the first. An
//! entry with a fault is still handed on with what could be read of it, so that later checks report
//! their faults in the same run; [`Registry::faults`] says whether there are any.

mod evolution;
mod forms;
mod names;
mod reader;

use serde_json::{Map, Value};

use crate::pointer::Place;

pub use evolution::Compatibility;
use forms::{is_folder, is_path, is_subject};
pub use names::{VersionName, is_event_type, is_segment};
use reader::{Of, Reader};

/// The file that every contracts directory has.
pub const REGISTRY_FILE: &str = "event-types-registry.json";

/// A value and the JSON pointer to it.
#[derive(Clone, Debug)]
pub struct Spot<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub pointer: String,
}

/// An entry of `event_types`. None stands where the registry has a fault that is already reported.
#[derive(Debug)]
#[non_exhaustive]
pub struct EventEntry {
    /// Where it stands.
    pub pointer: String,
    /// How messages call it: the quoted name, or the place where it has none.
    pub label: String,
    /// Such as `credit.locked`.
    pub name: Option<Spot<String>>,
    /// In a sentence.
    pub description: String,
    /// The contract (folder) that it belongs to.
    pub contract: String,
    /// The one domain that publishes it.
    pub producer: Option<Spot<String>>,
    /// The domains that handle it.
    pub consumers: Vec<Spot<String>>,
    /// Whether it is in use.
    pub status: Option<Spot<Status>>,
    /// JSON pointer into the payload: whom the event is about.
    pub subject: Option<Spot<String>>,
    /// What its new versions have to be, if it says so itself.
    pub compatibility: Option<Spot<Compatibility>>,
    /// In the order of the file.
    pub versions: Vec<VersionEntry>,
    /// Whether `versions` has entries, and each of them could be read.
    pub versions_whole: bool,
}

/// An entry of `versions`.
#[derive(Debug)]
#[non_exhaustive]
pub struct VersionEntry {
    /// Where it stands.
    pub pointer: String,
    /// How messages call it: `"credit.locked" version 1`.
    pub label: String,
    /// A positive integer.
    pub number: Option<Spot<u32>>,
    /// Whether it is in use.
    pub status: Option<Spot<Status>>,
    /// The schema's path, relative to the contracts directory.
    pub payload_schema: Option<Spot<String>>,
    /// Whether the upcast to this version is written by hand, also where it could be generated.
    pub upcast_by_hand: bool,
}

/// Whether an event type, or one version of it, is in use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Status {
    /// Announced: consumers take it already, and producers may not publish it yet. Only a version has
    /// this status.
    Upcoming,
    /// In use.
    Active,
    /// In use, on its way out.
    Deprecated(Deprecation),
    /// No longer published or handled; no types are generated.
    Retired,
}

/// Why something is deprecated and what to use instead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deprecation {
    /// In a sentence.
    pub reason: String,
    /// The event type that takes its place.
    pub replacement: Option<String>,
    /// A version or a date.
    pub since: Option<String>,
}

/// One fault of a registry.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Fault {
    /// JSON pointer to the place.
    pub pointer: String,
    /// Whether it is about the value there or about its key.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a registry says.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Registry {
    /// The event types, in the order of the file.
    pub events: Vec<EventEntry>,
    /// What new versions have to be, where an event type does not say it itself.
    pub compatibility: Option<Spot<Compatibility>>,
    /// What is wrong with it, in no particular order.
    pub faults: Vec<Fault>,
}

/// Reads a registry. `place_of` names the place of a pointer to a reader, where a message has to
/// mention a second one: `12:5`, or the pointer itself.
#[must_use]
pub fn read(root: &Value, place_of: &dyn Fn(&str) -> String) -> Registry {
    let mut reader = Reader {
        place_of,
        faults: Vec::new(),
    };
    let (compatibility, events) = root_of(&mut reader, root);
    names::check(&mut reader, &events);
    Registry {
        events,
        compatibility,
        faults: reader.faults,
    }
}

fn root_of(
    reader: &mut Reader<'_>,
    root: &Value,
) -> (Option<Spot<Compatibility>>, Vec<EventEntry>) {
    let label = "the registry";
    let required = ["registry_version", "event_types"];
    let Some(object) = reader.object(root, "", label, &required, &[evolution::COMPATIBILITY])
    else {
        return (None, Vec::new());
    };
    let compatibility = evolution::compatibility(reader, object, "", label);
    (compatibility, entries(reader, object))
}

fn entries(reader: &mut Reader<'_>, object: &Map<String, Value>) -> Vec<EventEntry> {
    if let Some(version) = object.get("registry_version")
        && version.as_u64() != Some(1)
    {
        let message = format!("registry_version {version} is not supported");
        reader.push(
            "/registry_version",
            Place::Value,
            "",
            &message,
            Some("write 1".to_owned()),
        );
    }
    let Some(entries) = object.get("event_types") else {
        return Vec::new();
    };
    let Some(entries) = entries.as_array() else {
        reader.wrong(
            "/event_types",
            "",
            "\"event_types\" needs an array",
            entries,
        );
        return Vec::new();
    };
    let read = |(index, entry)| event(reader, &format!("/event_types/{index}"), index, entry);
    entries.iter().enumerate().filter_map(read).collect()
}

fn event(reader: &mut Reader<'_>, at: &str, index: usize, entry: &Value) -> Option<EventEntry> {
    let label = match entry.get("event_type").and_then(Value::as_str) {
        Some(name) => format!("{name:?}"),
        None => format!("event_types[{index}]"),
    };
    let required = [
        "event_type",
        "description",
        "contract",
        "producer",
        "consumers",
        "status",
        "versions",
    ];
    let optional = ["deprecation", "subject", evolution::COMPATIBILITY];
    let object = reader.object(entry, at, &label, &required, &optional)?;
    let name = reader.text(object, at, &label, "event_type");
    let description = reader.text(object, at, &label, "description");
    let contract = reader.text(object, at, &label, "contract");
    let contract = contract.filter(|contract| is_folder(reader, &label, contract));
    let producer = reader.text(object, at, &label, "producer");
    let consumers = consumers(reader, object, at, &label);
    let status = reader.status(object, at, &label, Of::EventType);
    let subject = reader.text(object, at, &label, "subject");
    let subject = subject.filter(|subject| is_subject(reader, &label, subject));
    let compatibility = evolution::compatibility(reader, object, at, &label);
    let (versions, versions_whole) = versions(reader, object, at, &label);
    Some(EventEntry {
        pointer: at.to_owned(),
        label,
        name,
        description: description.map(|spot| spot.value).unwrap_or_default(),
        contract: contract.map(|spot| spot.value).unwrap_or_default(),
        producer,
        consumers,
        status,
        subject,
        compatibility,
        versions,
        versions_whole,
    })
}

/// The entries of `versions`, and whether there are some and each of them could be read.
fn versions(
    reader: &mut Reader<'_>,
    object: &Map<String, Value>,
    at: &str,
    label: &str,
) -> (Vec<VersionEntry>, bool) {
    let mut versions = Vec::new();
    let mut versions_whole = false;
    match object.get("versions") {
        Some(Value::Array(entries)) => {
            if entries.is_empty() {
                let message = "no version is listed";
                let help = "write [{\"schema_version\": 1, \"status\": \"active\"}]".to_owned();
                let pointer = format!("{at}/versions");
                reader.push(&pointer, Place::Value, label, message, Some(help));
            }
            for (index, entry) in entries.iter().enumerate() {
                versions.extend(version(
                    reader,
                    &format!("{at}/versions/{index}"),
                    label,
                    index,
                    entry,
                ));
            }
            versions_whole = !entries.is_empty() && versions.len() == entries.len();
        }
        Some(other) => {
            reader.wrong(
                &format!("{at}/versions"),
                label,
                "\"versions\" needs an array",
                other,
            );
        }
        None => {}
    }
    (versions, versions_whole)
}

fn consumers(
    reader: &mut Reader<'_>,
    object: &Map<String, Value>,
    at: &str,
    label: &str,
) -> Vec<Spot<String>> {
    let pointer = format!("{at}/consumers");
    let mut consumers = Vec::new();
    match object.get("consumers") {
        Some(Value::Array(entries)) => {
            for (index, entry) in entries.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                match entry {
                    Value::String(name) => consumers.push(Spot {
                        value: name.clone(),
                        pointer,
                    }),
                    other => reader.wrong(&pointer, label, "a consumer is a domain's name", other),
                }
            }
        }
        Some(Value::String(name)) => {
            let message = format!("\"consumers\" needs an array, found {name:?}");
            let help = format!("write [{name:?}]");
            reader.push(&pointer, Place::Value, label, &message, Some(help));
        }
        Some(other) => reader.wrong(&pointer, label, "\"consumers\" needs an array", other),
        None => {}
    }
    consumers
}

fn version(
    reader: &mut Reader<'_>,
    at: &str,
    event: &str,
    index: usize,
    entry: &Value,
) -> Option<VersionEntry> {
    let label = match entry.get("schema_version").and_then(Value::as_u64) {
        Some(number) => format!("{event} version {number}"),
        None => format!("{event} versions[{index}]"),
    };
    let object = reader.object(
        entry,
        at,
        &label,
        &["schema_version", "status"],
        &["deprecation", "payload_schema", evolution::UPCAST],
    )?;
    let pointer = format!("{at}/schema_version");
    // Postgres holds the version in an integer column.
    let number = object.get("schema_version").and_then(|value| {
        let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
        match number
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number > 0)
        {
            Some(value) => Some(Spot { value, pointer }),
            None => {
                let needs = "\"schema_version\" needs an integer from 1 to 2147483647";
                reader.wrong(&pointer, event, needs, value);
                None
            }
        }
    });
    let status = reader.status(object, at, &label, Of::Version);
    let payload_schema = reader.text(object, at, &label, "payload_schema");
    let payload_schema = payload_schema.filter(|spot| is_path(reader, &label, spot));
    let upcast_by_hand = evolution::upcast_by_hand(reader, object, at, &label);
    Some(VersionEntry {
        pointer: at.to_owned(),
        label,
        number,
        status,
        payload_schema,
        upcast_by_hand,
    })
}
