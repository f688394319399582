//! One way in which a payload or an envelope breaks its schema.

use std::fmt;

use serde_json::Value;

use super::finding::{FOUND, Finding, LONGEST_MESSAGE};
use super::shown::Shown;
use crate::contract::bounded_text::excerpt;

/// What a violation is about whose instance path is empty.
const PAYLOAD: &str = "the payload";

/// How many bytes of a place are held: names of properties are the sender's.
const LONGEST_PLACE: usize = 256;

/// One way in which a payload or an envelope breaks its schema.
///
/// It says which kind of value stands there and not which value, so that it may be logged and recorded:
/// see [`InvalidPayload`](super::InvalidPayload). Each text is cut where it is long and then ends with `…`:
/// places after 256 bytes, messages after 360.
#[derive(Clone, Eq, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// JSON pointer into the payload or the envelope; empty for the whole.
    pub instance_path: String,
    /// The keyword that refuses it, such as `minimum`.
    pub keyword: String,
    /// What the keyword demands, such as `at least 1`.
    pub expected: String,
    /// What stands there, such as `a string of 22 characters`.
    pub found: String,
    /// Both in a sentence.
    pub message: String,
    #[serde(skip)]
    whole: &'static str,
    #[serde(skip)]
    unmasked: Option<Unmasked>,
}

/// What a violation says where values may be shown.
#[derive(Clone, Eq, PartialEq)]
struct Unmasked {
    found: String,
    message: String,
}

impl Violation {
    /// `shown` is `None` where the value is never shown.
    pub(super) fn new(
        place: String,
        finding: Finding,
        value: &Value,
        shown: Option<Shown>,
    ) -> Self {
        let kind = kind_of(value);
        Self::with_found(place, finding, kind, shown.map(|Shown(text)| text))
    }

    fn with_found(place: String, finding: Finding, kind: String, shown: Option<String>) -> Self {
        let message = |found: &str| excerpt(finding.message.replace(FOUND, found), LONGEST_MESSAGE);
        Self {
            instance_path: excerpt(place, LONGEST_PLACE),
            keyword: finding.keyword,
            expected: finding.expected,
            message: message(&kind),
            found: kind,
            whole: PAYLOAD,
            unmasked: shown.map(|found| Unmasked {
                message: message(&found),
                found,
            }),
        }
    }

    /// A number that would be changed.
    pub(crate) fn number(instance_path: String) -> Self {
        let finding = Finding::new(
            "number",
            "a 64-bit integer, or a decimal that a double holds",
            format!(
                "{FOUND} would be changed: JSON numbers are held as 64-bit integers or doubles; send it as a string"
            ),
        );
        let kind = "a number".to_owned();
        // Which schema it belongs to is not known before it is parsed, so nobody knows whether it may be shown.
        Self::with_found(instance_path, finding, kind, None)
    }

    /// A text that Postgres cannot store.
    #[cfg(feature = "publish")]
    pub(crate) fn nul(instance_path: &str, found: &str) -> Self {
        let finding = Finding::new(
            "nul",
            "a text without NUL characters",
            format!("{FOUND} contains a NUL character, which Postgres cannot store"),
        );
        let value = Value::from(found);
        let shown = Shown::unmarked(&value);
        Self::new(instance_path.to_owned(), finding, &value, Some(shown))
    }

    /// A value that the log has no room for.
    #[cfg(feature = "publish")]
    pub(crate) fn too_long(instance_path: &str, bytes: usize, limit: usize) -> Self {
        let finding = Finding::new(
            "bytes",
            &format!("at most {limit} bytes"),
            format!("{FOUND} is too long: the log stores at most {limit}"),
        );
        let kind = format!("a value of {bytes} bytes");
        Self::with_found(instance_path.to_owned(), finding, kind, None)
    }

    /// The same about an envelope: what has no place in it is about the envelope and not about a payload.
    /// Its schema does not know which parts of the payload are sensitive, so these are not shown.
    #[cfg(any(feature = "publish", feature = "consume"))]
    pub(super) fn of_the_envelope(mut self) -> Self {
        self.whole = "the envelope";
        let place = &self.instance_path;
        if place.is_empty() || place == "/payload" || place.starts_with("/payload/") {
            self.unmasked = None;
        }
        self
    }

    /// The same with the value that was found, as JSON, cut after 120 bytes. A value that the schema marks
    /// as sensitive is not shown.
    #[must_use]
    pub fn with_values(&self) -> Self {
        let mut shown = self.clone();
        if let Some(unmasked) = &self.unmasked {
            shown.found.clone_from(&unmasked.found);
            shown.message.clone_from(&unmasked.message);
        }
        shown
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.instance_path.is_empty() {
            self.whole
        } else {
            &self.instance_path
        };
        write!(f, "{place}: {} [{}]", self.message, self.keyword)
    }
}

/// Without the value that was found, which `{:?}` would bring into a log.
impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Violation")
            .field("instance_path", &self.instance_path)
            .field("keyword", &self.keyword)
            .field("expected", &self.expected)
            .field("found", &self.found)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// What can be said about a value without saying which it is.
fn kind_of(value: &Value) -> String {
    let sized = |what, number: usize, one: &str, many: &str| {
        let unit = if number == 1 { one } else { many };
        format!("{what} of {number} {unit}")
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(text) => sized("a string", text.chars().count(), "character", "characters"),
        Value::Array(items) => sized("an array", items.len(), "item", "items"),
        Value::Object(members) => sized("an object", members.len(), "property", "properties"),
    }
}
