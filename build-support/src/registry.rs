//! The registry file as raw entries that know where they stand.
//!
//! The form is fixed (SPEC section 1): a key that is not known is refused, unless it starts with
//! `x-`. An entry with a fault is still handed on with what could be read of it, so that the next
//! stage reports its faults in the same run.

mod reader;

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::json::{self, Place};
use crate::model::Status;

use reader::Reader;
pub(crate) use reader::{found, unquoted};

/// The file that every contracts directory has.
pub(crate) const REGISTRY_FILE: &str = "event-types-registry.json";

/// A value and the JSON pointer to it.
#[derive(Clone, Debug)]
pub(crate) struct Spot<T> {
    pub(crate) value: T,
    pub(crate) pointer: String,
}

/// The registry's text, for diagnostics.
#[derive(Debug)]
pub(crate) struct Source {
    /// As a reader would open it.
    pub(crate) file: String,
    pub(crate) text: String,
}

impl Source {
    /// A diagnostic at a value (or the key that holds it) of the registry.
    pub(crate) fn diagnostic(&self, pointer: &str, place: Place, message: String) -> Diagnostic {
        Diagnostic::new(self.file.clone(), message).at(json::locate(&self.text, pointer, place))
    }

    /// `line:column` of a value, to name a second place in a message.
    pub(crate) fn place(&self, pointer: &str) -> String {
        let (line, column) = json::locate(&self.text, pointer, Place::Value).unwrap_or((1, 1));
        format!("{line}:{column}")
    }
}

/// An entry of `event_types`. None stands where the registry has a fault that is already reported.
#[derive(Debug)]
pub(crate) struct RawEvent {
    pub(crate) pointer: String,
    /// How messages call it: the quoted name, or the place where it has none.
    pub(crate) label: String,
    pub(crate) name: Option<Spot<String>>,
    pub(crate) description: String,
    pub(crate) contract: String,
    pub(crate) producer: Option<Spot<String>>,
    pub(crate) consumers: Vec<Spot<String>>,
    pub(crate) status: Option<Spot<Status>>,
    pub(crate) subject: Option<Spot<String>>,
    pub(crate) versions: Vec<RawVersion>,
    /// Whether every entry of `versions` could be read.
    pub(crate) versions_whole: bool,
}

/// An entry of `versions`.
#[derive(Debug)]
pub(crate) struct RawVersion {
    /// How messages call it: `"credit.locked" version 1`.
    pub(crate) label: String,
    pub(crate) number: Option<Spot<u32>>,
    pub(crate) status: Option<Spot<Status>>,
    pub(crate) payload_schema: Option<Spot<String>>,
}

/// Reads the entries of a registry; its faults go to `diagnostics`.
pub(crate) fn read(
    source: &Source,
    root: &Value,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<RawEvent> {
    let mut reader = Reader {
        source,
        diagnostics,
    };
    let label = "the registry";
    let Some(object) = reader.object(root, "", label, &["registry_version", "event_types"], &[])
    else {
        return Vec::new();
    };
    if let Some(version) = object.get("registry_version")
        && version.as_u64() != Some(1)
    {
        let message = format!("registry_version {version} is not supported");
        let fault = reader
            .source
            .diagnostic("/registry_version", Place::Value, message);
        reader.diagnostics.push(fault.help("write 1"));
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
    let read = |(index, entry)| event(&mut reader, &format!("/event_types/{index}"), index, entry);
    entries.iter().enumerate().filter_map(read).collect()
}

fn event(reader: &mut Reader<'_>, at: &str, index: usize, entry: &Value) -> Option<RawEvent> {
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
    let object = reader.object(entry, at, &label, &required, &["deprecation", "subject"])?;
    let name = reader.text(object, at, &label, "event_type");
    let description = reader.text(object, at, &label, "description");
    let contract = reader.text(object, at, &label, "contract");
    let producer = reader.text(object, at, &label, "producer");
    let consumers = consumers(reader, object, at, &label);
    let status = reader.status(object, at, &label);
    let subject = reader.text(object, at, &label, "subject");
    let mut versions = Vec::new();
    let mut versions_whole = false;
    match object.get("versions") {
        Some(Value::Array(entries)) => {
            for (index, entry) in entries.iter().enumerate() {
                versions.extend(version(
                    reader,
                    &format!("{at}/versions/{index}"),
                    &label,
                    index,
                    entry,
                ));
            }
            versions_whole = versions.len() == entries.len();
        }
        Some(other) => {
            reader.wrong(
                &format!("{at}/versions"),
                &label,
                "\"versions\" needs an array",
                other,
            );
        }
        None => {}
    }
    Some(RawEvent {
        pointer: at.to_owned(),
        label,
        name,
        description: description.map(|spot| spot.value).unwrap_or_default(),
        contract: contract.map(|spot| spot.value).unwrap_or_default(),
        producer,
        consumers,
        status,
        subject,
        versions,
        versions_whole,
    })
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
            let message = format!("{label}: \"consumers\" needs an array, found {name:?}");
            let fault = reader.source.diagnostic(&pointer, Place::Value, message);
            reader
                .diagnostics
                .push(fault.help(format!("write [{name:?}]")));
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
) -> Option<RawVersion> {
    let label = match entry.get("schema_version").and_then(Value::as_u64) {
        Some(number) => format!("{event} version {number}"),
        None => format!("{event} versions[{index}]"),
    };
    let object = reader.object(
        entry,
        at,
        &label,
        &["schema_version", "status"],
        &["deprecation", "payload_schema"],
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
    let status = reader.status(object, at, &label);
    let payload_schema = reader.text(object, at, &label, "payload_schema");
    Some(RawVersion {
        label,
        number,
        status,
        payload_schema,
    })
}
