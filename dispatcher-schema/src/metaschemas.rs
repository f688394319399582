//! The metaschemas of drafts 4 to 2020-12, which a `$ref` may name without a file of their own.
//!
//! jsonschema puts only those of 2020-12 into every registry. The others are added where
//! documents that refer to them are compiled ([`referred_to`]), at build time and at run time alike.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use referencing::meta;
use serde_json::Value;

use crate::address::root_id;
use crate::draft::Draft::{self, Draft4, Draft6, Draft7, Draft201909, Draft202012};

/// A metaschema, or a part of one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Metaschema {
    /// Its address without fragment.
    pub address: &'static str,
    /// The draft that it describes, and that it is written in.
    pub draft: Draft,
    /// The document.
    pub value: &'static Value,
}

type Row = (&'static str, Draft, &'static LazyLock<Arc<Value>>);

#[rustfmt::skip] // A table reads best with one line for each row.
static TABLE: [Row; 19] = [
    ("http://json-schema.org/draft-04/schema", Draft4, &meta::DRAFT4),
    ("http://json-schema.org/draft-06/schema", Draft6, &meta::DRAFT6),
    ("http://json-schema.org/draft-07/schema", Draft7, &meta::DRAFT7),
    ("https://json-schema.org/draft/2019-09/schema", Draft201909, &meta::DRAFT201909),
    ("https://json-schema.org/draft/2019-09/meta/applicator", Draft201909, &meta::DRAFT201909_APPLICATOR),
    ("https://json-schema.org/draft/2019-09/meta/content", Draft201909, &meta::DRAFT201909_CONTENT),
    ("https://json-schema.org/draft/2019-09/meta/core", Draft201909, &meta::DRAFT201909_CORE),
    ("https://json-schema.org/draft/2019-09/meta/format", Draft201909, &meta::DRAFT201909_FORMAT),
    ("https://json-schema.org/draft/2019-09/meta/meta-data", Draft201909, &meta::DRAFT201909_META_DATA),
    ("https://json-schema.org/draft/2019-09/meta/validation", Draft201909, &meta::DRAFT201909_VALIDATION),
    ("https://json-schema.org/draft/2020-12/schema", Draft202012, &meta::DRAFT202012),
    ("https://json-schema.org/draft/2020-12/meta/applicator", Draft202012, &meta::DRAFT202012_APPLICATOR),
    ("https://json-schema.org/draft/2020-12/meta/content", Draft202012, &meta::DRAFT202012_CONTENT),
    ("https://json-schema.org/draft/2020-12/meta/core", Draft202012, &meta::DRAFT202012_CORE),
    ("https://json-schema.org/draft/2020-12/meta/format-annotation", Draft202012, &meta::DRAFT202012_FORMAT_ANNOTATION),
    ("https://json-schema.org/draft/2020-12/meta/format-assertion", Draft202012, &meta::DRAFT202012_FORMAT_ASSERTION),
    ("https://json-schema.org/draft/2020-12/meta/meta-data", Draft202012, &meta::DRAFT202012_META_DATA),
    ("https://json-schema.org/draft/2020-12/meta/unevaluated", Draft202012, &meta::DRAFT202012_UNEVALUATED),
    ("https://json-schema.org/draft/2020-12/meta/validation", Draft202012, &meta::DRAFT202012_VALIDATION),
];

/// Every metaschema, oldest first.
pub fn all() -> impl Iterator<Item = Metaschema> {
    TABLE.iter().map(|(address, draft, value)| Metaschema {
        address,
        draft: *draft,
        value,
    })
}

/// The metaschema with this address, which may end in an empty fragment.
#[must_use]
pub fn get(address: &str) -> Option<Metaschema> {
    let address = address.strip_suffix('#').unwrap_or(address);
    all().find(|one| one.address == address)
}

/// The metaschemas that these documents refer to and that no registry has by itself. A document
/// whose `$id` is the address of one takes its place.
#[must_use]
pub fn referred_to<'v>(documents: impl IntoIterator<Item = &'v Value>) -> Vec<Metaschema> {
    let mut drafts = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for document in documents {
        collect(document, &mut drafts);
        ids.extend(root_id(document));
    }
    drafts.remove(&Draft202012);
    all()
        .filter(|one| drafts.contains(&one.draft) && !ids.contains(one.address))
        .collect()
}

/// Too many may be found, never too few: any value under a key of that name counts.
fn collect(value: &Value, drafts: &mut BTreeSet<Draft>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let address = reference.split('#').next().unwrap_or_default();
                drafts.extend(get(address).map(|one| one.draft));
            }
            members.values().for_each(|value| collect(value, drafts));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, drafts)),
        _ => {}
    }
}
