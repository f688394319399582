//! The gate: the only way for a payload into the log or into a handler.
//!
//! Whatever is published or handed to a handler has passed the validator of the *original* schema.
//! [`GatedPayload`] is the proof: only [`PayloadSchema::admit`] makes one, and what it holds is
//! what is stored. A refusal carries the full [`PayloadReport`], which is collected only then.
//!
//! Validators are built once for each schema and shared: of a bundled schema at first use, because
//! generation has built it before; of a loaded one while it is loaded, because it may not compile.
//! Formats are checked, and nothing is ever fetched: every document that a schema can reach is
//! compiled in, or stands in the directory that was loaded.

mod one_resource;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Mutex, OnceLock};

use serde_json::Value;

pub(crate) use one_resource::{ADDRESS, OneResource};

/// A schema document as the contracts directory holds it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Document {
    /// Relative to the contracts directory.
    pub path: &'static str,
    /// The file's text.
    pub text: &'static str,
}

/// The JSON Schema of one version of an event type's payload.
pub struct PayloadSchema {
    source: Source,
    validator: OnceLock<jsonschema::Validator>,
}

/// Where a schema comes from.
enum Source {
    AnyObject,
    Bundled {
        path: &'static str,
        documents: &'static [Document],
    },
    /// Its validator is there already.
    Loaded {
        path: String,
        text: String,
    },
}

impl PayloadSchema {
    #[doc(hidden)]
    pub const fn new(path: &'static str, documents: &'static [Document]) -> Self {
        Self {
            source: Source::Bundled { path, documents },
            validator: OnceLock::new(),
        }
    }

    /// The schema of an event type that has none yet: any JSON object.
    #[doc(hidden)]
    pub const fn any_object() -> Self {
        Self {
            source: Source::AnyObject,
            validator: OnceLock::new(),
        }
    }

    pub(crate) fn loaded(path: String, text: String, validator: jsonschema::Validator) -> Self {
        Self {
            source: Source::Loaded { path, text },
            validator: OnceLock::from(validator),
        }
    }

    /// The schema file, relative to the contracts directory; `None` where any object will do.
    pub fn path(&self) -> Option<&str> {
        match &self.source {
            Source::AnyObject => None,
            Source::Bundled { path, .. } => Some(path),
            Source::Loaded { path, .. } => Some(path),
        }
    }

    /// The schema's original text; `None` where any object will do.
    pub fn text(&self) -> Option<&str> {
        match &self.source {
            Source::AnyObject => None,
            Source::Bundled { path, documents } => documents
                .iter()
                .find(|document| document.path == *path)
                .map(|document| document.text),
            Source::Loaded { text, .. } => Some(text),
        }
    }

    /// Lets a valid payload through.
    ///
    /// # Errors
    /// The [`PayloadReport`] lists every violation.
    pub fn admit(&self, payload: Value) -> Result<GatedPayload, PayloadReport> {
        match self.check(&payload) {
            Ok(()) => Ok(GatedPayload { value: payload }),
            Err(report) => Err(report),
        }
    }

    /// Whether a payload is valid.
    ///
    /// # Errors
    /// The [`PayloadReport`] lists every violation.
    pub fn check(&self, payload: &Value) -> Result<(), PayloadReport> {
        let validator = self.validator();
        if validator.is_valid(payload) {
            return self.check_object(payload);
        }
        let mut violations: Vec<_> = validator
            .iter_errors(payload)
            .map(Violation::from)
            .collect();
        violations
            .sort_by(|a, b| (&a.instance_path, &a.keyword).cmp(&(&b.instance_path, &b.keyword)));
        Err(PayloadReport {
            schema: self.path().map(str::to_owned),
            violations,
        })
    }

    /// A payload is an object even where its schema forgets to say so: `dispatcher_publish` asks for
    /// one, and generated types are made for one.
    fn check_object(&self, payload: &Value) -> Result<(), PayloadReport> {
        if payload.is_object() {
            return Ok(());
        }
        Err(PayloadReport {
            schema: self.path().map(str::to_owned),
            violations: vec![Violation {
                instance_path: String::new(),
                keyword: "type".to_owned(),
                message: format!("{payload} is not of type \"object\""),
            }],
        })
    }

    fn validator(&self) -> &jsonschema::Validator {
        self.validator.get_or_init(|| match &self.source {
            Source::AnyObject => {
                jsonschema::validator_for(&serde_json::json!({ "type": "object" }))
                    .unwrap_or_else(|error| unreachable!("{error}"))
            }
            // Generation has built this same validator from these same documents.
            Source::Bundled { path, documents } => build(path, documents)
                .unwrap_or_else(|error| panic!("the contract {path} does not compile: {error}")),
            Source::Loaded { path, .. } => unreachable!("{path} was loaded with its validator"),
        })
    }
}

impl fmt::Debug for PayloadSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayloadSchema")
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

/// The URI under which a contract file is known to the validator.
pub(crate) fn document_uri(path: &str) -> String {
    format!("{CONTRACT_SCHEME}{path}")
}

/// What the URI of a contract file begins with.
pub(crate) const CONTRACT_SCHEME: &str = "contract:///";

/// Whether a document is of a draft before 2019-09.
pub(crate) fn is_old_draft(text: &str) -> bool {
    text.contains("json-schema.org/draft-0")
}

/// Builds the validator of the schema `path`. All that it reaches is in the registry.
pub(crate) fn build_validator(
    registry: &jsonschema::Registry<'_>,
    path: &str,
    schema: &Value,
    old_drafts: bool,
) -> Result<jsonschema::Validator, jsonschema::ValidationError<'static>> {
    crate::value::checked(jsonschema::options(), old_drafts)
        .with_registry(registry)
        .with_base_uri(document_uri(path))
        .should_ignore_unknown_formats(false)
        .build(schema)
}

/// The documents of one set of contracts, read once.
struct Contracts {
    /// Each under its URI.
    values: &'static [(String, Value)],
    registry: jsonschema::Registry<'static>,
    /// Whether one is of a draft before 2019-09.
    old_drafts: bool,
    /// The documents as one, where they can be; then that is all that the registry holds.
    one: Option<&'static OneResource>,
}

/// Reads a set of contracts at the first use of one of its schemas.
///
/// Validators are built from what is parsed here, and without sharing it each of them would parse
/// every document anew. It is never freed: there is one for each generated `DOCUMENTS`.
fn contracts(
    documents: &'static [Document],
) -> Result<&'static Contracts, Box<dyn std::error::Error>> {
    static READ: Mutex<Vec<(&'static [Document], &'static Contracts)>> = Mutex::new(Vec::new());
    let mut read = READ
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, contracts)) = read
        .iter()
        .find(|(known, _)| std::ptr::eq(*known, documents))
    {
        return Ok(contracts);
    }
    let values = documents
        .iter()
        .map(|document| {
            Ok((
                document_uri(document.path),
                serde_json::from_str::<Value>(document.text)?,
            ))
        })
        .collect::<Result<Vec<_>, serde_json::Error>>()?;
    let values: &'static Vec<(String, Value)> = Box::leak(Box::new(values));
    let one = OneResource::of(values.iter().map(|(uri, value)| (uri.as_str(), value)));
    let one: Option<&'static OneResource> = one.map(|one| &*Box::leak(Box::new(one)));
    let registry = match one {
        Some(one) => jsonschema::Registry::new().add(ADDRESS, &one.value)?,
        None => jsonschema::Registry::new()
            .extend(values.iter().map(|(uri, value)| (uri.as_str(), value)))?,
    };
    let registry = registry.prepare()?;
    let old_drafts = documents.iter().any(|document| is_old_draft(document.text));
    let contracts: &'static Contracts = Box::leak(Box::new(Contracts {
        values,
        registry,
        old_drafts,
        one,
    }));
    read.push((documents, contracts));
    Ok(contracts)
}

fn build(
    path: &str,
    documents: &'static [Document],
) -> Result<jsonschema::Validator, Box<dyn std::error::Error>> {
    let contracts = contracts(documents)?;
    let uri = document_uri(path);
    let schema = contracts
        .values
        .iter()
        .find_map(|(candidate, value)| (*candidate == uri).then_some(value))
        .ok_or("it is not among the documents")?;
    let schema = match contracts.one.and_then(|one| one.schema(&uri)) {
        Some(pointer) => std::borrow::Cow::Owned(pointer),
        None => std::borrow::Cow::Borrowed(schema),
    };
    let validator = build_validator(&contracts.registry, path, &schema, contracts.old_drafts);
    Ok(validator.map_err(|error| error.to_owned())?)
}

/// A payload that its schema has let through. Nothing but [`PayloadSchema::admit`] makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct GatedPayload {
    value: Value,
}

impl GatedPayload {
    /// The payload.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The payload, out of its proof.
    pub fn into_value(self) -> Value {
        self.value
    }
}

/// Why a payload was refused: every violation, in the order of the instance path.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct PayloadReport {
    schema: Option<String>,
    violations: Vec<Violation>,
}

impl PayloadReport {
    /// The violations; there is at least one.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The schema file, relative to the contracts directory.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }
}

impl fmt::Display for PayloadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.violations.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{violation}")?;
        }
        if let Some(schema) = &self.schema {
            write!(f, " (schema {schema})")?;
        }
        Ok(())
    }
}

impl std::error::Error for PayloadReport {}

/// One way in which a payload breaks its schema.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Violation {
    /// JSON pointer into the payload; empty for the payload itself.
    pub instance_path: String,
    /// The keyword that refuses it, such as `minimum`.
    pub keyword: String,
    /// What was expected and what was found, in a sentence.
    pub message: String,
}

impl From<jsonschema::ValidationError<'_>> for Violation {
    fn from(error: jsonschema::ValidationError<'_>) -> Self {
        Self {
            instance_path: error.instance_path().to_string(),
            keyword: error.kind().keyword().to_owned(),
            message: error.to_string(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.instance_path.is_empty() {
            "the payload"
        } else {
            &self.instance_path
        };
        write!(f, "{place}: {} [{}]", self.message, self.keyword)
    }
}
