//! Writes the files of docs/monitoring: a Grafana dashboard, Prometheus rules and tests of these rules, for both
//! ways in which Prometheus can get the metrics.
//!
//! The queries are written once, in the names of the `metrics` facade. [`Scheme`] changes them to those that
//! OpenTelemetry's exporters make of the same metrics. The names, kinds and labels are those of the table in
//! docs/observability.md, which the tests of the observers compare with what is exported.

mod alert;
mod alerts;
mod case;
mod dashboard;
mod panel;
mod rules;
mod scheme;
mod transfers;

pub use alert::{Alert, Severity};
pub use alerts::alerts;
pub use case::{Case, Expected, Series};
pub use dashboard::dashboard;
pub use panel::{Panel, Row, rows};
pub use rules::{rules, tests};
pub use scheme::Scheme;

/// A generated file: its path below docs/monitoring, and its text.
#[derive(Clone, Debug)]
pub struct Document {
    /// Below docs/monitoring, such as `metrics/prometheus-rules.yaml`.
    pub path: String,
    /// What it has to contain.
    pub text: String,
}

/// All files of docs/monitoring.
pub fn documents() -> Vec<Document> {
    let of = |scheme: Scheme| {
        let document = |name: &str, text: String| Document {
            path: format!("{}/{name}", scheme.folder()),
            text,
        };
        [
            document("grafana-dashboard.json", dashboard(scheme)),
            document("prometheus-rules.yaml", rules(scheme)),
            document("prometheus-rules.test.yaml", tests(scheme)),
        ]
    };
    Scheme::ALL.into_iter().flat_map(of).collect()
}
