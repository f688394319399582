//! Numbers of a JSON text that a program could not give back.
//!
//! A JSON text may say 12345678901234567890123; read as 64-bit integer or double it would become
//! another number without a word. A number is held if what would be written for it is the same
//! number: an integer of 64 bits, or a decimal that is the shortest spelling of its double, or the
//! one with 17 digits that C's `%.17g` and its heirs print (0.10000000000000001 is 0.1 to each of
//! them).
//!
//! Numbers of up to 15 digits always are, so all that most texts cost is the search for a longer one.
//! The scan takes the text for JSON; what it makes of another text does no harm, because that is
//! refused by the parser.
//!
//! The runtime asks it of payloads, and both sides ask it of schemas.

use crate::pointer;

/// Digits that every double gives back.
const SURE: usize = 15;

/// A number that is not held.
#[derive(Debug)]
#[non_exhaustive]
pub struct Found<'a> {
    /// The byte at which it begins.
    pub start: usize,
    /// As it is spelled.
    pub text: &'a str,
}

/// The numbers of a JSON text that are not held.
pub fn inexact(text: &str) -> impl Iterator<Item = Found<'_>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => at = string_end(bytes, at),
                b'-' | b'0'..=b'9' => {
                    let start = at;
                    while bytes.get(at).copied().is_some_and(is_part) {
                        at += 1;
                    }
                    if let Some(number) = text.get(start..at).filter(|number| !is_held(number)) {
                        return Some(Found {
                            start,
                            text: number,
                        });
                    }
                }
                _ => at += 1,
            }
        }
        None
    })
}

/// Behind the string that begins here.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// Whether a byte can be part of a number.
#[must_use]
pub const fn is_part(byte: u8) -> bool {
    matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
}

/// Whether a number would be written as the same number that was read.
#[must_use]
pub fn is_held(number: &str) -> bool {
    if number.len() <= SURE && !number.contains(['e', 'E']) {
        return true;
    }
    if number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok() {
        return true;
    }
    // What cannot be read is the parser's to refuse, but for what is beyond every double.
    let (Some(decimal), Ok(float)) = (decimal(number), number.parse::<f64>()) else {
        return true;
    };
    let is = |spelling: String| self::decimal(&spelling).is_some_and(|other| other == decimal);
    is(format!("{float:e}")) || number.contains('.') && is(format!("{float:.16e}"))
}

/// The digits of a number without zeros around them, and the exponent of the last: two spellings of
/// one number give the same. None where it is no number.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
        None => (number, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => (true, mantissa),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = all.trim_end_matches('0');
    let dropped = all.len() - digits.len();
    let exponent = i64::try_from(dropped)
        .ok()?
        .checked_sub(i64::try_from(fraction.len()).ok()?)?
        .saturating_add(exponent);
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some((false, String::new(), 0));
    }
    Some((negative, digits.to_owned(), exponent))
}

fn exponent_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // One that is longer than i64 is beyond every double all the same.
    Some(text.parse().unwrap_or(if text.starts_with('-') {
        i64::MIN / 2
    } else {
        i64::MAX / 2
    }))
}

/// The JSON pointer to the value that begins at this byte. Only a refusal asks for it.
#[must_use]
pub fn place(text: &str, end: usize) -> String {
    /// What is open around a place, and where in it one is.
    enum Open {
        Array(usize),
        Object(String),
    }
    let bytes = text.as_bytes();
    let (mut open, mut at) = (Vec::new(), 0);
    while at < end {
        match bytes.get(at) {
            Some(b'[') => open.push(Open::Array(0)),
            Some(b'{') => open.push(Open::Object(String::new())),
            Some(b']' | b'}') => drop(open.pop()),
            Some(b',') => {
                if let Some(Open::Array(index)) = open.last_mut() {
                    *index += 1;
                }
            }
            Some(b'"') => {
                let start = at;
                at = string_end(bytes, at);
                let is_key = text[at..].trim_start().starts_with(':');
                if let (Some(Open::Object(key)), true) = (open.last_mut(), is_key) {
                    *key = serde_json::from_str(&text[start..at]).unwrap_or_default();
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    open.iter().fold(String::new(), |pointer, open| match open {
        Open::Array(index) => format!("{pointer}/{index}"),
        Open::Object(key) => pointer::join(&pointer, key),
    })
}

/// A number as a message shows it.
#[must_use]
pub fn shortened(number: &str) -> String {
    const LONGEST: usize = 60;
    match number.get(..LONGEST) {
        Some(start) if number.len() > LONGEST => format!("{start}…"),
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_back_as_the_same_number_is_held() {
        for text in [
            "0",
            "-0",
            "-0.0",
            "0e999",
            "1.0",
            "9223372036854775808",
            "18446744073709551615",
            "-9223372036854775808",
            "1e20",
            "1E+20",
            "100000000000000000000",
            "100000000000000000000000",
            "1e23",
            "0.1000000000000000000000",
            "0.30000000000000004",
            "0.10000000000000001",
            "2.2999999999999998",
            "5e-324",
            "1.7976931348623157e308",
            "123456789012345690000000",
        ] {
            assert!(is_held(text), "{text}");
        }
        for text in [
            "18446744073709551617",
            "123456789012345680000000",
            "-9223372036854775809",
            "12345678901234567890123",
            "0.100000000000000005551",
            "0.1234567890123456789",
            "3.14159265358979323846",
            "9007199254740993.0",
            "1e999",
            "1e-999",
            "1e99999999999999999999",
            "1.5e-324",
        ] {
            assert!(!is_held(text), "{text}");
        }
    }
}
