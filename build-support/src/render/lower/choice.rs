//! Unions whose variants can be distinguished by their schemas only.
//!
//! A generated enum runs the validator of each branch, in order, and decodes as the first that
//! matches. No valid value is lost: a type holds every value that its schema allows, and the keywords
//! beside the union only exclude values.

use std::collections::BTreeSet;

use crate::render::docs::{Docs, code};
use crate::render::ir::{Choice, Rule, Shape, Type};
use crate::render::names::pascal;
use crate::render::schema_names;
use crate::schema::Location;

use super::lowering::Lowering;
use super::member_names::Member;
use super::schemas::declared_types;

impl Lowering<'_> {
    /// The type of a union for which nothing more specific is known.
    pub(super) fn choice(&mut self, at: &Location, branches: &[Location]) -> Option<Type> {
        if let Some(ty) = self.text_choice(at, branches) {
            return Some(ty);
        }
        if self.schemas.has_dynamic_references {
            return None;
        }
        // The branches may refer back to here.
        let id = self.new_item(at, Shape::Pending);
        let types: Vec<_> = branches
            .iter()
            .map(|branch| (branch.clone(), self.type_at(branch)))
            .collect();
        self.hold(at, &["anyOf"]);
        let shape = if types.iter().all(|(_, ty)| *ty == Type::Value) {
            Shape::Opaque
        } else {
            self.choice_of(types)
        };
        self.set_shape(id, shape);
        Some(Type::Named(id))
    }

    /// Strings with different constraints become one string type with one rule.
    fn text_choice(&mut self, at: &Location, branches: &[Location]) -> Option<Type> {
        const RULES: [&str; 6] = [
            "description",
            "format",
            "maxLength",
            "minLength",
            "pattern",
            "type",
        ];
        let all_texts = branches.iter().all(|branch| {
            self.schemas.schema(branch).is_some_and(|schema| {
                declared_types(schema) == Some(BTreeSet::from(["string"]))
                    && schema.keys().all(|key| RULES.contains(&key.as_str()))
            })
        });
        if !all_texts {
            return None;
        }
        self.hold(at, &["anyOf", "oneOf"]);
        for branch in branches {
            self.hold(branch, &RULES);
        }
        let fragment = self.schemas.fragment(at, "string", &["anyOf", "oneOf"]);
        let expected = "match one of the alternatives of its schema".to_owned();
        Some(self.scalar(at, expected, Rule::Text(fragment)))
    }

    /// Objects that differ in their properties, where the schema at `at` names none itself.
    pub(super) fn object_choice(&mut self, at: &Location) -> Option<Type> {
        let branches = self.schemas.object_branches(at)?;
        let id = self.new_item(at, Shape::Pending);
        self.hold(at, &["anyOf"]);
        let shape = self.object_choice_of(&branches);
        self.set_shape(id, shape);
        Some(Type::Named(id))
    }

    pub(super) fn object_choice_of(&mut self, branches: &[Location]) -> Shape {
        let types = branches.iter().map(|branch| {
            let ty = if self
                .schemas
                .types(&self.schemas.parts(&self.schemas.resolved(branch)))
                .is_some()
            {
                self.type_at(branch)
            } else {
                match self.schemas.object_shape(branch, true) {
                    Some(shape) => self.object_type_apart(branch, shape),
                    None => Type::Object,
                }
            };
            (branch.clone(), ty)
        });
        let types = types.collect();
        self.choice_of(types)
    }

    fn choice_of(&mut self, types: Vec<(Location, Type)>) -> Shape {
        let kinds: Vec<_> = types.iter().map(|(_, ty)| kind(ty)).collect();
        let repeated: BTreeSet<_> = kinds
            .iter()
            .filter(|kind| kinds.iter().filter(|other| other == kind).count() > 1)
            .collect();
        let mut members = Vec::new();
        let mut docs = Vec::new();
        for (index, ((at, _), kind)) in types.iter().zip(&kinds).enumerate() {
            let number = index + 1;
            let own = schema_names::own_name(self.schemas.documents, at).or_else(|| {
                schema_names::own_name(self.schemas.documents, &self.schemas.resolved(at))
            });
            let (short, described) = match (&own, kind) {
                (Some(own), _) => (pascal(own), format!("{}{number}", pascal(own))),
                (None, Some(name)) if !repeated.contains(kind) => {
                    ((*name).to_owned(), format!("{name}{number}"))
                }
                _ => (format!("Variant{number}"), format!("Alternative{number}")),
            };
            members.push(Member {
                label: format!("alternative {number}"),
                at: at.clone(),
                given: self.given_name(at),
                short,
                described,
            });
            docs.push(self.schemas.docs(at).or(|| {
                Docs::new().markdown(match &own {
                    Some(own) => format!("The alternative {} of the schema.", code(own)),
                    None => format!("Alternative {number} of the schema."),
                })
            }));
        }
        let rust_names = self.variant_names(&members, false);
        let choices = types.into_iter().zip(docs).zip(rust_names);
        let choices = choices.map(|(((at, ty), docs), name)| Choice { name, ty, docs, at });
        Shape::Choice(choices.collect())
    }
}

/// The name of a variant by its JSON type.
fn kind(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Bool => Some("Boolean"),
        Type::Integer => Some("Integer"),
        Type::Number => Some("Number"),
        Type::Text => Some("Text"),
        Type::DateTime => Some("DateTime"),
        Type::Date => Some("Date"),
        Type::List(_) | Type::Tuple(_) => Some("Array"),
        Type::Object | Type::Map(_) => Some("Object"),
        Type::Nullable(inner) => kind(inner),
        Type::Value | Type::Named(_) => None,
    }
}
