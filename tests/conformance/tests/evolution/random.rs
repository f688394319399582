//! Random pairs: a schema, and the same after a few changes, in both directions and both modes.
//!
//! What is called compatible must hold for every random document, and every counterexample must be confirmed by
//! gates that are compiled anew. `EVOLUTION_PAIRS=10000 EVOLUTION_DOCUMENTS=1000` runs for longer than CI does;
//! `EVOLUTION_FIRST` begins at the seed that a failure names.

use std::path::Path;

use dispatcher_build_support::compat::{Mode, Side, Verdict, compare, confirm, documents_near};
use dispatcher_conformance::evolution::{Direction, documents, edited, made_up, root};
use dispatcher_schema::Draft;
use fastrand::Rng;
use serde_json::Value;

use crate::{TestResult, corpus};

/// Of a hundred comparisons, how many may be undecided.
const MOST_UNDECIDED: usize = 3;

/// The same where only the contracts of this workspace are changed, because the collection is not there. They are few, so the
/// share varies more: 11 of the first 120 are undecided, and 17 to 29 of 480 others.
const MOST_UNDECIDED_OF_OURS: usize = 12;

fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(default, |value| value.parse().expect("a number"))
}

/// What came of the pairs.
#[derive(Debug, Default)]
struct Count {
    compatible: usize,
    incompatible: usize,
    undecided: Vec<String>,
}

impl Count {
    fn total(&self) -> usize {
        self.compatible + self.incompatible + self.undecided.len()
    }

    /// Compares two sides and holds the verdict against documents.
    fn judge(&mut self, what: &str, writer: &Side<'_>, reader: &Side<'_>, mode: Mode, seed: u64) {
        match compare(writer, reader, mode) {
            Verdict::Compatible => {
                self.compatible += 1;
                let count = setting("EVOLUTION_DOCUMENTS", 60) as usize;
                let near = documents_near(writer, reader, count, seed);
                let confirmed = confirm(writer, reader, mode, &near).expect("both compile");
                for (document, one) in near.iter().zip(confirmed) {
                    let holds = !one.is_written || one.is_read;
                    assert!(
                        holds,
                        "{what}: {mode:?} is called compatible, but {document} is refused"
                    );
                }
            }
            Verdict::Incompatible(found) => {
                self.incompatible += 1;
                let document = [found.document];
                let confirmed = confirm(writer, reader, mode, &document).expect("both compile");
                let holds = confirmed[0].is_written && !confirmed[0].is_read;
                assert!(holds, "{what}: {mode:?}: {document:?} is no counterexample");
                assert!(!found.refusal.is_empty(), "{what}: there is no report");
            }
            Verdict::Undecided(why) => self.undecided.push(format!("{what} {mode:?}: {why:?}")),
            other => panic!("{what}: {other:?}"),
        }
    }

    fn pair(&mut self, seed: u64, old: &Value, new: &Value) -> bool {
        let (Ok(old_documents), Ok(new_documents)) = (documents(old), documents(new)) else {
            return false;
        };
        let (old_side, new_side) = (root(&old_documents), root(&new_documents));
        if confirm(&old_side, &new_side, Mode::Strict, &[]).is_none() {
            return false;
        }
        for direction in Direction::ALL {
            let (writer, reader) = match direction {
                Direction::Backward => (&old_side, &new_side),
                Direction::Forward => (&new_side, &old_side),
            };
            let what = format!("seed {seed} {}: {old} → {new}", direction.name());
            for mode in [Mode::Strict, Mode::Lenient] {
                self.judge(&what, writer, reader, mode, seed);
            }
        }
        true
    }
}

#[test]
fn no_verdict_about_random_pairs_is_contradicted() {
    let first = setting("EVOLUTION_FIRST", 0);
    let pairs = setting("EVOLUTION_PAIRS", 150);
    let mut count = Count::default();
    let mut left_out = 0;
    for seed in first..first + pairs {
        let mut dice = Rng::with_seed(seed);
        let old = made_up::schema(&mut dice);
        let new = edited(&old, &mut dice);
        left_out += u64::from(!count.pair(seed, &old, &new));
    }
    println!(
        "{} compatible, {} incompatible, {} undecided, {left_out} pairs left out",
        count.compatible,
        count.incompatible,
        count.undecided.len()
    );
    assert!(
        left_out * 10 <= pairs,
        "{left_out} of {pairs} pairs do not compile"
    );
    let few = count.undecided.len() * 100 <= count.total() * MOST_UNDECIDED;
    assert!(
        few,
        "{} of {} are undecided",
        count.undecided.len(),
        count.total()
    );
}

/// The schemas of the contracts of this workspace and of the collections, changed in one to three places.
#[test]
fn no_verdict_about_changed_collections_is_contradicted() -> TestResult {
    let mut schemas = Vec::new();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    collect(&ours, &mut schemas)?;
    let mut most = MOST_UNDECIDED_OF_OURS;
    if let Some(folder) = corpus("google-cloudevents") {
        collect(&folder, &mut schemas)?;
        most = MOST_UNDECIDED;
    }
    assert!(!schemas.is_empty(), "the reference contracts have schemas");
    let first = setting("EVOLUTION_FIRST", 0);
    let pairs = setting("EVOLUTION_PAIRS", 150) / 5;
    let mut count = Count::default();
    for seed in first..first + pairs {
        let mut dice = Rng::with_seed(seed);
        let old = schemas[dice.usize(..schemas.len())].clone();
        let new = edited(&old, &mut dice);
        count.pair(seed, &old, &new);
    }
    println!(
        "{} compatible, {} incompatible, {} undecided",
        count.compatible,
        count.incompatible,
        count.undecided.len()
    );
    let few = count.undecided.len() * 100 <= count.total() * most;
    assert!(
        few,
        "{} of {} are undecided",
        count.undecided.len(),
        count.total()
    );
    Ok(())
}

/// The schemas below a folder that refer to no other file.
fn collect(folder: &Path, schemas: &mut Vec<Value>) -> TestResult {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with("tests") {
                collect(&path, schemas)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let value: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
            let is_schema = value.get("properties").is_some() || value.get("$ref").is_some();
            let draft = value.get("$schema").and_then(Value::as_str);
            let is_known = draft.is_none_or(|draft| Draft::from_schema_uri(draft).is_some());
            if is_schema && is_known && documents(&value).is_ok() {
                schemas.push(value);
            }
        }
    }
    Ok(())
}
