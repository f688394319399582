//! `x-rust-name` and `x-rust-variants`: the names that contracts give to their fields and variants.
//!
//! A name stands where it has an effect, is spelled as Rust spells such names, and refers to what the
//! schema has. That it is the only one of its kind is known when the types are ([`crate::render`]).

use std::collections::BTreeSet;

use dispatcher_schema::vocabulary::{self, RUST_NAME, RUST_VARIANTS, Step};
use dispatcher_schema::words::{found, listed};
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, closest};
use crate::json::Place;
use crate::schema::{Documents, Location};

use super::names::NEVER;

/// The faults of the names in this schema.
pub(super) fn check(
    documents: &Documents,
    at: &Location,
    schema: &Map<String, Value>,
) -> Vec<Diagnostic> {
    let mut names = Names {
        documents,
        diagnostics: Vec::new(),
    };
    if let Some(name) = schema.get(RUST_NAME) {
        names.own(at, name);
    }
    if let Some(variants) = schema.get(RUST_VARIANTS) {
        names.variants(at, schema, variants);
    }
    names.diagnostics
}

struct Names<'d> {
    documents: &'d Documents,
    diagnostics: Vec<Diagnostic>,
}

impl Names<'_> {
    fn own(&mut self, schema: &Location, name: &Value) {
        let at = schema.join(RUST_NAME);
        let owner = vocabulary::steps(&schema.pointer).last();
        let is_field = owner
            .as_ref()
            .is_some_and(|step| step.keyword == "properties");
        if !is_field && !owner.as_ref().is_some_and(Step::is_alternative) {
            let message = format!("{RUST_NAME} has no effect here");
            let help = "it names a property, or an alternative of oneOf or anyOf".to_owned();
            self.push(&at, Place::Key, message, help);
        } else if let Value::String(name) = name {
            self.form(&at, name, is_field);
        } else {
            let message = format!("{RUST_NAME} needs a string, found {}", found(name));
            let help = format!("the strings of an enum are named in {RUST_VARIANTS}");
            self.push(&at, Place::Value, message, help);
        }
    }

    fn variants(&mut self, schema_at: &Location, schema: &Map<String, Value>, variants: &Value) {
        let at = schema_at.join(RUST_VARIANTS);
        let Value::Object(variants) = variants else {
            let message = format!("{RUST_VARIANTS} needs an object, found {}", found(variants));
            let help = "write {\"the string\": \"TheVariant\"}".to_owned();
            return self.push(&at, Place::Value, message, help);
        };
        let listed_values = schema.get("enum").and_then(Value::as_array);
        let values = listed_values.into_iter().flatten();
        let values: Vec<_> = values.filter_map(Value::as_str).collect();
        let mut taken = BTreeSet::new();
        for (value, name) in variants {
            let at = at.join(value);
            if !values.contains(&value.as_str()) {
                let message = format!("the enum beside {RUST_VARIANTS} has no string {value:?}");
                let help = match closest(value, values.iter().copied()) {
                    Some(meant) => format!("did you mean {meant:?}?"),
                    None if values.is_empty() => "it names the strings of an enum".to_owned(),
                    None => format!("its strings: {}", listed(values.iter().copied())),
                };
                self.push(&at, Place::Key, message, help);
            } else if let Value::String(name) = name {
                self.form(&at, name, false);
                if !taken.insert(name) {
                    let message = format!("two strings of the enum are named `{name}`");
                    self.push(&at, Place::Value, message, "rename one of them".to_owned());
                }
            } else {
                let message = format!("a variant's name is a string, found {}", found(name));
                let help = "write it in quotes, in PascalCase".to_owned();
                self.push(&at, Place::Value, message, help);
            }
        }
    }

    /// Whether Rust spells a field (or a variant) so.
    fn form(&mut self, at: &Location, name: &str, is_field: bool) {
        let (is_right, what, case) = if is_field {
            (is_field_name(name), "field", "snake_case")
        } else {
            (is_variant_name(name), "variant", "PascalCase")
        };
        if NEVER.contains(&name) {
            let message = format!("Rust has no {what} `{name}`");
            self.push(at, Place::Value, message, "choose a longer name".to_owned());
        } else if !is_right {
            let message = format!("{name:?} is not the name of a {what}");
            let help = format!("a {what} is written in {case}, with ASCII letters and digits");
            self.push(at, Place::Value, message, help);
        }
    }

    fn push(&mut self, at: &Location, place: Place, message: String, help: String) {
        let fault = self.documents.diagnostic_at(at, place, message, Some(help));
        self.diagnostics.push(fault);
    }
}

/// Whether a name is in snake case. A keyword is one: it is written with `r#`.
fn is_field_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.contains("__")
}

/// Whether a name is in Pascal case.
fn is_variant_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}
