//! Objects: structs, maps, and what is merged of `allOf` and of references.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::render::docs::{Docs, code};
use crate::render::ir::{Field, Fields, Shape, Type};
use crate::render::names;
use crate::schema::Location;

use super::union::Tagged;
use super::{Job, JobKind, Lowering};

/// What an object schema becomes.
pub(super) enum ObjectShape {
    Struct,
    Tagged(Tagged),
    /// Every value is of the type at this location.
    Map(Location),
    Any,
}

/// All that the parts of an object schema say about its properties.
#[derive(Default)]
struct View {
    properties: BTreeMap<String, Location>,
    required: BTreeSet<String>,
    open: bool,
    patterns: Vec<Location>,
    additional: Option<Location>,
    parts: usize,
    /// Properties of which another part says more.
    overruled: Vec<Location>,
}

impl Lowering<'_> {
    /// What the schema at this location becomes, if only objects are valid against it; an
    /// `assumed` object need not say so.
    pub(super) fn object_shape(&self, at: &Location, assumed: bool) -> Option<ObjectShape> {
        self.object_shape_of(at, assumed, true)
    }

    pub(super) fn object_shape_of(
        &self,
        at: &Location,
        assumed: bool,
        unions: bool,
    ) -> Option<ObjectShape> {
        let parts = self.parts(at);
        let is_object = match self.types(&parts) {
            Some(types) => {
                types.iter().all(|name| matches!(*name, "object" | "null"))
                    && types.contains("object")
            }
            None => assumed,
        };
        if unions {
            let mut unions = parts
                .iter()
                .filter_map(|part| self.tagged_union(at, part, is_object));
            if let Some(tagged) = unions.next() {
                return unions
                    .next()
                    .is_none()
                    .then_some(ObjectShape::Tagged(tagged));
            }
        }
        if !is_object {
            return None;
        }
        let view = self.view(&parts, None);
        if !view.properties.is_empty() {
            return Some(ObjectShape::Struct);
        }
        Some(match (view.patterns.as_slice(), view.additional) {
            _ if view.parts > 1 => ObjectShape::Any,
            ([], Some(value)) => ObjectShape::Map(value),
            ([value], None) if !view.open => ObjectShape::Map(value.clone()),
            _ => ObjectShape::Any,
        })
    }

    pub(super) fn object_type(&mut self, at: &Location, shape: ObjectShape) -> Type {
        let kind = match shape {
            ObjectShape::Any => {
                self.hold(at, &["type"]);
                return Type::Object;
            }
            ObjectShape::Map(value) => {
                self.hold(at, &["type"]);
                if value == at.join("additionalProperties") {
                    self.hold(at, &["additionalProperties"]);
                }
                let value = self.type_at(&value);
                return Type::Map(Box::new(value));
            }
            ObjectShape::Struct => JobKind::Struct,
            ObjectShape::Tagged(tagged) => JobKind::Tagged(tagged),
        };
        let item = self.new_item(at, Shape::Pending);
        self.queue.push_back(Job {
            item,
            at: at.clone(),
            kind,
        });
        Type::Named(item)
    }

    /// The same for a schema that does not say that it is of objects, where it can be of nothing
    /// else.
    pub(super) fn object_type_apart(&mut self, at: &Location, shape: ObjectShape) -> Type {
        let kind = match shape {
            ObjectShape::Struct => JobKind::Struct,
            ObjectShape::Tagged(tagged) => JobKind::Tagged(tagged),
            other => return self.object_type(at, other),
        };
        let item = self.new_item_apart(at, Shape::Pending);
        self.queue.push_back(Job {
            item,
            at: at.clone(),
            kind,
        });
        Type::Named(item)
    }

    /// The fields of the object schema at `at`, merged with one branch of a union inside it. The
    /// tag is no field.
    pub(super) fn fields(
        &mut self,
        at: &Location,
        branch: Option<(&Location, &Location)>,
        tag: Option<&str>,
    ) -> Fields {
        let mut parts = self.parts(at);
        if let Some((_, branch)) = branch {
            self.collect_parts(branch, &mut parts);
        }
        let view = self.view(&parts, branch.map(|(union, _)| union));
        self.hold_object(&parts, &view);
        let mut properties = view.properties;
        properties.retain(|name, at| {
            Some(name.as_str()) != tag && self.documents.value(at) != &Value::Bool(false)
        });
        let mut properties: Vec<_> = properties
            .into_iter()
            .map(|(json, at)| (at.document.clone(), self.rank(&at), json, at))
            .collect();
        properties.sort();
        let reserved: &[&str] = if view.open {
            &["additional_properties"]
        } else {
            &[]
        };
        let rust_names = names::distinct(
            properties.iter().map(|property| property.2.as_str()),
            names::snake,
            "_",
            reserved,
        );
        let fields = properties
            .into_iter()
            .zip(rust_names)
            .map(|((_, _, json, at), name)| {
                let ty = self.type_at(&at);
                let schema = self.schema(&at);
                let docs = schema.map(Docs::of_schema).unwrap_or_default();
                let docs = docs
                    .or(|| {
                        self.schema(&self.resolved(&at))
                            .map(Docs::of_schema)
                            .unwrap_or_default()
                    })
                    .or(|| Docs::new().markdown(format!("The property {}.", code(&json))));
                let docs = match self.why_json(&at, &ty) {
                    Some(why) => docs.markdown(why),
                    None => docs,
                };
                Field {
                    docs: schema
                        .map(|schema| docs.clone().with_default(schema))
                        .unwrap_or(docs),
                    required: view.required.contains(&json),
                    deprecated: schema
                        .is_some_and(|schema| schema.get("deprecated") == Some(&Value::Bool(true))),
                    ty,
                    json,
                    name,
                }
            });
        Fields {
            fields: fields.collect(),
            open: view.open,
        }
    }

    /// What a struct, or a variant with fields, holds of the schemas that it was merged from.
    fn hold_object(&mut self, parts: &[Location], view: &View) {
        for at in &view.overruled {
            self.overrule(at.clone());
        }
        for part in parts {
            let Some(schema) = self.schema(part) else {
                continue;
            };
            self.hold(part, &["type", "properties", "allOf", "$ref"]);
            let names = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
            let required = names("required").into_iter().flatten();
            if required
                .filter_map(Value::as_str)
                .all(|name| view.properties.contains_key(name))
            {
                self.hold(part, &["required"]);
            }
            let own = schema.get("properties").and_then(Value::as_object);
            let knows_all = own.map_or(0, Map::len) == view.properties.len();
            for keyword in ["additionalProperties", "unevaluatedProperties"] {
                match schema.get(keyword) {
                    Some(Value::Bool(true)) => self.hold(part, &[keyword]),
                    Some(Value::Bool(false)) if !view.open && knows_all => {
                        self.hold(part, &[keyword]);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Which of the properties of an object schema have one constant value, and it is required.
    pub(super) fn constants(&self, parts: &[Location]) -> BTreeMap<String, String> {
        let view = self.view(parts, None);
        view.properties
            .iter()
            .filter(|(name, _)| view.required.contains(*name))
            .filter_map(|(name, at)| Some((name.clone(), self.constant(at)?)))
            .collect()
    }

    fn view(&self, parts: &[Location], union: Option<&Location>) -> View {
        // These may know properties that `unevaluatedProperties` then lets through.
        const EVALUATING: [&str; 7] = [
            "anyOf",
            "oneOf",
            "if",
            "dependentSchemas",
            "dependencies",
            "$dynamicRef",
            "$recursiveRef",
        ];
        let mut view = View {
            open: true,
            ..View::default()
        };
        let mut closed = false;
        let mut unevaluated_closed = false;
        let mut evaluating = false;
        for part in parts {
            let Some(schema) = self.schema(part) else {
                continue;
            };
            view.parts += usize::from(
                schema
                    .keys()
                    .any(|keyword| dispatcher_schema::vocabulary::asserts(keyword)),
            );
            for property in schema
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                let at = part.join("properties").join(property.0);
                let known = view
                    .properties
                    .entry(property.0.clone())
                    .or_insert_with(|| at.clone());
                if self.weight(&at) > self.weight(known) {
                    view.overruled.push(std::mem::replace(known, at));
                } else if *known != at {
                    view.overruled.push(at);
                }
            }
            let required = schema.get("required").and_then(Value::as_array);
            view.required.extend(
                required
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned),
            );
            for pattern in schema
                .get("patternProperties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                view.patterns
                    .push(part.join("patternProperties").join(pattern.0));
            }
            match schema.get("additionalProperties") {
                Some(Value::Bool(false)) => closed = true,
                Some(Value::Object(_)) => {
                    view.additional = Some(part.join("additionalProperties"));
                    evaluating = true;
                }
                Some(_) => evaluating = true,
                None => {}
            }
            match schema.get("unevaluatedProperties") {
                Some(Value::Bool(false)) => unevaluated_closed = true,
                Some(_) => evaluating = true,
                None => {}
            }
            evaluating |= EVALUATING.iter().any(|keyword| {
                schema.contains_key(*keyword)
                    && union.is_none_or(|union| *union != part.join(keyword))
            });
        }
        closed |= unevaluated_closed && !evaluating;
        view.open = if view.properties.is_empty() {
            !closed
        } else {
            !closed || !view.patterns.is_empty()
        };
        view
    }
}
