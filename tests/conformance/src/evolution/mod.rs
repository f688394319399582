//! Whether the comparison of schemas says what is true: over files of pairs, and over the history of contracts.
//!
//! A file states counterexamples and proofs of others. A counterexample counts if the gates of both sides confirm it
//! under their own options. Then "compatible" is a false proof. A proof counts as stated; then "incompatible" is
//! false. What the comparison leaves undecided is counted by keyword.

mod history;
pub mod made_up;
mod pair;
mod report;

use dispatcher_build_support::compat::{Mode, Verdict, compare, confirm};

use report::Outcome;
use serde_json::Value;

pub use history::{History, history};
pub use made_up::edited;
pub use pair::{Direction, Known, Pair, documents, parse, read, root};
pub use report::{Count, Fault, Report};

/// Compares each pair in both directions.
#[must_use]
pub fn judge(pairs: &[Pair], mode: Mode) -> Report {
    let mut report = Report::default();
    for pair in pairs {
        let documents = match pair.documents() {
            Ok(documents) => documents,
            Err(reason) => {
                report.set_aside(&pair.id, &reason);
                continue;
            }
        };
        let [old, new] = documents.each_ref().map(root);
        if confirm(&old, &new, mode, &[]).is_none() {
            report.set_aside(&pair.id, "a schema does not compile");
            continue;
        }
        for direction in Direction::ALL {
            let (writer, reader) = match direction {
                Direction::Backward => (&old, &new),
                Direction::Forward => (&new, &old),
            };
            let refutes = |document: Value| {
                let confirmed = confirm(writer, reader, mode, &[document]).unwrap_or_default();
                confirmed
                    .first()
                    .is_some_and(|one| one.is_written && !one.is_read)
            };
            let stated = pair.known(direction).counterexample.clone();
            let verdict = compare(writer, reader, mode);
            let outcome = Outcome {
                is_confirmed: stated.is_some_and(refutes),
                needs_zero_fraction: match &verdict {
                    Verdict::Incompatible(found) => !refutes(whole(&found.document)),
                    _ => false,
                },
            };
            report.add(pair, direction, &verdict, outcome);
        }
    }
    report
}

/// The document with `1` for `1.0`.
fn whole(document: &Value) -> Value {
    match document {
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => Value::from(float as i64),
            _ => document.clone(),
        },
        Value::Array(items) => items.iter().map(whole).collect(),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), whole(member)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// The name of a verdict.
#[must_use]
pub fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Compatible => "compatible",
        Verdict::Incompatible(_) => "incompatible",
        _ => "undecided",
    }
}
