//! Refuses payloads with numbers that a program could not give back.
//!
//! The text is looked at before it is parsed, because the parser would round them.
//! [`dispatcher_schema::inexact`] has the rule.

use dispatcher_schema::inexact::{inexact, is_held, is_part, place};

use crate::contract::gate::{InvalidPayload, Violation};

/// Refuses a text with numbers that are not held.
pub(crate) fn check(text: &str) -> Result<(), InvalidPayload> {
    let mut found = inexact(text).peekable();
    if found.peek().is_none() {
        return Ok(());
    }
    // Each place is looked for from the beginning of the text, so it is done for those that are listed.
    Err(InvalidPayload::of_text(found.map(|number| {
        move || Violation::number(place(text, number.start))
    })))
}

/// The text, if it is a number and held.
pub(crate) fn number(text: &str) -> Option<&str> {
    let first = text.bytes().next()?;
    let is_number = (first == b'-' || first.is_ascii_digit()) && text.bytes().all(is_part);
    (is_number && is_held(text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_says_where_and_what_to_do() {
        let text = r#"{"a": [1, {"x/y": "9:\" 12345678901234567890123,", "n~": [ 0,
            12345678901234567890123 ]}], "b\"": 1e999, "c": 1234567890123456789}"#;
        let report = check(text).err().map(|report| report.to_string());
        assert_eq!(
            report.as_deref(),
            Some(
                "/a/1/n~0/1: a number would be changed: JSON numbers are held as \
                 64-bit integers or doubles; send it as a string [number]; /b\": a number would be \
                 changed: JSON numbers are held as 64-bit integers or doubles; send it as a \
                 string [number]"
            )
        );
    }

    #[test]
    fn other_texts_do_no_harm() {
        for text in [
            "",
            "\"",
            "\"\\",
            "{\"a",
            "-",
            "1e",
            "--------------------",
            "é\"é",
            "}{][",
        ] {
            let _ = check(text);
        }
        assert!(
            check("12345678901234567890123")
                .is_err_and(|report| { report.violations()[0].instance_path.is_empty() })
        );
    }
}
