//! The name of a schema in the contracts: that of a property, a definition, a title or a file.
//!
//! Lowering needs these names for messages and variants, and [`super::naming`] makes the names of
//! types from them, so they stand below both. Every schema has one, since the name of its file is
//! the fallback.

use dispatcher_schema::vocabulary::{self, RUST_NAME, Step};
use serde_json::Value;

use crate::schema::{Documents, Location};

/// The name by which messages refer to the schema at this location.
pub(super) fn subject(documents: &Documents, at: &Location) -> String {
    let steps = steps(at);
    let named = steps.iter().rev().find(|step| names_its_member(step));
    match named.and_then(|step| step.member.clone()) {
        Some(name) => name,
        None => file_name(documents, at),
    }
}

/// The name that a schema has of its own, by its title or as a definition.
pub(super) fn own_name(documents: &Documents, at: &Location) -> Option<String> {
    let title = documents.value(at).get("title").and_then(Value::as_str);
    if let Some(title) = title.filter(|title| is_name(title)) {
        return Some(title.to_owned());
    }
    match steps(at).pop() {
        Some(step) if step.is_definition() => step.member,
        Some(_) => None,
        None => Some(file_name(documents, at)),
    }
}

/// The Rust name that the author of a property or an alternative chose for it.
pub(super) fn given_name<'d>(documents: &'d Documents, at: &Location) -> Option<&'d str> {
    documents.value(at).get(RUST_NAME)?.as_str()
}

/// The title of a file's root schema if it is a name, or else the file's name.
pub(super) fn file_name(documents: &Documents, at: &Location) -> String {
    let root = documents.value(&Location::root(at.document.clone()));
    match root
        .get("title")
        .and_then(Value::as_str)
        .filter(|title| is_name(title))
    {
        Some(title) => title.to_owned(),
        None => {
            let file = at.document.rsplit('/').next().unwrap_or_default();
            file.trim_end_matches(".json")
                .trim_end_matches(".schema")
                .to_owned()
        }
    }
}

/// Whether a title is a name rather than a sentence.
pub(super) fn is_name(title: &str) -> bool {
    title.len() <= 40
        && title.split_whitespace().count() <= 3
        && title.starts_with(|first: char| first.is_ascii_alphabetic())
        && title
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
}

/// Whether the schema that a step leads to is known by the member's name.
pub(super) fn names_its_member(step: &Step) -> bool {
    step.is_definition() || step.keyword == "properties"
}

/// The steps from the root of a document to this location.
pub(super) fn steps(at: &Location) -> Vec<Step> {
    vocabulary::steps(&at.pointer).collect()
}
