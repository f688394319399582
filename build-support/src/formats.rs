//! Which values of `format` are checked.
//!
//! A format that nobody checks would be a keyword dropped in silence, so an unknown one is a fault.
//! jsonschema 0.61.2 knows a format only from the draft on that introduced it: `uuid` and
//! `duration` are unknown before 2019-09, `iri` before 7, `uri-reference` before 6. Here, and in
//! the runtime's gate, a format means the same in every draft: [`BORROWED`] ones are checked as
//! 2020-12 checks them. [`ANNOTATIONS`] are names that OpenAPI uses for any string at all; they say
//! something to a reader and constrain nothing.
//!
//! The gate must register exactly these names (`ValidationOptions::with_format`), or a schema that
//! passes here would not compile there.

use jsonschema::{Draft, ValidationOptions};

use crate::diagnostic::closest;

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

/// Options that know the formats. The checks themselves are the gate's; nothing is validated here.
pub(crate) fn known<'a>() -> ValidationOptions<'a> {
    BORROWED
        .iter()
        .chain(&ANNOTATIONS)
        .fold(jsonschema::options(), |options, name| {
            options.with_format(*name, |_: &str| true)
        })
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
}

/// What to write for a format that is not known; none where it is.
pub(crate) fn help(name: &str, options: &ValidationOptions<'_>) -> Option<String> {
    if options.is_known_format(Draft::Draft202012, name) {
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
