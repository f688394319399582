//! Findings as SARIF 2.1.0, which code scanning services read.

use dispatcher_build_support::changes::rule::{self, Rule};
use dispatcher_build_support::changes::{Finding, Severity};
use serde_json::{Value, json};

pub(super) fn report(findings: &[Finding]) -> Result<String, serde_json::Error> {
    let rules: Vec<&Rule> = rule::all().collect();
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| result(finding, &rules))
        .collect();
    serde_json::to_string_pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dispatcher",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": format!("{}.", rule.short) },
        "fullDescription": { "text": rule.means },
        "help": { "text": format!("{} For example: {}", rule.remedy, rule.example) },
    })
}

fn result(finding: &Finding, rules: &[&Rule]) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut message = format!("{}: {}", finding.title, finding.says);
    if let Some(example) = &finding.example {
        message.push_str(&format!(": {example}"));
    }
    if !finding.help.is_empty() {
        message.push_str(&format!(". Help: {}", finding.help));
    }
    let spot = &finding.spot;
    let mut physical = json!({ "artifactLocation": { "uri": uri(&spot.file) } });
    if let (Some(line), Some(column)) = (spot.line, spot.column) {
        physical["region"] = json!({ "startLine": line, "startColumn": column });
    }
    json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rules.iter().position(|rule| *rule == finding.rule),
        "level": level,
        "message": { "text": message },
        "locations": [{
            "physicalLocation": physical,
            "logicalLocations": [{ "fullyQualifiedName": format!("{}#{}", finding.event_type, spot.pointer) }],
        }],
        "properties": {
            "event_type": finding.event_type,
            "versions": finding.versions,
            "hits": finding.hits,
            "example": finding.example,
        },
    })
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
