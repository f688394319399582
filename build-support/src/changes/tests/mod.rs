//! Findings between two revisions: what the registry's rules say, and what a level makes of a verdict.

mod levels;
mod registry;
mod waivers_and_rust;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::finding::Finding;
use super::revision::Revision;
use super::versions::between_by;
use super::waiver::Waivers;
use crate::compat::{Counterexample, Mode, Side, Undecided, Verdict};
use crate::contracts::Contracts;
use crate::schema::Location;

/// Contracts in a folder of their own.
struct Directory(TempDir);

impl Directory {
    fn new(registry: &Value, schemas: &[(&str, Value)]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        write(directory.path(), "event-types-registry.json", registry);
        schemas
            .iter()
            .for_each(|(path, schema)| write(directory.path(), path, schema));
        Self(directory)
    }

    fn contracts(&self) -> Contracts {
        Contracts::new(self.0.path()).shown_as("contracts")
    }

    fn revision(&self) -> Revision {
        match Revision::read(&self.contracts()) {
            Ok(revision) => revision,
            Err(report) => panic!("{report}"),
        }
    }
}

fn write(folder: &Path, path: &str, value: &Value) {
    fs::write(folder.join(path), format!("{value:#}\n")).expect("writable");
}

fn registry(events: Value) -> Value {
    json!({ "registry_version": 1, "event_types": events })
}

fn event(name: &str, versions: Value) -> Value {
    json!({
        "event_type": name, "description": "Something happened.", "contract": "credits", "producer": "revenue",
        "consumers": ["coaching", "growth"], "status": "active", "versions": versions
    })
}

fn version(number: u32, status: &str) -> Value {
    json!({ "schema_version": number, "status": status, "payload_schema": format!("v{number}.json") })
}

fn payload(properties: Value, required: Value) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A comparison that knows no documents but these, and asks the validator.
fn by_samples(samples: &[Value]) -> impl Fn(&Side<'_>, &Side<'_>, Mode) -> Verdict {
    move |writer, reader, _| {
        if reader.root.document == "nothing.json" {
            return never(writer, reader, Mode::Strict);
        }
        let of = |side: &Side<'_>| {
            jsonschema::validator_for(side.documents.value(&side.root)).expect("a schema")
        };
        let (accepts, refuses) = (of(writer), of(reader));
        for sample in samples.iter().filter(|sample| accepts.is_valid(sample)) {
            if let Some(error) = refuses.iter_errors(sample).next() {
                return Verdict::Incompatible(Counterexample {
                    document: sample.clone(),
                    at: error.instance_path().to_string(),
                    refusal: error.to_string(),
                    keyword: reader.root.descend(&error.schema_path().to_string()),
                });
            }
        }
        Verdict::Compatible
    }
}

/// A comparison that never has an answer.
fn never(writer: &Side<'_>, reader: &Side<'_>, _: Mode) -> Verdict {
    Verdict::Undecided(Undecided {
        keyword: "pattern".to_owned(),
        reader: reader.root.join("properties").join("a").join("pattern"),
        writer: writer.root.clone(),
        at: "/a".to_owned(),
        reason: "it uses a look-ahead".to_owned(),
    })
}

/// `severity rule versions file:pointer`, with the example behind it.
fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let versions: Vec<_> = finding.versions.iter().map(u32::to_string).collect();
    let file = finding
        .spot
        .file
        .trim_start_matches("contracts/")
        .trim_end_matches(".json");
    let example = finding
        .example
        .as_ref()
        .map(|example| format!(" {example}"))
        .unwrap_or_default();
    format!(
        "{} {} [{}] {file}#{}{example}",
        finding.severity.as_str(),
        finding.rule.id,
        versions.join(" "),
        finding.spot.pointer
    )
}
