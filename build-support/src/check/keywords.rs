//! What a metaschema lets pass and a contract may not have: formats that nobody checks, patterns
//! that are no regular expressions, enums without a value, keywords that are misspelt.

use std::collections::BTreeSet;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::formats;
use dispatcher_schema::vocabulary::{self, Role, SENSITIVE};
use dispatcher_schema::words::{found, unquoted};
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, closest};
use crate::json::Place;
use crate::panics::quietly;
use crate::schema::{Documents, Location};

use super::rust_names;

/// The faults of every schema of the contracts.
pub(super) fn check(documents: &Documents, schemas: &BTreeSet<Location>) -> Vec<Diagnostic> {
    let mut checker = Checker {
        documents,
        diagnostics: Vec::new(),
    };
    for at in schemas {
        let ours = documents
            .get(&at.document)
            .is_some_and(|document| !document.builtin);
        if let Value::Object(schema) = documents.value(at)
            && ours
        {
            checker.schema(at, schema);
        }
    }
    checker.diagnostics
}

struct Checker<'a> {
    documents: &'a Documents,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn schema(&mut self, at: &Location, schema: &Map<String, Value>) {
        let draft = self.documents.draft(at);
        self.unknown(at, schema, draft);
        // Beside a `$ref` as well: a name is no keyword of the draft.
        self.diagnostics
            .extend(rust_names::check(self.documents, at, schema));
        if let Some(mark) = schema.get(SENSITIVE)
            && !mark.is_boolean()
        {
            let message = format!("{SENSITIVE} needs true or false, found {}", found(mark));
            let help = unquoted(mark, Value::is_boolean);
            self.push(&at.join(SENSITIVE), Place::Value, message, help);
        }
        if draft.ref_hides_siblings() && schema.get("$ref").is_some_and(Value::is_string) {
            return;
        }
        if let Some(Value::String(format)) = schema.get("format")
            && let Some(help) = formats::help(format)
        {
            let message = format!("the format {format:?} is not known, and would not be checked");
            self.push(&at.join("format"), Place::Value, message, Some(help));
        }
        // The metaschemas only advise against it.
        if let Some(Value::Array(values)) = schema.get("enum")
            && values.is_empty()
        {
            let message = "an enum needs at least one value".to_owned();
            self.push(&at.join("enum"), Place::Value, message, None);
        }
        if let Some(Value::String(pattern)) = schema.get("pattern")
            && let Some(fault) = bad_pattern(pattern)
        {
            self.push(&at.join("pattern"), Place::Value, fault, None);
        }
        if let Some(Value::Object(patterns)) = schema.get("patternProperties") {
            for pattern in patterns.keys() {
                if let Some(fault) = bad_pattern(pattern) {
                    self.push(
                        &at.join("patternProperties").join(pattern),
                        Place::Key,
                        fault,
                        None,
                    );
                }
            }
        }
    }

    /// Keywords that another draft has, and keys that look like a slip of one. Other keys are
    /// annotations, which JSON Schema allows.
    fn unknown(&mut self, at: &Location, schema: &Map<String, Value>, draft: Draft) {
        for key in schema.keys() {
            let help = match vocabulary::keyword(key) {
                Some(keyword) if keyword.is_in(draft) || !keyword.is_enforced() => continue,
                Some(keyword) => {
                    let others: Vec<_> = Draft::ALL
                        .into_iter()
                        .filter(|draft| keyword.is_in(*draft))
                        .map(Draft::name)
                        .collect();
                    format!(
                        "draft {} does not have it; name one that does in $schema ({})",
                        draft.name(),
                        others.join(", ")
                    )
                }
                None => match misspelt(key) {
                    Some(meant) if is_extension(key) => format!("did you mean {meant:?}?"),
                    Some(meant) => {
                        format!("did you mean {meant:?}? an annotation of your own starts with x-")
                    }
                    None => continue,
                },
            };
            let effect = if is_extension(key) { "read" } else { "enforce" };
            let message = format!("unknown keyword {key:?}, which nothing would {effect}");
            self.push(&at.join(key), Place::Key, message, Some(help));
        }
    }

    fn push(&mut self, at: &Location, place: Place, message: String, help: Option<String>) {
        self.diagnostics
            .push(self.documents.diagnostic_at(at, place, message, help));
    }
}

/// What is wrong with a regular expression. jsonschema decides; the reason comes from an ECMAScript
/// engine, because ECMAScript is the language that `pattern` is written in.
fn bad_pattern(pattern: &str) -> Option<String> {
    let compiled = quietly(|| {
        jsonschema::options()
            .build(&serde_json::json!({ "pattern": pattern }))
            .map(drop)
            .map_err(drop)
    });
    if compiled == Ok(Ok(())) {
        return None;
    }
    let reason = match quietly(|| regress::Regex::with_flags(pattern, "u").err().map(|error| error.text)) {
        Ok(Some(reason)) => lower_first(reason.trim_end_matches('.')),
        _ => "the regular-expression engine does not take it (too large, or a construct that it lacks)".to_owned(),
    };
    Some(format!(
        "{} is not a valid regular expression: {reason}",
        found(&Value::String(pattern.to_owned()))
    ))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}

/// Whether this is a key that JSON Schema leaves to others.
fn is_extension(key: &str) -> bool {
    key.starts_with("x-")
}

/// The keyword that an unknown key is a slip of: so small a difference that nothing else can have
/// been meant.
fn misspelt(key: &str) -> Option<&'static str> {
    // Shorter ones are a letter away from too many words.
    if key.len() < 5 {
        return None;
    }
    let candidates = vocabulary::KEYWORDS
        .iter()
        .filter(|keyword| {
            keyword.is_enforced() || keyword.role == Role::Defines || is_extension(keyword.name)
        })
        .map(|keyword| keyword.name)
        .filter(|name| name.len() >= 4 && !name.starts_with('$'))
        .filter(|name| is_extension(name) == is_extension(key));
    closest(key, candidates).filter(|meant| {
        key.eq_ignore_ascii_case(meant) || strsim::damerau_levenshtein(key, meant) == 1
    })
}
