//! The files for Prometheus: rules, and tests of the rules for `promtool`.
//!
//! Texts are written as JSON strings, which YAML reads; queries as blocks, so that a diff shows their lines.

use std::fmt::Write;

use serde_json::json;

use crate::alert::Alert;
use crate::alerts::alerts;
use crate::case::{Case, INTERVAL};
use crate::scheme::Scheme;

/// How a file says what it is.
fn header(scheme: Scheme, what: &str) -> String {
    let source = match scheme {
        Scheme::Metrics => "MetricsObserver with metrics-exporter-prometheus",
        Scheme::OpenTelemetry => {
            "OpenTelemetryObserver with OpenTelemetry's exporter for Prometheus, its collector, or OTLP"
        }
    };
    format!(
        "# {what} for {source}.\n\
         # Generated: change tests/monitoring, and run UPDATE_EXPECT=1 cargo test -p dispatcher-monitoring-tests.\n"
    )
}

/// A string of YAML.
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

/// The file of rules.
pub fn rules(scheme: Scheme) -> String {
    let mut text = header(scheme, "Alerts of Dispatcher");
    text.push_str(
        "# docs/runbook.md says for each what it means, what to type and what not to do.\n",
    );
    text.push_str("groups:\n  - name: dispatcher\n    rules:\n");
    for alert in alerts() {
        rule(&mut text, scheme, &alert);
    }
    text
}

fn rule(text: &mut String, scheme: Scheme, alert: &Alert) {
    for line in wrapped(alert.why) {
        let _ = writeln!(text, "      # {line}");
    }
    let _ = writeln!(text, "      - alert: {}", alert.name);
    text.push_str("        expr: |-\n");
    for line in scheme.rename(&alert.query).lines() {
        let _ = writeln!(text, "          {line}");
    }
    let _ = writeln!(text, "        for: {}", alert.lasts);
    text.push_str("        labels:\n");
    let _ = writeln!(text, "          severity: {}", alert.severity.as_str());
    text.push_str("        annotations:\n");
    for (name, value) in annotations(alert, alert.summary, alert.description) {
        let _ = writeln!(text, "          {name}: {}", quoted(&value));
    }
}

fn annotations(alert: &Alert, summary: &str, description: &str) -> [(&'static str, String); 3] {
    [
        ("summary", summary.to_owned()),
        ("description", description.to_owned()),
        ("runbook_url", alert.runbook_url()),
    ]
}

/// Lines of at most 100 characters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].len() + word.len() >= 100 {
            lines.push(word.to_owned());
        } else {
            let line = &mut lines[last];
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The file of tests of the rules, for `promtool test rules`.
pub fn tests(scheme: Scheme) -> String {
    let mut text = header(scheme, "Tests of the alerts");
    text.push_str("# Run it with promtool test rules.\n");
    text.push_str("rule_files:\n  - prometheus-rules.yaml\nevaluation_interval: 30s\ntests:\n");
    for alert in alerts() {
        for case in &alert.cases {
            test(&mut text, scheme, &alert, case);
        }
    }
    text
}

fn test(text: &mut String, scheme: Scheme, alert: &Alert, case: &Case) {
    let verb = match case.expected {
        Some(_) => "fires",
        None => "does not fire",
    };
    let name = format!("{} {verb}: {}", alert.name, case.name);
    let _ = writeln!(text, "  - name: {}", quoted(&name));
    let _ = writeln!(text, "    interval: {INTERVAL}");
    if case.series.is_empty() {
        text.push_str("    input_series: []\n");
    } else {
        text.push_str("    input_series:\n");
    }
    for series in &case.series {
        let _ = writeln!(
            text,
            "      - series: {}",
            quoted(&scheme.rename(&series.series))
        );
        let _ = writeln!(text, "        values: {}", quoted(&series.samples));
    }
    text.push_str("    alert_rule_test:\n");
    let _ = writeln!(text, "      - eval_time: {}", case.at);
    let _ = writeln!(text, "        alertname: {}", alert.name);
    let Some(expected) = &case.expected else {
        text.push_str("        exp_alerts: []\n");
        return;
    };
    text.push_str("        exp_alerts:\n          - exp_labels:\n");
    let _ = writeln!(text, "              severity: {}", alert.severity.as_str());
    for (label, value) in &expected.labels {
        let _ = writeln!(text, "              {label}: {}", quoted(value));
    }
    text.push_str("            exp_annotations:\n");
    for (name, value) in annotations(alert, expected.summary, expected.description) {
        let _ = writeln!(text, "              {name}: {}", quoted(&value));
    }
}
