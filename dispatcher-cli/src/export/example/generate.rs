//! A document that a schema accepts, made from the schema.
//!
//! It is a guess that the gate judges: keywords such as `not` and `if` are not looked at. Several guesses are made, with
//! and without optional properties, and with another branch of each union.

use dispatcher_build_support::schema::{Documents, Location};
use serde_json::{Map, Value, json};

use super::pattern;

/// Below this depth optional properties are left out.
const DEEP: usize = 5;
/// Below this depth nothing is made any more: the schema has no small document.
const DEEPEST: usize = 24;
/// How many branches of unions are tried.
const BRANCHES: usize = 6;
/// How many items a list is given at most.
const ITEMS: u64 = 50;
/// What stands where a schema says nothing about a value.
const FILLER: &str = "any value";

/// A document that `accepts` accepts; none if every guess is refused.
pub(super) fn example(
    documents: &Documents,
    root: &Location,
    accepts: &dyn Fn(&Value) -> bool,
) -> Option<Value> {
    let guesses = (0..BRANCHES).flat_map(|branch| [(branch, true), (branch, false)]);
    guesses
        .map(|(branch, optional)| {
            let guess = Guess {
                documents,
                branch,
                optional,
            };
            guess.of(root, 0, 0)
        })
        .find(accepts)
}

/// One way to choose.
struct Guess<'d> {
    documents: &'d Documents,
    /// Which branch of a union.
    branch: usize,
    /// Whether optional properties are written.
    optional: bool,
}

impl Guess<'_> {
    /// A document for a schema, the `nth` one where several have to differ.
    fn of(&self, at: &Location, nth: usize, depth: usize) -> Value {
        let Value::Object(schema) = self.documents.value(at) else {
            return Value::Null;
        };
        if depth > DEEPEST {
            return Value::Null;
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        for keyword in ["enum", "examples"] {
            if let Some(Value::Array(values)) = schema.get(keyword)
                && !values.is_empty()
            {
                return values[nth % values.len()].clone();
            }
        }
        let mut value = self.own(at, schema, nth, depth);
        for part in self.in_place(at, schema) {
            value = merged(value, self.of(&part, nth, depth + 1));
        }
        value.unwrap_or_else(|| json!(FILLER))
    }

    /// What the `type` and its keywords ask for; none if there are no such keywords.
    fn own(
        &self,
        at: &Location,
        schema: &Map<String, Value>,
        nth: usize,
        depth: usize,
    ) -> Option<Value> {
        let name = match schema.get("type") {
            Some(Value::String(name)) => name.as_str(),
            // Null is written only where nothing else may be.
            Some(Value::Array(names)) => {
                let mut names = names.iter().filter_map(Value::as_str);
                names.find(|name| *name != "null").unwrap_or("null")
            }
            _ if schema.contains_key("properties") || schema.contains_key("required") => "object",
            _ if ["pattern", "format", "minLength"]
                .iter()
                .any(|key| schema.contains_key(*key)) =>
            {
                "string"
            }
            _ => return None,
        };
        Some(match name {
            "object" => self.object(at, schema, depth),
            "array" => self.array(at, schema, depth),
            "string" => Value::from(string(schema, nth)),
            "integer" | "number" => number(schema, nth),
            "boolean" => Value::from(nth.is_multiple_of(2)),
            _ => Value::Null,
        })
    }

    /// The other schemas that apply to the same value: the target of a reference, each `allOf`, one branch of a union.
    fn in_place(&self, at: &Location, schema: &Map<String, Value>) -> Vec<Location> {
        let mut parts = Vec::new();
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let reference = schema.get(keyword).and_then(Value::as_str);
            parts.extend(reference.and_then(|to| self.documents.resolve(at, to).ok()));
        }
        for (keyword, all) in [("allOf", true), ("oneOf", false), ("anyOf", false)] {
            let count = schema
                .get(keyword)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            let branch = |index: usize| at.join(keyword).join(&index.to_string());
            if all {
                parts.extend((0..count).map(branch));
            } else if count > 0 {
                parts.push(branch(self.branch % count));
            }
        }
        parts
    }

    fn object(&self, at: &Location, schema: &Map<String, Value>, depth: usize) -> Value {
        let mut object = Map::new();
        let required = || {
            let names = schema.get("required").and_then(Value::as_array);
            names.into_iter().flatten().filter_map(Value::as_str)
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(Map::keys) {
            let is_required = required().any(|required| required == name);
            if is_required || (self.optional && depth < DEEP) {
                let value = self.of(&at.join("properties").join(name), 0, depth + 1);
                object.insert(name.clone(), value);
            }
        }
        for name in required() {
            if !properties.is_some_and(|properties| properties.contains_key(name)) {
                object.insert(name.to_owned(), json!(FILLER));
            }
        }
        let entries = at.join("additionalProperties");
        if object.is_empty()
            && self.optional
            && depth < DEEP
            && self.documents.value(&entries).is_object()
        {
            object.insert("key".to_owned(), self.of(&entries, 0, depth + 1));
        }
        Value::Object(object)
    }

    fn array(&self, at: &Location, schema: &Map<String, Value>, depth: usize) -> Value {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        let least = bound("minItems").unwrap_or(0);
        let wanted = if self.optional && depth < DEEP {
            least.max(1)
        } else {
            least
        };
        let count = wanted.min(bound("maxItems").unwrap_or(wanted)).min(ITEMS);
        let mut items = Vec::new();
        for index in 0..usize::try_from(count).unwrap_or_default() {
            let place =
                ["prefixItems", "items"].map(|keyword| at.join(keyword).join(&index.to_string()));
            let place = place
                .into_iter()
                .find(|place| !self.documents.value(place).is_null());
            items.push(self.of(&place.unwrap_or_else(|| at.join("items")), index, depth + 1));
        }
        Value::Array(items)
    }
}

/// Merges two objects, in which a filler never replaces a value; otherwise the later value counts.
fn merged(value: Option<Value>, other: Value) -> Option<Value> {
    match (value, other) {
        (Some(Value::Object(mut members)), Value::Object(more)) => {
            for (name, value) in more {
                if value != FILLER || !members.contains_key(&name) {
                    members.insert(name, value);
                }
            }
            Some(Value::Object(members))
        }
        (_, other) => Some(other),
    }
}

fn string(schema: &Map<String, Value>, nth: usize) -> String {
    let word = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0);
    let least = usize::try_from(least.min(4096)).unwrap_or_default();
    if let Some(text) = word("pattern").and_then(|text| pattern::sample(text, least)) {
        return text;
    }
    if let Some(text) = word("format").and_then(formatted) {
        return text.to_owned();
    }
    let text = if nth == 0 {
        "text".to_owned()
    } else {
        format!("text {nth}")
    };
    let most = schema.get("maxLength").and_then(Value::as_u64);
    let most = most
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(usize::MAX);
    let filler = std::iter::repeat('x');
    text.chars()
        .chain(filler)
        .take(text.len().max(least).min(most))
        .collect()
}

fn formatted(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => "2026-11-23T09:15:02.418Z",
        "date" => "2026-11-23",
        "time" => "09:15:02Z",
        "duration" => "PT45M",
        "email" | "idn-email" => "mia@swim.example",
        "hostname" | "idn-hostname" => "swim.example",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "iri" | "uri-reference" | "iri-reference" => "https://swim.example/lessons",
        "uri-template" => "https://swim.example/{lesson}",
        "uuid" => "0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e",
        "json-pointer" => "/lesson",
        "relative-json-pointer" => "1/lesson",
        "regex" => "^a$",
        _ => return None,
    })
}

fn number(schema: &Map<String, Value>, nth: usize) -> Value {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    // In draft 4 these are booleans, which `as_f64` skips; the other guesses are then refused or right.
    let least = bound("minimum")
        .into_iter()
        .chain(bound("exclusiveMinimum").map(|least| least + 1.0));
    let most = bound("maximum")
        .into_iter()
        .chain(bound("exclusiveMaximum").map(|most| most - 1.0));
    let least = least.fold(f64::NEG_INFINITY, f64::max);
    let most = most.fold(f64::INFINITY, f64::min);
    let step = bound("multipleOf")
        .filter(|step| *step > 0.0)
        .unwrap_or(1.0);
    let first = if least <= 1.0 && most >= 1.0 {
        1.0
    } else if least.is_finite() {
        least
    } else {
        most
    };
    let value = (first / step).ceil().mul_add(step, 0.0)
        + step * f64::from(u16::try_from(nth).unwrap_or(0));
    let value = if value > most {
        (most / step).floor() * step
    } else {
        value
    };
    // A whole number is written as one, as far as it is exact.
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return json!(value as i64);
    }
    json!(value)
}
