//! Lists and tuples.

use dispatcher_schema::vocabulary::asserts;
use serde_json::{Map, Value};

use crate::render::ir::{List, Shape, Type};
use crate::schema::Location;
use dispatcher_schema::draft::Draft;

use super::lowering::Lowering;
use super::schemas::{declared_types, values};

impl Lowering<'_> {
    /// The type of an array schema, with its constraints.
    pub(super) fn array(&mut self, at: &Location, schema: &Map<String, Value>) -> Type {
        let ty = self.items(at, schema);
        if !matches!(ty, Type::List(_)) {
            return ty;
        }
        let count = |keyword| {
            let number = schema.get(keyword).and_then(Value::as_f64)?;
            // The cast saturates at a count that no list has.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count is a whole number from 0 on"
            )]
            Some(number as usize)
        };
        let (least, most) = (count("minItems").unwrap_or(0), count("maxItems"));
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        self.hold(at, &["minItems", "maxItems", "uniqueItems"]);
        if least == 0 && most.is_none() && !unique {
            return ty;
        }
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let counted = match (least, most) {
            (0, None) => None,
            (least, None) => Some(format!("at least {least} item{}", plural(least))),
            (0, Some(most)) => Some(format!("at most {most} item{}", plural(most))),
            (least, Some(most)) if least == most => Some(format!("{most} item{}", plural(most))),
            (least, Some(most)) => Some(format!("{least} to {most} items")),
        };
        let expected = match (counted, unique) {
            (Some(counted), false) => format!("have {counted}"),
            (Some(counted), true) => format!("have {counted} without duplicates"),
            (None, _) => "have no duplicate items".to_owned(),
        };
        let id = self.new_item(at, Shape::Pending);
        self.set_shape(
            id,
            Shape::List(List {
                ty,
                expected,
                least,
                most,
                unique,
            }),
        );
        Type::Named(id)
    }

    /// The same without the constraints on the list itself.
    pub(super) fn items(&mut self, at: &Location, schema: &Map<String, Value>) -> Type {
        let (tuple, rest) = if self.schemas.draft(at) >= Draft::Draft202012 {
            (schema.get("prefixItems").map(|_| "prefixItems"), "items")
        } else {
            (
                schema
                    .get("items")
                    .filter(|items| items.is_array())
                    .map(|_| "items"),
                "additionalItems",
            )
        };
        let Some(tuple) = tuple else {
            let item = match schema.get("items") {
                Some(Value::Object(_)) => self.type_at(&at.join("items")),
                _ => Type::Value,
            };
            self.hold(at, &["type"]);
            if item != Type::Value
                || schema
                    .get("items")
                    .is_none_or(|items| items == &Value::Bool(true))
            {
                self.hold(at, &["items"]);
            }
            return Type::List(Box::new(item));
        };
        self.hold(at, &["type"]);
        let length = schema
            .get(tuple)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let size = |keyword| schema.get(keyword).and_then(Value::as_f64);
        #[expect(clippy::cast_precision_loss, reason = "no schema lists 2^52 items")]
        let exactly = Some(length as f64);
        let closed = schema.get(rest) == Some(&Value::Bool(false)) || size("maxItems") == exactly;
        // serde reads tuples of up to 16.
        if closed && size("minItems") == exactly && (1..=12).contains(&length) {
            self.hold(at, &[tuple, "minItems", "maxItems"]);
            if schema.get(rest) == Some(&Value::Bool(false)) {
                self.hold(at, &[rest]);
            }
            let tuple = at.join(tuple);
            let items = (0..length).map(|index| self.type_at(&tuple.join(&index.to_string())));
            return Type::Tuple(items.collect());
        }
        Type::List(Box::new(Type::Value))
    }

    /// Why a field, or each of its items, is kept as JSON.
    pub(super) fn why_json(&self, at: &Location, ty: &Type) -> Option<&'static str> {
        let schema = self.schemas.schema(&self.schemas.resolved(at));
        let has = |keyword| schema.is_some_and(|schema| schema.contains_key(keyword));
        match ty {
            Type::Nullable(inner) => self.why_json(at, inner),
            Type::Named(id) => match self.program.items.get(*id).map(|item| &item.shape) {
                Some(Shape::List(list)) => self.why_json(at, &list.ty),
                _ => None,
            },
            Type::Value if schema.is_some_and(is_null) => Some("Always null."),
            Type::Value if schema.is_some_and(|schema| schema.keys().any(|key| asserts(key))) => {
                Some("Kept as JSON, since no Rust type expresses its schema.")
            }
            Type::Value => Some("Any JSON value is valid here."),
            Type::List(item) if **item == Type::Value => Some(
                if has("prefixItems")
                    || schema.is_some_and(|schema| schema.get("items").is_some_and(Value::is_array))
                {
                    "Its items are kept as JSON: the first ones have schemas of their own, and more may follow."
                } else if has("items") {
                    "Its items are kept as JSON, since no Rust type expresses their schema."
                } else {
                    "Its items may be any JSON value."
                },
            ),
            _ => None,
        }
    }
}

/// Whether a schema allows nothing but null.
fn is_null(schema: &Map<String, Value>) -> bool {
    declared_types(schema).is_some_and(|types| types.len() == 1 && types.contains("null"))
        || values(schema).is_some_and(|values| values.iter().all(|value| value.is_null()))
}
