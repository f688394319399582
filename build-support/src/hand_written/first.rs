//! The first schema of a version, written from a struct.

use std::fs;

use dispatcher_schema::path::check_path;
use dispatcher_schema::registry::REGISTRY_FILE;
use serde_json::{Map, Value};

use super::{SchemaMismatch, WRITE};
use crate::check::rust_type;
use crate::files::{Files, ReadError};
use crate::json::parse;

/// The order of the keywords in a schema of a contract; others follow, and definitions come last.
const ORDER: [&str; 5] = ["$schema", "title", "$ref", "type", "format"];
const LAST: [&str; 4] = [
    "required",
    "additionalProperties",
    "unevaluatedProperties",
    "$defs",
];

/// Up to this width a list stands on one line.
const WIDTH: usize = 80;

/// Makes sure that the version has a schema file, if it can be told which.
///
/// The registry is only looked into: what else may be wrong with it, its check reports.
pub(super) fn ensure(
    files: &mut Files,
    event_type: &str,
    number: u32,
    schema: &Value,
    write: bool,
) -> Result<(), SchemaMismatch> {
    let Some(entry) = Entry::find(files, event_type, number) else {
        return Ok(());
    };
    let subject = format!("{event_type} version {number}");
    let missing = |help: String| SchemaMismatch::Missing {
        subject: subject.clone(),
        help,
    };
    let is_there = !matches!(files.read(&entry.path), Err(ReadError::Missing));
    let shown = files.shown(&entry.path);
    if is_there && entry.is_named {
        return Ok(());
    }
    let name_it = format!(
        "write \"payload_schema\": {:?} into version {number} of {event_type:?} in {REGISTRY_FILE}",
        entry.path
    );
    if is_there {
        return Err(missing(format!("{shown} is there: {name_it}")));
    }
    if !write {
        return Err(missing(format!(
            "run the test with {WRITE}=1, which writes {shown} from the struct"
        )));
    }
    let text = pretty(&titled(schema, event_type));
    let path = files.root().join(&entry.path);
    let written = path.parent().map_or(Ok(()), fs::create_dir_all);
    written
        .and_then(|()| fs::write(&path, text))
        .map_err(|error| missing(format!("{shown} could not be written: {error}")))?;
    if entry.is_named {
        return Ok(());
    }
    Err(missing(format!(
        "{shown} was written from the struct: {name_it}"
    )))
}

/// The schema file of a version.
struct Entry {
    path: String,
    /// Whether the registry names it.
    is_named: bool,
}

impl Entry {
    /// None where the registry cannot be read, or does not have the version.
    fn find(files: &mut Files, event_type: &str, number: u32) -> Option<Self> {
        let (_, registry) = parse(files.read(REGISTRY_FILE).ok()?).ok()?;
        let mut events = registry.get("event_types")?.as_array()?.iter();
        let event = events
            .find(|event| event.get("event_type").and_then(Value::as_str) == Some(event_type))?;
        let mut versions = event.get("versions")?.as_array()?.iter();
        let version = versions.find(|version| {
            version.get("schema_version").and_then(Value::as_u64) == Some(number.into())
        })?;
        let named = version.get("payload_schema").and_then(Value::as_str);
        let path = match named {
            Some(path) => path.to_owned(),
            None => {
                let contract = event.get("contract")?.as_str()?;
                let name = event_type.replace(['.', '_'], "-");
                format!("{contract}/schema/payloads/{name}-v{number}.json")
            }
        };
        check_path(&path).ok()?;
        Some(Self {
            path,
            is_named: named.is_some(),
        })
    }
}

/// The schema with the title that contracts have: the event type in PascalCase.
fn titled(schema: &Value, event_type: &str) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(members) = &mut schema {
        members.insert("title".to_owned(), rust_type(event_type).into());
        members
            .entry("$schema")
            .or_insert_with(|| "https://json-schema.org/draft/2020-12/schema".into());
    }
    schema
}

/// A schema as a person would write it: its keywords in a fixed order, and short lists on one line.
fn pretty(schema: &Value) -> String {
    let mut text = String::new();
    write(schema, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, indent: usize, text: &mut String) {
    let margin = "  ".repeat(indent + 1);
    let end = "  ".repeat(indent);
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('{');
            for (index, (key, value)) in sorted(members).into_iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                text.push_str(&format!("{comma}\n{margin}{}: ", Value::from(key)));
                write(value, indent + 1, text);
            }
            text.push_str(&format!("\n{end}}}"));
        }
        Value::Array(items) if !items.is_empty() => {
            let line: Vec<_> = items.iter().map(Value::to_string).collect();
            let line = format!("[{}]", line.join(", "));
            let is_flat = items
                .iter()
                .all(|item| !item.is_object() && !item.is_array());
            if is_flat && line.len() + 2 * indent <= WIDTH {
                text.push_str(&line);
                return;
            }
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                text.push_str(&format!("{comma}\n{margin}"));
                write(item, indent + 1, text);
            }
            text.push_str(&format!("\n{end}]"));
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// The members of an object, keywords of schemas in their order. Names of properties stay as they are, because no order
/// has all of them.
fn sorted(members: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let rank = |key: &str| {
        let first = ORDER.iter().position(|known| *known == key);
        let last = LAST.iter().position(|known| *known == key);
        match (first, last) {
            (Some(rank), _) => rank,
            (_, Some(rank)) => 1000 + rank,
            _ => ORDER.len(),
        }
    };
    let mut sorted: Vec<_> = members
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    sorted.sort_by_key(|(key, _)| rank(key));
    sorted
}
