//! Output for programs: one JSON document, or one on each line.

use std::fmt::Write;

use super::plain::is_shown_as_itself;

/// A document of several lines.
///
/// # Errors
/// A value cannot be written as JSON.
pub(crate) fn document(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(value).map(|text| escaped(&text))
}

/// A document on one line.
///
/// # Errors
/// A value cannot be written as JSON.
pub(crate) fn line(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string(value)?;
    // What is stored may be JSON of several lines. A line break within a string is an escape already.
    Ok(escaped(&text.replace(['\n', '\r'], " ")))
}

/// The same document, with escapes for what a terminal acts on. JSON has such characters in strings alone.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\n' | '\r' | '\t') || is_shown_as_itself(character) {
            escaped.push(character);
            continue;
        }
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_the_same_and_a_terminal_acts_on_nothing() {
        let value = serde_json::json!({ "a": "\u{9b}31m \u{202e} \u{e0001} \u{1b}[2J\n" });
        for text in [document(&value).unwrap(), line(&value).unwrap()] {
            assert!(
                text.chars().all(|it| it == '\n' || is_shown_as_itself(it)),
                "{text:?}"
            );
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&text).unwrap(),
                value
            );
        }
        assert_eq!(line(&value).unwrap().lines().count(), 1);
    }
}
