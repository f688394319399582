//! One schema as typify reads it: what is rewritten, and what is left out because it belongs
//! elsewhere.

use jsonschema::Uri;
use serde_json::{Map, Value, json};

use crate::reach::enter;

/// Keywords with one schema in them; those of an array or object of schemas are in [`LISTS`] and [`MAPS`].
const SINGLE: [&str; 12] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
const LISTS: [&str; 5] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const MAPS: [&str; 3] = ["dependentSchemas", "patternProperties", "properties"];
/// Definitions, identifiers and annotations: every reference is local afterwards.
const LEFT_OUT: [&str; 8] = [
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "definitions",
    "id",
    "title",
];

/// The local form of a reference, given the base URI at its place.
pub(super) type Local<'l> = dyn Fn(&str, &Uri<String>) -> Option<String> + 'l;

/// A schema with the help that typify needs.
pub(super) fn helped(value: &Value, outer: &Uri<String>, local: &Local<'_>) -> Value {
    let Value::Object(schema) = value else {
        return value.clone();
    };
    let base = enter(value, outer);
    let inner = |value: &Value| helped(value, &base, local);
    let mut out = Map::new();
    for (keyword, value) in schema {
        let name = keyword.as_str();
        let value = match value {
            _ if LEFT_OUT.contains(&name) => continue,
            Value::String(reference) if name == "$ref" => local(reference, &base)
                .unwrap_or_else(|| reference.clone())
                .into(),
            Value::Array(items) if LISTS.contains(&name) => items.iter().map(inner).collect(),
            Value::Object(members) if MAPS.contains(&name) => {
                let member = |(key, value): (&String, &Value)| (key.clone(), inner(value));
                members.iter().map(member).collect()
            }
            _ if SINGLE.contains(&name) => inner(value),
            _ => value.clone(),
        };
        out.insert(keyword.clone(), value);
    }
    respell(&mut out);
    Value::Object(out)
}

/// Rewrites a schema, without changing its meaning, to keywords of draft 7 that typify enforces.
fn respell(schema: &mut Map<String, Value>) {
    // typify drops a `const` string, and enforces an `enum` of one string.
    if schema.get("const").is_some_and(Value::is_string)
        && !schema.contains_key("enum")
        && let Some(value) = schema.remove("const")
    {
        schema.insert("enum".to_owned(), json!([value]));
    }
    // An `enum` without a type makes typify panic.
    let texts = schema
        .get("enum")
        .and_then(Value::as_array)
        .is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_string));
    if texts && !schema.contains_key("type") {
        schema.insert("type".to_owned(), "string".into());
    }
    if let Some(prefix) = schema.remove("prefixItems") {
        if let Some(rest) = schema.remove("items") {
            schema.insert("additionalItems".to_owned(), rest);
        }
        schema.insert("items".to_owned(), prefix);
    }
}

/// Visits each reference of a schema with the base URI at its place, except those of its
/// definitions.
pub(super) fn references(
    value: &Value,
    outer: &Uri<String>,
    visit: &mut dyn FnMut(&str, &Uri<String>),
) {
    let Value::Object(schema) = value else {
        return;
    };
    let base = enter(value, outer);
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        visit(reference, &base);
    }
    for (keyword, value) in schema {
        let name = keyword.as_str();
        match value {
            Value::Array(items) if LISTS.contains(&name) => {
                items.iter().for_each(|item| references(item, &base, visit));
            }
            Value::Object(members) if MAPS.contains(&name) => {
                members
                    .values()
                    .for_each(|item| references(item, &base, visit));
            }
            _ if SINGLE.contains(&name) => references(value, &base, visit),
            _ => {}
        }
    }
}
