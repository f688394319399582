//! Texts with a limit: what is recorded and logged about a failure may hold a payload, or an answer of
//! another system, and so be of any length.

use std::fmt::{self, Display, Write};

/// How many bytes of an error are recorded and logged. 16 KiB.
pub(crate) const LONGEST_ERROR: usize = 16 * 1024;

/// What a text says, up to a limit. The rest is counted and not held.
pub(crate) struct BoundedText {
    text: String,
    limit: usize,
    /// How many bytes were written in all.
    length: usize,
}

impl BoundedText {
    /// A text of at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit,
            length: 0,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.length > self.limit
    }

    /// The text; where it was cut, it ends with `…`.
    pub(crate) fn into_excerpt(mut self) -> String {
        if self.is_full() {
            self.text
                .truncate(self.text.floor_char_boundary(self.limit - '…'.len_utf8()));
            self.text.push('…');
        }
        self.text
    }

    /// The text; where it was cut, it ends with its whole length, so that a reader knows what is missing.
    #[cfg(feature = "postgres")]
    fn into_cut(mut self) -> String {
        if self.is_full() {
            let note = format!("… (cut; the whole text has {} bytes)", self.length);
            let end = self.limit.saturating_sub(note.len());
            self.text.truncate(self.text.floor_char_boundary(end));
            self.text.push_str(&note);
        }
        self.text
    }
}

impl Write for BoundedText {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let left = self.limit.saturating_sub(self.text.len());
        // Once something was left out, nothing follows it.
        if self.length == self.text.len() {
            self.text
                .push_str(&part[..part.floor_char_boundary(left.min(part.len()))]);
        }
        self.length = self.length.saturating_add(part.len());
        Ok(())
    }
}

/// What an error says, in at most [`LONGEST_ERROR`] bytes.
#[cfg(feature = "postgres")]
pub(crate) fn error_text(error: impl Display) -> String {
    let mut text = BoundedText::new(LONGEST_ERROR);
    // Writing into it does not fail; where the error itself fails, what it said until then counts.
    let _ = write!(text, "{error}");
    text.into_cut()
}

/// The beginning of a text, in at most `limit` bytes.
pub(crate) fn excerpt(text: impl Display, limit: usize) -> String {
    let mut bounded = BoundedText::new(limit);
    let _ = write!(bounded, "{text}");
    bounded.into_excerpt()
}

/// A message of serde without the values that it quotes: `invalid type: string "…", expected a map`. The
/// names of fields stay.
pub(crate) fn without_values(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find(['"', '`']) {
        let (before, quoted) = rest.split_at(start);
        text.push_str(before);
        let quote = if quoted.starts_with('"') { '"' } else { '`' };
        let length = length_of_quoted(quoted, quote);
        if quote == '`' && before.ends_with("field ") {
            text.push_str(&quoted[..length]);
        } else {
            text.extend([quote, '…', quote]);
        }
        rest = &quoted[length..];
    }
    text.push_str(rest);
    text
}

/// How many bytes there are up to the closing quotation mark, which may be missing.
fn length_of_quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if character == quote && !is_escaped {
            return at + 1;
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_in_a_message_of_serde_are_left_out() {
        for (message, masked) in [
            (
                r#"invalid type: string "DE\"42", expected a map"#,
                r#"invalid type: string "…", expected a map"#,
            ),
            (
                "invalid value: integer `7`, expected u8",
                "invalid value: integer `…`, expected u8",
            ),
            (
                "missing field `iban` at line 1",
                "missing field `iban` at line 1",
            ),
            (
                "unknown variant `DE42`, expected `a`",
                "unknown variant `…`, expected `…`",
            ),
            ("string \"DE", "string \"…\""),
        ] {
            assert_eq!(without_values(message), masked);
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_long_text_is_cut_between_two_characters_and_says_how_long_it_was() {
        let text = error_text("é".repeat(10_000));
        assert!(text.len() <= LONGEST_ERROR);
        assert!(text.len() > LONGEST_ERROR - 60);
        assert!(
            text.ends_with("é… (cut; the whole text has 20000 bytes)"),
            "{text}"
        );
        assert_eq!(error_text("short"), "short");
        let exact = "x".repeat(LONGEST_ERROR);
        assert_eq!(error_text(&exact), exact);
    }

    #[test]
    fn an_excerpt_ends_with_an_ellipsis_where_it_was_cut() {
        assert_eq!(excerpt("abcdefgh", 8), "abcdefgh");
        assert_eq!(excerpt("abcdefghi", 8), "abcde…");
        assert_eq!(excerpt("ééééé", 8), "éé…");
    }

    /// What follows a cut would read as if it stood there.
    #[test]
    fn nothing_follows_what_was_left_out() {
        let mut text = BoundedText::new(4);
        for part in ["abc", "éé", "d"] {
            let _ = text.write_str(part);
        }
        assert_eq!(text.into_excerpt(), "a…");
    }
}
