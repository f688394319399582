//! Objects: structs and maps, with what `allOf` and references add to them.

use serde_json::{Map, Value};

use crate::render::docs::{Docs, code};
use crate::render::ir::{Field, Fields, Shape, Type};
use crate::schema::Location;

use super::lowering::{JobKind, Lowering};
use super::object_shape::{Branch, ObjectShape};
use super::object_view::ObjectView;

impl Lowering<'_> {
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
        self.fill_later(item, at.clone(), kind);
        Type::Named(item)
    }

    /// The same for a schema that does not say that its values are objects, at a place where they
    /// cannot be anything else.
    pub(super) fn object_type_apart(&mut self, at: &Location, shape: ObjectShape) -> Type {
        let kind = match shape {
            ObjectShape::Struct => JobKind::Struct,
            ObjectShape::Tagged(tagged) => JobKind::Tagged(tagged),
            other => return self.object_type(at, other),
        };
        let item = self.new_item_apart(at, Shape::Pending);
        self.fill_later(item, at.clone(), kind);
        Type::Named(item)
    }

    /// The fields of the object schema at `at`, merged with one branch of a union inside it.
    pub(super) fn fields(&mut self, at: &Location, branch: Option<Branch<'_>>) -> Fields {
        let mut parts = self.schemas.parts(at);
        if let Some(branch) = branch {
            self.schemas.collect_parts(branch.at, &mut parts);
        }
        let union = branch.map(|branch| branch.union);
        let view = self.schemas.object_view(&parts, union);
        self.hold_object(&parts, &view);
        let properties = self.ordered_properties(&view, branch.map(|branch| branch.tag));
        let rust_names = self.field_names(&view, &properties);
        let fields = properties
            .into_iter()
            .zip(rust_names)
            .map(|((json, at), name)| {
                let required = view.required.contains(&json);
                self.field(json, name, &at, required)
            })
            .collect();
        Fields {
            fields,
            open: view.open,
        }
    }

    /// The properties that may be present, without the tag, in the order of their documents.
    fn ordered_properties(
        &mut self,
        view: &ObjectView,
        tag: Option<&str>,
    ) -> Vec<(String, Location)> {
        let documents = self.schemas.documents;
        let present = view.properties.iter().filter(|(name, at)| {
            Some(name.as_str()) != tag && documents.value(at) != &Value::Bool(false)
        });
        let mut ranked: Vec<_> = present
            .map(|(json, at)| (at.document.as_str(), self.rank(at), json, at))
            .collect();
        ranked.sort();
        ranked
            .into_iter()
            .map(|(_, _, json, at)| (json.clone(), at.clone()))
            .collect()
    }

    fn field(&mut self, json: String, name: String, at: &Location, required: bool) -> Field {
        let ty = self.type_at(at);
        let schema = self.schemas.schema(at);
        let mut docs = self
            .schemas
            .docs(at)
            .or(|| Docs::new().markdown(format!("The property {}.", code(&json))));
        if let Some(why) = self.why_json(at, &ty) {
            docs = docs.markdown(why);
        }
        if let Some(schema) = schema {
            docs = docs.with_default(schema);
        }
        let deprecated =
            schema.is_some_and(|schema| schema.get("deprecated") == Some(&Value::Bool(true)));
        Field {
            json,
            name,
            ty,
            required,
            deprecated,
            docs,
        }
    }

    /// Records which keywords of the merged schemas a struct, or a variant with fields, enforces.
    fn hold_object(&mut self, parts: &[Location], view: &ObjectView) {
        for at in &view.overruled {
            self.overrule(at.clone());
        }
        for part in parts {
            let Some(schema) = self.schemas.schema(part) else {
                continue;
            };
            self.hold(part, &["type", "properties", "allOf", "$ref"]);
            let required = schema.get("required").and_then(Value::as_array);
            let mut required = required.into_iter().flatten().filter_map(Value::as_str);
            if required.all(|name| view.properties.contains_key(name)) {
                self.hold(part, &["required"]);
            }
            let own = schema.get("properties").and_then(Value::as_object);
            let knows_all = own.map_or(0, Map::len) == view.properties.len();
            for keyword in ["additionalProperties", "unevaluatedProperties"] {
                let held = match schema.get(keyword) {
                    Some(Value::Bool(true)) => true,
                    Some(Value::Bool(false)) => !view.open && knows_all,
                    _ => false,
                };
                if held {
                    self.hold(part, &[keyword]);
                }
            }
        }
    }
}
