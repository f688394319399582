//! The gate: the only way for a payload into the log or into a handler.
//!
//! Whatever is published or handed to a handler has passed the validator of the *original* schema.
//! Its envelope has passed one of its own ([`envelope`]). On the way into the log `publish::gated_payload` keeps the proof. A refusal carries the full
//! [`InvalidPayload`], which is collected only then, from the [`outline`] of the schema.
//!
//! Validators are built once for each schema and shared: of a bundled schema at first use, because
//! generation has built it before; of a loaded one while it is loaded, because it may not compile.
//! Formats are checked, and nothing is ever fetched: every document that a schema can reach is
//! compiled in, or stands in the directory that was loaded.

mod contracts;
#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) mod envelope;
#[cfg(feature = "consume")]
mod example;
mod explain;
#[cfg(feature = "consume")]
mod fields;
mod finding;
mod outline;
mod prune;
mod reference;
mod report;
mod shown;
mod violation;

#[cfg(all(test, any(feature = "publish", feature = "consume")))]
mod envelope_tests;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::OnceLock;

use dispatcher_schema::address::document_uri;
use dispatcher_schema::formats;
use serde_json::Value;

pub(crate) use self::contracts::branch_validator;
#[cfg(feature = "schemars")]
pub(crate) use self::contracts::{parsed, reference};
#[cfg(feature = "consume")]
pub use self::fields::PayloadField;
pub(crate) use self::outline::Outline;
pub(crate) use self::reference::REFERENCE_ENVELOPE;
pub use self::report::InvalidPayload;
#[cfg(feature = "consume")]
pub(crate) use self::shown::MASKED;
pub use self::violation::Violation;

/// A schema document as the contracts directory holds it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Document {
    /// Relative to the contracts directory.
    pub path: &'static str,
    /// The file's text.
    pub text: &'static str,
}

/// The JSON Schema of one version of an event type's payload, or of the envelope around payloads.
pub struct PayloadSchema {
    source: Source,
    validator: OnceLock<jsonschema::Validator>,
    /// What reports are made from.
    outline: OnceLock<Outline>,
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
            outline: OnceLock::new(),
        }
    }

    /// The schema of an event type that has none yet: any JSON object.
    #[doc(hidden)]
    pub const fn any_object() -> Self {
        Self {
            source: Source::AnyObject,
            validator: OnceLock::new(),
            outline: OnceLock::new(),
        }
    }

    pub(crate) fn loaded(path: String, text: String, compiled: Compiled) -> Self {
        Self {
            source: Source::Loaded { path, text },
            validator: OnceLock::from(compiled.validator),
            outline: OnceLock::from(compiled.outline),
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

    /// Whether a payload is valid.
    ///
    /// # Errors
    /// The [`InvalidPayload`] says what is wrong. It is limited, and shows no value of the payload.
    pub fn validate(&self, payload: &Value) -> Result<(), InvalidPayload> {
        let validator = self.validator();
        if validator.is_valid(payload) {
            return self.check_object(payload);
        }
        let path = self.path().map(str::to_owned);
        Err(explain::explain(self.outline(), path, payload))
    }

    /// Whether the schema marks a value with `"x-sensitive": true`, or may do so in a way that is not known.
    #[cfg(feature = "consume")]
    pub(crate) fn marks_values(&self) -> bool {
        self.outline().has_marks()
    }

    /// Whether the schema marks what is at that JSON pointer, or may do so in a way that is not known.
    #[cfg(feature = "consume")]
    pub(crate) fn marks_at(&self, pointer: &str) -> bool {
        let outline = self.outline();
        outline.has_marks() && shown::is_marked_at(outline, pointer)
    }

    /// The payload as those may see it who may not see everything: with `"[masked]"` in the place of each value
    /// that the schema marks with `"x-sensitive": true`. Of a payload that is invalid no value is left where
    /// the schema marks any, because it may stand in another place than the schema says.
    ///
    /// Names of properties are not masked.
    #[must_use]
    pub fn masked(&self, payload: &Value) -> Value {
        let outline = self.outline();
        if !outline.has_marks() {
            return payload.clone();
        }
        if self.validate(payload).is_err() {
            return shown::hidden();
        }
        shown::masked(outline, payload)
    }

    /// A valid payload that shows what one looks like: an example of the schema itself, or one that is composed from what
    /// the schema says. The same schema has the same example. `None` if none was found that the schema accepts.
    #[cfg(feature = "consume")]
    pub(crate) fn example(&self) -> Option<Value> {
        example::candidates(self.outline()).find(|payload| self.validate(payload).is_ok())
    }

    /// The fields of a payload, as the schema describes them.
    #[cfg(feature = "consume")]
    pub(crate) fn fields(&self) -> Vec<PayloadField> {
        fields::fields(self.outline())
    }

    /// A payload of another version as it may be read as one of this one: without the properties that this schema does
    /// not declare in its closed objects. Where a branch (`anyOf`, `if` and the like) may decide by the names that are
    /// there, none is left out. Whether the rest is valid, [`validate`](Self::validate) says.
    #[must_use]
    pub fn pruned(&self, mut payload: Value) -> Value {
        prune::prune(self.outline(), &mut payload);
        payload
    }

    /// Whether this is the envelope's, and demands what the reference schema demands.
    #[cfg(any(feature = "publish", feature = "consume"))]
    pub(crate) fn is_reference_envelope(&self) -> bool {
        let value = self.text().and_then(|text| serde_json::from_str(text).ok());
        value.is_some_and(|value: Value| dispatcher_schema::envelope::is_reference(&value))
    }

    /// A payload is an object even where its schema forgets to say so: `dispatcher_publish` asks for
    /// one, and generated types are made for one.
    fn check_object(&self, payload: &Value) -> Result<(), InvalidPayload> {
        if payload.is_object() {
            return Ok(());
        }
        let path = self.path().map(str::to_owned);
        Err(InvalidPayload::not_an_object(path, payload))
    }

    fn outline(&self) -> &Outline {
        self.outline.get_or_init(|| match &self.source {
            Source::AnyObject => Outline::of_type("object"),
            Source::Bundled { path, documents } => contracts::outline(path, documents),
            Source::Loaded { path, .. } => unreachable!("{path} was loaded with its outline"),
        })
    }

    fn validator(&self) -> &jsonschema::Validator {
        self.validator.get_or_init(|| match &self.source {
            Source::AnyObject => {
                jsonschema::validator_for(&serde_json::json!({ "type": "object" }))
                    .unwrap_or_else(|error| unreachable!("{error}"))
            }
            // Generation has built this same validator from these same documents.
            Source::Bundled { path, documents } => contracts::validator(path, documents)
                .unwrap_or_else(|error| panic!("the contract {path} does not compile: {error}")),
            Source::Loaded { path, .. } => unreachable!("{path} was loaded with its validator"),
        })
    }
}

/// A schema that was compiled: for verdicts, and for reports.
pub(crate) struct Compiled {
    pub(crate) validator: jsonschema::Validator,
    pub(crate) outline: Outline,
}

impl fmt::Debug for PayloadSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayloadSchema")
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

/// Whether a document is of a draft before 2019-09.
pub(crate) fn is_old_draft(text: &str) -> bool {
    text.contains("json-schema.org/draft-0")
}

/// The schema `path`, compiled. All that it reaches is in the registry.
pub(crate) fn compile(
    registry: &jsonschema::Registry<'_>,
    path: &str,
    schema: &Value,
    old_drafts: bool,
) -> Result<Compiled, jsonschema::ValidationError<'static>> {
    Ok(Compiled {
        validator: build_validator(registry, path, schema, old_drafts)?,
        outline: build_outline(registry, path, schema, old_drafts),
    })
}

/// What reports about the schema `path` are made from.
fn build_outline(
    registry: &jsonschema::Registry<'_>,
    path: &str,
    schema: &Value,
    old_drafts: bool,
) -> Outline {
    Outline::of(&outline::SchemaSource {
        registry,
        base: &document_uri(path),
        schema,
        old_drafts,
    })
}

/// Builds the validator of the schema `path`. All that it reaches is in the registry.
fn build_validator(
    registry: &jsonschema::Registry<'_>,
    path: &str,
    schema: &Value,
    old_drafts: bool,
) -> Result<jsonschema::Validator, jsonschema::ValidationError<'static>> {
    formats::checked(jsonschema::options(), old_drafts)
        .with_registry(registry)
        .with_base_uri(document_uri(path))
        .should_ignore_unknown_formats(false)
        .build(schema)
}
