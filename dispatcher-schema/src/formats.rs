//! Which values of `format` are checked.
//!
//! A format that nobody checks would be a keyword dropped in silence, so an unknown one is a fault,
//! for the build and for the gate. jsonschema 0.61.2 knows a format only from the draft on that
//! introduced it: `uuid` and `duration` are unknown before 2019-09, `iri` before 7, `uri-reference`
//! before 6. In contracts a format means the same in every draft: [`BORROWED`] ones are checked as
//! 2020-12 checks them. [`ANNOTATIONS`] are names that OpenAPI uses for any string at all; they say
//! something to a reader and constrain nothing.

use std::sync::Arc;

use jsonschema::ValidationOptions;
use serde_json::{Value, json};

use crate::words::closest;

/// Formats of 2020-12 that older drafts do not know.
pub const BORROWED: [&str; 8] = [
    "duration",
    "iri",
    "iri-reference",
    "json-pointer",
    "relative-json-pointer",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// Formats that constrain nothing.
pub const ANNOTATIONS: [&str; 2] = ["binary", "password"];

/// Formats that every draft knows.
const ALWAYS: [&str; 9] = [
    "date",
    "date-time",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "regex",
    "time",
    "uri",
];

/// Whether a value of this format is checked.
#[must_use]
pub fn is_checked(name: &str) -> bool {
    ALWAYS.contains(&name) || BORROWED.contains(&name)
}

/// Options that know the names of all formats and check only some: for compiling schemas that
/// nothing is validated with.
#[must_use]
pub fn named<'a>() -> ValidationOptions<'a> {
    BORROWED
        .iter()
        .chain(&ANNOTATIONS)
        .fold(jsonschema::options(), |options, name| {
            options.with_format(*name, |_: &str| true)
        })
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
}

/// Checks formats as 2020-12 does, in a document of whichever draft.
///
/// `old_drafts`: whether a document is of a draft before 2019-09. The borrowed checks are slower
/// than the built-in ones, so newer documents go without them.
#[must_use]
pub fn checked(options: ValidationOptions<'_>, old_drafts: bool) -> ValidationOptions<'_> {
    let options = options.offline().should_validate_formats(true);
    let options = ANNOTATIONS.iter().fold(options, |options, name| {
        options.with_format(*name, |_: &str| true)
    });
    if !old_drafts {
        return options;
    }
    BORROWED.iter().fold(options, |options, name| {
        let validator = jsonschema::options()
            .offline()
            .should_validate_formats(true)
            .build(&json!({ "format": name }));
        match validator.map(Arc::new) {
            Ok(validator) => options.with_format(*name, move |text: &str| {
                validator.is_valid(&Value::from(text))
            }),
            Err(_) => options,
        }
    })
}

/// What to write for a format that is not known; none where it is.
#[must_use]
pub fn help(name: &str) -> Option<String> {
    if is_checked(name) || ANNOTATIONS.contains(&name) {
        return None;
    }
    let names = || ALWAYS.into_iter().chain(BORROWED).chain(ANNOTATIONS);
    Some(match name {
        "int32" | "int64" | "uint32" | "uint64" | "integer" => {
            "write the range with \"minimum\" and \"maximum\"".to_owned()
        }
        "float" | "double" | "decimal" | "number" => {
            "remove it: \"type\": \"number\" says as much".to_owned()
        }
        "byte" | "base64" => "write \"contentEncoding\": \"base64\"".to_owned(),
        "datetime" | "timestamp" => "did you mean \"date-time\"?".to_owned(),
        "url" => "did you mean \"uri\"?".to_owned(),
        "idn-email" | "idn-hostname" => {
            "internationalised names are not checked; write a \"pattern\"".to_owned()
        }
        _ => match closest(name, names()) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => {
                let mut names: Vec<_> = names().collect();
                names.sort_unstable();
                format!("write a \"pattern\", or one of {}", names.join(", "))
            }
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_the_validator_knows() {
        let options = named();
        for name in ALWAYS.into_iter().chain(BORROWED).chain(ANNOTATIONS) {
            assert!(
                options.is_known_format(jsonschema::Draft::Draft202012, name),
                "{name}"
            );
            assert_eq!(help(name), None);
        }
        for name in ["idn-email", "idn-hostname", "int32", "uri-ref", "nothing"] {
            assert!(
                !options.is_known_format(jsonschema::Draft::Draft202012, name),
                "{name}"
            );
            assert!(help(name).is_some());
        }
    }

    #[test]
    fn a_uuid_is_a_uuid_in_draft_7() {
        let schema = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "properties": { "id": { "format": "uuid" }, "file": { "format": "binary" } }
        });
        let validator = checked(jsonschema::options(), true)
            .should_ignore_unknown_formats(false)
            .build(&schema)
            .unwrap_or_else(|error| unreachable!("{error}"));
        assert!(validator.is_valid(&json!({ "id": "0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e" })));
        assert!(!validator.is_valid(&json!({ "id": "x" })));
        assert!(validator.is_valid(&json!({ "file": "x" })));
    }
}
