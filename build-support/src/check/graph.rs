//! What can be said about a schema without an instance: what it refuses to be, which properties it
//! has, and whether following it ever ends.
//!
//! Each question looks through what applies to the same value (`$ref`, `allOf`, and so on) and
//! answers "cannot be told" rather than guess: only what is certain is a fault.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use dispatcher_schema::draft::Draft;
use dispatcher_schema::subschemas::for_each_subschema;
use dispatcher_schema::vocabulary::{self, Role};
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, closest, listed};
use crate::json;
use crate::schema::{Documents, Location};

/// The references of a schema that apply to the same value: keyword and target.
fn references(
    documents: &Documents,
    at: &Location,
    schema: &Map<String, Value>,
) -> Vec<(&'static str, Location)> {
    vocabulary::references(documents.draft(at))
        .filter_map(|keyword| {
            let target = documents.resolve(at, schema.get(keyword)?.as_str()?).ok()?;
            Some((keyword, target))
        })
        .collect()
}

/// Whether only the `$ref` of this schema counts.
fn only_ref(documents: &Documents, at: &Location, schema: &Map<String, Value>) -> bool {
    schema.get("$ref").is_some_and(Value::is_string) && documents.draft(at).ref_hides_siblings()
}

/// The schemas that must hold for the same value: the schema, its `$ref`s, its `allOf`, and theirs.
fn conjuncts<'d>(documents: &'d Documents, root: &Location) -> Vec<(Location, &'d Value)> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![root.clone()];
    while let Some(at) = open.pop() {
        if !seen.insert(at.clone()) {
            continue;
        }
        let value = documents.value(&at);
        if let Value::Object(schema) = value {
            open.extend(
                references(documents, &at, schema)
                    .into_iter()
                    .map(|(_, target)| target),
            );
            if only_ref(documents, &at, schema) {
                continue;
            }
            let parts = schema
                .get("allOf")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            open.extend((0..parts).map(|index| at.descend(&format!("/allOf/{index}"))));
        }
        found.push((at, value));
    }
    found
}

/// Where a schema refuses every value of the JSON type `wanted`, if it certainly does.
pub(super) fn refuses(documents: &Documents, root: &Location, wanted: &str) -> Option<Location> {
    refuses_within(documents, root, wanted, 8)
}

fn refuses_within(
    documents: &Documents,
    root: &Location,
    wanted: &str,
    depth: usize,
) -> Option<Location> {
    for (at, value) in conjuncts(documents, root) {
        let schema = match value {
            Value::Bool(false) => return Some(at),
            Value::Object(schema) => schema,
            _ => continue,
        };
        let is_wanted = |value: &Value| match value {
            Value::Object(_) => wanted == "object",
            Value::String(_) => wanted == "string",
            _ => false,
        };
        let refused = match schema.get("type") {
            Some(Value::String(name)) => name != wanted,
            Some(Value::Array(names)) => !names.iter().any(|name| name == wanted),
            _ => false,
        };
        if refused {
            return Some(at.join("type"));
        }
        if schema
            .get("const")
            .is_some_and(|value| documents.draft(&at) > Draft::Draft4 && !is_wanted(value))
        {
            return Some(at.join("const"));
        }
        if let Some(Value::Array(values)) = schema.get("enum")
            && !values.iter().any(is_wanted)
        {
            return Some(at.join("enum"));
        }
        if depth == 0 {
            continue;
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = schema.get(keyword)
                && !branches.is_empty()
                && (0..branches.len()).all(|index| {
                    let branch = at.descend(&format!("/{keyword}/{index}"));
                    refuses_within(documents, &branch, wanted, depth - 1).is_some()
                })
            {
                return Some(at.join(keyword));
            }
        }
    }
    None
}

/// Whether the schema may allow a property that its `properties` do not have.
fn may_have_more(schema: &Map<String, Value>) -> bool {
    let elsewhere = [
        "anyOf",
        "oneOf",
        "if",
        "dependentSchemas",
        "dependencies",
        "patternProperties",
        "items",
        "prefixItems",
    ];
    elsewhere
        .iter()
        .any(|keyword| schema.contains_key(*keyword))
        || ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .filter_map(|keyword| schema.get(*keyword))
            .any(|extra| *extra != Value::Bool(false))
}

/// Why a payload cannot have a string at `pointer`, if it certainly cannot: message and help.
pub(super) fn no_subject(
    documents: &Documents,
    root: &Location,
    pointer: &str,
) -> Option<(String, Option<String>)> {
    let mut here = vec![root.clone()];
    let mut so_far = String::new();
    for token in pointer.split('/').skip(1) {
        let name = json::unescape(token);
        let mut next = Vec::new();
        let mut known = BTreeSet::new();
        for (at, value) in here.iter().flat_map(|at| conjuncts(documents, at)) {
            let Value::Object(schema) = value else {
                continue;
            };
            if let Some(Value::Object(properties)) = schema.get("properties") {
                known.extend(properties.keys().map(String::as_str));
                if properties.contains_key(&name) {
                    next.push(at.join("properties").join(&name));
                }
            }
            if next.is_empty() && may_have_more(schema) {
                return None;
            }
        }
        if next.is_empty() {
            if known.is_empty() {
                return None;
            }
            let help = match closest(&name, known.iter().copied()) {
                Some(meant) => format!("did you mean {:?}?", json::join(&so_far, meant)),
                None => format!("it has {}", listed(known)),
            };
            return Some((format!("has no property {name:?}"), Some(help)));
        }
        so_far = json::join(&so_far, &name);
        here = next;
    }
    let refusal = here
        .iter()
        .find_map(|at| refuses(documents, at, "string"))?;
    let place = documents.diagnostic(&refusal, "", None);
    let (line, column) = place.position.unwrap_or((1, 1));
    Some((
        format!("has no string at {pointer}, and a subject is a string"),
        Some(format!("{}:{line}:{column} excludes strings", place.file)),
    ))
}

/// References that lead back to themselves with no property or item between: a validator that
/// follows them never ends.
pub(super) fn endless(documents: &Documents, schemas: &BTreeSet<Location>) -> Vec<Diagnostic> {
    let mut edges: HashMap<&Location, Vec<(Location, Location)>> = HashMap::new();
    for at in schemas {
        edges.insert(at, same_value(documents, at));
    }
    let mut faults = BTreeMap::new();
    // false: on the path; true: done.
    let mut state: HashMap<&Location, bool> = HashMap::new();
    for start in schemas {
        if state.contains_key(start) {
            continue;
        }
        state.insert(start, false);
        let mut path = vec![(start, 0_usize)];
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            let edge = edges.get(at).and_then(|edges| edges.get(*next));
            *next += 1;
            let Some((keyword, target)) = edge else {
                state.insert(at, true);
                path.pop();
                continue;
            };
            let Some((target, _)) = edges.get_key_value(target) else {
                continue;
            };
            match state.get(*target) {
                Some(true) => {}
                Some(false) => {
                    faults.entry(keyword.clone()).or_insert_with(|| {
                        documents.diagnostic(
                            keyword,
                            "leads back to itself with no property or item between: validation would never end",
                            Some("remove it, or put it below \"properties\" or \"items\"".to_owned()),
                        )
                    });
                }
                None => {
                    state.insert(target, false);
                    path.push((target, 0));
                }
            }
        }
    }
    faults.into_values().collect()
}

/// The schemas that apply to the same value as this one: where it says so, and the schema.
fn same_value(documents: &Documents, at: &Location) -> Vec<(Location, Location)> {
    let Value::Object(schema) = documents.value(at) else {
        return Vec::new();
    };
    let mut edges: Vec<_> = references(documents, at, schema)
        .into_iter()
        .map(|(keyword, target)| (at.join(keyword), target))
        .collect();
    if only_ref(documents, at, schema) {
        return edges;
    }
    for_each_subschema(documents.draft(at), schema, |pointer, _| {
        let keyword = pointer.split('/').nth(1).unwrap_or_default();
        if vocabulary::keyword(keyword).is_some_and(|it| it.role == Role::AppliesInPlace) {
            edges.push((at.descend(&pointer), at.descend(&pointer)));
        }
    });
    edges
}
