//! Lists and tuples.

use serde_json::{Map, Value};

use crate::draft::Draft;
use crate::render::ir::Type;
use crate::schema::Location;

use super::Lowering;

impl Lowering<'_> {
    pub(super) fn array(&mut self, at: &Location, schema: &Map<String, Value>) -> Type {
        let (tuple, rest) = if self.draft(at) >= Draft::Draft202012 {
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
            return Type::List(Box::new(item));
        };
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
            let tuple = at.join(tuple);
            let items = (0..length).map(|index| self.type_at(&tuple.join(&index.to_string())));
            return Type::Tuple(items.collect());
        }
        Type::List(Box::new(Type::Value))
    }
}
