//! `const` and `enum`: enums of values, and numbers with a fixed set of values.

use serde_json::{Map, Value};

use crate::render::docs::{Docs, code};
use crate::render::ir::{Rule, Shape, StringVariant, Type, ValueVariant};
use crate::render::names::pascal;
use crate::schema::Location;

use super::lowering::Lowering;
use super::member_names::{Member, given_variant};
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
            let mut texts: Vec<(Member, String, Docs)> = Vec::new();
            for (index, value) in values.iter().enumerate() {
                let known = |text: &str| texts.iter().any(|(_, known, _)| known == text);
                if let Some(text) = value.as_str().filter(|text| !known(text)) {
                    let at = place_of(at, schema, index);
                    let member = Member::of_text(text, at, given_variant(schema, text));
                    texts.push((member, text.to_owned(), Docs::new()));
                }
            }
            let shape = self.string_enum(texts);
            Type::Named(self.new_item(at, shape))
        } else if all.iter().all(|value| value.is_boolean()) {
            Type::Bool
        } else if all.iter().all(|value| value.is_i64()) {
            Type::Named(self.new_item(at, integer_enum(&all)))
        } else if all.iter().all(|value| value.is_number()) {
            let fragment = self.schemas.fragment(at, "number", &["const", "enum"]);
            self.scalar(at, expected(), Rule::Number(fragment))
        } else {
            let shape = self.value_enum(at, schema, &values);
            Type::Named(self.new_item(at, shape))
        })
    }

    /// An enum of strings, each with its own docs.
    pub(super) fn string_enum(&mut self, texts: Vec<(Member, String, Docs)>) -> Shape {
        let mut members = Vec::new();
        let mut values = Vec::new();
        for (member, json, docs) in texts {
            members.push(member);
            values.push((json, docs));
        }
        let rust_names = self.variant_names(&members, true);
        let variants = values.into_iter().zip(rust_names);
        let variants = variants.map(|((json, docs), name)| StringVariant {
            docs: docs.or(|| Docs::new().markdown(format!("{}.", code(&format!("{json:?}"))))),
            json,
            name,
        });
        Shape::StringEnum(variants.collect())
    }

    /// An enum of any values, in the order of the contract.
    fn value_enum(&mut self, at: &Location, schema: &Map<String, Value>, all: &[&Value]) -> Shape {
        let mut members = Vec::new();
        let mut values: Vec<&Value> = Vec::new();
        for (index, value) in all.iter().enumerate() {
            if value.is_null() || values.contains(value) {
                continue;
            }
            values.push(value);
            let at = place_of(at, schema, index);
            members.push(match value {
                Value::String(text) => Member::of_text(text, at, given_variant(schema, text)),
                _ => Member {
                    label: value.to_string(),
                    at,
                    given: None,
                    short: value_name(value, values.len(), all.len() == 1),
                    described: format!("Json{}", value_name(value, values.len(), false)),
                },
            });
        }
        let rust_names = self.variant_names(&members, true);
        let variants = values.into_iter().zip(rust_names);
        let variants = variants.map(|(value, name)| ValueVariant {
            json: value.clone(),
            name,
        });
        Shape::ValueEnum(variants.collect())
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

/// Where the value with this index stands.
fn place_of(at: &Location, schema: &Map<String, Value>, index: usize) -> Location {
    if schema.contains_key("const") {
        at.join("const")
    } else {
        at.join("enum").join(&index.to_string())
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

/// The name of a value that is not a string. Nothing names an array or an object but its position.
fn value_name(value: &Value, position: usize, alone: bool) -> String {
    match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer_name(integer),
            None => pascal(
                &number
                    .to_string()
                    .replace('-', "minus ")
                    .replace('.', " point "),
            ),
        },
        Value::Array(_) | Value::Object(_) if alone => "Constant".to_owned(),
        _ => format!("Variant{position}"),
    }
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
