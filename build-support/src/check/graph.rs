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
    refuses_within(documents, root, wanted, DEPTH)
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

/// Why a valid payload may have no string at `pointer`: message and help. Such an event would have no subject,
/// and no order.
pub(super) fn may_lack_subject(
    documents: &Documents,
    root: &Location,
    pointer: &str,
) -> Option<(String, Option<String>)> {
    let names: Vec<_> = pointer.split('/').skip(1).map(json::unescape).collect();
    let root = [root.clone()];
    if has_string(documents, &root, &names, ALTERNATIVES) {
        return None;
    }
    let (mut here, mut so_far) = (root.to_vec(), String::new());
    for name in &names {
        so_far = json::join(&so_far, name);
        if !is_required(documents, &here, name, DEPTH) {
            return Some((
                format!("may be absent at {so_far}, and an event without a subject has no order"),
                Some(format!(
                    "add {name:?} to \"required\", or remove \"subject\""
                )),
            ));
        }
        here = properties(documents, &here, name);
    }
    Some((
        format!(
            "may be null or another value than a string at {so_far}, and an event without a subject has no order"
        ),
        Some("give it \"type\": \"string\", or remove \"subject\"".to_owned()),
    ))
}

/// Whether an object that is valid for all of these certainly has a string at the end of this path.
fn has_string(documents: &Documents, all: &[Location], path: &[String], depth: usize) -> bool {
    let Some((name, rest)) = path.split_first() else {
        return must_be_string(documents, all, depth);
    };
    let values = properties(documents, all, name);
    if !values.is_empty()
        && is_required(documents, all, name, depth)
        && has_string(documents, &values, rest, depth)
    {
        return true;
    }
    depth > 0
        && all
            .iter()
            .flat_map(|at| conjuncts(documents, at))
            .any(|(at, value)| {
                let Value::Object(schema) = value else {
                    return false;
                };
                alternatives(&at, schema).any(|branches| {
                    branches.into_iter().all(|branch| {
                        let with_branch = [all, &[branch]].concat();
                        has_string(documents, &with_branch, path, depth - 1)
                    })
                })
            })
}

/// How many alternatives within each other are looked through.
const DEPTH: usize = 8;

/// The same where all combinations of them are.
const ALTERNATIVES: usize = 3;

/// Where the alternatives of a schema are, keyword by keyword.
fn alternatives<'a>(
    at: &'a Location,
    schema: &'a Map<String, Value>,
) -> impl Iterator<Item = Vec<Location>> + 'a {
    ["anyOf", "oneOf"].into_iter().filter_map(move |keyword| {
        let branches = schema.get(keyword)?.as_array()?.len();
        let branch = |index| at.descend(&format!("/{keyword}/{index}"));
        (branches > 0).then(|| (0..branches).map(branch).collect())
    })
}

/// Whether an object that is valid for all of these certainly has the property.
fn is_required(documents: &Documents, all: &[Location], name: &str, depth: usize) -> bool {
    all.iter()
        .flat_map(|at| conjuncts(documents, at))
        .any(|(at, value)| {
            let Value::Object(schema) = value else {
                return false;
            };
            let required = schema.get("required").and_then(Value::as_array);
            required.is_some_and(|names| names.iter().any(|it| it == name))
                || (depth > 0
                    && alternatives(&at, schema).any(|branches| {
                        branches.iter().all(|branch| {
                            let branch = std::slice::from_ref(branch);
                            is_required(documents, branch, name, depth - 1)
                        })
                    }))
        })
}

/// The schemas that the property's value has to be valid for, where `properties` say so.
fn properties(documents: &Documents, all: &[Location], name: &str) -> Vec<Location> {
    all.iter()
        .flat_map(|at| conjuncts(documents, at))
        .filter(|(_, value)| {
            let properties = value.get("properties");
            properties.is_some_and(|properties| properties.get(name).is_some())
        })
        .map(|(at, _)| at.join("properties").join(name))
        .collect()
}

/// Whether a value that is valid for all of these is certainly a string.
fn must_be_string(documents: &Documents, all: &[Location], depth: usize) -> bool {
    all.iter()
        .flat_map(|at| conjuncts(documents, at))
        .any(|(at, value)| {
            let Value::Object(schema) = value else {
                return false;
            };
            let by_type = match schema.get("type") {
                Some(Value::String(name)) => name == "string",
                Some(Value::Array(names)) => names.iter().all(|name| name == "string"),
                _ => false,
            };
            let by_value = match (schema.get("const"), schema.get("enum")) {
                (Some(Value::String(_)), _) => documents.draft(&at) > Draft::Draft4,
                (_, Some(Value::Array(values))) => values.iter().all(Value::is_string),
                _ => false,
            };
            by_type
                || by_value
                || (depth > 0
                    && alternatives(&at, schema).any(|branches| {
                        branches.iter().all(|branch| {
                            must_be_string(documents, std::slice::from_ref(branch), depth - 1)
                        })
                    }))
        })
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
