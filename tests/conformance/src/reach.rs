//! Which files a payload schema reaches, so that a fault in a file can be assigned to the event
//! types that it concerns.
//!
//! Anything called `$ref` counts, wherever it occurs: reaching too much only names one more event
//! type, and only if the other file has a fault.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Uri;
use serde_json::Value;

use super::Directory;

/// The prefix of the addresses of contract files, here and in the gate.
pub(crate) const SCHEME: &str = "contract:///";

/// The files that refer to each other.
pub(super) struct Reach<'d> {
    /// File → the files that it refers to.
    edges: BTreeMap<&'d str, BTreeSet<&'d str>>,
}

impl<'d> Reach<'d> {
    pub(super) fn of(directory: &'d Directory) -> Self {
        let mut addresses = BTreeMap::new();
        for (path, value) in &directory.files {
            addresses.insert(format!("{SCHEME}{path}"), path.as_str());
            if let (Some(base), Some(value)) = (base(path), value) {
                ids(value, &base, &mut |id| {
                    addresses.entry(without_fragment(id)).or_insert(path);
                });
            }
        }
        let edges = directory.files.iter().map(|(path, value)| {
            let mut found = BTreeSet::new();
            if let (Some(base), Some(value)) = (base(path), value) {
                references(value, &base, &mut |uri| {
                    found.extend(addresses.get(&without_fragment(uri)).copied());
                });
            }
            (path.as_str(), found)
        });
        Self {
            edges: edges.collect(),
        }
    }

    /// These files, and the files that are reachable from them.
    pub(super) fn from(&self, start: impl IntoIterator<Item = &'d str>) -> BTreeSet<&'d str> {
        let mut found = BTreeSet::new();
        let mut open: Vec<_> = start.into_iter().collect();
        while let Some(path) = open.pop() {
            if found.insert(path) {
                open.extend(self.edges.get(path).into_iter().flatten());
            }
        }
        found
    }
}

pub(crate) fn base(path: &str) -> Option<Uri<String>> {
    Uri::parse(format!("{SCHEME}{path}")).ok()
}

fn without_fragment(uri: &Uri<String>) -> String {
    let text = uri.as_str();
    text.split_once('#').map_or(text, |(uri, _)| uri).to_owned()
}

/// The base below a value: its own `$id`, resolved.
pub(crate) fn enter(value: &Value, base: &Uri<String>) -> Uri<String> {
    value
        .get("$id")
        .or_else(|| value.get("id"))
        .and_then(Value::as_str)
        .filter(|id| !id.starts_with('#'))
        .and_then(|id| jsonschema::uri::resolve_against(&base.borrow(), id).ok())
        .unwrap_or_else(|| base.clone())
}

fn ids(value: &Value, outer: &Uri<String>, visit: &mut impl FnMut(&Uri<String>)) {
    let base = enter(value, outer);
    if base != *outer {
        visit(&base);
    }
    for child in children(value) {
        ids(child, &base, visit);
    }
}

fn references(value: &Value, outer: &Uri<String>, visit: &mut impl FnMut(&Uri<String>)) {
    let base = enter(value, outer);
    for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
        if let Some(reference) = value.get(keyword).and_then(Value::as_str)
            && let Ok(uri) = jsonschema::uri::resolve_against(&base.borrow(), reference)
        {
            visit(&uri);
        }
    }
    for child in children(value) {
        references(child, &base, visit);
    }
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.values()),
        _ => Box::new(std::iter::empty()),
    }
}
