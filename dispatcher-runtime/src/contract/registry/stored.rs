//! A schema from the database, where a program has pushed it.

use std::collections::BTreeMap;

use super::documents::Documents;
use super::error::RegistryError;
use crate::contract::gate::PayloadSchema;

/// The schema of a version, compiled from the documents that it reaches, by their paths.
///
/// # Errors
/// A document is missing or is not JSON, or the schema does not compile.
pub(crate) fn stored_schema(
    path: &str,
    texts: BTreeMap<String, String>,
    event_type: &str,
    schema_version: u32,
) -> Result<PayloadSchema, RegistryError> {
    Documents::of_texts(texts).payload_schema(path, event_type, schema_version)
}
