//! `const` and `enum`: enums of values, and numbers with a fixed set of values.

use serde_json::{Map, Value};

use crate::render::docs::{Docs, code};
use crate::render::ir::{Rule, Shape, StringVariant, Type, ValueVariant};
use crate::render::names::{self, ALL, Taken, pascal};
use crate::schema::Location;

use super::lowering::Lowering;
use super::schemas::{declared_types, values};

impl Lowering<'_> {
    /// The type of a schema with `const` or `enum`; none if these give no clear one.
    pub(super) fn enumerated(
        &mut self,
        at: &Location,
        schema: &Map<String, Value>,
    ) -> Option<Type> {
        let values = values(schema)?;
        self.hold_values(at, schema, &values);
        let all: Vec<_> = values.iter().filter(|value| !value.is_null()).collect();
        let expected = || format!("be {}", one_of(&all));
        Some(if all.is_empty() {
            Type::Value
        } else if all.iter().all(|value| value.is_string()) {
            let mut texts: Vec<(String, Docs)> = Vec::new();
            for text in all.iter().filter_map(|value| value.as_str()) {
                if !texts.iter().any(|(known, _)| known == text) {
                    texts.push((text.to_owned(), Docs::new()));
                }
            }
            Type::Named(self.new_item(at, string_enum(texts)))
        } else if all.iter().all(|value| value.is_boolean()) {
            Type::Bool
        } else if all.iter().all(|value| value.is_i64()) {
            Type::Named(self.new_item(at, integer_enum(&all)))
        } else if all.iter().all(|value| value.is_number()) {
            let fragment = self.schemas.fragment(at, "number", &["const", "enum"]);
            self.scalar(at, expected(), Rule::Number(fragment))
        } else {
            Type::Named(self.new_item(at, value_enum(&all)))
        })
    }

    /// Every value becomes a variant or a rule, except booleans, which become `bool`, and null alone.
    fn hold_values(&mut self, at: &Location, schema: &Map<String, Value>, values: &[&Value]) {
        if values.iter().all(|value| value.is_null()) {
            return;
        }
        let booleans = values.iter().filter(|value| value.is_boolean()).count();
        if booleans == 2
            || values
                .iter()
                .any(|value| !value.is_boolean() && !value.is_null())
        {
            self.hold(at, &["const", "enum"]);
        }
        let is_of = |value: &Value, name: &str| match name {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            _ => value.is_object(),
        };
        if declared_types(schema).is_some_and(|types| {
            let fits = |value: &&Value| types.iter().any(|name| is_of(value, name));
            values.iter().all(fits)
        }) {
            self.hold(at, &["type"]);
        }
    }
}

/// An enum of integers, in their own order, so that its variants compare as the integers do.
fn integer_enum(values: &[&&Value]) -> Shape {
    let mut integers: Vec<i64> = values.iter().filter_map(|value| value.as_i64()).collect();
    integers.sort_unstable();
    integers.dedup();
    let variants = integers.into_iter().map(|integer| ValueVariant {
        json: integer.into(),
        name: integer_name(integer),
    });
    Shape::ValueEnum(variants.collect())
}

/// An enum of any values, in the order of the contract.
fn value_enum(values: &[&&Value]) -> Shape {
    let mut taken = Taken::new(&[ALL]);
    let mut variants: Vec<ValueVariant> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        if variants.iter().any(|known| known.json == ***value) {
            continue;
        }
        let name = match value {
            Value::Null => "Null".to_owned(),
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            Value::String(text) => pascal(text),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => integer_name(integer),
                None => pascal(
                    &number
                        .to_string()
                        .replace('-', "minus ")
                        .replace('.', " point "),
                ),
            },
            Value::Array(_) | Value::Object(_) if values.len() == 1 => "Constant".to_owned(),
            Value::Array(_) | Value::Object(_) => format!("Variant{}", index + 1),
        };
        variants.push(ValueVariant {
            json: (**value).clone(),
            name: taken.take(&[name], ""),
        });
    }
    Shape::ValueEnum(variants)
}

fn integer_name(integer: i64) -> String {
    if integer < 0 {
        format!("Minus{}", integer.unsigned_abs())
    } else {
        format!("N{integer}")
    }
}

fn one_of(values: &[&&Value]) -> String {
    let values: Vec<_> = values.iter().map(|value| value.to_string()).collect();
    match values.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}", values.join(", ")),
    }
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
