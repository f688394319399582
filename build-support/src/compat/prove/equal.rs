//! Schemas that say the same word for word.
//!
//! Annotations, and the names of definitions, anchors and files do not count; references are followed on both sides. A
//! pair that is met again while it is compared is equal so far as it goes: both sides unfold to the same schema.

use std::collections::{BTreeSet, HashSet};

use dispatcher_schema::draft::Draft;
use dispatcher_schema::subschemas::{Subschemas, subschemas};
use dispatcher_schema::vocabulary::{self, Role};
use serde_json::{Map, Value};

use super::reference;
use crate::schema::{Documents, Location};

/// The documents of one side, and a place in them.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) documents: &'a Documents,
    pub(super) place: &'a Location,
}

/// Whether two schemas say the same.
pub(super) fn are_equal(one: At<'_>, other: At<'_>) -> bool {
    let mut comparison = Comparison {
        one: one.documents,
        other: other.documents,
        seen: HashSet::new(),
    };
    comparison.schemas(one.place, other.place)
}

struct Comparison<'a> {
    one: &'a Documents,
    other: &'a Documents,
    seen: HashSet<(Location, Location)>,
}

impl Comparison<'_> {
    fn schemas(&mut self, one: &Location, other: &Location) -> bool {
        match (self.one.value(one), self.other.value(other)) {
            (Value::Object(a), Value::Object(b)) => {
                let draft = self.one.draft(one);
                draft == self.other.draft(other)
                    && (!self.seen.insert((one.clone(), other.clone()))
                        || self.objects(draft, (one, a), (other, b)))
            }
            (a, b) => a == b,
        }
    }

    fn objects(
        &mut self,
        draft: Draft,
        (one, a): (&Location, &Map<String, Value>),
        (other, b): (&Location, &Map<String, Value>),
    ) -> bool {
        let (keys, others) = (said(draft, a), said(draft, b));
        keys == others
            && keys.into_iter().all(|key| match key {
                "$ref" => {
                    let target = reference::target(self.one, one, key);
                    let twin = reference::target(self.other, other, key);
                    matches!((target, twin), (Ok(target), Ok(twin)) if self.schemas(&target, &twin))
                }
                // Their target depends on who refers.
                "$dynamicRef" | "$recursiveRef" => false,
                _ => self.keyword(draft, key, (one, &a[key]), (other, &b[key])),
            })
    }

    fn keyword(
        &mut self,
        draft: Draft,
        key: &str,
        (one, a): (&Location, &Value),
        (other, b): (&Location, &Value),
    ) -> bool {
        let shape = subschemas(draft, key, a);
        if shape != subschemas(draft, key, b) {
            return false;
        }
        let (one, other) = (one.join(key), other.join(key));
        match (shape, a, b) {
            (Subschemas::One, _, _) => self.schemas(&one, &other),
            (Subschemas::Items, Value::Array(a), Value::Array(b)) => {
                a.len() == b.len()
                    && (0..a.len()).all(|index| {
                        let index = index.to_string();
                        self.schemas(&one.join(&index), &other.join(&index))
                    })
            }
            (
                Subschemas::Members | Subschemas::MembersThatAreSchemas,
                Value::Object(a),
                Value::Object(b),
            ) => {
                a.len() == b.len()
                    && a.iter().all(|(name, value)| match b.get(name) {
                        Some(twin) if value.is_array() || twin.is_array() => value == twin,
                        Some(_) => self.schemas(&one.join(name), &other.join(name)),
                        None => false,
                    })
            }
            _ => a == b,
        }
    }
}

/// The keywords of a schema that say which values are valid.
fn said(draft: Draft, schema: &Map<String, Value>) -> BTreeSet<&str> {
    let hides = draft.ref_hides_siblings() && schema.contains_key("$ref");
    schema
        .keys()
        .map(String::as_str)
        .filter(|key| {
            let keyword = vocabulary::keyword(key).filter(|keyword| keyword.is_in(draft));
            keyword.is_some_and(|keyword| keyword.asserts() || keyword.role == Role::Content)
                && (!hides || *key == "$ref")
        })
        .collect()
}
