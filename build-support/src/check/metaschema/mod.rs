//! Each document against the metaschema of its draft, in words.
//!
//! A metaschema's own report says "not valid under any of the schemas listed in anyOf"; a reader
//! wants to know that `type` has no value `"strin"`. So the report only says *where* something is
//! wrong; what the keyword at that place needs is said by [`Checker::needs`].

mod needs;

use std::collections::BTreeSet;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::subschemas::{Subschemas, subschemas};
use dispatcher_schema::words::{found, unquoted};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::json::{self, Place};
use crate::panics::quietly;
use crate::schema::{Documents, Location};

use needs::{is_type, repeated};

/// The faults of the schema at `root`. `schemas` are all places where a schema stands.
pub(super) fn check(
    documents: &Documents,
    root: &Location,
    schemas: &BTreeSet<Location>,
) -> Vec<Diagnostic> {
    let draft = documents.draft(root);
    let mut value = documents.value(root).clone();
    cut_other_drafts(documents, root, draft, schemas, &mut value);
    let outcome = quietly(|| {
        let validator = jsonschema::meta::validator_for(&json!({ "$schema": draft.schema_uri() }))
            .map_err(|error| error.to_string())?;
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(ValidationError::to_owned)
            .collect();
        Ok::<_, String>(errors)
    });
    let errors = match outcome {
        Ok(Ok(errors)) => errors,
        Ok(Err(message)) | Err(message) => {
            return vec![documents.diagnostic(
                root,
                format!("the metaschema cannot be applied: {message}"),
                None,
            )];
        }
    };
    let mut checker = Checker {
        documents,
        root,
        schemas,
        draft,
        diagnostics: Vec::new(),
    };
    for error in &errors {
        checker.explain(error);
    }
    checker.diagnostics
}

/// A schema with a `$schema` of its own is checked by itself, against that draft.
fn cut_other_drafts(
    documents: &Documents,
    root: &Location,
    draft: Draft,
    schemas: &BTreeSet<Location>,
    value: &mut Value,
) {
    let below = schemas
        .range(root.clone()..)
        .take_while(|at| at.document == root.document);
    for at in below {
        let Some(rest) = at
            .pointer
            .strip_prefix(&root.pointer)
            .filter(|rest| rest.starts_with('/'))
        else {
            continue;
        };
        if documents.draft(at) != draft
            && let Some(part) = value.pointer_mut(rest)
            && part.get("$schema").is_some()
        {
            *part = json!({});
        }
    }
}

struct Checker<'a> {
    documents: &'a Documents,
    root: &'a Location,
    schemas: &'a BTreeSet<Location>,
    draft: Draft,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn explain(&mut self, error: &ValidationError<'_>) {
        let at = self.root.descend(error.instance_path().as_str());
        if let Some(branch) = self.meant_branch(error) {
            for error in branch {
                self.explain(error);
            }
            return;
        }
        let value = self.documents.value(&at).clone();
        let (at, message, help) = match error.kind() {
            ValidationErrorKind::Required { property } => {
                (at, format!("the key {property} is missing"), None)
            }
            ValidationErrorKind::UniqueItems => {
                (at, repeated(&value), Some("keep one of them".to_owned()))
            }
            kind => self.needed(at, &value, kind),
        };
        self.diagnostics.push(
            self.documents
                .diagnostic_at(&at, Place::Value, message, help),
        );
    }

    /// Where an `anyOf` failed because of something deeper, the errors of the branch that the value
    /// was meant for: the one whose complaints are not about the value itself.
    fn meant_branch<'e>(
        &self,
        error: &'e ValidationError<'_>,
    ) -> Option<&'e [ValidationError<'static>]> {
        let (ValidationErrorKind::AnyOf { context }
        | ValidationErrorKind::OneOfNotValid { context }) = error.kind()
        else {
            return None;
        };
        let about = error.instance_path().as_str();
        context
            .iter()
            .find(|errors| {
                !errors.is_empty()
                    && errors
                        .iter()
                        .all(|inner| inner.instance_path().as_str().len() > about.len())
            })
            .filter(|_| !about.ends_with("/type"))
            .map(Vec::as_slice)
    }

    /// What the keyword (or the place inside its value) needs, and what is there.
    fn needed(
        &self,
        at: Location,
        value: &Value,
        kind: &ValidationErrorKind,
    ) -> (Location, String, Option<String>) {
        let Some((parent, key)) = json::split_last(&at.pointer) else {
            let message = format!(
                "a schema is an object{}, found {}",
                self.or_boolean(),
                found(value)
            );
            return (at, message, None);
        };
        let parent = Location {
            document: at.document.clone(),
            pointer: parent.to_owned(),
        };
        if self.schemas.contains(&parent) {
            return self.keyword(at, &key, value, kind);
        }
        // One level down: an item or a member of a keyword's value.
        if let Some((grand, keyword)) = json::split_last(&parent.pointer) {
            let grand = Location {
                document: at.document.clone(),
                pointer: grand.to_owned(),
            };
            if self.schemas.contains(&grand) {
                return self.part(at, &keyword, value, kind);
            }
        }
        let message = general(value, kind);
        (at, message, None)
    }

    fn keyword(
        &self,
        at: Location,
        keyword: &str,
        value: &Value,
        kind: &ValidationErrorKind,
    ) -> (Location, String, Option<String>) {
        if keyword == "type" {
            return self.type_names(at, value);
        }
        if keyword == "required" && value.is_boolean() {
            let help = "list the property in the \"required\" of the object that has it".to_owned();
            return (
                at,
                format!("an array of property names is needed, found {value}"),
                Some(help),
            );
        }
        let Some(needs) = self.needs(keyword, value) else {
            let message = general(value, kind);
            return (at, message, None);
        };
        let number = |bare: &Value| match keyword {
            _ if needs.starts_with("a number") => bare.is_number(),
            _ if needs.starts_with("a whole number") => bare.as_u64().is_some(),
            _ if needs.starts_with("true or false") => bare.is_boolean(),
            _ => false,
        };
        let help = unquoted(value, number).or_else(|| match (keyword, value) {
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(true)) => Some(format!(
                "since draft 6 it holds the bound itself, in place of {:?}",
                keyword[9..].to_lowercase()
            )),
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Number(_)) => Some(format!(
                "in draft 4 the bound stands in {:?}",
                keyword[9..].to_lowercase()
            )),
            ("items", Value::Array(_)) => {
                Some("in 2020-12 a tuple is written with \"prefixItems\"".to_owned())
            }
            _ => None,
        });
        (at, format!("{needs}, found {}", shown(value)), help)
    }

    /// An item of `required` or `enum`, a member of `properties`, and so on.
    fn part(
        &self,
        at: Location,
        keyword: &str,
        value: &Value,
        kind: &ValidationErrorKind,
    ) -> (Location, String, Option<String>) {
        let (needs, help) = match (keyword, value) {
            ("type", _) => return self.type_names(at, value),
            ("required", _) => ("a property name is needed".to_owned(), None),
            ("dependencies", _) => (
                "a schema or an array of property names is needed".to_owned(),
                None,
            ),
            ("dependentRequired", _) => ("an array of property names is needed".to_owned(), None),
            ("$vocabulary", _) => ("true or false is needed".to_owned(), None),
            _ if subschemas(self.draft, keyword, &Value::Null) == Subschemas::None => {
                let message = general(value, kind);
                return (at, message, None);
            }
            (_, Value::String(name)) if is_type(name) => (
                format!("a schema (an object{}) is needed", self.or_boolean()),
                Some(format!("write {{\"type\": {name:?}}}")),
            ),
            _ => (
                format!("a schema (an object{}) is needed", self.or_boolean()),
                None,
            ),
        };
        (at, format!("{needs}, found {}", found(value)), help)
    }

    fn or_boolean(&self) -> &'static str {
        if self.draft == Draft::Draft4 {
            ""
        } else {
            ", true or false"
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        other => found(other),
    }
}

/// For what no rule above covers.
fn general(value: &Value, kind: &ValidationErrorKind) -> String {
    let name = |kind: &TypeKind| match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(many) => many
            .iter()
            .map(|one| one.to_string())
            .collect::<Vec<_>>()
            .join(" or "),
    };
    match kind {
        ValidationErrorKind::Type { kind } => {
            format!("{} is needed, found {}", name(kind), found(value))
        }
        ValidationErrorKind::Format { format } => {
            format!("{} is not a valid {format}", found(value))
        }
        ValidationErrorKind::Pattern { pattern } => {
            format!("{} does not match {pattern:?}", found(value))
        }
        _ => format!("the metaschema does not allow {}", found(value)),
    }
}
