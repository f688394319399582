//! Strings with their constraints.

use dispatcher_schema::formats::{self, ANNOTATIONS};
use serde_json::{Map, Value};

use crate::render::docs::code;
use crate::render::ir::{Rule, Scalar, Shape, Type};
use crate::schema::Location;

use super::lowering::Lowering;

impl Lowering<'_> {
    pub(super) fn text(&mut self, at: &Location, schema: &Map<String, Value>) -> Type {
        let format = schema
            .get("format")
            .and_then(Value::as_str)
            .filter(|format| formats::is_checked(format));
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
        let fragment = self.schemas.fragment(at, "string", &keywords);
        self.scalar(at, expected.join(" and "), Rule::Text(fragment))
    }

    pub(super) fn scalar(&mut self, at: &Location, expected: String, rule: Rule) -> Type {
        Type::Named(self.new_item(at, Shape::Scalar(Scalar { expected, rule })))
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
