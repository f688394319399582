//! `unevaluatedProperties` and `unevaluatedItems` as rules of names and places.
//!
//! What is evaluated depends on the branches that hold. A rule has two forms: at *most* the members that some branch
//! may evaluate are exempt, which is what the writer's rule surely says of all others; at *least* those that are
//! evaluated whatever branch holds are, which is all that a refusal of the reader can be about.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use dispatcher_schema::draft::Draft;
use serde_json::Value;

use super::reference;
use super::rule::{ANYTHING, Items, Members, Test};
use super::schemas::{Schemas, Source};
use crate::schema::{Documents, Location};

/// What the subschemas that apply to the same value evaluate.
#[derive(Default)]
struct Evaluated {
    names: BTreeSet<String>,
    patterns: BTreeSet<String>,
    every_name: bool,
    places: usize,
    every_place: bool,
}

pub(super) fn properties(schemas: &mut Schemas<'_>, source: &Source) -> Test {
    let node = schemas.id(Source {
        place: source.place.join("unevaluatedProperties"),
        ..source.clone()
    });
    let members = |evaluated: Evaluated| {
        Rc::new(Members {
            by_name: evaluated
                .names
                .into_iter()
                .map(|name| (name.into(), ANYTHING))
                .collect(),
            by_pattern: evaluated
                .patterns
                .into_iter()
                .map(|pattern| (pattern.into(), ANYTHING))
                .collect(),
            rest: (!evaluated.every_name).then_some(node),
            declares_rest: node != ANYTHING,
        })
    };
    let documents = schemas.documents(source.writer);
    Test::UnevaluatedProperties {
        most: members(evaluated(documents, &source.place, true)),
        least: members(evaluated(documents, &source.place, false)),
    }
}

pub(super) fn items(schemas: &mut Schemas<'_>, source: &Source) -> Test {
    let node = schemas.id(Source {
        place: source.place.join("unevaluatedItems"),
        ..source.clone()
    });
    let items = |evaluated: Evaluated| {
        Rc::new(Items {
            prefix: vec![ANYTHING; evaluated.places],
            rest: (!evaluated.every_place).then_some(node),
        })
    };
    let documents = schemas.documents(source.writer);
    Test::UnevaluatedItems {
        most: items(evaluated(documents, &source.place, true)),
        least: items(evaluated(documents, &source.place, false)),
    }
}

fn evaluated(documents: &Documents, place: &Location, most: bool) -> Evaluated {
    let mut evaluated = Evaluated::default();
    let mut seen = HashSet::new();
    let mut open = vec![place.clone()];
    while let Some(at) = open.pop() {
        let Value::Object(schema) = documents.value(&at) else {
            continue;
        };
        if !seen.insert(at.clone()) {
            continue;
        }
        let draft = documents.draft(&at);
        for (key, value) in schema {
            if draft.ref_hides_siblings() && schema.contains_key("$ref") && key != "$ref" {
                continue;
            }
            if key.starts_with("unevaluated") && at == *place {
                continue;
            }
            own(&mut evaluated, draft, key, value, most);
            follow(documents, &at, key, value, most, &mut evaluated, &mut open);
        }
    }
    evaluated
}

/// What a keyword evaluates itself.
fn own(evaluated: &mut Evaluated, draft: Draft, key: &str, value: &Value, most: bool) {
    match (key, value) {
        ("properties", Value::Object(members)) => evaluated.names.extend(members.keys().cloned()),
        ("patternProperties", Value::Object(members)) => {
            evaluated.patterns.extend(members.keys().cloned());
        }
        ("additionalProperties" | "unevaluatedProperties", _) => evaluated.every_name = true,
        ("unevaluatedItems", _) => evaluated.every_place = true,
        ("prefixItems", Value::Array(items)) if draft >= Draft::Draft202012 => {
            evaluated.places = evaluated.places.max(items.len());
        }
        ("items", Value::Array(items)) if draft < Draft::Draft202012 => {
            evaluated.places = evaluated.places.max(items.len());
        }
        ("items", _) => evaluated.every_place = true,
        // It says something beside an array of `items` only; at least, it evaluates nothing.
        ("additionalItems" | "contains", _) if most => evaluated.every_place = true,
        _ => {}
    }
}

/// The subschemas that apply to the same value.
fn follow(
    documents: &Documents,
    at: &Location,
    key: &str,
    value: &Value,
    most: bool,
    evaluated: &mut Evaluated,
    open: &mut Vec<Location>,
) {
    match (key, value) {
        ("$ref" | "$dynamicRef" | "$recursiveRef", _) => {
            match reference::target(documents, at, key) {
                Ok(target) => open.push(target),
                Err(_) if most => {
                    evaluated.every_name = true;
                    evaluated.every_place = true;
                }
                Err(_) => {}
            }
        }
        ("allOf", Value::Array(branches)) => {
            open.extend((0..branches.len()).map(|index| at.join(key).join(&index.to_string())));
        }
        ("anyOf" | "oneOf", Value::Array(branches)) if most => {
            open.extend((0..branches.len()).map(|index| at.join(key).join(&index.to_string())));
        }
        ("if" | "then" | "else" | "not", _) if most => open.push(at.join(key)),
        ("dependentSchemas" | "dependencies", Value::Object(members)) if most => {
            open.extend(members.keys().map(|name| at.join(key).join(name)));
        }
        _ => {}
    }
}
