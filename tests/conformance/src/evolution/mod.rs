//! Whether the comparison of schemas says what is true: over files of pairs, and over the history of contracts.
//!
//! A file states counterexamples and proofs of others. A counterexample counts if the gates of both sides confirm it
//! under their own options. Then "compatible" is a false proof. A proof counts as stated; then "incompatible" is
//! false. What the comparison leaves undecided is counted by keyword.

mod history;
mod pair;
mod report;

use dispatcher_build_support::compat::{Mode, Verdict, compare, confirm};

pub use history::{History, history};
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
            let known = pair.known(direction);
            let stated = known.counterexample.as_slice();
            let confirmed = confirm(writer, reader, mode, stated)
                .unwrap_or_default()
                .first()
                .is_some_and(|one| one.is_written && !one.is_read);
            let verdict = compare(writer, reader, mode);
            report.add(pair, direction, &verdict, confirmed);
        }
    }
    report
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
