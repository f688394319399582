//! Whether a schema accepts one value, by the rules; none where that is not sure.
//!
//! Patterns and formats are decided by the gate's validator, one keyword at a time.

use dispatcher_schema::formats;
use serde_json::{Value, json};

use super::number::{exact, is_multiple};
use super::rule::{Items, Members, NodeId, Numbers, Rule, Test, Text, Type, Types};
use super::schemas::{Schemas, Source};

/// How deep schemas are followed.
const DEEPEST: u32 = 80;

/// Whether the schema accepts the value.
///
/// `literal`: whether the value, where it is a number, is known to be written as an integer is.
pub(super) fn accepts(
    schemas: &mut Schemas<'_>,
    node: NodeId,
    value: &Value,
    literal: Option<bool>,
) -> Option<bool> {
    node_holds(schemas, node, value, literal, 0)
}

/// Whether one rule holds for the value.
pub(super) fn rule_holds(
    schemas: &mut Schemas<'_>,
    rule: &Rule,
    value: &Value,
    literal: Option<bool>,
) -> Option<bool> {
    holds(schemas, &rule.test, value, literal, 0)
}

/// Whether the gate finds the pattern in the text.
pub(super) fn matches(schemas: &mut Schemas<'_>, pattern: &str, text: &str) -> Option<bool> {
    schemas.asserts("pattern", pattern, text)
}

/// The two numbers, strings, … are equal as JSON values: `1` is `1.0`.
pub(super) fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => exact(one) == exact(other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| equal(one, other)))
        }
        _ => one == other,
    }
}

fn node_holds(
    schemas: &mut Schemas<'_>,
    node: NodeId,
    value: &Value,
    literal: Option<bool>,
    depth: u32,
) -> Option<bool> {
    if depth > DEEPEST {
        return None;
    }
    let source = schemas.source(node);
    if source.pruned {
        // What is accepted as it is, is accepted. What is not may be once properties are taken out.
        let whole = schemas.id(Source {
            pruned: false,
            ..source.clone()
        });
        return node_holds(schemas, whole, value, literal, depth + 1).filter(|holds| *holds);
    }
    let rules = schemas.node(node);
    all(rules
        .rules
        .iter()
        .map(|rule| holds(schemas, &rule.test, value, literal, depth + 1)))
}

/// True where all are, false where one surely is not.
fn all(results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut sure = true;
    for result in results {
        match result {
            Some(false) => return Some(false),
            Some(true) => {}
            None => sure = false,
        }
    }
    sure.then_some(true)
}

/// The least and the greatest number of those that hold.
fn count(results: impl Iterator<Item = Option<bool>>) -> (u64, u64) {
    results.fold((0, 0), |(least, most), result| match result {
        Some(true) => (least + 1, most + 1),
        Some(false) => (least, most),
        None => (least, most + 1),
    })
}

/// Whether a number that lies between two others does so within limits.
fn within((least, most): (u64, u64), min: u64, max: Option<u64>) -> Option<bool> {
    if most < min || max.is_some_and(|max| least > max) {
        Some(false)
    } else if least >= min && max.is_none_or(|max| most <= max) {
        Some(true)
    } else {
        None
    }
}

fn holds(
    schemas: &mut Schemas<'_>,
    test: &Test,
    value: &Value,
    literal: Option<bool>,
    depth: u32,
) -> Option<bool> {
    if test.concerns().is_some_and(|ty| ty != Type::of(value)) {
        return Some(true);
    }
    let mut on = |node: NodeId, value: &Value, literal: Option<bool>| {
        node_holds(schemas, node, value, literal, depth)
    };
    match test {
        Test::Never => Some(false),
        Test::Opaque(_) | Test::MinDeclared(..) => None,
        Test::Types(types) => has_type(types, value, literal),
        Test::Values(values) => Some(values.iter().any(|one| equal(one, value))),
        Test::All(nodes) => all(nodes.iter().map(|node| on(*node, value, literal))),
        Test::Any(nodes) => within(
            count(nodes.iter().map(|node| on(*node, value, literal))),
            1,
            None,
        ),
        Test::One(nodes) => within(
            count(nodes.iter().map(|node| on(*node, value, literal))),
            1,
            Some(1),
        ),
        Test::Not(node) => on(*node, value, literal).map(|holds| !holds),
        Test::If {
            condition,
            then,
            otherwise,
        } => match on(*condition, value, literal) {
            Some(true) => on(*then, value, literal),
            Some(false) => on(*otherwise, value, literal),
            None => all([then, otherwise]
                .into_iter()
                .map(|node| on(*node, value, literal)))
            .filter(|holds| *holds),
        },
        _ => match value {
            Value::Number(number) => {
                let number = exact(number);
                Some(match test {
                    Test::Low(low) => number > low.at || !low.exclusive && number == low.at,
                    Test::High(high) => number < high.at || !high.exclusive && number == high.at,
                    Test::MultipleOf(step) => is_multiple(&number, step),
                    _ => return None,
                })
            }
            Value::String(text) => text_holds(schemas, test, text),
            Value::Array(items) => array_holds(schemas, test, items, depth),
            Value::Object(members) => object_holds(schemas, test, members, depth),
            _ => None,
        },
    }
}

fn has_type(types: &Types, value: &Value, literal: Option<bool>) -> Option<bool> {
    let Value::Number(number) = value else {
        return Some(types.has(Type::of(value)));
    };
    match types.numbers {
        Numbers::None => Some(false),
        Numbers::All => Some(true),
        Numbers::Integers => Some(exact(number).is_integer()),
        // 1 in a schema is 1.0 too, and that is no integer in draft 4.
        Numbers::IntegerLiterals if exact(number).is_integer() => literal,
        Numbers::IntegerLiterals => Some(false),
    }
}

fn text_holds(schemas: &mut Schemas<'_>, test: &Test, text: &str) -> Option<bool> {
    let Test::Text(test) = test else {
        return None;
    };
    let length = || text.chars().count() as u64;
    match test {
        Text::AtLeast(min) => Some(length() >= *min),
        Text::AtMost(max) => Some(length() <= *max),
        Text::Pattern(pattern) => matches(schemas, pattern, text),
        Text::Format(name) if formats::is_checked(name) => schemas.asserts("format", name, text),
        Text::Format(_) | Text::Content(..) => None,
    }
}

fn array_holds(
    schemas: &mut Schemas<'_>,
    test: &Test,
    values: &[Value],
    depth: u32,
) -> Option<bool> {
    let length = values.len() as u64;
    match test {
        Test::MinItems(min) => Some(length >= *min),
        Test::MaxItems(max) => Some(length <= *max),
        Test::Unique => Some(
            values
                .iter()
                .enumerate()
                .all(|(index, one)| !values[..index].iter().any(|other| equal(one, other))),
        ),
        Test::Items(items) => items_hold(schemas, items, values, depth),
        Test::UnevaluatedItems { most, least } => bracket(
            items_hold(schemas, most, values, depth),
            items_hold(schemas, least, values, depth),
        ),
        Test::Contains { node, min, max } => within(
            count(
                values
                    .iter()
                    .map(|value| node_holds(schemas, *node, value, None, depth)),
            ),
            *min,
            *max,
        ),
        _ => None,
    }
}

/// What is refused by the weaker of two rules is refused, what the stronger accepts is accepted.
fn bracket(weaker: Option<bool>, stronger: Option<bool>) -> Option<bool> {
    match (weaker, stronger) {
        (Some(false), _) => Some(false),
        (_, Some(true)) => Some(true),
        _ => None,
    }
}

fn items_hold(
    schemas: &mut Schemas<'_>,
    items: &Items,
    values: &[Value],
    depth: u32,
) -> Option<bool> {
    all(values.iter().enumerate().map(|(index, value)| {
        match items.prefix.get(index).copied().or(items.rest) {
            Some(node) => node_holds(schemas, node, value, None, depth),
            None => Some(true),
        }
    }))
}

fn object_holds(
    schemas: &mut Schemas<'_>,
    test: &Test,
    members: &serde_json::Map<String, Value>,
    depth: u32,
) -> Option<bool> {
    let length = members.len() as u64;
    match test {
        Test::Required(name) => Some(members.contains_key(&**name)),
        Test::MinProperties(min) => Some(length >= *min),
        Test::MaxProperties(max) => Some(length <= *max),
        Test::Members(own) => members_hold(schemas, own, members, depth),
        Test::UnevaluatedProperties { most, least } => bracket(
            members_hold(schemas, most, members, depth),
            members_hold(schemas, least, members, depth),
        ),
        Test::Names(node) => all(members
            .keys()
            .map(|name| node_holds(schemas, *node, &Value::from(name.as_str()), None, depth))),
        Test::Dependent(trigger, names) => Some(
            !members.contains_key(&**trigger)
                || names.iter().all(|name| members.contains_key(&**name)),
        ),
        Test::DependentSchema(trigger, node) if members.contains_key(&**trigger) => {
            node_holds(schemas, *node, &Value::Object(members.clone()), None, depth)
        }
        Test::DependentSchema(..) => Some(true),
        _ => None,
    }
}

fn members_hold(
    schemas: &mut Schemas<'_>,
    own: &Members,
    members: &serde_json::Map<String, Value>,
    depth: u32,
) -> Option<bool> {
    all(members.iter().map(|(name, value)| {
        let mut nodes: Vec<_> = own
            .by_name
            .get(name.as_str())
            .copied()
            .into_iter()
            .collect();
        let mut unknown = false;
        for (pattern, node) in &own.by_pattern {
            match matches(schemas, pattern, name) {
                Some(true) => nodes.push(*node),
                Some(false) => {}
                None => unknown = true,
            }
        }
        let is_rest = nodes.is_empty() && !unknown;
        nodes.extend(own.rest.filter(|_| is_rest));
        let known = all(nodes
            .into_iter()
            .map(|node| node_holds(schemas, node, value, None, depth)));
        if unknown {
            known.filter(|holds| !holds)
        } else {
            known
        }
    }))
}

/// A validator of one keyword, as the gate has it; none where the keyword cannot be compiled.
pub(super) fn validator(keyword: &str, value: &str) -> Option<jsonschema::Validator> {
    formats::checked(jsonschema::options(), false)
        .should_ignore_unknown_formats(false)
        .build(&json!({ keyword: value }))
        .ok()
}
