//! Findings as one JSON object: `{"findings": [...], "errors": 1, "warnings": 0, "notes": 2}`.

use dispatcher_build_support::changes::{Finding, Severity};
use serde_json::json;

pub(super) fn report(findings: &[Finding]) -> Result<String, serde_json::Error> {
    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    serde_json::to_string_pretty(&json!({
        "findings": findings,
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "notes": count(Severity::Note),
    }))
}
