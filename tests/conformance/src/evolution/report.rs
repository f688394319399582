//! What came of a file of pairs.

use std::collections::BTreeMap;
use std::fmt;

use dispatcher_build_support::compat::Verdict;
use serde_json::{Value, json};

use super::pair::{Direction, Pair};

/// How many of the comparisons may be undecided, in percent.
const MOST_UNDECIDED: usize = 2;

/// The verdicts of a file, by direction.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Old data at new readers.
    pub backward: Count,
    /// New data at old readers.
    pub forward: Count,
    /// Pairs that are not schemas, with the reason.
    pub set_aside: Vec<(String, String)>,
    /// Every false verdict.
    pub faults: Vec<Fault>,
    /// Every counterexample of the file that the gates do not confirm.
    pub unconfirmed: Vec<String>,
    /// Every undecided comparison: the pair, the direction, the place and the reason.
    pub undecided: Vec<String>,
}

/// The verdicts of one direction.
#[derive(Clone, Debug, Default)]
pub struct Count {
    /// Verdicts that nothing stated in the file contradicts.
    pub agreed: usize,
    /// Of these, how many are "compatible".
    pub compatible: usize,
    /// Comparisons without a verdict, by keyword.
    pub unknown: BTreeMap<String, usize>,
    /// "Compatible", although the gates confirm the counterexample of the file.
    pub false_proofs: usize,
    /// "Incompatible", although the file has a proof.
    pub false_incompatible: usize,
    /// "Incompatible" only because draft 4 has no integer `1.0`, where the file has a proof that did not look at that.
    pub zero_fraction: usize,
    /// Counterexamples of the file that the gates do not confirm.
    pub unconfirmed: usize,
}

/// A false verdict.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The pair.
    pub id: String,
    /// The direction.
    pub direction: Direction,
    /// What is wrong.
    pub message: String,
}

/// What the gates say beside the verdict.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    /// Whether they confirm the counterexample of the file.
    pub(super) is_confirmed: bool,
    /// Whether the verdict's counterexample is none once its `1.0` is written `1`.
    pub(super) needs_zero_fraction: bool,
}

impl Report {
    pub(super) fn set_aside(&mut self, id: &str, reason: &str) {
        self.set_aside.push((id.to_owned(), reason.to_owned()));
    }

    pub(super) fn add(
        &mut self,
        pair: &Pair,
        direction: Direction,
        verdict: &Verdict,
        outcome: Outcome,
    ) {
        let known = pair.known(direction);
        let stated = known.counterexample.as_ref();
        let name = format!("{} {}", pair.id, direction.name());
        let count = match direction {
            Direction::Backward => &mut self.backward,
            Direction::Forward => &mut self.forward,
        };
        if let Some(value) = stated.filter(|_| !outcome.is_confirmed) {
            count.unconfirmed += 1;
            self.unconfirmed.push(format!("{name}: {value}"));
        }
        let confirmed = stated.filter(|_| outcome.is_confirmed);
        let message = match verdict {
            Verdict::Compatible => {
                count.compatible += 1;
                confirmed.map(|value| {
                    count.false_proofs += 1;
                    format!("compatible, but the gates confirm {value}")
                })
            }
            Verdict::Incompatible(_) if known.is_proved && outcome.needs_zero_fraction => {
                count.zero_fraction += 1;
                None
            }
            Verdict::Incompatible(found) => known.is_proved.then(|| {
                count.false_incompatible += 1;
                let (document, refusal) = (&found.document, &found.refusal);
                format!("incompatible by {document}, but the file has a proof ({refusal})")
            }),
            Verdict::Undecided(why) => {
                *count.unknown.entry(why.keyword.clone()).or_default() += 1;
                let truth = truth(confirmed, known.is_proved);
                let (keyword, at, reason) = (&why.keyword, &why.at, &why.reason);
                self.undecided
                    .push(format!("{name}: {keyword} at {at:?}: {reason}{truth}"));
                return;
            }
            _ => None,
        };
        match message {
            None => count.agreed += 1,
            Some(message) => self.faults.push(Fault {
                id: pair.id.clone(),
                direction,
                message,
            }),
        }
    }

    /// Whether no verdict is false and few enough comparisons are undecided.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let total: usize = self.counts().iter().map(|(_, count)| count.total()).sum();
        let unknown: usize = self.counts().iter().map(|(_, count)| count.unknown()).sum();
        self.faults.is_empty() && unknown * 100 <= total * MOST_UNDECIDED
    }

    fn counts(&self) -> [(Direction, &Count); 2] {
        [
            (Direction::Backward, &self.backward),
            (Direction::Forward, &self.forward),
        ]
    }

    /// The report as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let count = |count: &Count| {
            json!({
                "agreed": count.agreed, "compatible": count.compatible, "unknown": count.unknown(),
                "unknown_by_keyword": count.unknown, "false_proofs": count.false_proofs,
                "false_incompatible": count.false_incompatible, "unconfirmed_counterexamples": count.unconfirmed,
                "zero_fraction": count.zero_fraction,
            })
        };
        let faults = self.faults.iter().map(|fault| {
            json!({ "id": fault.id, "direction": fault.direction.name(), "message": fault.message })
        });
        json!({
            "backward": count(&self.backward), "forward": count(&self.forward),
            "set_aside": self.set_aside.iter().map(|(id, reason)| json!({ "id": id, "reason": reason })).collect::<Vec<_>>(),
            "false_verdicts": faults.collect::<Vec<_>>(), "undecided": self.undecided,
            "unconfirmed": self.unconfirmed,
            "clean": self.is_clean(),
        })
    }
}

/// What the file knows of an undecided comparison.
fn truth(confirmed: Option<&Value>, is_proved: bool) -> String {
    match confirmed {
        Some(value) => format!(", true is {value}"),
        None if is_proved => ", true is compatible".to_owned(),
        None => String::new(),
    }
}

impl Count {
    /// How many comparisons have no verdict.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown.values().sum()
    }

    /// How many comparisons there were.
    #[must_use]
    pub fn total(&self) -> usize {
        self.agreed + self.unknown() + self.false_proofs + self.false_incompatible
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, reason) in &self.set_aside {
            writeln!(f, "set aside: {id}: {reason}")?;
        }
        for fault in &self.faults {
            let direction = fault.direction.name();
            writeln!(
                f,
                "false verdict: {} {direction}: {}",
                fault.id, fault.message
            )?;
        }
        for line in &self.unconfirmed {
            writeln!(f, "not confirmed: {line}")?;
        }
        for line in &self.undecided {
            writeln!(f, "undecided: {line}")?;
        }
        for (direction, count) in self.counts() {
            writeln!(
                f,
                "{}: {} comparisons: {} agreed ({} compatible), {} unknown, {} false proofs, {} false \"incompatible\", \
                 {} stated counterexamples unconfirmed, {} by draft 4's 1.0",
                direction.name(),
                count.total(),
                count.agreed,
                count.compatible,
                count.unknown(),
                count.false_proofs,
                count.false_incompatible,
                count.unconfirmed,
                count.zero_fraction
            )?;
            for (keyword, number) in &count.unknown {
                let keyword = if keyword.is_empty() {
                    "(no keyword)"
                } else {
                    keyword
                };
                writeln!(f, "  unknown at {keyword}: {number}")?;
            }
        }
        Ok(())
    }
}
