//! Contracts that are hard to generate: many event types, many files that refer to each other, with
//! or without cycles, definitions shared by all event types, long schemas. The same seed gives the
//! same files.

use std::fs;
use std::io;
use std::path::Path;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::{Sample, TestResult, random};

/// How hard the contracts are.
#[derive(Clone, Copy, Debug)]
pub struct Hardness {
    /// Event types, each with a schema file of its own.
    pub event_types: usize,
    /// Definitions that the event types share.
    pub definitions: usize,
    /// Definitions in one file.
    pub in_a_file: usize,
    /// Whether a definition may refer to any other, so that definitions and files form cycles;
    /// otherwise only to those after it.
    pub circles: bool,
    /// Shared definitions that one event type refers to.
    pub named: usize,
    /// The number of lines that each schema is padded to with objects of its own.
    pub lines: usize,
}

/// Writes such a contracts directory.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, hardness: &Hardness, seed: u64) -> io::Result<()> {
    let mut maker = Maker {
        hardness,
        dice: Rng::with_seed(seed),
    };
    fs::create_dir_all(folder.join("common"))?;
    fs::create_dir_all(folder.join("payloads"))?;
    let mut files: Vec<Map<String, Value>> = Vec::new();
    for index in 0..hardness.definitions {
        if index % hardness.in_a_file.max(1) == 0 {
            files.push(Map::new());
        }
        let first = if hardness.circles { 0 } else { index + 1 };
        let definition = maker.object(5, 2, first, "");
        if let Some(file) = files.last_mut() {
            file.insert(format!("Part{index}"), definition);
        }
    }
    for (index, definitions) in files.into_iter().enumerate() {
        put(
            &folder.join(format!("common/file-{index}.json")),
            &json!({ "$defs": definitions }),
        )?;
    }
    let mut entries = Vec::new();
    for index in 0..hardness.event_types {
        let path = format!("payloads/event-{index}.json");
        put(&folder.join(&path), &maker.payload())?;
        entries.push(json!({
            "event_type": format!("made.up_{index}"), "description": "Made up.", "contract": "synthetic",
            "producer": "maker", "consumers": ["taker"], "status": "active",
            "versions": [{ "schema_version": 1, "status": "active", "payload_schema": path }],
        }));
    }
    let registry = json!({ "registry_version": 1, "event_types": entries });
    put(&folder.join("event-types-registry.json"), &registry)
}

/// Two instances of each event type, one of them broken.
///
/// # Errors
/// When the directory cannot be read, or has faults.
pub fn samples(contracts: &Path, seed: u64) -> TestResult<Vec<Sample>> {
    random::samples(contracts, 2, seed)
}

fn put(path: &Path, value: &Value) -> io::Result<()> {
    fs::write(path, serde_json::to_string_pretty(value)?)
}

struct Maker<'h> {
    hardness: &'h Hardness,
    dice: Rng,
}

impl Maker<'_> {
    /// An object that refers to shared definitions, of the required length.
    fn payload(&mut self) -> Value {
        let mut payload = self.object(4, self.hardness.named, 0, "../common/");
        let mut lines = serde_json::to_string_pretty(&payload)
            .unwrap_or_default()
            .lines()
            .count();
        let mut index = 0;
        while lines < self.hardness.lines {
            let part = self.object(8, 0, 0, "../common/");
            lines += serde_json::to_string_pretty(&part)
                .unwrap_or_default()
                .lines()
                .count();
            payload["properties"][format!("own_{index}")] = part;
            index += 1;
        }
        payload
    }

    /// A closed object of some scalars and some references, to definitions from `first` on.
    fn object(&mut self, scalars: usize, references: usize, first: usize, folder: &str) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for index in 0..scalars {
            let name = format!("field_{index}");
            if self.dice.bool() {
                required.push(name.clone());
            }
            properties.insert(name, self.scalar());
        }
        for index in 0..references {
            if first >= self.hardness.definitions {
                break;
            }
            let reference = self.reference(first, folder);
            // Neither is required, so that a cycle can end.
            let value = match self.dice.u8(..3) {
                0 => json!({ "type": "array", "items": reference }),
                1 => json!({ "anyOf": [reference, { "type": "null" }] }),
                _ => reference,
            };
            properties.insert(format!("part_{index}"), value);
        }
        json!({
            "type": "object", "description": "Made up.", "properties": properties,
            "required": required, "additionalProperties": false,
        })
    }

    fn reference(&mut self, first: usize, folder: &str) -> Value {
        let index = self.dice.usize(first..self.hardness.definitions);
        let file = index / self.hardness.in_a_file.max(1);
        json!({ "$ref": format!("{folder}file-{file}.json#/$defs/Part{index}") })
    }

    fn scalar(&mut self) -> Value {
        match self.dice.u8(..8) {
            0 => json!({ "type": "integer", "minimum": 0, "maximum": self.dice.u16(1..) }),
            1 => json!({ "type": "string", "format": "date-time" }),
            2 => json!({ "type": "string", "enum": ["open", "closed", "half_open"] }),
            3 => json!({ "type": "string", "pattern": "^per_[0-9a-f]{8}$" }),
            4 => json!({ "type": "string", "minLength": 1, "maxLength": self.dice.u16(1..200) }),
            5 => json!({ "type": "boolean" }),
            6 => json!({ "type": ["number", "null"] }),
            _ => json!({ "type": "array", "items": { "type": "string" }, "maxItems": 9 }),
        }
    }
}
