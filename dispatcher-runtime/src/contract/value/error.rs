//! Why a value was refused.

use std::fmt;

/// A value is not what its schema allows.
///
/// ```text
/// locked_credits must be between 1 and 9007199254740991, found 0
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ValueError {
    name: &'static str,
    expected: &'static str,
    found: String,
}

impl ValueError {
    /// `found` is cut where it is longer than a message should be.
    #[doc(hidden)]
    #[must_use]
    pub fn new(name: &'static str, expected: &'static str, found: impl fmt::Display) -> Self {
        const LONGEST: usize = 120;
        let mut found = found.to_string();
        if let Some((end, _)) = found.char_indices().nth(LONGEST) {
            found.truncate(end);
            found.push('…');
        }
        Self {
            name,
            expected,
            found,
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

    /// What was found, as JSON spells it.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} must {}, found {}",
            self.name, self.expected, self.found
        )
    }
}

impl std::error::Error for ValueError {}
