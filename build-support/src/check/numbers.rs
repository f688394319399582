//! Numbers of a schema that would be read as others.
//!
//! `"maximum": 12345678901234567890123` is rounded by the parser, and then types, gate and documents
//! agree on a bound that nobody wrote. The texts are looked at, because the values do not show it.
//! Numbers that bind or document a payload are refused; `examples` and annotations of one's own are
//! nobody's rule, and stay.

use std::collections::BTreeSet;

use dispatcher_schema::inexact::{inexact, place, shortened};
use dispatcher_schema::subschemas::{Subschemas, subschemas};
use dispatcher_schema::vocabulary;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::json;
use crate::schema::{Documents, Location};

/// The faults of every schema of the contracts.
pub(super) fn check(documents: &Documents, schemas: &BTreeSet<Location>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for document in documents.iter() {
        for number in inexact(&document.text) {
            let at = Location {
                document: document.path.clone(),
                pointer: place(&document.text, number.start),
            };
            if !counts(documents, schemas, &at) {
                continue;
            }
            let becomes = documents.value(&at);
            let message = format!(
                "{} would be changed to {becomes}: JSON numbers are held as 64-bit integers or doubles",
                shortened(number.text)
            );
            let help = format!(
                "write {becomes} if that will do; a value that needs all of its digits is a string, \
                 in the schema and in payloads"
            );
            diagnostics.push(documents.diagnostic(&at, message, Some(help)));
        }
    }
    diagnostics
}

/// Whether the number belongs to a keyword that means something, of a schema that was reached.
fn counts(documents: &Documents, schemas: &BTreeSet<Location>, number: &Location) -> bool {
    let mut at = number.clone();
    while let Some((parent, keyword)) = json::split_last(&at.pointer) {
        let schema = Location {
            document: at.document.clone(),
            pointer: parent.to_owned(),
        };
        if schemas.contains(&schema) {
            return means_something(documents, &schema, &keyword);
        }
        at = schema;
    }
    false
}

fn means_something(documents: &Documents, at: &Location, keyword: &str) -> bool {
    let draft = documents.draft(at);
    let Value::Object(schema) = documents.value(at) else {
        return false;
    };
    if draft.ref_hides_siblings() && schema.get("$ref").is_some_and(Value::is_string) {
        return false;
    }
    // A number where a schema belongs is a fault of its own.
    let holds_schemas = schema
        .get(keyword)
        .is_some_and(|value| subschemas(draft, keyword, value) != Subschemas::None);
    vocabulary::has(draft, keyword) && keyword != "examples" && !holds_schemas
}
