//! Texts without characters that a terminal acts on.

/// The text on one line: control characters, line breaks included, and characters that reorder the text around them are
/// shown as escapes such as `\u{1b}`.
pub(crate) fn plain(text: &str) -> String {
    replaced(text, |character| !is_shown_as_itself(character))
}

/// A text of several lines, which keeps its line breaks.
pub(crate) fn guarded(text: &str) -> String {
    replaced(text, |character| {
        character != '\n' && !is_shown_as_itself(character)
    })
}

fn replaced(text: &str, escapes: impl Fn(char) -> bool) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if escapes(character) {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Whether a terminal shows the character, and does nothing else.
pub(super) fn is_shown_as_itself(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{061C}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_acts_on_is_shown_as_an_escape() {
        for (hostile, shown) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\r\nb\tc", "a\\r\\nb\\tc"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("per_\u{202e}txt", "per_\\u{202e}txt"),
            ("a\u{200b}b", "a\\u{200b}b"),
            ("Käse 🧀", "Käse 🧀"),
        ] {
            assert_eq!(plain(hostile), shown);
        }
        assert_eq!(guarded("a\n\u{7}b"), "a\n\\u{7}b");
    }
}
