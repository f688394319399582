//! What is ANDed at a location: a schema, what it refers to, and its `allOf` branches.

use std::collections::BTreeSet;

use dispatcher_schema::vocabulary::asserts;
use serde_json::{Map, Value};

use crate::schema::Location;

use super::Lowering;

impl<'m> Lowering<'m> {
    /// Where the schema at this location leads, if it is a reference and says nothing else that
    /// shapes a type.
    pub(super) fn alias(&self, at: &Location) -> Option<Location> {
        let schema = self.schema(at)?;
        let target = self.target(at, schema)?;
        let shaping = ["properties", "patternProperties", "allOf", "anyOf", "oneOf"];
        let alone = self.draft(at).ref_hides_siblings()
            || !shaping.iter().any(|keyword| schema.contains_key(*keyword));
        alone.then_some(target)
    }

    pub(super) fn target(&self, at: &Location, schema: &Map<String, Value>) -> Option<Location> {
        let reference = schema.get("$ref")?.as_str()?;
        self.documents.resolve(at, reference).ok()
    }

    /// The end of a chain of references.
    pub(super) fn resolved(&self, at: &Location) -> Location {
        let mut seen = BTreeSet::new();
        let mut at = at.clone();
        while seen.insert(at.clone()) {
            match self.alias(&at) {
                Some(target) => at = target,
                None => break,
            }
        }
        at
    }

    /// The schemas that are ANDed at this location, and say something: itself without what it
    /// refers to, its `allOf` branches, and its reference.
    pub(super) fn direct_parts(&self, at: &Location) -> Vec<Location> {
        const HELD_BY_OTHERS: [&str; 2] = ["allOf", "$ref"];
        let Some(schema) = self.schema(at) else {
            return Vec::new();
        };
        let mut parts = Vec::new();
        if schema
            .keys()
            .any(|keyword| asserts(keyword) && !HELD_BY_OTHERS.contains(&keyword.as_str()))
        {
            parts.push(at.clone());
        }
        parts.extend(self.target(at, schema));
        let branches = schema
            .get("allOf")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        parts.extend((0..branches).map(|index| at.join("allOf").join(&index.to_string())));
        parts
    }

    /// The same, down to the last.
    pub(super) fn parts(&self, at: &Location) -> Vec<Location> {
        let mut parts = Vec::new();
        self.collect_parts(at, &mut parts);
        parts
    }

    pub(super) fn collect_parts(&self, at: &Location, parts: &mut Vec<Location>) {
        if parts.contains(at) {
            return;
        }
        let Some(schema) = self.schema(at) else {
            return;
        };
        let target = self.target(at, schema);
        if let (Some(target), true) = (&target, self.draft(at).ref_hides_siblings()) {
            return self.collect_parts(target, parts);
        }
        parts.push(at.clone());
        if let Some(target) = target {
            self.collect_parts(&target, parts);
        }
        let branches = schema
            .get("allOf")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..branches {
            self.collect_parts(&at.join("allOf").join(&index.to_string()), parts);
        }
    }

    /// The JSON types that all of the parts allow; none where no part says.
    pub(super) fn types(&self, parts: &[Location]) -> Option<BTreeSet<&'m str>> {
        let mut common: Option<BTreeSet<&str>> = None;
        for types in parts
            .iter()
            .filter_map(|part| declared_types(self.schema(part)?))
        {
            common = Some(match common {
                None => types,
                Some(before) => before.intersection(&types).copied().collect(),
            });
        }
        common
    }

    /// How much the schema at a location says about the shape of a type.
    pub(super) fn weight(&self, at: &Location) -> u8 {
        let at = self.resolved(at);
        let Some(schema) = self.schema(&at) else {
            return 0;
        };
        let has = |keywords: &[&str]| keywords.iter().any(|keyword| schema.contains_key(*keyword));
        if has(&["const", "enum"]) {
            4
        } else if has(&[
            "properties",
            "items",
            "prefixItems",
            "oneOf",
            "anyOf",
            "allOf",
        ]) {
            3
        } else if !has(&["type"]) {
            0
        } else if has(&[
            "format",
            "pattern",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
        ]) {
            2
        } else {
            1
        }
    }
}

/// The types that `type` lists.
pub(super) fn declared_types(schema: &Map<String, Value>) -> Option<BTreeSet<&str>> {
    match schema.get("type")? {
        Value::String(name) => Some(BTreeSet::from([name.as_str()])),
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}
