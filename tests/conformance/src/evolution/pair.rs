//! A file of pairs: a JSON object on each line, with two schemas and what is known of them.

use std::path::Path;

use dispatcher_build_support::compat::Side;
use dispatcher_build_support::schema::{Documents, Location};
use dispatcher_schema::Draft;
use serde_json::{Value, json};

use crate::Error;

/// Two schemas, and what is known of each direction.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Its name, or its place in the file.
    pub id: String,
    /// The older schema.
    pub old: Value,
    /// The newer schema.
    pub new: Value,
    /// Old data at a reader of the new schema.
    pub backward: Known,
    /// New data at a reader of the old schema.
    pub forward: Known,
}

/// What is known of one direction.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// A document that the writer accepts and the reader refuses, under the options with which it was found.
    pub counterexample: Option<Value>,
    /// Whether there is a proof that there is none.
    pub is_proved: bool,
}

/// Which of the two schemas writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// The old one writes, the new one reads.
    Backward,
    /// The new one writes, the old one reads.
    Forward,
}

impl Direction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Backward, Self::Forward];

    /// As the report calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Backward => "backward",
            Self::Forward => "forward",
        }
    }
}

impl Pair {
    /// What is known of a direction.
    #[must_use]
    pub fn known(&self, direction: Direction) -> &Known {
        match direction {
            Direction::Backward => &self.backward,
            Direction::Forward => &self.forward,
        }
    }

    /// The documents of both, old before new.
    ///
    /// # Errors
    /// Why one of them cannot be used.
    pub fn documents(&self) -> Result<[Documents; 2], String> {
        Ok([documents(&self.old)?, documents(&self.new)?])
    }
}

/// The root of documents that [`documents`] has made.
#[must_use]
pub fn root(documents: &Documents) -> Side<'_> {
    Side {
        documents,
        root: Location::root(PATH),
    }
}

const PATH: &str = "schema.json";

/// A schema alone.
///
/// # Errors
/// Why it cannot be used.
pub fn documents(schema: &Value) -> Result<Documents, String> {
    Documents::from_values([(PATH, schema.clone())]).map_err(|report| report.to_string())
}

/// Reads a file of pairs.
///
/// # Errors
/// If it cannot be read, or a line is not a pair.
pub fn read(path: &Path) -> Result<Vec<Pair>, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Samples(vec![format!("{}: {error}", path.display())]))?;
    parse(&path.display().to_string(), &text)
}

/// Reads pairs from a text; messages call it `file`. Empty lines are skipped.
///
/// # Errors
/// If a line is not a pair.
pub fn parse(file: &str, text: &str) -> Result<Vec<Pair>, Error> {
    let mut pairs = Vec::new();
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("{file}:{}", index + 1);
        match pair(&place, line) {
            Ok(pair) => pairs.push(pair),
            Err(fault) => faults.push(format!("{place}: {fault}")),
        }
    }
    if faults.is_empty() {
        Ok(pairs)
    } else {
        Err(Error::Samples(faults))
    }
}

fn pair(place: &str, line: &str) -> Result<Pair, String> {
    let value: Value = serde_json::from_str(line)
        .map_err(|error| format!("the line is not valid JSON: {error}"))?;
    let dialect = match value.get("dialect") {
        None | Some(Value::Null) => None,
        Some(name) => Some(dialect(name.as_str().unwrap_or_default())?),
    };
    let schema = |key: &str| {
        let schema = value
            .get(key)
            .filter(|schema| schema.is_object() || schema.is_boolean());
        let mut schema = schema
            .cloned()
            .ok_or_else(|| format!("{key:?} must be a schema"))?;
        if let (Value::Object(members), Some(draft)) = (&mut schema, dialect) {
            members
                .entry("$schema")
                .or_insert_with(|| json!(draft.schema_uri()));
        }
        Ok::<_, String>(schema)
    };
    let known = |direction: Direction| {
        let found = value.get(format!("counterexample_{}", direction.name()));
        let proved = value.get(format!("proved_{}", direction.name()));
        Known {
            counterexample: found.and_then(|found| found.get("value")).cloned(),
            is_proved: proved == Some(&Value::Bool(true)),
        }
    };
    Ok(Pair {
        id: value
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or(place)
            .to_owned(),
        old: schema("old")?,
        new: schema("new")?,
        backward: known(Direction::Backward),
        forward: known(Direction::Forward),
    })
}

/// The draft that a file calls `draft-04` or `2020-12`.
fn dialect(name: &str) -> Result<Draft, String> {
    let plain = name.trim_start_matches("draft-").trim_start_matches('0');
    Draft::ALL
        .into_iter()
        .find(|draft| draft.name() == plain)
        .ok_or_else(|| {
            format!("\"dialect\" must be a draft such as \"draft-07\" or \"2020-12\", not {name:?}")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_its_dialect_and_what_is_known() {
        let text = r#"{"id": "a", "dialect": "draft-04", "old": {"type": "string"}, "new": {},
            "counterexample_forward": {"value": null}, "proved_backward": true}"#;
        let text = text.replace('\n', " ");
        let pairs = parse("p.jsonl", &text).unwrap();
        assert_eq!(pairs[0].old["$schema"], Draft::Draft4.schema_uri());
        assert!(pairs[0].backward.is_proved);
        assert_eq!(pairs[0].forward.counterexample, Some(Value::Null));
    }

    #[test]
    fn every_fault_has_its_line() {
        let text =
            "{]\n\n{\"old\": 1, \"new\": {}}\n{\"dialect\": \"x\", \"old\": {}, \"new\": {}}\n";
        let Err(Error::Samples(faults)) = parse("p.jsonl", text) else {
            unreachable!("three lines are wrong");
        };
        let places: Vec<_> = faults.iter().map(|fault| &fault[..10]).collect();
        assert_eq!(places, ["p.jsonl:1:", "p.jsonl:3:", "p.jsonl:4:"]);
    }
}
