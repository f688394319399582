//! The samples file: one JSON object per line.
//!
//! Every line is checked before anything is built, and all faults are reported at once.

use std::path::Path;

use serde_json::Value;

use super::Error;

/// A payload to be judged.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its place: `samples.jsonl:12`.
    pub place: String,
    /// The event type.
    pub event_type: String,
    /// The schema version.
    pub schema_version: u32,
    /// The payload.
    pub payload: Value,
    /// Whether it is valid, if the file says so.
    pub valid: Option<bool>,
}

/// Reads a samples file.
///
/// # Errors
/// If it cannot be read, or a line is not a sample.
pub fn read(path: &Path) -> Result<Vec<Sample>, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Samples(vec![format!("{}: {error}", path.display())]))?;
    parse(&path.display().to_string(), &text)
}

/// Reads samples from a text; messages call it `file`. Empty lines are skipped.
///
/// # Errors
/// If a line is not a sample.
pub fn parse(file: &str, text: &str) -> Result<Vec<Sample>, Error> {
    let mut samples = Vec::new();
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("{file}:{}", index + 1);
        match sample(&place, line) {
            Ok(sample) => samples.push(sample),
            Err(fault) => faults.push(format!("{place}: {fault}")),
        }
    }
    if faults.is_empty() {
        Ok(samples)
    } else {
        Err(Error::Samples(faults))
    }
}

fn sample(place: &str, line: &str) -> Result<Sample, String> {
    let value: Value =
        serde_json::from_str(line).map_err(|error| format!("this is not JSON: {error}"))?;
    let Value::Object(mut members) = value else {
        return Err("a sample is a JSON object with event_type, schema_version and payload".into());
    };
    let event_type = members
        .get("event_type")
        .and_then(Value::as_str)
        .ok_or("\"event_type\" needs a string")?
        .to_owned();
    let schema_version = members
        .get("schema_version")
        .and_then(Value::as_u64)
        .and_then(|version| u32::try_from(version).ok())
        .ok_or("\"schema_version\" needs a positive integer")?;
    let valid = match members.get("valid") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(valid)) => Some(*valid),
        Some(_) => return Err("\"valid\" needs true or false".into()),
    };
    let payload = members
        .remove("payload")
        .ok_or("the key \"payload\" is missing")?;
    Ok(Sample {
        place: place.to_owned(),
        event_type,
        schema_version,
        payload,
        valid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_line() {
        let text = "{\"event_type\": \"a\", \"schema_version\": 1, \"payload\": {}, \"valid\": true}\n\n\
                    {]\n[]\n{\"event_type\": \"a\", \"schema_version\": -1, \"payload\": 1}\n\
                    {\"event_type\": \"a\", \"schema_version\": 1}\n";
        let Err(Error::Samples(faults)) = parse("s.jsonl", text) else {
            unreachable!("four lines are wrong");
        };
        let places: Vec<_> = faults.iter().map(|fault| &fault[..10]).collect();
        assert_eq!(
            places,
            ["s.jsonl:3:", "s.jsonl:4:", "s.jsonl:5:", "s.jsonl:6:"]
        );
        let one = parse("s.jsonl", text.lines().next().unwrap()).unwrap();
        assert_eq!((one[0].schema_version, one[0].valid), (1, Some(true)));
    }
}
