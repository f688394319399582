//! Rust names for JSON names: well formed, distinct, and the same in every run.
//!
//! Identifiers are ASCII. A character that is neither allowed in one nor a separator is written as
//! its code point (`u65e5`), and a separator where no word precedes it by its name
//! (`_id` → `underscore_id`), so that names that differ in JSON rarely meet in Rust.
//!
//! What a name becomes depends on that name alone. Otherwise a property that is added could take the
//! Rust name of another one, and code that was written for the old property would use the new one.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

/// The constant that every generated enum of values has; a variant of this name would hide it.
pub(super) const ALL: &str = "ALL";

/// `credit_locked` → `CreditLocked`, `EUR` → `Eur`, `personID` → `PersonID`.
pub(super) fn pascal(name: &str) -> String {
    match joined(&words(name, false)).as_str() {
        "" => "Empty".to_owned(),
        "Self" => "SelfValue".to_owned(),
        out if out.starts_with(|first: char| first.is_ascii_digit()) => format!("N{out}"),
        out => out.to_owned(),
    }
}

/// A variant's name that says more than [`pascal`] does, for values that meet there:
/// `in-progress` → `LowerInDashProgress`, `ASC` → `UpperAsc`.
///
/// It is never what [`pascal`] makes of the same value, so that of values that meet none has the
/// short name and each use of it is found by the compiler.
pub(super) fn described(name: &str) -> String {
    let has = |wanted: fn(&char) -> bool| name.chars().any(|letter| wanted(&letter));
    let case = match (has(char::is_ascii_lowercase), has(char::is_ascii_uppercase)) {
        (true, false) => "Lower",
        (false, true) => "Upper",
        (true, true) => "Mixed",
        (false, false) => "Text",
    };
    let words = split(name, false, |_| Separator::Named);
    format!("{case}{}", joined(&words))
}

/// Words in `PascalCase`.
fn joined(words: &[String]) -> String {
    let mut out = String::new();
    for word in words {
        let shouted = word.len() > 1 && !word.contains(|c: char| c.is_ascii_lowercase());
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        if shouted {
            out.extend(letters.map(|letter| letter.to_ascii_lowercase()));
        } else {
            out.extend(letters);
        }
    }
    out
}

/// `creditReservationId` → `credit_reservation_id`.
pub(super) fn snake(name: &str) -> String {
    let words: Vec<_> = words(name, true)
        .iter()
        .map(|word| word.to_ascii_lowercase())
        .collect();
    let out = words.join("_");
    match out.as_str() {
        "" => "empty".to_owned(),
        "self" | "super" | "crate" => format!("{out}_"),
        _ if out.starts_with(|first: char| first.is_ascii_digit()) => format!("n{out}"),
        _ => out,
    }
}

/// An identifier, raw if it is a keyword. `gen` is one since edition 2024, and syn takes it.
pub(super) fn ident(name: &str) -> Ident {
    if matches!(name, "self" | "super" | "crate" | "Self" | "_") {
        Ident::new(&format!("{name}_"), Span::call_site())
    } else if name != "gen" && syn::parse_str::<Ident>(name).is_ok() {
        Ident::new(name, Span::call_site())
    } else {
        Ident::new_raw(name, Span::call_site())
    }
}

/// What becomes of a separator.
#[derive(Clone, Copy, PartialEq)]
enum Separator {
    /// It only ends a word.
    Dropped,
    /// It is a word: `underscore`.
    Named,
    /// It is a word: its code point.
    Encoded,
}

/// Where a separator stands.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Leading,
    Between,
    Trailing,
}

/// The words of a name. With `humps`, an upper-case letter begins one.
///
/// A separator at the start is a word as well, since `_birthDate` stands beside `birthDate` in many
/// contracts. One at the end is a word in the names of fields; variants are told apart by
/// [`described`].
fn words(name: &str, humps: bool) -> Vec<String> {
    if name.chars().all(|letter| separator(letter).is_some()) {
        return split(name, humps, |_| Separator::Encoded);
    }
    split(name, humps, |side| match side {
        Side::Leading => Separator::Named,
        Side::Trailing if humps => Separator::Named,
        Side::Between | Side::Trailing => Separator::Dropped,
    })
}

/// The name of a separator.
fn separator(letter: char) -> Option<&'static str> {
    Some(match letter {
        ' ' => "space",
        '-' => "dash",
        '_' => "underscore",
        '.' => "dot",
        ':' => "colon",
        '/' => "slash",
        ',' => "comma",
        _ => return None,
    })
}

fn split(name: &str, humps: bool, of: impl Fn(Side) -> Separator) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let is_word = |letter: &char| separator(*letter).is_none();
    let first = letters.iter().position(is_word).unwrap_or(0);
    let last = letters.iter().rposition(is_word).unwrap_or(0);
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        if letter.is_ascii_alphanumeric() {
            if humps && begins_word(before, letter, after) {
                words.push(std::mem::take(&mut word));
            }
            word.push(letter);
            continue;
        }
        words.push(std::mem::take(&mut word));
        let side = match index {
            _ if index < first => Side::Leading,
            _ if index > last => Side::Trailing,
            _ => Side::Between,
        };
        match separator(letter).map(|name| (name, of(side))) {
            Some((_, Separator::Dropped)) => {}
            // `-1` is a number rather than a name.
            Some(("dash", Separator::Named))
                if side == Side::Leading && after.is_some_and(char::is_ascii_digit) =>
            {
                words.push("minus".to_owned());
            }
            Some((name, Separator::Named)) => words.push(name.to_owned()),
            Some((_, Separator::Encoded)) | None => words.push(format!("u{:x}", u32::from(letter))),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a letter begins a word inside a name such as `personId` or `HTTPServer`.
fn begins_word(before: Option<&char>, letter: char, after: Option<&char>) -> bool {
    letter.is_ascii_uppercase()
        && before.is_some_and(|before| {
            before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
        })
}

/// The names of one scope.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    pub(super) fn new(reserved: &[&str]) -> Self {
        Self(reserved.iter().map(|&name| name.to_owned()).collect())
    }

    /// The first candidate that is free, or else the last one with a number.
    pub(super) fn take(&mut self, candidates: &[String]) -> String {
        for candidate in candidates {
            if self.0.insert(candidate.clone()) {
                return candidate.clone();
            }
        }
        let stem = candidates
            .last()
            .map_or("", String::as_str)
            .trim_end_matches('_');
        let mut number = 2_u32;
        loop {
            let name = format!("{stem}{number}");
            if self.0.insert(name.clone()) {
                return name;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_rust_names() {
        for (json, type_name, field) in [
            ("credit_locked", "CreditLocked", "credit_locked"),
            (
                "creditReservationId",
                "CreditReservationId",
                "credit_reservation_id",
            ),
            ("HTTPServer", "HTTPServer", "http_server"),
            ("EUR", "Eur", "eur"),
            ("FOO_BAR", "FooBar", "foo_bar"),
            ("PersonId", "PersonId", "person_id"),
            ("", "Empty", "empty"),
            ("1st", "N1st", "n1st"),
            ("self", "SelfValue", "self_"),
            ("-", "U2d", "u2d"),
            ("+", "U2b", "u2b"),
            ("日本", "U65e5U672c", "u65e5_u672c"),
            ("@type", "U40Type", "u40_type"),
            ("$ref", "U24Ref", "u24_ref"),
        ] {
            assert_eq!(
                (pascal(json).as_str(), snake(json).as_str()),
                (type_name, field),
                "{json}"
            );
        }
    }

    #[test]
    fn a_separator_where_no_word_precedes_it_has_a_name() {
        for (json, type_name, field) in [
            ("_birthDate", "UnderscoreBirthDate", "underscore_birth_date"),
            (
                "__type",
                "UnderscoreUnderscoreType",
                "underscore_underscore_type",
            ),
            ("-1", "Minus1", "minus_1"),
            ("-moz", "DashMoz", "dash_moz"),
            (".net", "DotNet", "dot_net"),
            ("type_", "Type", "type_underscore"),
            ("St. Louis", "StLouis", "st_louis"),
            ("foo__bar", "FooBar", "foo_bar"),
        ] {
            assert_eq!(
                (pascal(json).as_str(), snake(json).as_str()),
                (type_name, field),
                "{json}"
            );
        }
    }

    #[test]
    fn a_described_name_is_another_one() {
        for (json, name) in [
            ("asc", "LowerAsc"),
            ("ASC", "UpperAsc"),
            ("Asc", "MixedAsc"),
            ("in-progress", "LowerInDashProgress"),
            ("in_progress", "LowerInUnderscoreProgress"),
            ("Inc.", "MixedIncDot"),
            ("1", "Text1"),
            ("-1", "TextMinus1"),
            ("", "Text"),
        ] {
            assert_eq!(described(json), name);
            assert_ne!(pascal(json), name);
        }
    }
}
