//! Rust names for JSON names: well formed, distinct, and the same in every run.
//!
//! Identifiers are ASCII. A character that is neither allowed in one nor a separator is written as
//! its code point (`u65e5`), so that names that differ in JSON rarely collide in Rust. Those that do
//! get a number ([`Taken`]).

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

/// The constant that every generated enum of values has; a variant of this name would hide it.
pub(super) const ALL: &str = "ALL";

/// `credit_locked` → `CreditLocked`, `EUR` → `Eur`, `personID` → `PersonID`.
pub(super) fn pascal(name: &str) -> String {
    let mut out = String::new();
    for word in words(name, false) {
        let shouted = word.len() > 1 && !word.contains(|c: char| c.is_ascii_lowercase());
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        if shouted {
            out.extend(letters.map(|letter| letter.to_ascii_lowercase()));
        } else {
            out.extend(letters);
        }
    }
    match out.as_str() {
        "" => "Empty".to_owned(),
        "Self" => "SelfValue".to_owned(),
        _ if out.starts_with(|first: char| first.is_ascii_digit()) => format!("N{out}"),
        _ => out,
    }
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

/// The words of a name. With `humps`, an upper-case letter begins one.
fn words(name: &str, humps: bool) -> Vec<String> {
    let words = split(name, humps, |_| false);
    if words.is_empty() {
        split(name, humps, |_| true)
    } else {
        words
    }
}

fn split(name: &str, humps: bool, keep: impl Fn(char) -> bool) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        if letter.is_ascii_alphanumeric() {
            let hump = humps
                && letter.is_ascii_uppercase()
                && before.is_some_and(|before| {
                    before.is_ascii_lowercase()
                        || before.is_ascii_digit()
                        || (before.is_ascii_uppercase()
                            && after.is_some_and(char::is_ascii_lowercase))
                });
            if hump {
                words.push(std::mem::take(&mut word));
            }
            word.push(letter);
        } else if matches!(letter, ' ' | '-' | '_' | '.' | ':' | '/' | ',') && !keep(letter) {
            words.push(std::mem::take(&mut word));
        } else {
            words.push(std::mem::take(&mut word));
            words.push(format!("u{:x}", u32::from(letter)));
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// The names of one scope.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    pub(super) fn new(reserved: &[&str]) -> Self {
        Self(reserved.iter().map(|&name| name.to_owned()).collect())
    }

    /// The first candidate that is free, or else the last one with a number.
    pub(super) fn take(&mut self, candidates: &[String], separator: &str) -> String {
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
            let name = format!("{stem}{separator}{number}");
            if self.0.insert(name.clone()) {
                return name;
            }
            number += 1;
        }
    }
}

/// One distinct Rust name for each JSON name. A name that is a valid Rust name already is kept; the
/// others are assigned after it, in alphabetical order.
pub(super) fn distinct<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    rust_name: fn(&str) -> String,
    separator: &str,
    reserved: &[&str],
) -> Vec<String> {
    let mut taken = Taken::new(reserved);
    let mut order: Vec<(bool, &str, usize)> = names
        .enumerate()
        .map(|(index, name)| (rust_name(name) != name, name, index))
        .collect();
    order.sort_unstable();
    let mut out = vec![String::new(); order.len()];
    for (_, name, index) in order {
        if let Some(slot) = out.get_mut(index) {
            *slot = taken.take(&[rust_name(name)], separator);
        }
    }
    out
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
    fn names_that_collide_get_numbers() {
        let names = ["foo-bar", "fooBar", "foo_bar"];
        assert_eq!(
            distinct(names.into_iter(), snake, "_", &[]),
            ["foo_bar_2", "foo_bar_3", "foo_bar"]
        );
    }
}
