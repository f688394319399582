//! Why a value was refused.
//!
//! A handler that passes such an error on with `?` has it recorded and logged, so it does not show the value.

use std::fmt;

use crate::contract::bounded_text::excerpt;

/// A value is not what its schema allows.
///
/// ```text
/// locked_credits must be between 1 and 9007199254740991
/// ```
///
/// The message does not show the value, so that it can be logged and recorded. [`found`](Self::found) returns
/// it, for places where payloads may be shown.
#[derive(Clone, Eq, PartialEq)]
pub struct ValueError {
    name: &'static str,
    expected: &'static str,
    found: String,
}

impl ValueError {
    /// `found` is cut after 120 bytes.
    #[doc(hidden)]
    #[must_use]
    pub fn new(name: &'static str, expected: &'static str, found: impl fmt::Display) -> Self {
        const LONGEST: usize = 120;
        Self {
            name,
            expected,
            found: excerpt(found, LONGEST),
        }
    }

    /// What the contracts call it, such as `locked_credits` or `PersonId`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it has to be or do, such as `be at least 1`.
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// What was found, as JSON spells it, cut after 120 bytes. It is a value of a payload.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must {}", self.name, self.expected)
    }
}

/// Without the value, which `{:?}` would bring into a log.
impl fmt::Debug for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueError")
            .field("name", &self.name)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ValueError {}
