//! Integers and numbers, with their bounds.
//!
//! Bounds are computed in 128 bits. A bound that does not fit, or a divisor that is not whole, is
//! left to the validator of the schema's own keywords.

use serde_json::{Map, Number, Value};

use crate::render::ir::{Inner, Rule, Type};
use crate::schema::Location;

use super::lowering::Lowering;

const NUMERIC: [&str; 5] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

impl Lowering<'_> {
    pub(super) fn integer(&mut self, at: &Location, schema: &Map<String, Value>) -> Type {
        self.hold(at, &["type"]);
        self.hold(at, &NUMERIC);
        let (least, most) = bounds(schema);
        let inner = match (least, most) {
            (Some(least), Some(most)) if within::<i64>(least, most) => Inner::Signed,
            (Some(least), Some(most)) if within::<u64>(least, most) => Inner::Unsigned,
            _ => Inner::Any,
        };
        let step = schema.get("multipleOf").and_then(Value::as_number);
        let divisor = step.and_then(|step| whole(step, f64::floor));
        let exact = step.is_none()
            || divisor.is_some_and(|divisor| {
                divisor > 0 && step.is_some_and(|step| Some(divisor) == whole(step, f64::ceil))
            });
        if least.is_none() && most.is_none() && step.is_none() {
            return Type::Integer;
        }
        // For an integer beyond 64 bits, the validator decides what a multiple is.
        let beyond = [least, most].into_iter().flatten().any(is_saturated);
        if !exact || beyond || (step.is_some() && inner == Inner::Any) {
            let schema_of_it = self.schemas.fragment(at, "integer", &NUMERIC);
            let expected = expected_number("an integer", schema);
            return self.scalar(
                at,
                expected,
                Rule::Integer {
                    inner,
                    schema: schema_of_it,
                },
            );
        }
        let rule = Rule::Range {
            inner,
            minimum: least,
            maximum: most,
            multiple_of: divisor.unwrap_or(1),
        };
        let mut expected = match (least, most) {
            (Some(least), Some(most)) if least == most => vec![format!("be {least}")],
            (Some(least), Some(most)) => vec![format!("be between {least} and {most}")],
            (Some(least), None) => vec![format!("be at least {least}")],
            (None, Some(most)) => vec![format!("be at most {most}")],
            (None, None) => Vec::new(),
        };
        expected.extend(divisor.map(|divisor| format!("be a multiple of {divisor}")));
        self.scalar(at, expected.join(" and "), rule)
    }

    pub(super) fn number(&mut self, at: &Location, schema: &Map<String, Value>) -> Type {
        self.hold(at, &["type"]);
        self.hold(at, &NUMERIC);
        if !NUMERIC.iter().any(|keyword| schema.contains_key(*keyword)) {
            return Type::Number;
        }
        let fragment = self.schemas.fragment(at, "number", &NUMERIC);
        self.scalar(
            at,
            expected_number("a number", schema),
            Rule::Number(fragment),
        )
    }
}

/// The least and the greatest integer that a schema allows.
fn bounds(schema: &Map<String, Value>) -> (Option<i128>, Option<i128>) {
    let number = |keyword| schema.get(keyword).and_then(Value::as_number);
    // Draft 4: `"exclusiveMinimum": true` beside `minimum`.
    let flag = |keyword| schema.get(keyword) == Some(&Value::Bool(true));
    let above = |bound: &Number| whole(bound, f64::floor).map(|bound| bound + 1);
    let below = |bound: &Number| whole(bound, f64::ceil).map(|bound| bound - 1);
    let least = number("minimum").and_then(|bound| {
        if flag("exclusiveMinimum") {
            above(bound)
        } else {
            whole(bound, f64::ceil)
        }
    });
    let most = number("maximum").and_then(|bound| {
        if flag("exclusiveMaximum") {
            below(bound)
        } else {
            whole(bound, f64::floor)
        }
    });
    let least = [least, number("exclusiveMinimum").and_then(above)]
        .into_iter()
        .flatten()
        .max();
    let most = [most, number("exclusiveMaximum").and_then(below)]
        .into_iter()
        .flatten()
        .min();
    (least, most)
}

fn whole(number: &Number, round: fn(f64) -> f64) -> Option<i128> {
    if let Some(number) = number.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = number.as_u64() {
        return Some(number.into());
    }
    // The cast saturates far outside the range of the types.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is rounded, and saturation is meant"
    )]
    number
        .as_f64()
        .map(|number| (round(number).clamp(-SATURATED, SATURATED)) as i128)
}

/// The magnitude beyond which a bound is not computed exactly.
const SATURATED: f64 = 1e30;

fn is_saturated(bound: i128) -> bool {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the same cast as that of the bound"
    )]
    const LIMIT: i128 = SATURATED as i128;
    bound.abs() >= LIMIT - 1
}

/// Whether all of a range fits into a primitive type.
fn within<T: TryFrom<i128>>(least: i128, most: i128) -> bool {
    [least, most]
        .into_iter()
        .all(|bound| T::try_from(bound).is_ok())
}

fn expected_number(what: &str, schema: &Map<String, Value>) -> String {
    let rules = [
        ("minimum", "at least"),
        ("exclusiveMinimum", "more than"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "less than"),
        ("multipleOf", "a multiple of"),
    ];
    let rules: Vec<_> = rules
        .iter()
        .filter_map(|(keyword, words)| {
            let number = schema.get(*keyword)?.as_number()?;
            Some(format!("{words} {number}"))
        })
        .collect();
    match rules.as_slice() {
        [] => format!("be {what}"),
        _ => format!("be {what}, {}", rules.join(", ")),
    }
}
