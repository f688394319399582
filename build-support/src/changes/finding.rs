//! One finding about a change.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::rule::Rule;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The level of the event type refuses it.
    Error,
    /// It is allowed, and has consequences for a deployment.
    Warning,
    /// It breaks nothing that the level protects.
    Note,
}

impl Severity {
    /// The name: `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Where a finding is.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Spot {
    /// The file, as a reader would open it.
    pub file: String,
    /// The line, from 1; none where only the file is known.
    pub line: Option<usize>,
    /// The column, in characters from 1.
    pub column: Option<usize>,
    /// The JSON pointer in the file; `""` is the root.
    pub pointer: String,
}

/// What changed, and what that means.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The rule. JSON has its id.
    #[serde(serialize_with = "id")]
    pub rule: &'static Rule,
    /// How much it matters.
    pub severity: Severity,
    /// Such as `credit.locked`.
    pub event_type: String,
    /// The versions that it is about, ascending: the older and the newer one, or one, or none.
    pub versions: Vec<u32>,
    /// What happened, in half a line: `credit.locked v1 → v2 does not take old data`.
    pub title: String,
    /// Where.
    #[serde(flatten)]
    pub spot: Spot,
    /// What exactly: ``version 1 may leave out `reason` ``.
    pub says: String,
    /// A payload that shows it.
    pub example: Option<Value>,
    /// The domains that it hits.
    pub hits: Vec<String>,
    /// What to do about it.
    pub help: String,
}

fn id<S: Serializer>(rule: &&'static Rule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.id)
}

impl Finding {
    /// The order of a report: errors first, then by event type, version and place.
    pub(super) fn sort(findings: &mut [Self]) {
        findings.sort_by(|a, b| {
            let key = |finding: &Self| {
                (
                    finding.severity,
                    finding.event_type.clone(),
                    finding.versions.clone(),
                )
            };
            (key(a), &a.spot, a.rule.id).cmp(&(key(b), &b.spot, b.rule.id))
        });
    }
}
