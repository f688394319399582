//! Rust for every event type that can be generated, and the reasons for the others.
//!
//! A report of faults names files and places. Each fault is assigned to the event types that it
//! concerns (in the registry by the line, in a schema by which event types reach the file). They
//! are left out, and the rest is generated. All faults of a stage come at once, so there are as
//! many rounds as stages, not one for each event type.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use dispatcher_build_support::{Contracts, Diagnostic, Report};
use serde_json::{Value, json};

use super::directory::REGISTRY;
use super::reach::Reach;
use super::{Directory, Error};

/// An event type that was left out, and why.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The event type.
    pub event_type: String,
    /// Each fault, on one line.
    pub reasons: Vec<String>,
}

/// The current state: what is left of the directory, and the Rust generated from it.
pub(crate) struct Generation {
    /// The copy that the Rust is generated from.
    copy: PathBuf,
    /// The entries that are left, by index.
    pub(crate) kept: Vec<usize>,
    pub(crate) refused: Vec<Refusal>,
    pub(crate) rust: String,
    pub(crate) seconds: f64,
}

impl Generation {
    /// Copies the directory's files.
    pub(super) fn new(directory: &Directory, copy: PathBuf) -> Result<Self, Error> {
        if copy.exists() {
            fs::remove_dir_all(&copy).map_err(Error::file(&copy))?;
        }
        for path in directory.files.keys() {
            let target = copy.join(path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(Error::file(parent))?;
            }
            // Read and written instead of copied: copying would preserve a read-only mode.
            let source = directory.root.join(path);
            let bytes = fs::read(&source).map_err(Error::file(&source))?;
            fs::write(&target, bytes).map_err(Error::file(&target))?;
        }
        fs::create_dir_all(&copy).map_err(Error::file(&copy))?;
        Ok(Self {
            copy,
            kept: (0..directory.event_types.len()).collect(),
            refused: Vec::new(),
            rust: String::new(),
            seconds: 0.0,
        })
    }

    /// Generates, leaving out what cannot be generated.
    pub(super) fn run(&mut self, directory: &Directory) -> Result<(), Error> {
        let mut reach = None;
        loop {
            self.write_registry(directory, &self.kept)?;
            let start = Instant::now();
            let outcome = Contracts::new(&self.copy).render();
            self.seconds += start.elapsed().as_secs_f64();
            let report = match outcome {
                Ok(rendered) => {
                    self.rust = rendered.rust;
                    return Ok(());
                }
                Err(report) => report,
            };
            let reach = reach.get_or_insert_with(|| Reach::of(directory));
            let mut blamed = self.blame(&report, directory, reach);
            if blamed.is_empty() {
                blamed = self.try_each(directory)?;
            }
            if blamed.is_empty() {
                return Err(Error::Contracts(report.to_string()));
            }
            self.kept.retain(|index| !blamed.contains_key(index));
            self.refused
                .extend(blamed.into_iter().map(|(index, reasons)| Refusal {
                    event_type: directory.event_types[index].name.clone(),
                    reasons: reasons.into_iter().collect(),
                }));
        }
    }

    /// The Rust of these entries alone, with the text of one schema replaced if a text is given.
    pub(crate) fn of(
        &mut self,
        entries: &[usize],
        schema: Option<(&str, &Value)>,
        directory: &Directory,
    ) -> Result<String, Error> {
        self.write_registry(directory, entries)?;
        if let Some((path, value)) = schema {
            let path = self.copy.join(path);
            fs::write(&path, value.to_string()).map_err(Error::file(&path))?;
        }
        let rendered = Contracts::new(&self.copy).render();
        let rendered = rendered.map_err(|report| Error::Contracts(report.to_string()))?;
        Ok(rendered.rust)
    }

    /// Leaves out event types whose code does not compile; returns their names.
    pub(super) fn leave_out(
        &mut self,
        entries: &BTreeSet<usize>,
        directory: &Directory,
    ) -> Vec<String> {
        self.kept.retain(|index| !entries.contains(index));
        entries
            .iter()
            .map(|&index| directory.event_types[index].name.clone())
            .collect()
    }

    /// The registry with these entries, one on each line, so a line identifies an entry.
    fn write_registry(&self, directory: &Directory, entries: &[usize]) -> Result<(), Error> {
        let names: BTreeSet<_> = entries
            .iter()
            .map(|&index| directory.event_types[index].name.as_str())
            .collect();
        let all: BTreeSet<_> = directory
            .event_types
            .iter()
            .map(|event| event.name.as_str())
            .collect();
        let mut text = String::from("{");
        for (key, value) in &directory.head {
            text.push_str(&format!("{}: {value}, ", Value::from(key.as_str())));
        }
        text.push_str("\"event_types\": [\n");
        for (position, &index) in entries.iter().enumerate() {
            let mut entry = directory.event_types[index].entry.clone();
            forget_left_out(&mut entry, &|name| {
                all.contains(name) && !names.contains(name)
            });
            let end = if position + 1 == entries.len() {
                "\n"
            } else {
                ",\n"
            };
            text.push_str(&format!("{entry}{end}"));
        }
        text.push_str("]}\n");
        let path = self.copy.join(REGISTRY);
        fs::write(&path, text).map_err(Error::file(&path))
    }

    /// Entry → the faults that concern it.
    fn blame(
        &self,
        report: &Report,
        directory: &Directory,
        reach: &Reach<'_>,
    ) -> BTreeMap<usize, BTreeSet<String>> {
        let mut blamed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        let reached: Vec<_> = self
            .kept
            .iter()
            .map(|&index| {
                let schemas = directory.event_types[index].versions.values().flatten();
                (index, reach.from(schemas.map(String::as_str)))
            })
            .collect();
        for fault in report {
            let path = relative(&self.copy, &fault.file);
            // A fault in a payload's role begins with the event type, in whichever file it is.
            let by_name = self.kept.iter().copied().find(|&index| {
                let rest = fault
                    .message
                    .strip_prefix(&format!("{:?}", directory.event_types[index].name));
                rest.is_some_and(|rest| rest.starts_with(" version "))
            });
            let concerned: Vec<usize> = if let Some(index) = by_name.filter(|_| path != REGISTRY) {
                vec![index]
            } else if path == REGISTRY {
                self.concerned(fault, directory)
            } else {
                let concerned = reached
                    .iter()
                    .filter(|(_, files)| files.contains(path.as_str()));
                concerned.map(|(index, _)| *index).collect()
            };
            for index in concerned {
                blamed
                    .entry(index)
                    .or_default()
                    .insert(reason(&path, fault));
            }
        }
        blamed
    }

    /// The entries that a fault in the registry concerns: the one on its line, or those that the
    /// message names.
    fn concerned(&self, fault: &Diagnostic, directory: &Directory) -> Vec<usize> {
        // The first entry is on line 2.
        let by_line = fault
            .position
            .and_then(|(line, _)| self.kept.get(line.checked_sub(2)?));
        if let Some(&index) = by_line {
            return vec![index];
        }
        let names = |text: &str| fault.message.contains(&format!("\"{text}\""));
        let entry = |&index: &usize| {
            let event = &directory.event_types[index];
            let domains = ["producer", "consumers"].map(|key| event.entry.get(key));
            let domain = |value: &Value| value.as_str().is_some_and(names);
            names(&event.name)
                || domains.into_iter().flatten().any(|value| {
                    domain(value) || value.as_array().is_some_and(|all| all.iter().any(domain))
                })
        };
        self.kept
            .iter()
            .copied()
            .filter(|index| entry(index))
            .collect()
    }

    /// The last resort: each entry by itself.
    fn try_each(&self, directory: &Directory) -> Result<BTreeMap<usize, BTreeSet<String>>, Error> {
        let mut blamed = BTreeMap::new();
        for &index in &self.kept {
            self.write_registry(directory, &[index])?;
            if let Err(report) = Contracts::new(&self.copy).render() {
                let reasons = report
                    .iter()
                    .map(|fault| reason(&relative(&self.copy, &fault.file), fault));
                blamed.insert(index, reasons.collect());
            }
        }
        Ok(blamed)
    }
}

fn relative(root: &Path, file: &str) -> String {
    let root = root.to_string_lossy().replace('\\', "/");
    let path = file.strip_prefix(root.as_str()).unwrap_or(file);
    path.trim_start_matches('/').to_owned()
}

/// Without a position in the registry, which does not match the user's line.
fn reason(path: &str, fault: &Diagnostic) -> String {
    let mut text = path.to_owned();
    if path != REGISTRY
        && let Some((line, column)) = fault.position
    {
        text.push_str(&format!(":{line}:{column}"));
    }
    if let Some(pointer) = &fault.pointer {
        text.push_str(&format!(" at {pointer}"));
    }
    text.push_str(&format!(": {}", fault.message.replace('\n', " ")));
    text
}

/// Drops a replacement that was left out: it has reported its own faults.
fn forget_left_out(entry: &mut Value, is_left_out: &dyn Fn(&str) -> bool) {
    let forget = |owner: &mut Value| {
        if let Some(deprecation) = owner.get_mut("deprecation").and_then(Value::as_object_mut)
            && deprecation
                .get("replacement")
                .and_then(Value::as_str)
                .is_some_and(is_left_out)
        {
            deprecation.remove("replacement");
            deprecation
                .entry("reason")
                .or_insert_with(|| json!("Replaced."));
        }
    };
    forget(entry);
    if let Some(versions) = entry.get_mut("versions").and_then(Value::as_array_mut) {
        versions.iter_mut().for_each(forget);
    }
}
