//! The target of each `$ref` in a contracts directory: a file and a JSON pointer in it.
//!
//! A reference to something outside the directory has no target. It is left as it is, and typify
//! refuses it.

use std::collections::BTreeMap;

use jsonschema::Uri;
use serde_json::Value;

use crate::Directory;
use crate::reach::{SCHEME, base, enter};

/// A schema: the path of its file, and its JSON pointer.
pub(super) type Target = (String, String);

/// Every address that a reference can name: URI, with an anchor or without, → target.
pub(super) struct References {
    addresses: BTreeMap<String, Target>,
}

impl References {
    pub(super) fn of(directory: &Directory) -> Self {
        let mut addresses = BTreeMap::new();
        for (path, value) in &directory.files {
            if let (Some(base), Some(value)) = (base(path), value) {
                addresses.insert(format!("{SCHEME}{path}"), (path.clone(), String::new()));
                collect(value, &base, path, String::new(), &mut addresses);
            }
        }
        Self { addresses }
    }

    /// The target of a reference in a schema with this base URI.
    pub(super) fn resolve(&self, reference: &str, base: &Uri<String>) -> Option<Target> {
        let uri = jsonschema::uri::resolve_against(&base.borrow(), reference).ok()?;
        let text = uri.as_str();
        if let Some(target) = self.addresses.get(text.trim_end_matches('#')) {
            return Some(target.clone());
        }
        let (document, fragment) = text.split_once('#')?;
        let (path, pointer) = self.addresses.get(document)?;
        let fragment = percent_decoded(fragment)?;
        fragment
            .starts_with('/')
            .then(|| (path.clone(), format!("{pointer}{fragment}")))
    }
}

fn collect(
    value: &Value,
    outer: &Uri<String>,
    path: &str,
    pointer: String,
    addresses: &mut BTreeMap<String, Target>,
) {
    let base = enter(value, outer);
    let here = || (path.to_owned(), pointer.clone());
    if base != *outer {
        let id = base.as_str().trim_end_matches('#').to_owned();
        addresses.entry(id).or_insert_with(here);
    }
    let anchors = ["$anchor", "$id", "id"].map(|keyword| value.get(keyword));
    for anchor in anchors.into_iter().flatten().filter_map(Value::as_str) {
        // Before draft 2019-09 an anchor was an `$id` that consists of a fragment alone.
        let anchor = anchor.trim_start_matches('#');
        if let Ok(uri) = jsonschema::uri::resolve_against(&base.borrow(), &format!("#{anchor}")) {
            addresses
                .entry(uri.as_str().to_owned())
                .or_insert_with(here);
        }
    }
    let mut visit = |key: &str, child: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        collect(child, &base, path, format!("{pointer}/{key}"), addresses);
    };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(&index.to_string(), item);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                visit(key, member);
            }
        }
        _ => {}
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}
