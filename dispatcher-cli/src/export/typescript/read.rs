//! A schema as a type that holds every document of it.
//!
//! A type says less than a schema: bounds, patterns, `not` and `if` have no type and only make it wider. What is left out
//! never makes it narrower, except that an object in a branch of a union is not said to have further properties.

use std::collections::BTreeSet;

use dispatcher_build_support::schema::Location;
use dispatcher_schema::draft::Draft;
use serde_json::{Map, Value};

use super::shape::{Field, Shape};
use super::text;
use crate::export::definitions::{Definitions, target};
use crate::export::source::Source;

/// The types of JSON, as `type` names them.
const TYPES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

/// Which types a value may have.
pub(super) type Types = BTreeSet<&'static str>;

/// Reads schemas.
pub(super) struct Reader<'s> {
    pub(super) source: &'s Source,
    pub(super) definitions: &'s Definitions,
}

/// Whether a schema describes a value, or is one of several that describe the same value.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Whole,
    Part,
}

impl Reader<'_> {
    /// The type of the schema at a place.
    pub(super) fn shape(&self, at: &Location) -> Shape {
        self.of(at, &TYPES.into(), Role::Whole)
    }

    /// The type of a payload, which is an object even if its schema does not say so.
    pub(super) fn payload(&self, at: &Location) -> Shape {
        self.of(at, &["object"].into(), Role::Whole)
    }

    fn of(&self, at: &Location, allowed: &Types, role: Role) -> Shape {
        let schema = match self.source.documents().value(at) {
            Value::Object(schema) => schema,
            Value::Bool(false) => return Shape::Never,
            _ => return self.any(allowed),
        };
        let draft = self.source.documents().draft(at);
        if schema.contains_key("$ref") && draft < Draft::Draft201909 {
            return self.reference(at);
        }
        let types = types(schema, allowed);
        if let Some(value) = schema.get("const").filter(|_| draft > Draft::Draft4) {
            return literals(std::slice::from_ref(value), &types);
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return literals(values, &types);
        }
        let mut parts = Vec::new();
        if ["$ref", "$dynamicRef", "$recursiveRef"]
            .iter()
            .any(|keyword| schema.contains_key(*keyword))
        {
            parts.push(self.reference(at));
        }
        let branches = |keyword: &str| {
            let count = schema
                .get(keyword)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            let places = (0..count).map(|index| at.join(keyword).join(&index.to_string()));
            places
                .map(|place| self.of(&place, &types, Role::Part))
                .collect::<Vec<_>>()
        };
        parts.extend(branches("allOf"));
        for keyword in ["oneOf", "anyOf"] {
            if schema.contains_key(keyword) {
                parts.push(Shape::any_of(branches(keyword)));
            }
        }
        let role = if parts.is_empty() { role } else { Role::Part };
        if parts.iter().all(|part| *part == Shape::Unknown) || says_something(schema, &types) {
            parts.insert(0, self.own(at, schema, &types, role));
        }
        Shape::all_of(parts)
    }

    /// Any value of these types.
    fn any(&self, types: &Types) -> Shape {
        if types.len() == TYPES.len() {
            return Shape::Unknown;
        }
        Shape::any_of(types.iter().map(|name| match *name {
            "array" => Shape::List(Box::new(Shape::Unknown)),
            "object" => Shape::Map(Box::new(Shape::Unknown)),
            scalar => Shape::name(scalar),
        }))
    }

    fn reference(&self, at: &Location) -> Shape {
        let name =
            target(self.source.documents(), at).and_then(|target| self.definitions.name(&target));
        name.map_or(Shape::Unknown, Shape::name)
    }

    /// What the schema says by itself, without the schemas that it refers to.
    fn own(&self, at: &Location, schema: &Map<String, Value>, types: &Types, role: Role) -> Shape {
        if types.len() == TYPES.len() {
            return Shape::Unknown;
        }
        Shape::any_of(types.iter().rev().map(|name| match *name {
            "array" => self.array(at, schema),
            "object" => self.object(at, schema, role),
            scalar => Shape::name(scalar),
        }))
    }

    fn object(&self, at: &Location, schema: &Map<String, Value>, role: Role) -> Shape {
        let required: BTreeSet<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut fields = Vec::new();
        for (name, property) in properties.into_iter().flatten() {
            let place = at.join("properties").join(name);
            fields.push(Field {
                name: name.clone(),
                docs: text::docs(property),
                optional: !required.contains(name.as_str()),
                shape: self.shape(&place),
            });
        }
        for name in required {
            if !properties.is_some_and(|properties| properties.contains_key(name)) {
                fields.push(Field {
                    name: name.to_owned(),
                    docs: Vec::new(),
                    optional: false,
                    shape: Shape::Unknown,
                });
            }
        }
        let entries = self.entries(at, schema);
        match (fields.is_empty(), entries) {
            (true, Some(entries)) => Shape::Map(Box::new(entries)),
            (_, entries) => Shape::Object {
                fields,
                open: entries.is_some() && role == Role::Whole,
            },
        }
    }

    /// The type of properties that are not listed; none if there may not be any.
    fn entries(&self, at: &Location, schema: &Map<String, Value>) -> Option<Shape> {
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let patterns = patterns.into_iter().flat_map(Map::keys);
        let patterns =
            patterns.map(|pattern| self.shape(&at.join("patternProperties").join(pattern)));
        let more = ["additionalProperties", "unevaluatedProperties"]
            .into_iter()
            .find(|keyword| schema.contains_key(*keyword));
        let more = more.map_or(Shape::Unknown, |keyword| self.shape(&at.join(keyword)));
        let entries = Shape::any_of(patterns.chain([more]));
        (entries != Shape::Never).then_some(entries)
    }

    fn array(&self, at: &Location, schema: &Map<String, Value>) -> Shape {
        let tuple = match schema.get("items") {
            Some(Value::Array(_)) => Some(("items", "additionalItems")),
            _ if schema.contains_key("prefixItems") => Some(("prefixItems", "items")),
            _ => None,
        };
        let shape = |keyword: &str| match schema.get(keyword) {
            Some(_) => self.shape(&at.join(keyword)),
            None => Shape::Unknown,
        };
        let Some((keyword, rest)) = tuple else {
            return Shape::List(Box::new(shape("items")));
        };
        let count = schema
            .get(keyword)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let places = (0..count).map(|index| {
            let place = at.join(keyword).join(&index.to_string());
            (self.shape(&place), (index as u64) < least)
        });
        let rest = Some(shape(rest)).filter(|rest| *rest != Shape::Never);
        Shape::Tuple {
            places: places.collect(),
            rest: rest.map(Box::new),
        }
    }
}

/// The types that the schema allows, of those that are allowed around it.
fn types(schema: &Map<String, Value>, allowed: &Types) -> Types {
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return allowed.clone(),
    };
    let is_named =
        |name: &str| names.contains(&name) || (name == "number" && names.contains(&"integer"));
    allowed
        .iter()
        .copied()
        .filter(|name| is_named(name))
        .collect()
}

/// Whether a schema beside references and unions adds to them.
fn says_something(schema: &Map<String, Value>, types: &Types) -> bool {
    let keywords = [
        "properties",
        "required",
        "items",
        "prefixItems",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
    ];
    let is_scalar =
        schema.contains_key("type") && !types.contains("object") && !types.contains("array");
    is_scalar
        || keywords.iter().any(|keyword| {
            // Closing an object of which nothing else is said here has no type.
            schema
                .get(*keyword)
                .is_some_and(|value| *value != Value::Bool(false))
        })
}

/// The values that have one of these types.
fn literals(values: &[Value], types: &Types) -> Shape {
    let allowed = values.iter().filter(|value| types.contains(type_of(value)));
    Shape::any_of(allowed.map(literal))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn literal(value: &Value) -> Shape {
    match value {
        Value::Array(items) => Shape::Tuple {
            places: items.iter().map(|item| (literal(item), true)).collect(),
            rest: None,
        },
        Value::Object(members) => Shape::Object {
            fields: members
                .iter()
                .map(|(name, value)| Field {
                    name: name.clone(),
                    docs: Vec::new(),
                    optional: false,
                    shape: literal(value),
                })
                .collect(),
            open: false,
        },
        // TypeScript rounds numbers of more than 53 bits.
        Value::Number(number)
            if number
                .as_f64()
                .is_none_or(|number| number.abs() > 9_007_199_254_740_991.0) =>
        {
            Shape::name("number")
        }
        scalar => Shape::Name(scalar.to_string()),
    }
}
