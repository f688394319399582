//! `oneOf`, `anyOf` and lists of types.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::render::docs::{Docs, code};
use crate::render::ir::{Alternative, Shape, Type, Variant};
use crate::schema::Location;

use super::lowering::Lowering;
use super::member_names::{Member, given_variant};
use super::object_shape::{Branch, Tagged};
use super::schemas::{only_type, values};

impl<'m> Lowering<'m> {
    pub(super) fn tagged(&mut self, at: &Location, tagged: Tagged) -> Shape {
        let Tagged {
            tag,
            union,
            branches,
        } = tagged;
        let members: Vec<_> = branches
            .iter()
            .map(|(value, at)| Member::of_text(value, at.clone(), self.given_name(at)))
            .collect();
        let rust_names = self.variant_names(&members, false);
        self.hold_union(&union);
        let mut variants = Vec::new();
        for ((json, branch), name) in branches.into_iter().zip(rust_names) {
            let mut parts = self.schemas.parts(at);
            self.schemas.collect_parts(&branch, &mut parts);
            for part in parts {
                let at = self.schemas.resolved(&part.join("properties").join(&tag));
                self.hold(&at, &["const", "enum", "type"]);
            }
            let merged = Branch {
                union: &union,
                at: &branch,
                tag: &tag,
            };
            let fields = self.fields(at, Some(merged));
            let docs = self
                .schemas
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

    /// The type of a schema with `oneOf` or `anyOf`; none if these do not determine its shape.
    pub(super) fn union(&mut self, at: &Location, schema: &'m Map<String, Value>) -> Option<Type> {
        let (_, mut branches) = self.schemas.branches(at)?;
        let nulls: Vec<_> = branches
            .extract_if(.., |branch| self.schemas.is_null(branch))
            .collect();
        for null in nulls {
            self.hold(&null, &["type", "const", "enum"]);
        }
        Some(match branches.as_slice() {
            [] => return None,
            [only] if self.schemas.schema(only).is_some() => {
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
            // The gate checks the constraints. Rules here would need a second name for one location.
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

    /// Branches that the JSON type of the value distinguishes.
    fn untagged(&mut self, at: &Location, branches: &[Location]) -> Option<Shape> {
        let mut kinds = BTreeSet::new();
        let mut named = Vec::new();
        for branch in branches {
            let types = self
                .schemas
                .types(&self.schemas.parts(branch))
                .or_else(|| {
                    let schema = self.schemas.schema(&self.schemas.resolved(branch))?;
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
        let mut members = Vec::new();
        for (name, branch) in named {
            let ty = self.type_at(branch);
            let alternative = alternative(name, ty, self.schemas.docs(branch));
            members.push(Member {
                label: format!("the alternative of the type {name:?}"),
                at: branch.clone(),
                given: self.given_name(branch),
                short: alternative.name.clone(),
                described: format!("{}Value", alternative.name),
            });
            alternatives.push(alternative);
        }
        let rust_names = self.variant_names(&members, false);
        for (alternative, name) in alternatives.iter_mut().zip(rust_names) {
            alternative.name = name;
        }
        let shape = Shape::Untagged(alternatives);
        self.set_shape(id, shape.clone());
        Some(shape)
    }

    /// Branches that are constant strings, each with a description of its own.
    fn string_union(&mut self, at: &Location, branches: &[Location]) -> Option<Shape> {
        let mut texts: Vec<(Member, String, Docs)> = Vec::new();
        let mut repeated = false;
        for branch in branches {
            let at = self.schemas.resolved(branch);
            let schema = self.schemas.schema(&at)?;
            let values = values(schema)?;
            let is_constant = values.len() == 1;
            for (index, value) in values.into_iter().enumerate() {
                let text = value.as_str()?;
                if texts.iter().any(|(_, known, _)| known == text) {
                    repeated = true;
                    continue;
                }
                let text = text.to_owned();
                texts.push(if is_constant {
                    let given = self.given_name(branch);
                    let given = given.or_else(|| given_variant(schema, &text));
                    let member = Member::of_text(&text, branch.clone(), given);
                    (member, text, self.schemas.docs(branch))
                } else {
                    let at = at.join("enum").join(&index.to_string());
                    let given = given_variant(schema, &text);
                    (Member::of_text(&text, at, given), text, Docs::new())
                });
            }
        }
        // `oneOf` rejects a string that two branches allow.
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
            self.hold(&self.schemas.resolved(branch), &["const", "enum", "type"]);
        }
        Some(self.string_enum(texts))
    }

    /// Records that no value of the type violates the `oneOf` or `anyOf` at `union`.
    fn hold_union(&mut self, union: &Location) {
        let mut at = union.clone();
        if let (Some(keyword), Some(end)) = (union.name(), union.pointer.rfind('/')) {
            at.pointer.truncate(end);
            self.hold(&at, &[&keyword]);
        }
    }
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
