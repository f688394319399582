//! The addresses of contract documents.
//!
//! Every document is registered under `contract:///<path>`, by the build and by the gate, so that a
//! `$ref` leads to the same place on both sides. A path holds no character that a URI would have to
//! escape (the build checks it), so a path and its address are one spelling.

use serde_json::Value;

/// The addresses of contract documents begin with this; the path follows.
pub const CONTRACT_SCHEME: &str = "contract:///";

/// The address of the document with this path.
#[must_use]
pub fn document_uri(path: &str) -> String {
    format!("{CONTRACT_SCHEME}{path}")
}

/// The `$id` (in draft 4 `id`) of a document, without an empty fragment.
#[must_use]
pub fn root_id(value: &Value) -> Option<&str> {
    let id = value.get("$id").or_else(|| value.get("id"))?.as_str()?;
    Some(id.trim_end_matches('#'))
}
