//! Findings as JUnit XML: a suite for each event type, a test case for each finding. An error is a failure; a warning or
//! note is a test that passes and says something.

use std::collections::BTreeMap;

use dispatcher_build_support::changes::{Finding, Severity};

pub(super) fn report(findings: &[Finding]) -> String {
    let mut suites: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        suites.entry(&finding.event_type).or_default().push(finding);
    }
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    xml.push_str(&format!(
        "<testsuites name=\"contracts\" {}>\n",
        counts(&findings.iter().collect::<Vec<_>>())
    ));
    for (event_type, findings) in &suites {
        xml.push_str(&format!(
            "  <testsuite name=\"{}\" {}>\n",
            escaped(event_type),
            counts(findings)
        ));
        findings
            .iter()
            .for_each(|finding| xml.push_str(&case(finding)));
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn counts(findings: &[&Finding]) -> String {
    let failures = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\"",
        findings.len()
    )
}

fn case(finding: &Finding) -> String {
    let spot = &finding.spot;
    let position = match (spot.line, spot.column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        _ => String::new(),
    };
    let name = format!(
        "{} at {}{position}#{}",
        finding.rule.id, spot.file, spot.pointer
    );
    let mut body = format!("{}\n{}", finding.title, finding.says);
    if let Some(example) = &finding.example {
        body.push_str(&format!(": {example}"));
    }
    if !finding.hits.is_empty() {
        body.push_str(&format!("\nhits: {}", finding.hits.join(", ")));
    }
    if !finding.help.is_empty() {
        body.push_str(&format!("\nhelp: {}", finding.help));
    }
    let inner = if finding.severity == Severity::Error {
        let (message, kind) = (escaped(&finding.title), escaped(finding.rule.id));
        format!(
            "<failure message=\"{message}\" type=\"{kind}\">{}</failure>",
            escaped(&body)
        )
    } else {
        format!(
            "<system-out>{}: {}</system-out>",
            finding.severity.as_str(),
            escaped(&body)
        )
    };
    let (name, class) = (escaped(&name), escaped(&finding.event_type));
    format!(
        "    <testcase name=\"{name}\" classname=\"{class}\">\n      {inner}\n    </testcase>\n"
    )
}

/// Text for XML 1.0, which has no form for most control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}')
            }
            other => escaped.push(other),
        }
    }
    escaped
}
