//! Findings for people.
//!
//! ```text
//! error[property-required]: credit.locked v1 → v2 does not take old data
//!   contracts/credit-locked-v2.json:31:5 at /required/5:
//!     version 1 may leave out `reason`: {"lesson_id":"les_…", …}
//!   hits: coaching
//!   help: make it optional
//! ```

use dispatcher_build_support::changes::{Finding, Severity, Spot};

use crate::wrap::{COLUMNS, cut, wrapped};

/// Examples are cut at this many characters; JSON has them whole.
const LONGEST_EXAMPLE: usize = 72;

pub(super) fn report(findings: &[Finding], colour: bool) -> String {
    let mut text: String = findings
        .iter()
        .map(|finding| one(finding, colour))
        .collect();
    text.push_str(&counted(findings));
    text
}

/// How many findings there are: `2 errors, 1 warning`.
fn counted(findings: &[Finding]) -> String {
    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let counts = [
        (count(Severity::Error), "error", "errors"),
        (count(Severity::Warning), "warning", "warnings"),
        (count(Severity::Note), "note", "notes"),
    ];
    let counts: Vec<_> = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, more)| format!("{count} {}", if count == 1 { one } else { more }))
        .collect();
    if counts.is_empty() {
        "no findings".to_owned()
    } else {
        counts.join(", ")
    }
}

fn one(finding: &Finding, colour: bool) -> String {
    let name = format!("{}[{}]", finding.severity.as_str(), finding.rule.id);
    // The colour takes no columns, so it is put on when the lines are made.
    let head = wrapped(&format!("{name}: {}", finding.title), "  ");
    let mut text = match head.strip_prefix(&name) {
        Some(rest) => format!("{}{rest}\n", painted(&name, finding.severity, colour)),
        None => format!("{head}\n"),
    };
    let mut says = finding.says.clone();
    if let Some(example) = &finding.example {
        says.push_str(&format!(": {}", cut(&example.to_string(), LONGEST_EXAMPLE)));
    }
    let place = place(&finding.spot);
    let line = format!("  {place}: {says}");
    if line.chars().count() <= COLUMNS {
        text.push_str(&format!("{line}\n"));
    } else {
        text.push_str(&format!("{}:\n", wrapped(&format!("  {place}"), "    ")));
        text.push_str(&format!("{}\n", wrapped(&format!("    {says}"), "    ")));
    }
    if !finding.hits.is_empty() {
        text.push_str(&format!(
            "{}\n",
            wrapped(&format!("  hits: {}", finding.hits.join(", ")), "    ")
        ));
    }
    if !finding.help.is_empty() {
        text.push_str(&format!(
            "{}\n",
            wrapped(&format!("  help: {}", finding.help), "    ")
        ));
    }
    text
}

/// `file:line:column at pointer`.
fn place(spot: &Spot) -> String {
    let mut place = spot.file.clone();
    if let (Some(line), Some(column)) = (spot.line, spot.column) {
        place.push_str(&format!(":{line}:{column}"));
    }
    if !spot.pointer.is_empty() {
        place.push_str(&format!(" at {}", spot.pointer));
    }
    place
}

fn painted(text: &str, severity: Severity, colour: bool) -> String {
    let code = match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;36",
    };
    if colour {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
