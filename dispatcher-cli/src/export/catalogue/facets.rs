//! The schemas that all describe one value: a schema, the target of its reference, and the parts of its `allOf`.

use dispatcher_build_support::schema::{Documents, Location};
use dispatcher_schema::draft::Draft;
use serde_json::{Map, Value};

use crate::export::definitions::target;

/// More facets than a schema of people has.
const MOST: usize = 64;

/// The schemas that describe one value, the nearest first.
#[derive(Clone, Debug)]
pub(super) struct Facets<'d> {
    documents: &'d Documents,
    pub(super) places: Vec<Location>,
    /// Whether null is allowed beside them, by a union of a schema and null.
    pub(super) or_null: bool,
}

impl<'d> Facets<'d> {
    pub(super) fn of(documents: &'d Documents, at: &Location) -> Self {
        let mut facets = Self {
            documents,
            places: Vec::new(),
            or_null: false,
        };
        facets.add(at);
        facets
    }

    fn add(&mut self, at: &Location) {
        if self.places.contains(at) || self.places.len() >= MOST {
            return;
        }
        let Value::Object(schema) = self.documents.value(at) else {
            return;
        };
        self.places.push(at.clone());
        if let Some(target) = target(self.documents, at) {
            self.add(&target);
            if self.documents.draft(at) < Draft::Draft201909 {
                return;
            }
        }
        let count = |keyword: &str| {
            schema
                .get(keyword)
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
        };
        for index in 0..count("allOf") {
            self.add(&at.join("allOf").join(&index.to_string()));
        }
        // A union of one schema and null is that schema, or null.
        for keyword in ["anyOf", "oneOf"] {
            let branches =
                (0..count(keyword)).map(|index| at.join(keyword).join(&index.to_string()));
            let (nulls, others): (Vec<_>, Vec<_>) =
                branches.partition(|branch| self.is_null(branch));
            if let ([_], [other]) = (nulls.as_slice(), others.as_slice()) {
                self.or_null = true;
                self.add(other);
            }
        }
    }

    fn is_null(&self, at: &Location) -> bool {
        self.documents.value(at).get("type").and_then(Value::as_str) == Some("null")
    }

    /// The schemas themselves.
    pub(super) fn schemas(&self) -> impl Iterator<Item = (&Location, &'d Map<String, Value>)> {
        let documents = self.documents;
        self.places
            .iter()
            .filter_map(move |at| Some((at, documents.value(at).as_object()?)))
    }

    /// The value of a keyword, in the nearest schema that has it.
    pub(super) fn get(&self, keyword: &str) -> Option<&'d Value> {
        self.schemas().find_map(|(_, schema)| schema.get(keyword))
    }

    /// Where a keyword stands, in the nearest schema that has it.
    pub(super) fn place(&self, keyword: &str) -> Option<Location> {
        let mut schemas = self.schemas();
        let found = schemas.find(|(_, schema)| schema.contains_key(keyword));
        found.map(|(at, _)| at.join(keyword))
    }

    /// The branches of a union of several schemas that are not null.
    pub(super) fn branches(&self) -> Vec<Location> {
        for keyword in ["oneOf", "anyOf"] {
            for (at, schema) in self.schemas() {
                let count = schema
                    .get(keyword)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                let places = (0..count).map(|index| at.join(keyword).join(&index.to_string()));
                let places: Vec<_> = places.filter(|place| !self.is_null(place)).collect();
                if places.len() > 1 {
                    return places;
                }
            }
        }
        Vec::new()
    }

    /// The names of the types that are allowed, without null.
    pub(super) fn types(&self) -> Vec<&'d str> {
        let names = match self.get("type") {
            Some(Value::String(name)) => vec![name.as_str()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        names.into_iter().filter(|name| *name != "null").collect()
    }

    /// Whether the value may be null.
    pub(super) fn may_be_null(&self) -> bool {
        let listed = match self.get("type") {
            Some(Value::Array(names)) => names.iter().any(|name| name == "null"),
            Some(Value::String(name)) => name == "null",
            _ => false,
        };
        let union = self.schemas().any(|(at, schema)| {
            ["anyOf", "oneOf"].iter().any(|keyword| {
                let count = schema
                    .get(*keyword)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                (0..count).any(|index| self.is_null(&at.join(keyword).join(&index.to_string())))
            })
        });
        self.or_null || listed || union
    }

    /// Every property that is declared, with its place, sorted by name. The nearest declaration counts.
    pub(super) fn properties(&self) -> Vec<(&'d str, Location)> {
        let mut found: Vec<(&str, Location)> = Vec::new();
        for (at, schema) in self.schemas() {
            let properties = schema.get("properties").and_then(Value::as_object);
            for name in properties.into_iter().flat_map(Map::keys) {
                if !found.iter().any(|(known, _)| known == name) {
                    found.push((name, at.join("properties").join(name)));
                }
            }
        }
        found.sort_by_key(|(name, _)| *name);
        found
    }

    /// Whether one of them demands a property.
    pub(super) fn requires(&self, name: &str) -> bool {
        self.schemas().any(|(_, schema)| {
            let names = schema.get("required").and_then(Value::as_array);
            names.is_some_and(|names| names.iter().any(|required| required == name))
        })
    }
}
