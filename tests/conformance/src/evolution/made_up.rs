//! Random schemas, and schemas as a careless or careful author might change them.
//!
//! The same dice make the same schemas. Every schema is meant to compile; the validator decides.

use dispatcher_schema::Draft;
use dispatcher_schema::subschemas::for_each_subschema;
use fastrand::Rng;
use serde_json::{Map, Value, json};

/// A schema of a few levels.
pub fn schema(dice: &mut Rng) -> Value {
    let depth = dice.usize(1..4);
    let mut schema = object(dice, depth);
    if dice.u8(..) < 60 {
        schema = part(dice, depth);
    }
    if dice.u8(..) < 40
        && let Value::Object(members) = &mut schema
    {
        let draft = Draft::ALL[dice.usize(..Draft::ALL.len())];
        members.insert("$schema".to_owned(), json!(draft.schema_uri()));
        // Draft 4 has `exclusiveMinimum` as a boolean, and neither `const` nor `contains`.
        if draft == Draft::Draft4 {
            return for_draft_4(schema);
        }
    }
    schema
}

/// The same schema after one to three changes.
pub fn edited(schema: &Value, dice: &mut Rng) -> Value {
    let mut schema = schema.clone();
    for _ in 0..dice.usize(1..4) {
        let mut places = Vec::new();
        collect(&schema, String::new(), &mut places);
        if places.is_empty() {
            return part(dice, 1);
        }
        let before = schema.clone();
        // Many changes fit only some schemas.
        for _ in 0..30 {
            let place = &places[dice.usize(..places.len())];
            if let Some(Value::Object(target)) = schema.pointer_mut(place) {
                edit(target, dice);
            }
            if schema != before {
                break;
            }
        }
    }
    if is_draft_4(&schema) {
        return for_draft_4(schema);
    }
    schema
}

fn is_draft_4(schema: &Value) -> bool {
    schema["$schema"] == json!(Draft::Draft4.schema_uri())
}

fn for_draft_4(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut changed = Map::new();
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("exclusiveMinimum", Value::Number(bound)) => {
                        changed.insert("minimum".to_owned(), Value::Number(bound));
                        changed.insert(key, Value::Bool(true));
                    }
                    ("exclusiveMaximum", Value::Number(bound)) => {
                        changed.insert("maximum".to_owned(), Value::Number(bound));
                        changed.insert(key, Value::Bool(true));
                    }
                    ("const", value) => {
                        changed.insert("enum".to_owned(), json!([value]));
                    }
                    ("prefixItems", value) => {
                        changed.insert("items".to_owned(), for_draft_4(value));
                    }
                    ("required", Value::Array(names)) if names.is_empty() => {}
                    ("enum", value) => {
                        changed.insert(key, value);
                    }
                    // Only `additionalProperties` and `additionalItems` may be booleans.
                    ("additionalProperties", value) => {
                        let value = if value.is_boolean() {
                            value
                        } else {
                            for_draft_4(value)
                        };
                        changed.insert(key, value);
                    }
                    ("uniqueItems", value) => {
                        changed.insert(key, value);
                    }
                    (_, value) => {
                        changed.insert(key, for_draft_4(value));
                    }
                }
            }
            Value::Object(changed)
        }
        Value::Array(items) => items.into_iter().map(for_draft_4).collect(),
        Value::Bool(true) => json!({}),
        Value::Bool(false) => json!({ "not": {} }),
        other => other,
    }
}

/// The places of all schemas that are objects.
fn collect(schema: &Value, at: String, places: &mut Vec<String>) {
    let Value::Object(members) = schema else {
        return;
    };
    for_each_subschema(Draft::Draft202012, members, |pointer, inner| {
        collect(inner, format!("{at}{pointer}"), places);
    });
    places.push(at);
}

const NAMES: [&str; 6] = ["a", "b", "kind", "person_id", "x1", "note"];
const PATTERNS: [&str; 6] = [
    "^[a-z]+$",
    "^[a-z]*$",
    "^per_[0-9a-f]{4}$",
    "^a",
    "b$",
    "^[A-Z][a-z]{0,3}$",
];
const FORMATS: [&str; 5] = ["date-time", "date", "uuid", "email", "uri"];

const KINDS: [&str; 3] = ["card", "cash", "gift"];
const STEPS: [f64; 3] = [0.5, 0.1, 2.0];

fn name(dice: &mut Rng) -> &'static str {
    NAMES[dice.usize(..NAMES.len())]
}

fn object(dice: &mut Rng, depth: usize) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for _ in 0..dice.usize(1..5) {
        let name = name(dice);
        properties.insert(name.to_owned(), part(dice, depth.saturating_sub(1)));
        if dice.bool() && !required.contains(&name) {
            required.push(name);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    match dice.u8(..4) {
        0 | 1 => schema["additionalProperties"] = json!(false),
        2 => schema["additionalProperties"] = scalar(dice),
        _ => {}
    }
    schema
}

fn part(dice: &mut Rng, depth: usize) -> Value {
    if depth == 0 {
        return scalar(dice);
    }
    let several = |dice: &mut Rng| -> Value {
        (0..dice.usize(1..4))
            .map(|_| part(dice, depth - 1))
            .collect()
    };
    match dice.u8(..16) {
        0..=3 => object(dice, depth),
        4 => json!({ "type": "array", "items": part(dice, depth - 1), "maxItems": dice.u8(1..5) }),
        5 => {
            json!({ "type": "array", "items": part(dice, depth - 1), "minItems": dice.u8(..3), "uniqueItems": dice.bool() })
        }
        6 => json!({ "anyOf": several(dice) }),
        7 => json!({ "oneOf": tagged(dice, depth) }),
        8 => json!({ "oneOf": several(dice) }),
        9 => json!({ "allOf": several(dice) }),
        10 => json!({ "anyOf": [part(dice, depth - 1), { "type": "null" }] }),
        11 => json!({ "type": "object", "additionalProperties": part(dice, depth - 1) }),
        12 => {
            json!({ "type": "object", "patternProperties": { PATTERNS[dice.usize(..PATTERNS.len())]: part(dice, depth - 1) },
                      "additionalProperties": dice.bool() })
        }
        _ => scalar(dice),
    }
}

/// Branches that a constant tells apart.
fn tagged(dice: &mut Rng, depth: usize) -> Value {
    let count = dice.usize(2..4);
    (0..count)
        .map(|index| {
            let mut branch = object(dice, depth - 1);
            branch["properties"]["kind"] = json!({ "const": KINDS[index] });
            branch["required"] = json!(["kind"]);
            branch
        })
        .collect()
}

fn scalar(dice: &mut Rng) -> Value {
    match dice.u8(..16) {
        0 => json!({ "type": "integer", "minimum": dice.i8(..5), "maximum": dice.u8(5..20) }),
        1 => json!({ "type": "number", "minimum": dice.i8(..5) }),
        2 => {
            json!({ "type": "number", "exclusiveMaximum": dice.u8(..9), "multipleOf": STEPS[dice.usize(..3)] })
        }
        3 => json!({ "type": "integer", "multipleOf": dice.u8(1..6) }),
        4 => json!({ "type": "string", "minLength": dice.u8(..3), "maxLength": dice.u8(3..9) }),
        5 => json!({ "type": "string", "pattern": PATTERNS[dice.usize(..PATTERNS.len())] }),
        6 => json!({ "type": "string", "format": FORMATS[dice.usize(..FORMATS.len())] }),
        7 => json!({ "enum": ["open", "closed", "half_open"] }),
        8 => json!({ "type": "string", "enum": ["a", "b"] }),
        9 => json!({ "enum": [1, 2, null] }),
        10 => json!({ "const": "only" }),
        11 => json!({ "type": ["string", "null"] }),
        12 => json!({ "type": ["number", "boolean"] }),
        13 => json!({ "type": "boolean" }),
        14 => json!({ "type": "integer" }),
        _ => json!({ "type": "string" }),
    }
}

/// One change of one schema.
fn edit(schema: &mut Map<String, Value>, dice: &mut Rng) {
    match dice.u8(..20) {
        0 => set_property(schema, dice),
        1 => remove_some(schema, "properties", dice),
        2 => require(schema, dice),
        3 => remove_some(schema, "required", dice),
        4 => toggle(schema),
        5..=8 => move_bound(schema, dice),
        9 | 10 => change_values(schema, dice),
        11 => change_types(schema, dice),
        12 => change_branches(schema, dice),
        13 => wrap(schema, dice),
        14 => {
            let pattern = PATTERNS[dice.usize(..PATTERNS.len())];
            change_if_there(schema, "pattern", json!(pattern));
            change_if_there(
                schema,
                "format",
                json!(FORMATS[dice.usize(..FORMATS.len())]),
            );
        }
        15 => {
            // A keyword less.
            let keys: Vec<_> = schema
                .keys()
                .filter(|key| *key != "$schema")
                .cloned()
                .collect();
            if keys.len() > 1 {
                schema.remove(&keys[dice.usize(..keys.len())]);
            }
        }
        16 => {
            schema.insert("description".to_owned(), json!("Changed."));
            schema.insert("default".to_owned(), json!("a"));
        }
        17 => {
            let inner = schema.clone();
            schema.clear();
            schema.extend(without_dialect(inner, "anyOf"));
        }
        18 => add_condition(schema, dice),
        _ => {
            let value = [
                json!({ "propertyNames": { "maxLength": 4 } }),
                json!({ "minProperties": 1 }),
                json!({ "maxProperties": 3 }),
                json!({ "dependentRequired": { "a": ["b"] } }),
                json!({ "contains": { "type": "string" } }),
                json!({ "not": { "type": "null" } }),
            ][dice.usize(..6)]
            .clone();
            if let Value::Object(more) = value {
                schema.extend(more);
            }
        }
    }
}

fn change_if_there(schema: &mut Map<String, Value>, keyword: &str, value: Value) {
    if let Some(there) = schema.get_mut(keyword) {
        *there = value;
    }
}

fn set_property(schema: &mut Map<String, Value>, dice: &mut Rng) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert(name(dice).to_owned(), part(dice, 1));
    }
}

fn remove_some(schema: &mut Map<String, Value>, keyword: &str, dice: &mut Rng) {
    match schema.get_mut(keyword) {
        Some(Value::Object(members)) if !members.is_empty() => {
            let name = members.keys().nth(dice.usize(..members.len())).cloned();
            members.remove(&name.unwrap_or_default());
        }
        Some(Value::Array(items)) if items.len() > 1 => {
            drop(items.remove(dice.usize(..items.len())))
        }
        Some(Value::Array(_)) => drop(schema.remove(keyword)),
        _ => {}
    }
}

fn require(schema: &mut Map<String, Value>, dice: &mut Rng) {
    if !schema.contains_key("properties") {
        return;
    }
    let name = json!(name(dice));
    let required = schema.entry("required").or_insert_with(|| json!([]));
    if let Value::Array(names) = required
        && !names.contains(&name)
    {
        names.push(name);
    }
}

fn toggle(schema: &mut Map<String, Value>) {
    match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => drop(schema.remove("additionalProperties")),
        _ if schema.contains_key("properties") => {
            schema.insert("additionalProperties".to_owned(), json!(false));
        }
        _ => {}
    }
}

fn move_bound(schema: &mut Map<String, Value>, dice: &mut Rng) {
    const BOUNDS: [&str; 10] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
    ];
    let there: Vec<_> = BOUNDS
        .iter()
        .filter(|bound| schema.get(**bound).is_some_and(Value::is_number))
        .collect();
    if let Some(step @ Value::Number(_)) = schema.get_mut("multipleOf")
        && dice.bool()
    {
        *step = [
            json!(1),
            json!(2),
            json!(4),
            json!(0.1),
            json!(0.3),
            json!(3),
        ][dice.usize(..6)]
        .clone();
        return;
    }
    if there.is_empty() {
        return;
    }
    let keyword = *there[dice.usize(..there.len())];
    if let Some(bound) = schema.get_mut(keyword) {
        let value = bound.as_i64().unwrap_or_default() + [1, -1, 2][dice.usize(..3)];
        let is_count = !keyword.ends_with("imum");
        *bound = json!(if is_count { value.max(0) } else { value });
    }
}

fn change_values(schema: &mut Map<String, Value>, dice: &mut Rng) {
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        let more = [json!("more"), json!(3), json!(1.5)][dice.usize(..3)].clone();
        if dice.bool() && values.len() > 1 {
            values.remove(dice.usize(..values.len()));
        } else if !values.contains(&more) {
            values.push(more);
        }
    } else if let Some(value) = schema.remove("const") {
        schema.insert("enum".to_owned(), json!([value, "other"]));
    }
}

fn change_types(schema: &mut Map<String, Value>, dice: &mut Rng) {
    let changed = match schema.get("type") {
        Some(Value::String(name)) if name == "integer" => json!("number"),
        Some(Value::String(name)) if name == "number" => json!("integer"),
        Some(Value::String(name)) if name != "null" => json!([name, "null"]),
        Some(Value::Array(names)) if dice.bool() => {
            names.first().cloned().unwrap_or_else(|| json!("string"))
        }
        _ => return,
    };
    schema.insert("type".to_owned(), changed);
}

fn change_branches(schema: &mut Map<String, Value>, dice: &mut Rng) {
    for keyword in ["anyOf", "oneOf"] {
        if let Some(mut branches) = schema.remove(keyword) {
            if let Value::Array(branches) = &mut branches {
                match dice.u8(..4) {
                    0 | 1 => branches.push(part(dice, 1)),
                    _ if branches.len() > 1 => drop(branches.remove(dice.usize(..branches.len()))),
                    _ => branches.reverse(),
                }
            }
            let other = if keyword == "anyOf" { "oneOf" } else { "anyOf" };
            let keyword = if dice.u8(..) < 40 { other } else { keyword };
            schema.insert(keyword.to_owned(), branches);
            return;
        }
    }
}

/// The same schema behind a reference, or in an `allOf`. Only the root can hold the definition.
fn wrap(schema: &mut Map<String, Value>, dice: &mut Rng) {
    let inner = schema.clone();
    if dice.bool() && !inner.contains_key("$schema") {
        schema.clear();
        schema.insert("allOf".to_owned(), json!([inner, {}]));
    } else {
        schema.clear();
        schema.extend(without_dialect(inner, "allOf"));
    }
}

/// A schema as the only one of an `allOf` or `anyOf`, below the dialect and the definitions.
fn without_dialect(mut inner: Map<String, Value>, keyword: &str) -> Map<String, Value> {
    let mut outer = Map::new();
    for key in ["$schema", "$defs", "definitions"] {
        if let Some(value) = inner.remove(key) {
            outer.insert(key.to_owned(), value);
        }
    }
    outer.insert(keyword.to_owned(), json!([inner]));
    outer
}

fn add_condition(schema: &mut Map<String, Value>, dice: &mut Rng) {
    if schema.contains_key("properties") && !schema.contains_key("if") {
        let trigger = name(dice);
        let condition = if dice.bool() {
            json!({ "required": [trigger] })
        } else {
            json!({ "properties": { trigger: { "type": "string" } }, "required": [trigger] })
        };
        schema.insert("if".to_owned(), condition);
        schema.insert("then".to_owned(), json!({ "required": [name(dice)] }));
    }
}
