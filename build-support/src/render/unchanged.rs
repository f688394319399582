//! One type for what did not change between two versions of a payload.
//!
//! Of neighbouring live versions, an inline type of the older one that has the same name, an equal schema and an equal
//! shape in the newer one is the newer one's type: an upcast moves such a field and does not convert it. The newer
//! version owns it, so that its code stays as it is when the older one is retired, and the older one has it under the
//! same name. Annotations may differ; the docs are the newer version's.
//!
//! What refers to a payload type, or to a type that changed, changed too.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dispatcher_schema::subschemas::{Subschemas, subschemas};
use dispatcher_schema::vocabulary::{Role, keyword};
use serde_json::{Map, Value};

use crate::model::Model;
use crate::schema::{Documents, Location};

use super::docs::Docs;
use super::ir::{Home, Item, ItemId, Program, Rule, Scalar, Shape, Type};

/// Older item → the newer one that takes its place.
type Newer = HashMap<ItemId, ItemId>;

/// Which items are replaced by an equal one of a later version; the items are named already.
pub(super) fn replaced(program: &Program, model: &Model) -> Newer {
    let mut replaced = Newer::new();
    for (event, contract) in model.events.iter().enumerate() {
        let homes = contract.live_versions().map(|version| Home::Version {
            event,
            number: version.number,
        });
        let homes: Vec<_> = homes.collect();
        for pair in homes.windows(2).rev() {
            if let [older, newer] = *pair {
                let found = equal_items(program, &model.documents, older, newer);
                // The newer item may have been replaced by one that is newer still.
                for (older, newer) in found {
                    let newest = replaced.get(&newer).copied().unwrap_or(newer);
                    replaced.insert(older, newest);
                }
            }
        }
    }
    replaced
}

fn equal_items(program: &Program, documents: &Documents, older: Home, newer: Home) -> Newer {
    let mut by_name: BTreeMap<&str, ItemId> = BTreeMap::new();
    for (id, item) in inline_items(program, newer) {
        by_name.insert(&item.name, id);
    }
    let mut equal = Newer::new();
    for (id, item) in inline_items(program, older) {
        let Some(&other) = by_name.get(item.name.as_str()) else {
            continue;
        };
        let locations = (
            item.at.as_ref(),
            program.items.get(other).and_then(|item| item.at.as_ref()),
        );
        if let (Some(at), Some(other_at)) = locations
            && Comparison::new(documents).equal(at, other_at)
        {
            equal.insert(id, other);
        }
    }
    // An item whose parts have no equal has none itself, and so on.
    loop {
        let differ = |&(&old, &new): &(&ItemId, &ItemId)| {
            let shapes = [old, new].map(|id| program.items.get(id).map(|item| &item.shape));
            let [Some(old), Some(new)] = shapes else {
                return true;
            };
            comparable(old, &equal) != comparable(new, &Newer::new())
        };
        let different: Vec<_> = equal.iter().filter(differ).map(|(&old, _)| old).collect();
        if different.is_empty() {
            return equal;
        }
        equal.retain(|old, _| !different.contains(old));
    }
}

/// The items of a version, except its payload.
fn inline_items(program: &Program, home: Home) -> impl Iterator<Item = (ItemId, &Item)> {
    let payload = program.payloads.get(&home).copied();
    let items = program.items.iter().enumerate();
    items.filter(move |(id, item)| {
        item.home == home && item.shape != Shape::Pending && Some(*id) != payload
    })
}

/// A shape without what may differ: docs, and places whose schemas were compared.
fn comparable(shape: &Shape, newer: &Newer) -> Shape {
    let mut shape = shape.clone();
    for ty in shape.types_mut() {
        redirect(ty, newer);
    }
    match &mut shape {
        Shape::Struct(fields) => fields
            .fields
            .iter_mut()
            .for_each(|field| field.docs = Docs::new()),
        Shape::Tagged { variants, .. } => {
            for variant in variants {
                variant.docs = Docs::new();
                let fields = variant.fields.fields.iter_mut();
                fields.for_each(|field| field.docs = Docs::new());
            }
        }
        Shape::Untagged(alternatives) => {
            alternatives
                .iter_mut()
                .for_each(|alternative| alternative.docs = Docs::new());
        }
        Shape::Choice(choices) => {
            for choice in choices {
                choice.docs = Docs::new();
                choice.at = Location::root("");
            }
        }
        Shape::StringEnum(variants) => {
            variants
                .iter_mut()
                .for_each(|variant| variant.docs = Docs::new());
        }
        Shape::Scalar(Scalar { rule, .. }) => match rule {
            Rule::Integer { schema, .. } | Rule::Number(schema) | Rule::Text(schema) => {
                schema.clear()
            }
            Rule::Range { .. } => {}
        },
        Shape::Pending
        | Shape::ValueEnum(_)
        | Shape::List(_)
        | Shape::Newtype(_)
        | Shape::Opaque => {}
    }
    shape
}

fn redirect(ty: &mut Type, newer: &Newer) {
    match ty {
        Type::Named(id) => *id = newer.get(id).copied().unwrap_or(*id),
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => redirect(inner, newer),
        Type::Tuple(items) => items.iter_mut().for_each(|item| redirect(item, newer)),
        _ => {}
    }
}

/// Of two schemas: whether they say the same, annotations aside.
struct Comparison<'d> {
    documents: &'d Documents,
    /// What is being compared already. Schemas that refer to themselves are equal unless a difference is found.
    begun: BTreeSet<(Location, Location)>,
}

impl<'d> Comparison<'d> {
    fn new(documents: &'d Documents) -> Self {
        let begun = BTreeSet::new();
        Self { documents, begun }
    }

    fn equal(&mut self, one: &Location, other: &Location) -> bool {
        if one == other || !self.begun.insert((one.clone(), other.clone())) {
            return true;
        }
        if self.documents.draft(one) != self.documents.draft(other) {
            return false;
        }
        match (self.documents.value(one), self.documents.value(other)) {
            (Value::Object(members), Value::Object(others)) => {
                let keys: Vec<_> = constraints(members).collect();
                keys.len() == constraints(others).count()
                    && keys.into_iter().all(|(key, value)| {
                        let found = others.get(key);
                        found.is_some_and(|found| self.keyword((one, value), (other, found), key))
                    })
            }
            (value, found) => value == found,
        }
    }

    /// Whether a keyword says the same in two schemas.
    fn keyword(
        &mut self,
        (one, value): (&Location, &Value),
        (other, found): (&Location, &Value),
        key: &str,
    ) -> bool {
        if keyword(key).is_some_and(|keyword| keyword.role == Role::Refers) {
            // Where a dynamic reference leads depends on what is around it.
            return key == "$ref" && self.reference((one, value), (other, found));
        }
        let below = |at: &Location, member: &str| at.join(key).join(member);
        match (
            subschemas(self.documents.draft(one), key, value),
            value,
            found,
        ) {
            (Subschemas::One, ..) => self.equal(&one.join(key), &other.join(key)),
            (Subschemas::Items, Value::Array(items), Value::Array(others)) => {
                items.len() == others.len()
                    && (0..items.len()).all(|index| {
                        let index = index.to_string();
                        self.equal(&below(one, &index), &below(other, &index))
                    })
            }
            // The names of a dependency are an array, and compared as one.
            (
                Subschemas::Members | Subschemas::MembersThatAreSchemas,
                Value::Object(members),
                Value::Object(others),
            ) => {
                members.len() == others.len()
                    && members.keys().all(|name| {
                        others.contains_key(name)
                            && self.equal(&below(one, name), &below(other, name))
                    })
            }
            _ => value == found,
        }
    }

    fn reference(
        &mut self,
        (one, value): (&Location, &Value),
        (other, found): (&Location, &Value),
    ) -> bool {
        let target =
            |at: &Location, reference: &Value| self.documents.resolve(at, reference.as_str()?).ok();
        match (target(one, value), target(other, found)) {
            (Some(one), Some(other)) => self.equal(&one, &other),
            _ => false,
        }
    }
}

/// The members of a schema that are more than an annotation, a name or a definition.
fn constraints(schema: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    schema.iter().filter(|(key, _)| match keyword(key) {
        Some(keyword) => !matches!(
            keyword.role,
            Role::Describes | Role::Identifies | Role::Defines
        ),
        None => !key.starts_with("x-"),
    })
}
