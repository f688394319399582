//! Schemas of structs, as schemars writes them, in the words of contracts.

use dispatcher_schema::draft::Draft;
use dispatcher_schema::formats;
use dispatcher_schema::subschemas::{Subschemas, subschemas};
use dispatcher_schema::vocabulary::{self, Role};
use serde_json::{Map, Number, Value, json};

/// How deep references are put in the place of themselves.
const DEEPEST: usize = 32;

/// The schema without formats that only schemars has: those of integers become bounds, those of floats say nothing.
///
/// # Errors
/// A format is not one of contracts, so what the struct accepts is not known.
pub(super) fn plain(mut schema: Value) -> Result<Value, String> {
    let draft = match schema.get("$schema").and_then(Value::as_str) {
        Some(dialect) => Draft::from_schema_uri(dialect).ok_or_else(|| {
            format!("its dialect {dialect:?} is not supported; use draft 2020-12")
        })?,
        None => Draft::default(),
    };
    walk(&mut schema, draft, "", &mut |members, at| {
        let Some(format) = members
            .get("format")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            return Ok(());
        };
        let bounds = bounds(&format);
        if bounds.is_none()
            && (formats::is_checked(&format) || formats::ANNOTATIONS.contains(&format.as_str()))
        {
            return Ok(());
        }
        let Some((least, most)) = bounds else {
            return Err(format!(
                "the format {format:?} at {at:?} is not one of contracts; describe the field with `#[schemars(with = …)]`"
            ));
        };
        members.remove("format");
        for (keyword, bound) in [("minimum", least), ("maximum", most)] {
            if let Some(bound) = bound {
                members.entry(keyword).or_insert(Value::Number(bound));
            }
        }
        Ok(())
    })?;
    Ok(schema)
}

/// The bounds of schemars' formats of numbers; none for another format.
fn bounds(format: &str) -> Option<(Option<Number>, Option<Number>)> {
    let signed = |least: i64, most: i64| Some((Some(least.into()), Some(most.into())));
    let unsigned = |most: u64| Some((Some(0.into()), Some(most.into())));
    match format {
        "int8" => signed(i8::MIN.into(), i8::MAX.into()),
        "int16" => signed(i16::MIN.into(), i16::MAX.into()),
        "int32" => signed(i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => signed(i64::MIN, i64::MAX),
        "uint8" => unsigned(u8::MAX.into()),
        "uint16" => unsigned(u16::MAX.into()),
        "uint32" => unsigned(u32::MAX.into()),
        "uint64" | "uint" => unsigned(u64::MAX),
        "int128" | "float" | "double" => Some((None, None)),
        "uint128" => Some((Some(0.into()), None)),
        _ => None,
    }
}

type Visit<'v> = &'v mut dyn FnMut(&mut Map<String, Value>, &str) -> Result<(), String>;

/// Visits every schema.
fn walk(schema: &mut Value, draft: Draft, at: &str, visit: Visit<'_>) -> Result<(), String> {
    let Value::Object(members) = schema else {
        return Ok(());
    };
    visit(members, at)?;
    for (keyword, value) in members {
        let held = subschemas(draft, keyword, value);
        let at = format!("{at}/{keyword}");
        match (held, value) {
            (Subschemas::One, value) => walk(value, draft, &at, visit)?,
            (Subschemas::Items, Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    walk(item, draft, &format!("{at}/{index}"), visit)?;
                }
            }
            (Subschemas::Members | Subschemas::MembersThatAreSchemas, Value::Object(below)) => {
                for (name, member) in below {
                    walk(member, draft, &format!("{at}/{name}"), visit)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a struct with this schema writes: no object has a property that the schema does not declare.
///
/// An object is closed with `additionalProperties`, and one that is described in several parts (a struct with a
/// flattened enum) as a whole, with `unevaluatedProperties`.
pub(super) fn closed(schema: &Value) -> Value {
    let closing = Closing { root: schema };
    let mut closed = schema.clone();
    closing.close(&mut closed, Position::Whole, 0);
    closed
}

/// Whether a schema describes a value alone, or is one of several that describe it.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    Whole,
    Part,
}

struct Closing<'s> {
    root: &'s Value,
}

impl Closing<'_> {
    fn close(&self, schema: &mut Value, position: Position, depth: usize) {
        let Value::Object(members) = schema else {
            return;
        };
        let is_described = |members: &Map<String, Value>| {
            ["properties", "patternProperties"]
                .iter()
                .any(|keyword| members.contains_key(*keyword))
        };
        let has_parts = members.keys().any(|keyword| is_in_place(keyword));
        let is_mixed = has_parts && (is_described(members) || members.contains_key("allOf"));
        let part = if is_mixed || position == Position::Part {
            Position::Part
        } else {
            Position::Whole
        };
        if part == Position::Part && depth < DEEPEST {
            self.put_in_place(members);
        }
        for (keyword, value) in members.iter_mut() {
            let below = if is_in_place(keyword) {
                part
            } else {
                Position::Whole
            };
            match (subschemas(Draft::Draft202012, keyword, value), value) {
                (Subschemas::One, value) => self.close(value, below, depth + 1),
                (Subschemas::Items, Value::Array(items)) => {
                    items
                        .iter_mut()
                        .for_each(|item| self.close(item, below, depth + 1));
                }
                (Subschemas::Members | Subschemas::MembersThatAreSchemas, Value::Object(named)) => {
                    named
                        .values_mut()
                        .for_each(|member| self.close(member, below, depth + 1));
                }
                _ => {}
            }
        }
        let is_closed = ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .any(|keyword| members.contains_key(*keyword));
        let is_object =
            is_described(members) || members.get("type").and_then(Value::as_str) == Some("object");
        if position == Position::Part || is_closed {
            return;
        }
        if is_mixed {
            members.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
        } else if is_object && !has_parts {
            members.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
    }

    /// Replaces a reference by its target, which is closed where others refer to it.
    fn put_in_place(&self, members: &mut Map<String, Value>) {
        let Some(Value::String(reference)) = members.get("$ref") else {
            return;
        };
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| self.root.pointer(pointer));
        let Some(target) = target.cloned() else {
            return;
        };
        members.remove("$ref");
        match members.entry("allOf").or_insert_with(|| json!([])) {
            Value::Array(parts) => parts.push(target),
            other => *other = json!([target]),
        }
    }
}

/// Whether the schemas of a keyword describe the same value.
fn is_in_place(keyword: &str) -> bool {
    let role = vocabulary::keyword(keyword).map(|keyword| keyword.role);
    matches!(role, Some(Role::AppliesInPlace | Role::Refers))
}
