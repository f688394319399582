//! Payload schemas in the form that typify can read: one document each, with the help that typify
//! 0.8 needs.
//!
//! `docs/conformance.md` lists the help; nothing else is changed. A definition outside the
//! payload's own file is shared: it is generated once, in a module of its own, and the payloads
//! refer to its type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::help;
use super::names::Names;
use super::references::{References, Target};
use crate::Directory;
use crate::reach::base;

/// The module of the definitions that several files share.
pub(crate) const SHARED: &str = "shared";
/// The title of every root.
const TITLE: &str = "Payload";
/// The alias of the root's type, as `tests/beside-typify/src/lib.rs` writes it.
pub(crate) const ROOT: &str = "PayloadOfSchema";

/// The documents of a directory.
pub(crate) struct Bundles<'d> {
    directory: &'d Directory,
    references: References,
    shared: BTreeSet<Target>,
    names: Names,
}

impl<'d> Bundles<'d> {
    pub(crate) fn of(directory: &'d Directory) -> Self {
        let mut bundles = Self {
            directory,
            references: References::of(directory),
            shared: BTreeSet::new(),
            names: Names::default(),
        };
        bundles.names.reserve(&[TITLE, ROOT]);
        let mut shared = BTreeSet::new();
        for path in directory.schemas() {
            let elsewhere = |target: &Target| target.0 != path;
            let found = bundles.closure((path.to_owned(), String::new()));
            shared.extend(found.into_iter().filter(elsewhere));
        }
        // What a shared definition refers to is shared too, whichever file it is in.
        for target in shared {
            let found = bundles.closure(target.clone());
            bundles.shared.extend(found);
            bundles.shared.insert(target);
        }
        bundles.names.give(bundles.shared.iter());
        bundles
    }

    /// The definitions that several files share.
    pub(crate) fn shared(&self) -> &BTreeSet<Target> {
        &self.shared
    }

    /// The job for the module of these shared definitions.
    pub(crate) fn shared_job(&self, which: &BTreeSet<Target>) -> Value {
        let mut all = which.clone();
        for target in which {
            all.extend(self.closure(target.clone()));
        }
        let definitions = self.definitions(&all, &self.names, None);
        json!({ "schema": { "definitions": definitions }, "replace": {} })
    }

    /// The job for one payload schema; what is in `generated` is referred to instead of generated
    /// again.
    pub(crate) fn job(&self, path: &str, generated: &BTreeSet<Target>) -> Value {
        let root = (path.to_owned(), String::new());
        let mut found = self.closure(root.clone());
        if !self.shared.contains(&root) {
            found.remove(&root);
        }
        let mut names = self.names.clone();
        let own = found.iter().filter(|target| !self.shared.contains(target));
        names.give(own);
        let mut schema = match self.schema(&root, &names, Some(path)) {
            Value::Object(schema) => schema,
            // `true` or `false`
            other => Map::from_iter([("allOf".to_owned(), json!([other]))]),
        };
        schema.insert("title".to_owned(), TITLE.into());
        let definitions = self.definitions(&found, &names, Some(path));
        schema.insert("definitions".to_owned(), definitions.into());
        let replace: Map<_, _> = found
            .intersection(generated)
            .filter_map(|target| self.names.get(target))
            .map(|name| (name.to_owned(), format!("super::{SHARED}").into()))
            .collect();
        json!({ "schema": schema, "replace": replace })
    }

    fn definitions(
        &self,
        targets: &BTreeSet<Target>,
        names: &Names,
        root: Option<&str>,
    ) -> Map<String, Value> {
        let definition = |target: &Target| {
            let name = names.get(target)?.to_owned();
            Some((name, self.schema(target, names, root)))
        };
        targets.iter().filter_map(definition).collect()
    }

    /// A schema with local references.
    fn schema(&self, target: &Target, names: &Names, root: Option<&str>) -> Value {
        let Some((value, base)) = self.at(target) else {
            return Value::Bool(false);
        };
        let local = |reference: &str, base: &jsonschema::Uri<String>| {
            let target = self.references.resolve(reference, base)?;
            if let Some(name) = names.get(&target) {
                return Some(format!("#/definitions/{name}"));
            }
            (Some(target.0.as_str()) == root && target.1.is_empty()).then(|| "#".to_owned())
        };
        help::helped(value, &base, &local)
    }

    /// Everything that is reachable from there; the start itself only if it is referred to.
    fn closure(&self, start: Target) -> BTreeSet<Target> {
        let mut found = BTreeSet::new();
        let mut open = vec![start];
        while let Some(target) = open.pop() {
            let Some((value, base)) = self.at(&target) else {
                continue;
            };
            help::references(value, &base, &mut |reference, base| {
                let target = self.references.resolve(reference, base);
                let Some(target) = target.filter(|target| self.at(target).is_some()) else {
                    return;
                };
                if found.insert(target.clone()) {
                    open.push(target);
                }
            });
        }
        found
    }

    /// A schema, and the base of its references.
    fn at(&self, (path, pointer): &Target) -> Option<(&'d Value, jsonschema::Uri<String>)> {
        let mut value = self.directory.files.get(path)?.as_ref()?;
        let mut base = base(path)?;
        for part in pointer.split('/').skip(1) {
            base = crate::reach::enter(value, &base);
            let key = part.replace("~1", "/").replace("~0", "~");
            value = match value {
                Value::Object(members) => members.get(&key)?,
                Value::Array(items) => items.get(key.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some((value, base))
    }
}

/// The change between two measurements: the document with one more optional property, in the object
/// that its root is or refers to. `None` if there is no such object.
pub(crate) fn grown(document: &Value) -> Option<Value> {
    let mut pointer = String::new();
    // A root can refer to a definition, which can refer to another one.
    for _ in 0..8 {
        let schema = document.pointer(&pointer)?;
        if schema.get("properties").is_some_and(Value::is_object) {
            let mut grown = document.clone();
            let properties = grown.pointer_mut(&format!("{pointer}/properties"))?;
            properties["remark_of_the_comparison"] = json!({ "type": "string" });
            return Some(grown);
        }
        pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?.to_owned();
    }
    None
}

/// The module of each payload schema.
pub(crate) fn modules(directory: &Directory) -> BTreeMap<&str, String> {
    let paths = directory.schemas().into_iter().enumerate();
    paths
        .map(|(index, path)| (path, format!("schema_{index}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_added_where_the_root_refers_to() {
        let document =
            json!({ "$ref": "#/definitions/A", "definitions": { "A": { "properties": {} } } });
        let grown = grown(&document).unwrap();
        let added = &grown["definitions"]["A"]["properties"]["remark_of_the_comparison"];
        assert_eq!(added["type"], "string");
        assert!(super::grown(&json!({ "type": "object" })).is_none());
    }
}
