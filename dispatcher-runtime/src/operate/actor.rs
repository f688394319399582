//! Who acts, and why: texts that are stored, logged and shown to others.

use crate::contract::bounded_text::excerpt;

/// How many bytes of a text that a caller passed the audit keeps.
const LONGEST_IN_AUDIT: usize = 4096;

/// How many bytes an operator's name may have.
pub(crate) const LONGEST_NAME: usize = 1024;

/// How many bytes an operator's note may have.
const LONGEST_NOTE: usize = 16 * 1024;

/// The operator who does something, and why: what the audit says about an act.
///
/// ```
/// use dispatcher_runtime::Actor;
///
/// let actor = Actor::new("mia").because("the slot service is back");
/// # drop(actor);
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Actor<'a> {
    pub(crate) name: &'a str,
    pub(crate) claimed: Option<&'a str>,
    pub(crate) why: Option<&'a str>,
    pub(crate) way: &'static str,
}

impl<'a> Actor<'a> {
    /// The operator of that name. It may neither be blank nor have control characters.
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            claimed: None,
            why: None,
            way: "api",
        }
    }

    /// Why, in the operator's words, without control characters. Defaults to nothing.
    pub fn because(mut self, why: impl Into<Option<&'a str>>) -> Self {
        self.why = why.into();
        self
    }

    /// By what the operator acts: `http`, `cli`. Defaults to `api`.
    pub fn by_way_of(mut self, way: &'static str) -> Self {
        self.way = way;
        self
    }

    /// Another name that the operator gave, which nothing proves.
    pub fn claiming(mut self, claimed: Option<&'a str>) -> Self {
        self.claimed = claimed.filter(|claimed| *claimed != self.name);
        self
    }
}

/// The operator's name or reason cannot be recorded.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ActorError {
    /// The operator is not named: pass a name.
    #[error("the operator's name is empty: name who does this")]
    Unnamed,
    /// An operator's name or note has a control character or is too long.
    #[error("{text} {problem}")]
    #[non_exhaustive]
    InvalidText {
        /// Which text.
        text: &'static str,
        /// What is wrong with it, and what to do.
        problem: String,
    },
}

impl Actor<'_> {
    /// # Errors
    /// A text cannot be recorded.
    pub(crate) fn check(&self) -> Result<(), ActorError> {
        if self.name.trim().is_empty() {
            return Err(ActorError::Unnamed);
        }
        let names = [Some(self.name), self.claimed].into_iter().flatten();
        for name in names {
            check("the operator's name", name, LONGEST_NAME)?;
        }
        match self.why {
            Some(why) => check("the operator's note", why, LONGEST_NOTE),
            None => Ok(()),
        }
    }
}

fn check(text: &'static str, value: &str, longest: usize) -> Result<(), ActorError> {
    let problem = if value.len() > longest {
        format!("has {} bytes: shorten it to {longest} at most", value.len())
    } else if let Some(control) = control_character(value) {
        format!(
            "contains the control character U+{:04X}: leave it out",
            u32::from(control)
        )
    } else {
        return Ok(());
    };
    Err(ActorError::InvalidText { text, problem })
}

/// The first character of a text that is not shown as itself: a control character, a separator of lines or
/// paragraphs, or one that reorders the text around it.
pub(crate) fn control_character(text: &str) -> Option<char> {
    let is_control = |character: &char| {
        character.is_control()
            || matches!(
                character,
                '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            )
    };
    text.chars().find(is_control)
}

/// Names that a caller passed may be of any length, and have characters that a terminal obeys or Postgres cannot store.
pub(crate) fn storable(text: &str) -> String {
    let text = excerpt(text, LONGEST_IN_AUDIT);
    if control_character(&text).is_none() {
        return text;
    }
    text.chars()
        .map(
            |character| match control_character(character.encode_utf8(&mut [0; 4])) {
                Some(_) => '\u{FFFD}',
                None => character,
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_holds_no_control_character_and_no_endless_text() {
        assert_eq!(storable("pause a/b"), "pause a/b");
        assert_eq!(
            storable("a\u{0}b\u{202E}c\n"),
            "a\u{FFFD}b\u{FFFD}c\u{FFFD}"
        );
        assert!(storable(&"x".repeat(1 << 20)).len() < LONGEST_IN_AUDIT + 10);
    }
}
