//! The form of `event-types-registry.json`, read at run time.
//!
//! A misspelt key must not pass for an absent one (without `payload_schema` any object is valid),
//! so unknown keys are refused. The whole check of contracts, every fault at once with line and
//! column, is the generator's; here the first fault ends the loading.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::error::RegistryError;
use super::{Status, closest};

/// An event type as the file has it.
pub(super) struct EventEntry {
    pub(super) event_type: String,
    pub(super) description: String,
    pub(super) contract: String,
    pub(super) producer: String,
    pub(super) consumers: Vec<String>,
    pub(super) status: Status<String>,
    pub(super) subject: Option<String>,
    pub(super) versions: Vec<VersionEntry>,
    /// Its place in the file.
    pub(super) pointer: String,
}

pub(super) struct VersionEntry {
    pub(super) schema_version: u32,
    pub(super) status: Status<String>,
    pub(super) payload_schema: Option<String>,
    pub(super) pointer: String,
}

/// Reads the file's value. `path` is what errors name.
pub(super) fn read(path: &Path, value: &Value) -> Result<Vec<EventEntry>, RegistryError> {
    let root = Entry::new(path, String::new(), value)?;
    root.only(&["registry_version", "event_types"])?;
    if root.required("registry_version")? != &Value::from(1) {
        return Err(root.fault(
            "registry_version",
            "has to be 1: the only form that there is",
        ));
    }
    let mut names = BTreeSet::new();
    root.entries("event_types")?
        .iter()
        .map(|entry| {
            let event = event(entry)?;
            match names.insert(event.event_type.clone()) {
                true => Ok(event),
                false => Err(entry.fault(
                    "event_type",
                    format!("`{}` is listed twice; list it once", event.event_type),
                )),
            }
        })
        .collect()
}

fn event(entry: &Entry<'_>) -> Result<EventEntry, RegistryError> {
    entry.only(&[
        "event_type",
        "description",
        "contract",
        "producer",
        "consumers",
        "status",
        "deprecation",
        "subject",
        "versions",
    ])?;
    let event_type = entry.text("event_type")?;
    if !event_type.split('.').all(is_segment) {
        return Err(entry.fault(
            "event_type",
            format!("`{event_type}` has to be dotted lower case, such as `credit.locked`"),
        ));
    }
    let mut versions = entry
        .entries("versions")?
        .iter()
        .map(version)
        .collect::<Result<Vec<_>, _>>()?;
    versions.sort_by_key(|version| version.schema_version);
    if let Some(pair) = versions
        .windows(2)
        .find(|pair| pair[0].schema_version == pair[1].schema_version)
    {
        return Err(entry.fault(
            "versions",
            format!("version {} is listed twice", pair[0].schema_version),
        ));
    }
    Ok(EventEntry {
        event_type,
        description: entry.text("description")?,
        contract: entry.text("contract")?,
        producer: entry.domain("producer", entry.required("producer")?)?,
        consumers: entry
            .list("consumers")?
            .iter()
            .map(|consumer| entry.domain("consumers", consumer))
            .collect::<Result<_, _>>()?,
        status: entry.status()?,
        subject: entry.optional_text("subject")?,
        versions,
        pointer: entry.pointer.clone(),
    })
}

fn version(entry: &Entry<'_>) -> Result<VersionEntry, RegistryError> {
    entry.only(&["schema_version", "status", "deprecation", "payload_schema"])?;
    let number = entry.required("schema_version")?.as_u64();
    let payload_schema = entry.optional_text("payload_schema")?;
    if let Some(path) = &payload_schema
        && (path.contains('\\') || path.split('/').any(|part| matches!(part, "" | "." | "..")))
    {
        return Err(entry.fault(
            "payload_schema",
            format!("`{path}` has to be a path below the contracts directory, with `/` between its parts"),
        ));
    }
    Ok(VersionEntry {
        schema_version: number
            .filter(|number| (1..=i32::MAX as u64).contains(number))
            .and_then(|number| u32::try_from(number).ok())
            .ok_or_else(|| entry.fault("schema_version", "has to be a positive integer"))?,
        status: entry.status()?,
        payload_schema,
        pointer: entry.pointer.clone(),
    })
}

fn is_segment(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// An object of the file, with its place.
struct Entry<'a> {
    path: &'a Path,
    pointer: String,
    fields: &'a Map<String, Value>,
}

impl<'a> Entry<'a> {
    fn new(path: &'a Path, pointer: String, value: &'a Value) -> Result<Self, RegistryError> {
        match value {
            Value::Object(fields) => Ok(Self {
                path,
                pointer,
                fields,
            }),
            _ => Err(RegistryError::malformed(
                path,
                &pointer,
                "has to be an object",
            )),
        }
    }

    fn fault(&self, key: &str, problem: impl Into<String>) -> RegistryError {
        RegistryError::malformed(self.path, &format!("{}/{key}", self.pointer), problem)
    }

    /// Refuses any key that is neither one of these nor an extension.
    fn only(&self, known: &[&str]) -> Result<(), RegistryError> {
        let unknown = self
            .fields
            .keys()
            .find(|key| !known.contains(&key.as_str()) && !key.starts_with("x-"));
        let Some(key) = unknown else { return Ok(()) };
        let remedy = match closest(known.iter().copied(), key) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known are {}, and `x-…`", known.join(", ")),
        };
        Err(self.fault(key, format!("unknown key; {remedy}")))
    }

    fn required(&self, key: &str) -> Result<&'a Value, RegistryError> {
        self.fields
            .get(key)
            .ok_or_else(|| self.fault(key, "is missing"))
    }

    fn text(&self, key: &str) -> Result<String, RegistryError> {
        self.required(key)?;
        Ok(self.optional_text(key)?.unwrap_or_default())
    }

    fn optional_text(&self, key: &str) -> Result<Option<String>, RegistryError> {
        match self.fields.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(self.fault(key, "has to be a text")),
        }
    }

    fn list(&self, key: &str) -> Result<&'a Vec<Value>, RegistryError> {
        match self.required(key)? {
            Value::Array(items) => Ok(items),
            _ => Err(self.fault(key, "has to be a list")),
        }
    }

    fn entries(&self, key: &str) -> Result<Vec<Entry<'a>>, RegistryError> {
        let items = self.list(key)?.iter().enumerate();
        items
            .map(|(index, item)| {
                Entry::new(self.path, format!("{}/{key}/{index}", self.pointer), item)
            })
            .collect()
    }

    fn domain(&self, key: &str, value: &Value) -> Result<String, RegistryError> {
        match value.as_str().filter(|text| is_segment(text)) {
            Some(name) => Ok(name.to_owned()),
            None => Err(self.fault(
                key,
                format!("{value} has to be a domain: one word in lower case, such as `revenue`"),
            )),
        }
    }

    fn status(&self) -> Result<Status<String>, RegistryError> {
        match self.text("status")?.as_str() {
            "active" => Ok(Status::Active),
            "retired" => Ok(Status::Retired),
            "deprecated" => {
                let pointer = format!("{}/deprecation", self.pointer);
                let why = Entry::new(self.path, pointer, self.required("deprecation")?)?;
                why.only(&["reason", "replacement", "since"])?;
                Ok(Status::Deprecated {
                    reason: why.text("reason")?,
                    replacement: why.optional_text("replacement")?,
                    since: why.optional_text("since")?,
                })
            }
            other => Err(self.fault(
                "status",
                format!("`{other}` has to be `active`, `deprecated` or `retired`"),
            )),
        }
    }
}
