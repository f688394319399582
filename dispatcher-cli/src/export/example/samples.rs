//! `samples.jsonl` of a contracts directory: one JSON object per line, with an event type, a version, a payload, and
//! whether it is valid. The file is optional.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde_json::Value;

use crate::export::error::ExportError;

/// Its name.
const FILE: &str = "samples.jsonl";

/// The samples that claim to be valid, by event type and version.
#[derive(Debug, Default)]
pub(in crate::export) struct Samples(BTreeMap<(String, u64), Vec<Value>>);

impl Samples {
    /// Reads the file of a directory, if there is one.
    pub(in crate::export) fn read(directory: &Path) -> Result<Self, ExportError> {
        let path = directory.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ExportError::Read { path, source }),
        };
        let mut samples = Self::default();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            samples.add(line).map_err(|message| ExportError::Sample {
                path: path.clone(),
                line: index + 1,
                message,
            })?;
        }
        Ok(samples)
    }

    /// The samples of a version, in the order of the file.
    pub(in crate::export) fn of(&self, event_type: &str, version: u32) -> &[Value] {
        let key = (event_type.to_owned(), u64::from(version));
        self.0.get(&key).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let mut sample: Value =
            serde_json::from_str(line).map_err(|error| format!("not valid JSON: {error}"))?;
        let payload = sample.get_mut("payload").map(Value::take);
        let event_type = sample.get("event_type").and_then(Value::as_str);
        let version = sample.get("schema_version").and_then(Value::as_u64);
        let (Some(payload), Some(event_type), Some(version)) = (payload, event_type, version)
        else {
            return Err("a sample needs event_type, schema_version and payload".to_owned());
        };
        if sample.get("valid") == Some(&Value::Bool(true)) {
            let key = (event_type.to_owned(), version);
            self.0.entry(key).or_default().push(payload);
        }
        Ok(())
    }
}
