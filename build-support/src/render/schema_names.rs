//! What the contracts call a schema: by a property, a definition, a title or a file's name.
//!
//! Lowering needs these names for messages and variants, and [`super::naming`] makes the names of
//! types from them, so they stand below both. A schema always has one: in the last resort, the name
//! of its file.

use serde_json::Value;

use crate::json::unescape;
use crate::schema::{Documents, Location};

/// A step from a schema to one inside it.
pub(super) struct Step {
    pub(super) keyword: String,
    /// The member's name, or the index.
    pub(super) member: Option<String>,
}

/// What the contracts call the schema at this location.
pub(super) fn subject(documents: &Documents, at: &Location) -> String {
    let steps = steps(at);
    let named = steps.iter().rev().find(|step| step.names_its_member());
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

/// The title of a file's root schema, if it is a name; else the file's name.
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

impl Step {
    pub(super) fn is_definition(&self) -> bool {
        matches!(self.keyword.as_str(), "$defs" | "definitions")
    }

    pub(super) fn names_its_member(&self) -> bool {
        self.is_definition() || self.keyword == "properties"
    }
}

pub(super) fn steps(at: &Location) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut tokens = at.pointer.split('/').skip(1).map(unescape).peekable();
    while let Some(keyword) = tokens.next() {
        let has_member = match keyword.as_str() {
            "$defs" | "definitions" | "dependencies" | "dependentSchemas" | "patternProperties"
            | "properties" | "allOf" | "anyOf" | "oneOf" | "prefixItems" => true,
            "items" => tokens
                .peek()
                .is_some_and(|next| next.bytes().all(|byte| byte.is_ascii_digit())),
            _ => false,
        };
        let member = if has_member { tokens.next() } else { None };
        steps.push(Step { keyword, member });
    }
    steps
}
