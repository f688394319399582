//! Strings, numbers and constants.

use serde_json::{Map, Number, Value};

use crate::draft::Draft;
use crate::formats::{ANNOTATIONS, BORROWED};
use crate::render::docs::{Docs, code};
use crate::render::ir::{Inner, Rule, Scalar, Shape, Type};
use crate::schema::Location;

use super::Lowering;
use super::parts::declared_types;
use super::union::string_enum;
use super::values::{integer_enum, value_enum};

impl Lowering<'_> {
    /// The type of a schema with `const` or `enum`; none where these give no clear one.
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
            let fragment = self.fragment(at, "number", &["const", "enum"]);
            self.scalar(at, expected(), Rule::Number(fragment))
        } else {
            Type::Named(self.new_item(at, value_enum(&all)))
        })
    }

    /// Every value becomes a variant or a rule, but for booleans, which are all `bool`, and for null
    /// alone.
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

    /// The constant string that a schema demands.
    pub(super) fn constant(&self, at: &Location) -> Option<String> {
        let at = self.resolved(at);
        match values(self.schema(&at)?)?.as_slice() {
            [Value::String(text)] => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn text(&mut self, at: &Location, schema: &Map<String, Value>) -> Type {
        let format = schema
            .get("format")
            .and_then(Value::as_str)
            .filter(|format| FORMATS.contains(format));
        let size = |keyword| schema.get(keyword).and_then(Value::as_f64);
        let pattern = schema.get("pattern").and_then(Value::as_str);
        self.hold(at, &["type", "minLength", "maxLength", "pattern"]);
        let idle = schema.get("format").and_then(Value::as_str);
        if format.is_some() || idle.is_some_and(|format| ANNOTATIONS.contains(&format)) {
            self.hold(at, &["format"]);
        }
        let mut expected = Vec::new();
        match (
            size("minLength").filter(|&least| least > 0.0),
            size("maxLength"),
        ) {
            (None, None) => {}
            (Some(least), Some(most)) if least.total_cmp(&most).is_eq() => {
                expected.push(format!("be {} long", characters(most)));
            }
            (Some(least), Some(most)) => {
                expected.push(format!("be {least} to {} long", characters(most)))
            }
            (Some(least), None) => expected.push(format!("be at least {} long", characters(least))),
            (None, Some(most)) => expected.push(format!("be at most {} long", characters(most))),
        }
        if let Some(pattern) = pattern {
            expected.push(format!("match {}", code(pattern)));
        }
        match format {
            Some("date-time") if expected.is_empty() => return Type::DateTime,
            Some("date") if expected.is_empty() => return Type::Date,
            Some(format) => expected.push(format!("be a valid {format}")),
            None if expected.is_empty() => return Type::Text,
            None => {}
        }
        let mut keywords = vec!["minLength", "maxLength", "pattern"];
        keywords.extend(format.map(|_| "format"));
        let fragment = self.fragment(at, "string", &keywords);
        self.scalar(at, expected.join(" and "), Rule::Text(fragment))
    }

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
        // Of an integer beyond 64 bits the validator says what its multiples are.
        let beyond = [least, most].into_iter().flatten().any(is_saturated);
        if !exact || beyond || (step.is_some() && inner == Inner::Any) {
            let schema_of_it = self.fragment(at, "integer", &NUMERIC);
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
        let fragment = self.fragment(at, "number", &NUMERIC);
        self.scalar(
            at,
            expected_number("a number", schema),
            Rule::Number(fragment),
        )
    }

    pub(super) fn scalar(&mut self, at: &Location, expected: String, rule: Rule) -> Type {
        Type::Named(self.new_item(at, Shape::Scalar(Scalar { expected, rule })))
    }

    /// The rules of one schema, as a schema of its own.
    pub(super) fn fragment(&self, at: &Location, json_type: &str, keywords: &[&str]) -> String {
        let mut fragment = Map::new();
        let draft = self.draft(at);
        let format = self
            .schema(at)
            .and_then(|schema| schema.get("format")?.as_str());
        let borrowed = format.is_some_and(|format| BORROWED.contains(&format));
        if draft != Draft::Draft202012 && !borrowed {
            fragment.insert("$schema".to_owned(), draft.schema_uri().into());
        }
        fragment.insert("type".to_owned(), json_type.into());
        for (keyword, value) in self.schema(at).into_iter().flatten() {
            if keywords.contains(&keyword.as_str()) {
                fragment.insert(keyword.clone(), value.clone());
            }
        }
        Value::Object(fragment).to_string()
    }
}

const NUMERIC: [&str; 5] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

/// The formats that the gate checks; others are annotations.
const FORMATS: [&str; 17] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// The values that a schema lists.
pub(super) fn values(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    schema
        .get("enum")?
        .as_array()
        .map(|values| values.iter().collect())
}

fn one_of(values: &[&&Value]) -> String {
    let values: Vec<_> = values.iter().map(|value| value.to_string()).collect();
    match values.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}", values.join(", ")),
    }
}

fn characters(count: f64) -> String {
    format!(
        "{count} character{}",
        if count.total_cmp(&1.0).is_eq() {
            ""
        } else {
            "s"
        }
    )
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
    // The cast saturates far outside of what the types hold.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is rounded, and saturation is meant"
    )]
    number
        .as_f64()
        .map(|number| (round(number).clamp(-SATURATED, SATURATED)) as i128)
}

/// Where a bound is not followed any further.
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
