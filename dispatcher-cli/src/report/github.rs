//! Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

use dispatcher_build_support::changes::{Finding, Severity};

pub(super) fn report(findings: &[Finding]) -> String {
    findings.iter().map(one).collect()
}

fn one(finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = format!("file={}", property(&finding.spot.file));
    if let Some(line) = finding.spot.line {
        properties.push_str(&format!(",line={line}"));
    }
    if let Some(column) = finding.spot.column {
        properties.push_str(&format!(",col={column}"));
    }
    let title = format!("{}: {}", finding.rule.id, finding.title);
    properties.push_str(&format!(",title={}", property(&title)));
    let mut message = finding.says.clone();
    if let Some(example) = &finding.example {
        message.push_str(&format!(": {example}"));
    }
    if !finding.hits.is_empty() {
        message.push_str(&format!("\nhits: {}", finding.hits.join(", ")));
    }
    if !finding.help.is_empty() {
        message.push_str(&format!("\nhelp: {}", finding.help));
    }
    format!("::{command} {properties}::{}\n", data(&message))
}

/// What comes behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
