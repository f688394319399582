//! A schema as what it demands altogether: itself, what it refers to, and the schemas of its `allOf`.

use std::collections::BTreeMap;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::vocabulary;
use serde_json::{Map, Value};

use crate::schema::{Documents, Location};

/// A conjunction of schemas.
#[derive(Clone, Debug)]
pub(in crate::changes) struct View<'d> {
    documents: &'d Documents,
    /// The schemas. The first one is where the view was begun.
    parts: Vec<Location>,
}

impl<'d> View<'d> {
    /// What these schemas demand together.
    pub(in crate::changes) fn of(documents: &'d Documents, schemas: Vec<Location>) -> Self {
        let mut parts = Vec::new();
        let mut open: Vec<_> = schemas.into_iter().rev().collect();
        while let Some(at) = open.pop() {
            if parts.contains(&at) {
                continue;
            }
            if let Value::Object(schema) = documents.value(&at) {
                let draft = documents.draft(&at);
                let conjuncts = schema.get("allOf").and_then(Value::as_array);
                let count = conjuncts.map_or(0, Vec::len);
                if !(draft.ref_hides_siblings() && schema.contains_key("$ref")) {
                    open.extend(
                        (0..count)
                            .rev()
                            .map(|index| at.descend(&format!("/allOf/{index}"))),
                    );
                }
                let reference = schema.get("$ref").and_then(Value::as_str);
                open.extend(reference.and_then(|reference| documents.resolve(&at, reference).ok()));
            }
            parts.push(at);
        }
        Self { documents, parts }
    }

    /// The schemas, for comparing views.
    pub(super) fn parts(&self) -> &[Location] {
        &self.parts
    }

    /// The schema where the view was begun.
    pub(super) fn start(&self) -> Option<&Location> {
        self.parts.first()
    }

    /// The documents that the schemas are in.
    pub(super) fn documents(&self) -> &'d Documents {
        self.documents
    }

    /// Whether one of the schemas is `false`.
    pub(super) fn is_false(&self) -> bool {
        self.parts
            .iter()
            .any(|at| *self.documents.value(at) == Value::Bool(false))
    }

    /// The schemas that are objects and have a say: a `$ref` up to draft 7 hides what is beside it.
    fn schemas(&self) -> impl Iterator<Item = (&Location, Draft, &'d Map<String, Value>)> {
        self.parts.iter().filter_map(|at| {
            let schema = self.documents.value(at).as_object()?;
            let draft = self.documents.draft(at);
            let is_hidden = draft.ref_hides_siblings() && schema.contains_key("$ref");
            (!is_hidden).then_some((at, draft, schema))
        })
    }

    /// Each value of a keyword, with the draft and the place of the keyword.
    pub(super) fn all(&self, keyword: &str) -> Vec<(Location, Draft, &'d Value)> {
        self.schemas()
            .filter(|(_, draft, _)| vocabulary::has(*draft, keyword))
            .filter_map(|(at, draft, schema)| Some((at.join(keyword), draft, schema.get(keyword)?)))
            .collect()
    }

    /// The first value of a keyword, and its place.
    pub(super) fn first(&self, keyword: &str) -> Option<(Location, &'d Value)> {
        let (at, _, value) = self.all(keyword).into_iter().next()?;
        Some((at, value))
    }

    /// The schemas under each name of a keyword such as `properties`.
    pub(super) fn members(&self, keyword: &str) -> BTreeMap<&'d str, Vec<Location>> {
        let mut members: BTreeMap<&str, Vec<Location>> = BTreeMap::new();
        for (at, _, value) in self.all(keyword) {
            for (name, _) in value.as_object().into_iter().flatten() {
                members.entry(name).or_default().push(at.join(name));
            }
        }
        members
    }

    /// Names that are required, with the place of each.
    pub(super) fn required(&self) -> BTreeMap<&'d str, Location> {
        let mut required = BTreeMap::new();
        for (at, _, value) in self.all("required") {
            for (index, name) in value.as_array().into_iter().flatten().enumerate() {
                if let Some(name) = name.as_str() {
                    required
                        .entry(name)
                        .or_insert_with(|| at.join(&index.to_string()));
                }
            }
        }
        required
    }

    /// The schemas of a keyword whose value is a schema; `true` and `{}` count as none.
    pub(super) fn schema(&self, keyword: &str) -> Vec<Location> {
        let is_idle = |value: &Value| {
            *value == Value::Bool(true) || value.as_object().is_some_and(Map::is_empty)
        };
        self.all(keyword)
            .into_iter()
            .filter(|(_, _, value)| !is_idle(value) && (value.is_object() || value.is_boolean()))
            .map(|(at, _, _)| at)
            .collect()
    }

    /// The schemas of the first items of an array, place by place.
    pub(super) fn tuple(&self) -> Vec<Location> {
        let tuple = |keyword: &str, until: Draft| {
            let all = self.all(keyword).into_iter();
            let mut arrays =
                all.filter(move |(_, draft, value)| value.is_array() && *draft <= until);
            let (at, _, value) = arrays.next()?;
            let count = value.as_array().map_or(0, Vec::len);
            Some(
                (0..count)
                    .map(|index| at.join(&index.to_string()))
                    .collect(),
            )
        };
        tuple("prefixItems", Draft::Draft202012)
            .or_else(|| tuple("items", Draft::Draft201909))
            .unwrap_or_default()
    }

    /// The schemas of the items behind the tuple.
    pub(super) fn rest(&self) -> Vec<Location> {
        let items = self.schema("items");
        if items.is_empty() && !self.tuple().is_empty() {
            return self.schema("additionalItems");
        }
        items
    }

    /// Where a message about this view points, if it has no better place.
    pub(super) fn place(&self, keyword: &str) -> Option<Location> {
        self.first(keyword)
            .map(|(at, _)| at)
            .or_else(|| self.start().cloned())
    }
}
