//! All that the parts of an object schema say about its properties, merged.

use std::collections::{BTreeMap, BTreeSet};

use dispatcher_schema::vocabulary::asserts;
use serde_json::{Map, Value};

use crate::render::schema_names::given_name;
use crate::schema::Location;

use super::schemas::Schemas;

/// The properties of an object schema, of its references and of its `allOf` branches.
#[derive(Default)]
pub(super) struct ObjectView {
    /// Each property with the schema that says most about it.
    pub(super) properties: BTreeMap<String, Location>,
    /// The schema that gives a property its Rust name. It need not be the one that says most about it.
    pub(super) named: BTreeMap<String, Location>,
    pub(super) required: BTreeSet<String>,
    /// Whether there may be properties that none of the parts names.
    pub(super) open: bool,
    pub(super) patterns: Vec<Location>,
    /// The schema of all other properties.
    pub(super) additional: Option<Location>,
    /// How many parts assert something.
    pub(super) parts: usize,
    /// Property schemas for which another part says more.
    pub(super) overruled: Vec<Location>,
}

/// What the parts say about properties that none of them names.
#[derive(Default)]
struct Closing {
    additional_denied: bool,
    unevaluated_denied: bool,
    /// Whether some keyword may evaluate properties that `unevaluatedProperties` then allows.
    evaluating: bool,
}

impl Schemas<'_> {
    /// The merged view of these parts. `union` is the `oneOf` or `anyOf` of which the parts include
    /// one branch, so it evaluates nothing that the view does not know.
    pub(super) fn object_view(self, parts: &[Location], union: Option<&Location>) -> ObjectView {
        let mut view = ObjectView::default();
        let mut closing = Closing::default();
        for part in parts {
            let Some(schema) = self.schema(part) else {
                continue;
            };
            view.parts += usize::from(schema.keys().any(|keyword| asserts(keyword)));
            self.add_properties(&mut view, part, schema);
            let required = schema.get("required").and_then(Value::as_array);
            let required = required.into_iter().flatten().filter_map(Value::as_str);
            view.required.extend(required.map(str::to_owned));
            let patterns = part.join("patternProperties");
            let names = members(schema, "patternProperties");
            view.patterns.extend(names.map(|name| patterns.join(name)));
            if let Some(Value::Object(_)) = schema.get("additionalProperties") {
                view.additional = Some(part.join("additionalProperties"));
            }
            closing.add(part, schema, union);
        }
        view.open =
            !closing.is_closed() || (!view.properties.is_empty() && !view.patterns.is_empty());
        view
    }

    fn add_properties(self, view: &mut ObjectView, part: &Location, schema: &Map<String, Value>) {
        let properties = part.join("properties");
        for name in members(schema, "properties") {
            let at = properties.join(name);
            if given_name(self.documents, &at).is_some() {
                view.named.entry(name.clone()).or_insert_with(|| at.clone());
            }
            let known = view
                .properties
                .entry(name.clone())
                .or_insert_with(|| at.clone());
            if self.weight(&at) > self.weight(known) {
                view.overruled.push(std::mem::replace(known, at));
            } else if *known != at {
                view.overruled.push(at);
            }
        }
    }

    /// The properties of an object schema that are required and have one constant value.
    pub(super) fn constants(self, parts: &[Location]) -> BTreeMap<String, String> {
        let view = self.object_view(parts, None);
        view.properties
            .iter()
            .filter(|(name, _)| view.required.contains(*name))
            .filter_map(|(name, at)| Some((name.clone(), self.constant(at)?)))
            .collect()
    }
}

impl Closing {
    fn add(&mut self, part: &Location, schema: &Map<String, Value>, union: Option<&Location>) {
        const EVALUATING: [&str; 7] = [
            "anyOf",
            "oneOf",
            "if",
            "dependentSchemas",
            "dependencies",
            "$dynamicRef",
            "$recursiveRef",
        ];
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => self.additional_denied = true,
            Some(_) => self.evaluating = true,
            None => {}
        }
        match schema.get("unevaluatedProperties") {
            Some(Value::Bool(false)) => self.unevaluated_denied = true,
            Some(_) => self.evaluating = true,
            None => {}
        }
        self.evaluating |= EVALUATING.iter().any(|keyword| {
            schema.contains_key(*keyword) && union.is_none_or(|union| *union != part.join(keyword))
        });
    }

    fn is_closed(&self) -> bool {
        self.additional_denied || (self.unevaluated_denied && !self.evaluating)
    }
}

/// The names under a keyword whose value is an object.
fn members<'s>(schema: &'s Map<String, Value>, keyword: &str) -> impl Iterator<Item = &'s String> {
    let members = schema.get(keyword).and_then(Value::as_object);
    members.into_iter().flat_map(Map::keys)
}
