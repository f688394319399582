//! Where the schemas inside a schema are.
//!
//! Code that walks a schema asks [`subschemas`] or [`for_each_subschema`], so that a `$ref` inside
//! `enum`, `const`, `default` or `examples`, or a property that is called `$ref`, is never taken for a
//! reference.

use serde_json::{Map, Value};

use crate::draft::Draft;
use crate::pointer;
use crate::vocabulary::{self, Keyword, Shape};

/// How one value of a keyword holds schemas.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subschemas {
    /// It holds none.
    None,
    /// The value is a schema (an object or a boolean).
    One,
    /// Every item of the array is a schema.
    Items,
    /// Every member of the object is a schema.
    Members,
    /// Every member of the object that is not an array is a schema (`dependencies`).
    MembersThatAreSchemas,
}

/// How `keyword` with this value holds schemas in this draft.
#[must_use]
pub fn subschemas(draft: Draft, keyword: &str, value: &Value) -> Subschemas {
    vocabulary::keyword(keyword)
        .filter(|keyword| keyword.is_in(draft))
        .map_or(Subschemas::None, |keyword| shape_of(draft, keyword, value))
}

fn shape_of(draft: Draft, keyword: &Keyword, value: &Value) -> Subschemas {
    match keyword.shape {
        Shape::Plain | Shape::Data => Subschemas::None,
        Shape::Schema => Subschemas::One,
        Shape::Schemas => Subschemas::Items,
        Shape::SchemaOrTuple if !value.is_array() => Subschemas::One,
        // Since 2020-12 a tuple is `prefixItems`.
        Shape::SchemaOrTuple if draft < Draft::Draft202012 => Subschemas::Items,
        Shape::SchemaOrTuple => Subschemas::None,
        Shape::SchemaByName => Subschemas::Members,
        Shape::SchemaOrNamesByName => Subschemas::MembersThatAreSchemas,
    }
}

/// Calls `visit` with the pointer (relative to `schema`) and the value of every direct subschema of
/// `schema`, in the order of the keys.
pub fn for_each_subschema<'a>(
    draft: Draft,
    schema: &'a Map<String, Value>,
    mut visit: impl FnMut(String, &'a Value),
) {
    for (keyword, value) in schema {
        let held = subschemas(draft, keyword, value);
        let at = pointer::join("", keyword);
        match (held, value) {
            (Subschemas::One, _) => visit(at, value),
            (Subschemas::Items, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    visit(format!("{at}/{index}"), item);
                }
            }
            (Subschemas::Members | Subschemas::MembersThatAreSchemas, Value::Object(members)) => {
                for (key, member) in members {
                    if held == Subschemas::Members || !member.is_array() {
                        visit(pointer::join(&at, key), member);
                    }
                }
            }
            _ => {}
        }
    }
}
