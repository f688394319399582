//! Why a payload or an envelope was refused: violations, each with its place, what was expected and which
//! kind of value was found.
//!
//! A report may be written to logs and tables, so it is limited and shows no value. It holds what it needs
//! for [`with_values`](InvalidPayload::with_values), which is asked for where a reader may see payloads.

use std::fmt::{self, Write};

use serde_json::Value;

use super::finding::Finding;
use super::shown::Shown;
use super::violation::Violation;
use crate::contract::bounded_text::{LONGEST_ERROR, excerpt};

/// Why a payload or an envelope was refused: its violations, in the order of the instance path.
///
/// It shows no value of the payload, so that it can be logged and recorded: of a violation it names the
/// place, the keyword, what was expected, and which kind of value was found. Names of properties are shown.
/// [`with_values`](Self::with_values) shows values too.
///
/// It is limited, whatever the payload and the schema are: 20 violations
/// ([`MOST_VIOLATIONS`](Self::MOST_VIOLATIONS)), of which [`further`](Self::further) counts the rest, and
/// 16 KiB of text. To find them takes 32 steps for each value in the payload, and 20,000 steps on top; if
/// that is not enough, [`is_complete`](Self::is_complete) says so.
///
/// ```
/// use acme_contracts::credit_locked::CreditLocked;
/// use dispatcher_runtime::Payload;
/// use serde_json::json;
///
/// let report = CreditLocked::schema().validate(&json!({ "person_id": "Ada Lovelace" })).unwrap_err();
/// assert!(report.to_string().contains("/person_id: a string of 12 characters does not match"));
/// assert!(report.with_values().to_string().contains("Ada Lovelace"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct InvalidPayload {
    schema: Option<String>,
    violations: Vec<Violation>,
    #[serde(flatten)]
    reach: Reach,
}

/// How much of what is wrong a report lists.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
pub(super) struct Reach {
    /// How many more violations were found.
    pub(super) further: u64,
    /// Whether everything was looked at.
    pub(super) is_complete: bool,
}

impl Reach {
    /// All that there is to say is listed.
    const ALL: Self = Self {
        further: 0,
        is_complete: true,
    };
}

impl InvalidPayload {
    /// How many violations a report lists: 20.
    pub const MOST_VIOLATIONS: usize = 20;

    /// `violations` are at most [`MOST_VIOLATIONS`](Self::MOST_VIOLATIONS), and at least one.
    pub(super) fn new(
        schema: Option<String>,
        mut violations: Vec<Violation>,
        reach: Reach,
    ) -> Self {
        violations
            .sort_by(|a, b| (&a.instance_path, &a.keyword).cmp(&(&b.instance_path, &b.keyword)));
        Self {
            schema,
            violations,
            reach,
        }
    }

    /// A schema let something else through than an object.
    pub(super) fn not_an_object(schema: Option<String>, payload: &Value) -> Self {
        let shown = Shown::unmarked(payload);
        let violation = Violation::new(String::new(), Finding::object(), payload, Some(shown));
        Self::new(schema, vec![violation], Reach::ALL)
    }

    /// Of a text that is refused before any schema is asked. Only violations that are listed are made.
    pub(crate) fn of_text<V: FnOnce() -> Violation>(
        violations: impl IntoIterator<Item = V>,
    ) -> Self {
        let mut violations = violations.into_iter();
        let listed = violations.by_ref().take(Self::MOST_VIOLATIONS);
        let listed: Vec<_> = listed.map(|violation| violation()).collect();
        let reach = Reach {
            further: violations.count() as u64,
            is_complete: true,
        };
        Self {
            schema: None,
            violations: listed,
            reach,
        }
    }

    /// The same of an envelope: what has no place in it is about the envelope and not about a payload.
    #[cfg(any(feature = "publish", feature = "consume"))]
    pub(super) fn of_the_envelope(mut self) -> Self {
        let violations = self.violations.into_iter();
        self.violations = violations.map(Violation::of_the_envelope).collect();
        self
    }

    /// The same without the violations at one place.
    #[cfg(feature = "consume")]
    pub(super) fn without(mut self, instance_path: &str) -> Result<(), Self> {
        self.violations
            .retain(|violation| violation.instance_path != instance_path);
        if self.violations.is_empty() && self.reach == Reach::ALL {
            Ok(())
        } else {
            Err(self)
        }
    }

    /// The same with the values that were found, as JSON, each cut after 120 bytes: for readers who may see
    /// payloads. A value that the schema marks with `"x-sensitive": true`, or that stands in one, is not
    /// shown; nor is a number that would be changed, because it is refused before its schema is known.
    #[must_use]
    pub fn with_values(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            violations: self.violations.iter().map(Violation::with_values).collect(),
            reach: self.reach,
        }
    }

    /// The violations; there is at least one, and at most [`MOST_VIOLATIONS`](Self::MOST_VIOLATIONS).
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// How many violations were found beyond those that are listed. Several keywords of one schema that refuse
    /// one value count once.
    pub fn further(&self) -> u64 {
        self.reach.further
    }

    /// Whether the whole payload was looked at. If not, the search met its limit, or the reason lies in
    /// a keyword that a report cannot follow (`$dynamicRef`), and there may be more violations.
    pub fn is_complete(&self) -> bool {
        self.reach.is_complete
    }

    /// The schema file, relative to the contracts directory.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }
}

impl fmt::Display for InvalidPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// What is kept for the words after the violations.
        const REST: usize = 512;
        let mut text = String::new();
        let mut further = self.reach.further;
        for violation in &self.violations {
            let length = text.len();
            if !text.is_empty() {
                text.push_str("; ");
            }
            write!(text, "{violation}")?;
            if text.len() > LONGEST_ERROR - REST {
                text.truncate(length);
                further += 1;
            }
        }
        f.write_str(&text)?;
        match (further, self.reach.is_complete) {
            (0, true) => {}
            (0, false) => f.write_str("; there may be more")?,
            (further, true) => write!(f, "; and {further} more")?,
            (further, false) => write!(f, "; and at least {further} more")?,
        }
        if let Some(schema) = &self.schema {
            write!(f, " (schema {})", excerpt(schema, REST / 2))?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidPayload {}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
