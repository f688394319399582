//! The neighbouring versions of the event types of a contracts directory.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use dispatcher_build_support::Contracts;
use dispatcher_build_support::compat::{Mode, Side, Verdict, compare};
use dispatcher_build_support::schema::Location;
use serde_json::{Value, json};

use super::pair::Direction;
use crate::Error;

/// The verdicts of a history.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Pairs of neighbouring versions that have schemas.
    pub pairs: usize,
    /// Comparisons that are proved.
    pub compatible: usize,
    /// Comparisons with a counterexample.
    pub incompatible: usize,
    /// The others: event type, versions, direction, keyword, reason.
    pub undecided: Vec<String>,
    /// What the comparisons took, without reading the directory.
    pub took: Duration,
    /// The longest comparison, and what it took.
    pub longest: Option<(String, Duration)>,
}

/// Compares each version of each event type with the one before it, in both directions.
///
/// # Errors
/// When the directory cannot be read, or has faults.
pub fn history(contracts: &Path, mode: Mode) -> Result<History, Error> {
    let model = Contracts::new(contracts)
        .check()
        .map_err(|report| Error::Contracts(report.to_string()))?;
    let mut history = History::default();
    for event in &model.events {
        let versions: Vec<_> = event
            .live_versions()
            .filter_map(|version| Some((version.number, version.schema.as_deref()?)))
            .collect();
        for neighbours in versions.windows(2) {
            let [(old, old_path), (new, new_path)] = neighbours else {
                continue;
            };
            history.pairs += 1;
            let side = |path: &str| Side {
                documents: &model.documents,
                root: Location::root(path),
            };
            let (old_side, new_side) = (side(old_path), side(new_path));
            for direction in Direction::ALL {
                let (writer, reader) = match direction {
                    Direction::Backward => (&old_side, &new_side),
                    Direction::Forward => (&new_side, &old_side),
                };
                let what = format!("{} {old} → {new} {}", event.name, direction.name());
                history.add(what, || compare(writer, reader, mode));
            }
        }
    }
    Ok(history)
}

impl History {
    fn add(&mut self, what: String, compare: impl FnOnce() -> Verdict) {
        let begun = Instant::now();
        let verdict = compare();
        let took = begun.elapsed();
        self.took += took;
        match verdict {
            Verdict::Compatible => self.compatible += 1,
            Verdict::Incompatible(_) => self.incompatible += 1,
            Verdict::Undecided(why) => self.undecided.push(format!(
                "{what}: {} at {:?}: {}",
                why.keyword, why.at, why.reason
            )),
            _ => {}
        }
        if self
            .longest
            .as_ref()
            .is_none_or(|(_, longest)| took > *longest)
        {
            self.longest = Some((what, took));
        }
    }

    /// Whether every comparison has a verdict.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.undecided.is_empty()
    }

    /// The report as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "pairs": self.pairs, "compatible": self.compatible, "incompatible": self.incompatible,
            "undecided": self.undecided, "milliseconds": self.took.as_millis(), "clean": self.is_clean(),
        })
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.undecided {
            writeln!(f, "undecided: {line}")?;
        }
        writeln!(
            f,
            "{} pairs of neighbouring versions, both directions: {} compatible, {} incompatible, {} undecided, in {} ms",
            self.pairs,
            self.compatible,
            self.incompatible,
            self.undecided.len(),
            self.took.as_millis()
        )?;
        if let Some((what, took)) = &self.longest {
            writeln!(f, "longest: {what}, {} ms", took.as_millis())?;
        }
        Ok(())
    }
}
