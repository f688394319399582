//! Schemas whose references lead into the document that they are put into.
//!
//! A reference counts by where it leads, so `$id`s and anchors are gone, and a `$dynamicRef` leads where it does if no
//! other schema has an anchor of the same name.

use dispatcher_build_support::schema::{Documents, Location};
use dispatcher_schema::draft::Draft;
use dispatcher_schema::subschemas::{Subschemas, subschemas};
use dispatcher_schema::vocabulary::{self, Role};
use serde_json::{Map, Value, json};

use super::definitions::{Definitions, target};

/// Turns schemas of the contracts into parts of one document.
pub(super) struct Bundle<'d> {
    pub(super) documents: &'d Documents,
    pub(super) definitions: &'d Definitions,
    /// The reference to a definition of that name: `#/components/schemas/CoachId/schema`.
    pub(super) reference: fn(&str) -> String,
}

impl Bundle<'_> {
    /// The schema at a place.
    pub(super) fn schema(&self, at: &Location) -> Value {
        let draft = self.documents.draft(at);
        let Value::Object(schema) = self.documents.value(at) else {
            return self.documents.value(at).clone();
        };
        let mut bundled = Map::new();
        let mut reference = None;
        for (keyword, value) in schema {
            match vocabulary::keyword(keyword)
                .filter(|known| known.is_in(draft))
                .map(|known| known.role)
            {
                Some(Role::Refers) => reference = Some(self.reference(at)),
                Some(Role::Identifies | Role::Defines) => {}
                _ => drop(bundled.insert(keyword.clone(), self.value(at, draft, keyword, value))),
            }
        }
        match reference {
            None => Value::Object(bundled),
            Some(reference) => beside(reference, bundled, draft),
        }
    }

    fn value(&self, at: &Location, draft: Draft, keyword: &str, value: &Value) -> Value {
        let place = at.join(keyword);
        match (subschemas(draft, keyword, value), value) {
            (Subschemas::One, _) => self.schema(&place),
            (Subschemas::Items, Value::Array(items)) => (0..items.len())
                .map(|index| self.schema(&place.join(&index.to_string())))
                .collect(),
            (
                held @ (Subschemas::Members | Subschemas::MembersThatAreSchemas),
                Value::Object(members),
            ) => {
                let below = members.iter().map(|(name, member)| {
                    let is_schema = held == Subschemas::Members || !member.is_array();
                    let member = if is_schema {
                        self.schema(&place.join(name))
                    } else {
                        member.clone()
                    };
                    (name.clone(), member)
                });
                Value::Object(below.collect())
            }
            _ => value.clone(),
        }
    }

    /// The schema that a reference stands for.
    fn reference(&self, at: &Location) -> Value {
        let name = target(self.documents, at).and_then(|target| self.definitions.name(&target));
        match name {
            Some(name) => json!({ "$ref": (self.reference)(name) }),
            // A metaschema: its documents are schemas.
            None => json!({ "type": ["object", "boolean"] }),
        }
    }
}

/// A reference and what stands beside it. Readers that replace a reference by its target lose its neighbours, so they
/// stand around it; up to draft 7 neighbours say nothing.
fn beside(reference: Value, mut neighbours: Map<String, Value>, draft: Draft) -> Value {
    if draft < Draft::Draft201909 || neighbours.is_empty() {
        return reference;
    }
    let mut all = vec![reference];
    if let Some(Value::Array(more)) = neighbours.remove("allOf") {
        all.extend(more);
    }
    neighbours.insert("allOf".to_owned(), Value::Array(all));
    Value::Object(neighbours)
}
