//! `oneOf`, `anyOf` and lists of types.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::render::docs::{Docs, code};
use crate::render::ir::{Alternative, Shape, StringVariant, Type, Variant};
use crate::render::names;
use crate::schema::Location;

use super::Lowering;

/// Objects that a constant property tells apart.
pub(super) struct Tagged {
    tag: String,
    /// The `oneOf` or `anyOf`.
    union: Location,
    /// The tag's value, and the branch.
    branches: Vec<(String, Location)>,
}

impl<'m> Lowering<'m> {
    /// The tagged union that the schema at `part` holds, which stands in the schema at `at`.
    pub(super) fn tagged_union(
        &self,
        at: &Location,
        part: &Location,
        is_object: bool,
    ) -> Option<Tagged> {
        let (union, mut branches) = self.branches(part)?;
        branches.retain(|branch| !self.is_null(branch));
        let mut known: Vec<_> = Vec::new();
        for branch in &branches {
            let mut parts = self.parts(at);
            self.collect_parts(branch, &mut parts);
            let objects = match self.types(&parts) {
                Some(types) => types.len() == 1 && types.contains("object"),
                None => is_object,
            };
            // A union inside the branch would be lost.
            if !objects
                || self
                    .parts(branch)
                    .iter()
                    .any(|part| self.branches(part).is_some())
            {
                return None;
            }
            known.push(self.constants(&parts));
        }
        let first = known.first().filter(|_| known.len() > 1)?;
        let tag = first.keys().find(|tag| {
            let values: BTreeSet<_> = known.iter().filter_map(|known| known.get(*tag)).collect();
            values.len() == known.len()
        })?;
        let values: Vec<_> = known
            .iter()
            .filter_map(|known| known.get(tag).cloned())
            .collect();
        let branches = values.into_iter().zip(branches).collect();
        Some(Tagged {
            tag: tag.clone(),
            union,
            branches,
        })
    }

    pub(super) fn tagged(&mut self, at: &Location, tagged: Tagged) -> Shape {
        let Tagged {
            tag,
            union,
            branches,
        } = tagged;
        let rust_names = names::distinct(
            branches.iter().map(|(value, _)| value.as_str()),
            names::pascal,
            "",
            &[],
        );
        self.hold_union(&union);
        let mut variants = Vec::new();
        for ((json, branch), name) in branches.into_iter().zip(rust_names) {
            let mut parts = self.parts(at);
            self.collect_parts(&branch, &mut parts);
            for part in parts {
                let at = self.resolved(&part.join("properties").join(&tag));
                self.hold(&at, &["const", "enum", "type"]);
            }
            let fields = self.fields(at, Some((&union, &branch)), Some(&tag));
            let docs = self
                .docs(&branch)
                .or(|| Docs::new().markdown(format!("{} is {}.", code(&tag), code(&json))));
            variants.push(Variant {
                json,
                name,
                docs,
                fields,
            });
        }
        Shape::Tagged { tag, variants }
    }

    /// The type of a schema with `oneOf` or `anyOf`; none where these say nothing about its shape.
    pub(super) fn union(&mut self, at: &Location, schema: &'m Map<String, Value>) -> Option<Type> {
        let (_, mut branches) = self.branches(at)?;
        let nulls: Vec<_> = branches
            .extract_if(.., |branch| self.is_null(branch))
            .collect();
        for null in nulls {
            self.hold(&null, &["type", "const", "enum"]);
        }
        Some(match branches.as_slice() {
            [] => return None,
            [only] if self.schema(only).is_some() => {
                self.hold(at, &["anyOf", "oneOf"]);
                self.type_at(only)
            }
            _ => match self
                .string_union(at, &branches)
                .or_else(|| self.untagged(at, &branches))
            {
                Some(shape) => Type::Named(self.new_item(at, shape)),
                None if schema.contains_key("type") => return None,
                None => match self.choice(at, &branches) {
                    Some(ty) => ty,
                    None => Type::Named(self.new_item(at, Shape::Opaque)),
                },
            },
        })
    }

    /// `{"type": ["string", "integer"]}`.
    pub(super) fn type_list(
        &mut self,
        at: &Location,
        schema: &'m Map<String, Value>,
        types: &BTreeSet<&str>,
    ) -> Type {
        let id = self.new_item(at, Shape::Pending);
        self.hold(at, &["type"]);
        let alternatives = types.iter().map(|name| {
            // Rules are the gate's; a second name for one location would not be.
            let ty = match *name {
                "string" => Type::Text,
                "integer" => Type::Integer,
                "number" => Type::Number,
                "boolean" => Type::Bool,
                "array" => self.items(at, schema),
                _ => Type::Object,
            };
            alternative(name, ty, Docs::new())
        });
        let shape = Shape::Untagged(alternatives.collect());
        self.set_shape(id, shape);
        Type::Named(id)
    }

    /// Branches that the JSON type of the value tells apart.
    fn untagged(&mut self, at: &Location, branches: &[Location]) -> Option<Shape> {
        let mut kinds = BTreeSet::new();
        let mut named = Vec::new();
        for branch in branches {
            let types = self.types(&self.parts(branch)).or_else(|| {
                let schema = self.schema(&self.resolved(branch))?;
                Some(BTreeSet::from([only_type(schema)?]))
            })?;
            let name = *types.iter().next().filter(|_| types.len() == 1)?;
            let kind = if name == "integer" { "number" } else { name };
            if !kinds.insert(kind) {
                return None;
            }
            named.push((name, branch));
        }
        // The branches may refer back to here.
        let id = self.new_item(at, Shape::Pending);
        self.hold(at, &["oneOf", "anyOf"]);
        let mut alternatives = Vec::new();
        for (name, branch) in named {
            let ty = self.type_at(branch);
            alternatives.push(alternative(name, ty, self.docs(branch)));
        }
        debug_assert_eq!(self.by_location.get(at), Some(&id));
        let shape = Shape::Untagged(alternatives);
        self.set_shape(id, shape.clone());
        Some(shape)
    }

    /// Branches that are constant strings, each with a description of its own.
    fn string_union(&mut self, at: &Location, branches: &[Location]) -> Option<Shape> {
        let mut texts: Vec<(String, Docs)> = Vec::new();
        let mut repeated = false;
        for branch in branches {
            let schema = self.schema(&self.resolved(branch))?;
            let values = super::scalar::values(schema)?;
            let docs = if values.len() == 1 {
                self.docs(branch)
            } else {
                Docs::new()
            };
            for value in values {
                let text = value.as_str()?;
                if texts.iter().any(|(known, _)| known == text) {
                    repeated = true;
                } else {
                    texts.push((text.to_owned(), docs.clone()));
                }
            }
        }
        // A text of two branches is no match of `oneOf`.
        self.hold(
            at,
            if repeated {
                &["anyOf"]
            } else {
                &["anyOf", "oneOf"]
            },
        );
        for branch in branches {
            self.hold(branch, &["$ref"]);
            self.hold(&self.resolved(branch), &["const", "enum", "type"]);
        }
        Some(string_enum(texts))
    }

    /// The `oneOf` or `anyOf` of a schema, and its branches.
    pub(super) fn branches(&self, at: &Location) -> Option<(Location, Vec<Location>)> {
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

    /// The `oneOf` or `anyOf` at `union` cannot be broken.
    fn hold_union(&mut self, union: &Location) {
        let mut at = union.clone();
        if let (Some(keyword), Some(end)) = (union.name(), union.pointer.rfind('/')) {
            at.pointer.truncate(end);
            self.hold(&at, &[&keyword]);
        }
    }

    pub(super) fn has_null_branch(&self, at: &Location) -> bool {
        self.branches(at).is_some_and(|(_, branches)| {
            branches.len() > 1 && branches.iter().any(|branch| self.is_null(branch))
        })
    }

    pub(super) fn is_null(&self, at: &Location) -> bool {
        self.schema(&self.resolved(at))
            .is_some_and(|schema| only_type(schema) == Some("null"))
    }

    pub(super) fn docs(&self, at: &Location) -> Docs {
        let own = self.schema(at).map(Docs::of_schema).unwrap_or_default();
        own.or(|| {
            self.schema(&self.resolved(at))
                .map(Docs::of_schema)
                .unwrap_or_default()
        })
    }
}

/// The one JSON type that a schema allows, by `type` or by its constants.
fn only_type(schema: &Map<String, Value>) -> Option<&str> {
    if let Some(types) = super::parts::declared_types(schema) {
        return types.iter().next().copied().filter(|_| types.len() == 1);
    }
    let names: BTreeSet<_> = super::scalar::values(schema)?
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

pub(super) fn string_enum(texts: Vec<(String, Docs)>) -> Shape {
    let rust_names = names::distinct(
        texts.iter().map(|(text, _)| text.as_str()),
        names::pascal,
        "",
        &[names::ALL],
    );
    let variants = texts
        .into_iter()
        .zip(rust_names)
        .map(|((json, docs), name)| StringVariant {
            docs: docs.or(|| Docs::new().markdown(format!("{}.", code(&format!("{json:?}"))))),
            json,
            name,
        });
    Shape::StringEnum(variants.collect())
}

fn alternative(json_type: &str, ty: Type, docs: Docs) -> Alternative {
    let (name, article) = match json_type {
        "string" => ("Text", "A string."),
        "integer" => ("Integer", "An integer."),
        "number" => ("Number", "A number."),
        "boolean" => ("Boolean", "A boolean."),
        "array" => ("Array", "An array."),
        _ => ("Object", "An object."),
    };
    Alternative {
        name: name.to_owned(),
        ty,
        docs: docs.or(|| Docs::new().markdown(article)),
    }
}
