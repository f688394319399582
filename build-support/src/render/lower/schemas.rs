//! Read-only questions about schemas: which are combined at a location, and what they say.
//!
//! A schema, its `$ref` target and its `allOf` branches are the *parts* of one conjunction. Nothing
//! here makes a type or changes anything. A location without a schema has no parts.

use std::collections::BTreeSet;

use dispatcher_schema::vocabulary::asserts;
use serde_json::{Map, Value};

use crate::model::Model;
use crate::render::docs::Docs;
use crate::schema::{Documents, Location};
use dispatcher_schema::draft::Draft;
use dispatcher_schema::formats::BORROWED;

/// The documents of a model, for questions about their schemas.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'m> {
    pub(super) documents: &'m Documents,
    /// Whether the meaning of a schema may depend on the path by which a validator reaches it.
    pub(super) has_dynamic_references: bool,
}

impl<'m> Schemas<'m> {
    pub(super) fn of(model: &'m Model) -> Self {
        Self {
            documents: &model.documents,
            has_dynamic_references: has_dynamic_references(model),
        }
    }

    pub(super) fn schema(self, at: &Location) -> Option<&'m Map<String, Value>> {
        self.documents.value(at).as_object()
    }

    pub(super) fn draft(self, at: &Location) -> Draft {
        self.documents.draft(at)
    }

    /// The target of the schema at this location, if it is a reference without other keywords that
    /// shape a type.
    pub(super) fn alias(self, at: &Location) -> Option<Location> {
        let schema = self.schema(at)?;
        let target = self.target(at, schema)?;
        let shaping = ["properties", "patternProperties", "allOf", "anyOf", "oneOf"];
        let alone = self.draft(at).ref_hides_siblings()
            || !shaping.iter().any(|keyword| schema.contains_key(*keyword));
        alone.then_some(target)
    }

    pub(super) fn target(self, at: &Location, schema: &Map<String, Value>) -> Option<Location> {
        let reference = schema.get("$ref")?.as_str()?;
        self.documents.resolve(at, reference).ok()
    }

    /// The end of a chain of references.
    pub(super) fn resolved(self, at: &Location) -> Location {
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

    /// The schemas that are combined at this location: itself if it has assertions of its own, the
    /// target of its reference, and its `allOf` branches.
    pub(super) fn direct_parts(self, at: &Location) -> Vec<Location> {
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

    /// The same, with the parts of the parts.
    pub(super) fn parts(self, at: &Location) -> Vec<Location> {
        let mut parts = Vec::new();
        self.collect_parts(at, &mut parts);
        parts
    }

    pub(super) fn collect_parts(self, at: &Location, parts: &mut Vec<Location>) {
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

    /// The JSON types that all of the parts allow, or none if no part has a `type`.
    pub(super) fn types(self, parts: &[Location]) -> Option<BTreeSet<&'m str>> {
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
    pub(super) fn weight(self, at: &Location) -> u8 {
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

    /// Whether null may be valid besides other values. A wrong yes does no harm.
    pub(super) fn allows_null(self, at: &Location) -> bool {
        let Some(schema) = self.schema(at).filter(|_| self.alias(at).is_none()) else {
            return false;
        };
        let parts = self.parts(at);
        let by_type = self
            .types(&parts)
            .is_some_and(|types| types.contains("null") && types.len() > 1);
        let by_value = values(schema)
            .is_some_and(|values| values.len() > 1 && values.iter().any(|value| value.is_null()));
        by_type || by_value || parts.iter().any(|part| self.has_null_branch(part))
    }

    /// The `oneOf` or `anyOf` of a schema, and its branches.
    pub(super) fn branches(self, at: &Location) -> Option<(Location, Vec<Location>)> {
        let schema = self.schema(at)?;
        let keyword = ["oneOf", "anyOf"]
            .into_iter()
            .find(|keyword| schema.contains_key(*keyword))?;
        let union = at.join(keyword);
        let count = schema.get(keyword)?.as_array()?.len();
        let branches = (0..count)
            .map(|index| union.join(&index.to_string()))
            .collect();
        Some((union, branches))
    }

    pub(super) fn has_null_branch(self, at: &Location) -> bool {
        self.branches(at).is_some_and(|(_, branches)| {
            branches.len() > 1 && branches.iter().any(|branch| self.is_null(branch))
        })
    }

    pub(super) fn is_null(self, at: &Location) -> bool {
        self.schema(&self.resolved(at))
            .is_some_and(|schema| only_type(schema) == Some("null"))
    }

    pub(super) fn docs(self, at: &Location) -> Docs {
        let own = self.schema(at).map(Docs::of_schema).unwrap_or_default();
        own.or(|| {
            self.schema(&self.resolved(at))
                .map(Docs::of_schema)
                .unwrap_or_default()
        })
    }

    /// The constant string of a schema, if it has one.
    pub(super) fn constant(self, at: &Location) -> Option<String> {
        let at = self.resolved(at);
        match values(self.schema(&at)?)?.as_slice() {
            [Value::String(text)] => Some(text.clone()),
            _ => None,
        }
    }

    /// These keywords of one schema, as a schema of its own.
    pub(super) fn fragment(self, at: &Location, json_type: &str, keywords: &[&str]) -> String {
        let mut fragment = Map::new();
        let draft = self.draft(at);
        let format = self
            .schema(at)
            .and_then(|schema| schema.get("format")?.as_str());
        let borrowed = format.is_some_and(|format| BORROWED.contains(&format));
        if draft != Draft::Draft202012 && !borrowed {
            fragment.insert("$schema".to_owned(), draft.schema_uri().into());
        }
        fragment.insert("type".to_owned(), json_type.into());
        for (keyword, value) in self.schema(at).into_iter().flatten() {
            if keywords.contains(&keyword.as_str()) {
                fragment.insert(keyword.clone(), value.clone());
            }
        }
        Value::Object(fragment).to_string()
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

/// The values that a schema lists.
pub(super) fn values(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    schema
        .get("enum")?
        .as_array()
        .map(|values| values.iter().collect())
}

/// The one JSON type that a schema allows, by `type` or by its constants.
pub(super) fn only_type(schema: &Map<String, Value>) -> Option<&str> {
    if let Some(types) = declared_types(schema) {
        return types.iter().next().copied().filter(|_| types.len() == 1);
    }
    let names: BTreeSet<_> = values(schema)?
        .into_iter()
        .map(|value| match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        })
        .collect();
    names.iter().next().copied().filter(|_| names.len() == 1)
}

fn has_dynamic_references(model: &Model) -> bool {
    fn mentions(value: &Value) -> bool {
        match value {
            Value::Object(members) => members.iter().any(|(key, value)| {
                matches!(key.as_str(), "$dynamicRef" | "$recursiveRef") || mentions(value)
            }),
            Value::Array(items) => items.iter().any(mentions),
            _ => false,
        }
    }
    model
        .documents
        .iter()
        .any(|document| !document.builtin && mentions(&document.value))
}
