//! Who resolves or redrives a dead letter, and why: texts that are stored, logged and shown to others.

use super::DeadLetterError;

/// How many bytes an operator's name may have.
const LONGEST_NAME: usize = 1024;

/// How many bytes an operator's note may have.
const LONGEST_NOTE: usize = 16 * 1024;

/// An operator's decision about a dead letter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision<'a> {
    /// Who decided.
    pub(crate) by: &'a str,
    /// Another name that the operator gave, which nothing proves.
    pub(crate) claimed: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
    /// How it came, for the audit: `api` or `http`.
    pub(crate) way: &'static str,
}

/// What an operator does with a dead letter, as the audit says it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Resolve,
    Redrive,
}

impl Act {
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Redrive => "redrive",
        }
    }

    /// What came of it; `is_done` is false where the dead letter was not open any more, or is not there.
    pub(super) fn outcome(self, is_done: bool) -> &'static str {
        match self {
            _ if !is_done => "nothing was changed",
            Self::Resolve => "resolved",
            Self::Redrive => "redriven",
        }
    }
}

impl Decision<'_> {
    /// # Errors
    /// A text cannot be recorded.
    pub(super) fn check(&self) -> Result<(), DeadLetterError> {
        if self.by.trim().is_empty() {
            return Err(DeadLetterError::NoOperator);
        }
        let names = [Some(self.by), self.claimed].into_iter().flatten();
        for name in names {
            check("the operator's name", name, LONGEST_NAME)?;
        }
        match self.note {
            Some(note) => check("the operator's note", note, LONGEST_NOTE),
            None => Ok(()),
        }
    }
}

fn check(text: &'static str, value: &str, longest: usize) -> Result<(), DeadLetterError> {
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
    Err(DeadLetterError::InvalidText { text, problem })
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
