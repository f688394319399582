//! An alert, as Prometheus evaluates it.

use crate::case::Case;

/// How soon an alert needs a person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// Now: events are not handled, or nothing tells whether they are.
    Critical,
    /// Today.
    Warning,
    /// It is on purpose, and may have been forgotten.
    Info,
}

impl Severity {
    /// The value of the label `severity`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// An alert.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Its name, which is also the heading of its entry in docs/runbook.md.
    pub name: &'static str,
    /// Why it has this threshold and waits for that long; a comment of the rules.
    pub why: &'static str,
    /// The query, in the names of the `metrics` facade.
    pub query: String,
    /// For how long the query has to have a result, as Prometheus writes it: `5m`.
    pub lasts: &'static str,
    /// How soon it needs a person.
    pub severity: Severity,
    /// What is the matter, in one line; a template of Prometheus.
    pub summary: &'static str,
    /// What it means and what to type first; a template of Prometheus.
    pub description: &'static str,
    /// When it fires, and when it does not.
    pub cases: Vec<Case>,
}

impl Alert {
    /// Where its entry is.
    pub fn runbook_url(&self) -> String {
        let anchor = self.name.to_lowercase();
        format!("https://github.com/dispatcher-rs/dispatcher/blob/main/docs/runbook.md#{anchor}")
    }
}
