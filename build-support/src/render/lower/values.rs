//! Enums of values that are not all strings.

use serde_json::Value;

use crate::render::ir::{Shape, ValueVariant};
use crate::render::names::{ALL, Taken, pascal};

/// An enum of integers, in their own order, so that its variants compare as the integers do.
pub(super) fn integer_enum(values: &[&&Value]) -> Shape {
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
pub(super) fn value_enum(values: &[&&Value]) -> Shape {
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
