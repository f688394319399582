//! The metaschemas that a `$ref` may name without a file of their own: those of 2020-12.
//!
//! jsonschema puts these, and only these, into every registry, so the gate has them too. The
//! metaschemas of older drafts would resolve here and be missing there; a contract that needs one
//! keeps a copy in the contracts directory, where its `$id` finds it.

use referencing::meta;
use serde_json::Value;

use super::Document;
use crate::draft::Draft;

/// The metaschema with this address (without fragment) as a document.
pub(super) fn document(uri: &str) -> Option<Document> {
    let value: &Value = match uri.strip_prefix("https://json-schema.org/draft/2020-12/")? {
        "schema" => &meta::DRAFT202012,
        "meta/applicator" => &meta::DRAFT202012_APPLICATOR,
        "meta/content" => &meta::DRAFT202012_CONTENT,
        "meta/core" => &meta::DRAFT202012_CORE,
        "meta/format-annotation" => &meta::DRAFT202012_FORMAT_ANNOTATION,
        "meta/format-assertion" => &meta::DRAFT202012_FORMAT_ASSERTION,
        "meta/meta-data" => &meta::DRAFT202012_META_DATA,
        "meta/unevaluated" => &meta::DRAFT202012_UNEVALUATED,
        "meta/validation" => &meta::DRAFT202012_VALIDATION,
        _ => return None,
    };
    Some(Document {
        path: uri.to_owned(),
        text: format!("{value:#}"),
        value: value.clone(),
        draft: Draft::Draft202012,
        builtin: true,
    })
}
