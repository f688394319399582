//! Validators of bundled schemas, built from documents that are parsed once.
//!
//! Generation has built the validator of each whole schema before, so that it compiles is no
//! question; a caller decides what it does with an error all the same.

use std::borrow::Cow;
use std::sync::Mutex;

use dispatcher_schema::address::document_uri;
use dispatcher_schema::one_resource::{ADDRESS, OneResource};
use dispatcher_schema::{formats, metaschemas};
use serde_json::Value;

use super::{Document, Outline, build_outline, build_validator, is_old_draft};

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

impl Contracts {
    /// A whole schema document.
    fn schema(&self, path: &str) -> Result<Cow<'static, Value>, Box<dyn std::error::Error>> {
        let uri = document_uri(path);
        let mut values = self.values.iter();
        let schema = values
            .find_map(|(candidate, value)| (*candidate == uri).then_some(value))
            .ok_or("it is not among the documents")?;
        Ok(match self.one.and_then(|one| one.schema(&uri, "")) {
            Some(pointer) => Cow::Owned(pointer),
            None => Cow::Borrowed(schema),
        })
    }
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
    let metaschemas = metaschemas::referred_to(values.iter().map(|(_, value)| value));
    let registry = registry
        .extend(metaschemas.into_iter().map(|one| (one.address, one.value)))?
        .prepare()?;
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

/// The validator of a whole schema document.
pub(super) fn validator(
    path: &str,
    documents: &'static [Document],
) -> Result<jsonschema::Validator, Box<dyn std::error::Error>> {
    let contracts = contracts(documents)?;
    let schema = contracts.schema(path)?;
    let validator = build_validator(&contracts.registry, path, &schema, contracts.old_drafts);
    Ok(validator.map_err(|error| error.to_owned())?)
}

/// What reports about a whole schema document are made from; without it they say little.
pub(super) fn outline(path: &str, documents: &'static [Document]) -> Outline {
    let built = contracts(documents).and_then(|contracts| {
        let schema = contracts.schema(path)?;
        let old_drafts = contracts.old_drafts;
        Ok(build_outline(
            &contracts.registry,
            path,
            &schema,
            old_drafts,
        ))
    });
    built.unwrap_or_else(|_| Outline::unknown())
}

/// The validator of the schema at a place inside a set of contracts, `p.json#/properties/pet`.
pub(crate) fn branch_validator(
    documents: &'static [Document],
    place: &str,
) -> Result<jsonschema::Validator, Box<dyn std::error::Error>> {
    let contracts = contracts(documents)?;
    let (path, pointer) = parts(place);
    let schema = match contracts.one {
        Some(one) => one.schema(&document_uri(path), &escaped(pointer)),
        None => Some(serde_json::json!({ "$ref": reference(place) })),
    };
    let schema = schema.ok_or("it is not among the documents")?;
    Ok(
        formats::checked(jsonschema::options(), contracts.old_drafts)
            .with_registry(&contracts.registry)
            .should_ignore_unknown_formats(false)
            .build(&schema)?,
    )
}

/// The URI of a place inside a set of contracts.
pub(crate) fn reference(place: &str) -> String {
    let (path, pointer) = parts(place);
    format!("{}#{}", document_uri(path), escaped(pointer))
}

fn parts(place: &str) -> (&str, &str) {
    place.split_once('#').unwrap_or((place, ""))
}

/// A JSON pointer as the fragment of a URI.
fn escaped(pointer: &str) -> String {
    let mut fragment = String::new();
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            fragment.push(byte.into());
        } else {
            fragment.push_str(&format!("%{byte:02X}"));
        }
    }
    fragment
}

/// The documents of a set of contracts by their paths.
#[cfg(feature = "schemars")]
pub(crate) fn parsed(
    documents: &'static [Document],
) -> Result<impl Iterator<Item = (&'static str, &'static Value)>, Box<dyn std::error::Error>> {
    let values = contracts(documents)?.values;
    let paths = documents.iter().map(|document| document.path);
    Ok(paths.zip(values.iter().map(|(_, value)| value)))
}
