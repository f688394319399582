//! Which values of `format` are checked: the same in every draft.
//!
//! jsonschema knows a format only from the draft on that introduced it, and the gate takes an
//! unknown one for a fault. build-support's `formats` has the same lists.

use std::sync::Arc;

use jsonschema::ValidationOptions;
use serde_json::{Value, json};

/// Formats of 2020-12 that older drafts do not know.
const BORROWED: [&str; 8] = [
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
const ANNOTATIONS: [&str; 2] = ["binary", "password"];

/// Checks formats as 2020-12 does, in a document of whichever draft.
///
/// `old_drafts`: whether a document is of a draft before 2019-09. The borrowed checks are slower
/// than the built-in ones, so newer documents go without them.
pub(crate) fn checked(options: ValidationOptions<'_>, old_drafts: bool) -> ValidationOptions<'_> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
