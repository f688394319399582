//! Random instances of a schema: meant to be valid, or slightly broken.
//!
//! The validators decide whether an instance is valid; the generator only ensures that there are
//! many of both kinds, and many near the border. The same seed gives the same instances.

use std::path::Path;

use dispatcher_build_support::compat::sample::{change::change, text};
use dispatcher_build_support::schema::Location;
use dispatcher_build_support::{Contracts, Model};
use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::{Directory, Sample, TestResult};

/// Below this depth, optional parts are left out.
const DEEP: usize = 6;
/// Below this depth everything is left out: the schema has no small instance.
const DEEPEST: usize = 24;

/// `count` instances of each version of each event type, every second one broken.
///
/// # Errors
/// If the directory cannot be read, or has faults.
pub fn samples(contracts: &Path, count: usize, seed: u64) -> TestResult<Vec<Sample>> {
    let directory = Directory::open(contracts)?;
    let model = Contracts::new(contracts).check()?;
    let mut instances = Instances::new(&model, seed);
    let mut samples = Vec::new();
    for event in directory.event_types() {
        for (&version, schema) in &event.versions {
            let Some(path) = schema else { continue };
            for index in 0..count {
                let payload = if index % 2 == 0 {
                    instances.valid(path)
                } else {
                    instances.broken(path)
                };
                samples.push(Sample {
                    place: format!("instance {}", samples.len()),
                    event_type: event.name.clone(),
                    schema_version: version,
                    payload,
                    valid: None,
                });
            }
        }
    }
    Ok(samples)
}

/// Makes instances of the schemas of one model.
pub struct Instances<'m> {
    model: &'m Model,
    dice: Rng,
}

impl<'m> Instances<'m> {
    /// A generator that always makes the same instances of these schemas.
    #[must_use]
    pub fn new(model: &'m Model, seed: u64) -> Self {
        Self {
            model,
            dice: Rng::with_seed(seed),
        }
    }

    /// An instance that is meant to be valid against the schema at this path.
    pub fn valid(&mut self, path: &str) -> Value {
        self.of(&Location::root(path), 0)
    }

    /// The same with one small change, which usually makes it invalid.
    pub fn broken(&mut self, path: &str) -> Value {
        let mut value = self.valid(path);
        change(&mut value, &mut self.dice);
        value
    }

    fn of(&mut self, at: &Location, depth: usize) -> Value {
        let Value::Object(schema) = self.model.documents.value(at) else {
            return self.anything();
        };
        if depth > DEEPEST {
            return Value::Null;
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(Value::Array(values)) = schema.get("enum")
            && !values.is_empty()
        {
            return values[self.dice.usize(..values.len())].clone();
        }
        let mut value = self.own(at, schema, depth);
        for part in self.applicators(at, schema) {
            let other = self.of(&part, depth + 1);
            value = merged(value, other);
        }
        value.unwrap_or_else(|| self.anything())
    }

    /// What the `type` and its keywords ask for; `None` if there are no such keywords.
    fn own(&mut self, at: &Location, schema: &Map<String, Value>, depth: usize) -> Option<Value> {
        let name = match schema.get("type") {
            Some(Value::String(name)) => name.as_str(),
            Some(Value::Array(names)) if !names.is_empty() => {
                names[self.dice.usize(..names.len())].as_str()?
            }
            _ if schema.contains_key("properties") => "object",
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
            "string" => Value::from(text::of(schema, &mut self.dice)),
            "integer" => self.integer(schema),
            "number" => self.number(schema),
            "boolean" => Value::from(self.dice.bool()),
            _ => Value::Null,
        })
    }

    /// The other schemas that apply: the target of a reference, every `allOf`, one of a union.
    fn applicators(&mut self, at: &Location, schema: &Map<String, Value>) -> Vec<Location> {
        let mut parts = Vec::new();
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            parts.extend(self.model.documents.resolve(at, reference).ok());
        }
        let count = |keyword: &str| {
            schema
                .get(keyword)
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
        };
        let branch = |keyword: &str, index: usize| at.join(keyword).join(&index.to_string());
        parts.extend((0..count("allOf")).map(|index| branch("allOf", index)));
        for keyword in ["oneOf", "anyOf"] {
            if count(keyword) > 0 {
                parts.push(branch(keyword, self.dice.usize(..count(keyword))));
            }
        }
        parts
    }

    fn object(&mut self, at: &Location, schema: &Map<String, Value>, depth: usize) -> Value {
        let mut object = Map::new();
        let required: Vec<_> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(Map::keys) {
            let wanted =
                required.contains(&name.as_str()) || (depth < DEEP && self.dice.u8(..) < 160);
            if wanted {
                let value = self.of(&at.join("properties").join(name), depth + 1);
                object.insert(name.clone(), value);
            }
        }
        let open = schema.get("additionalProperties") != Some(&Value::Bool(false));
        if open && depth < DEEP && self.dice.u8(..) < 80 {
            let value = match schema.get("additionalProperties") {
                Some(Value::Object(_)) => self.of(&at.join("additionalProperties"), depth + 1),
                _ => self.anything(),
            };
            object.insert(format!("more_{}", self.dice.u8(..)), value);
        }
        Value::Object(object)
    }

    fn array(&mut self, at: &Location, schema: &Map<String, Value>, depth: usize) -> Value {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        let least = bound("minItems").unwrap_or(0);
        let room = bound("maxItems").map_or(3, |most| most.saturating_sub(least).min(3));
        let count = if depth < DEEP {
            least + self.dice.u64(..=room)
        } else {
            least
        };
        let distinct = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let mut items: Vec<Value> = Vec::new();
        // As many tries again, for items that have to be unique.
        for _ in 0..count * 2 {
            let index = items.len();
            if index as u64 == count {
                break;
            }
            let prefix = at.join("prefixItems").join(&index.to_string());
            let item = if self.model.documents.value(&prefix).is_null() {
                self.of(&at.join("items"), depth + 1)
            } else {
                self.of(&prefix, depth + 1)
            };
            if !distinct || !items.contains(&item) {
                items.push(item);
            }
        }
        Value::Array(items)
    }

    /// On a bound as often as between the bounds.
    fn integer(&mut self, schema: &Map<String, Value>) -> Value {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
        let least = bound("minimum").or_else(|| bound("exclusiveMinimum")?.checked_add(1));
        let most = bound("maximum").or_else(|| bound("exclusiveMaximum")?.checked_sub(1));
        let least = least.unwrap_or_else(|| most.map_or(-1000, |most| most.saturating_sub(1000)));
        let most = most
            .unwrap_or_else(|| least.saturating_add(1000))
            .max(least);
        let step = bound("multipleOf").filter(|step| *step > 0).unwrap_or(1);
        let value = match self.dice.u8(..4) {
            0 => least,
            1 => most,
            _ => self.dice.i64(least..=most),
        };
        let value = value - value.rem_euclid(step);
        // A whole number may be written with a decimal point.
        if self.dice.u8(..) < 20 && value.abs() < 1 << 52 {
            return json!(value as f64);
        }
        json!(value)
    }

    fn number(&mut self, schema: &Map<String, Value>) -> Value {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        let least = bound("minimum")
            .or_else(|| bound("exclusiveMinimum"))
            .unwrap_or(-1000.0);
        let most = bound("maximum")
            .or_else(|| bound("exclusiveMaximum"))
            .unwrap_or(least + 1000.0);
        match self.dice.u8(..4) {
            0 => json!(least),
            1 => json!(most.floor() as i64),
            _ => json!(least + self.dice.f64() * (most - least)),
        }
    }

    fn anything(&mut self) -> Value {
        match self.dice.u8(..6) {
            0 => Value::Null,
            1 => json!(self.dice.bool()),
            2 => json!(self.dice.i32(-9..9)),
            3 => json!({ "a": [1, null], "b": {} }),
            4 => json!([]),
            _ => json!("text"),
        }
    }
}

/// Merges the two if both are objects; otherwise returns the later one.
fn merged(value: Option<Value>, other: Value) -> Option<Value> {
    match (value, other) {
        (Some(Value::Object(mut members)), Value::Object(more)) => {
            members.extend(more);
            Some(Value::Object(members))
        }
        (_, other) => Some(other),
    }
}
