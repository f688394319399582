//! The places in documents that a schema reaches through references.
//!
//! Too much may be compared, never too little: anything under a key of that name is taken for a
//! reference, one by anchor for its whole document, and where addresses inside of a document are
//! changed by an `$id` of its own, all documents are.

use std::collections::{BTreeMap, BTreeSet};

use dispatcher_schema::address::{CONTRACT_SCHEME, document_uri, root_id};
use dispatcher_schema::metaschemas;
use jsonschema::{Uri, uri};
use serde_json::Value;

/// (file, JSON pointer) of the schema at `pointer` in `path` and of whatever it refers to.
pub(crate) fn sites(
    documents: &BTreeMap<String, Value>,
    path: &str,
    pointer: &str,
) -> BTreeSet<(String, String)> {
    followed(documents, path, pointer).unwrap_or_else(|| {
        let all = documents.keys();
        all.map(|path| (path.clone(), String::new())).collect()
    })
}

/// `None` where a reference leads to what is not known here.
fn followed(
    documents: &BTreeMap<String, Value>,
    path: &str,
    pointer: &str,
) -> Option<BTreeSet<(String, String)>> {
    let by_id: BTreeMap<&str, &String> = documents
        .iter()
        .filter_map(|(path, value)| Some((root_id(value)?, path)))
        .collect();
    let mut sites = BTreeSet::new();
    let mut open = vec![(path.to_owned(), pointer.to_owned())];
    while let Some(site) = open.pop() {
        if sites.contains(&site) {
            continue;
        }
        let (path, pointer) = &site;
        let document = documents.get(path)?;
        let own = Uri::parse(document_uri(path)).ok()?;
        let base = match root_id(document) {
            Some(id) => uri::resolve_against(&own.borrow(), id).ok()?,
            None => own,
        };
        let mut references = Vec::new();
        collect(
            document.pointer(pointer)?,
            pointer.is_empty(),
            &mut references,
        )?;
        for reference in references {
            let target = uri::resolve_against(&base.borrow(), reference).ok()?;
            let (address, fragment) = match target.as_str().split_once('#') {
                Some((address, fragment)) => (address, fragment),
                None => (target.as_str(), ""),
            };
            // Both copies have the same one.
            if metaschemas::get(address).is_some() {
                continue;
            }
            let file = match by_id.get(address) {
                Some(file) => file.as_str(),
                None if address == base.as_str() => path,
                None => address.strip_prefix(CONTRACT_SCHEME)?,
            };
            let is_pointer = fragment.starts_with('/') && !fragment.contains('%');
            let pointer = if is_pointer { fragment } else { "" };
            open.push((file.to_owned(), pointer.to_owned()));
        }
        sites.insert(site);
    }
    Some(sites)
}

/// `None` where an `$id` below the root gives the references another base.
fn collect<'a>(value: &'a Value, is_root: bool, references: &mut Vec<&'a str>) -> Option<()> {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(text)) => {
                        references.push(text);
                    }
                    ("$id" | "id", Value::String(_)) if !is_root => return None,
                    _ => collect(value, false, references)?,
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(item, false, references)?;
            }
        }
        _ => {}
    }
    Some(())
}
