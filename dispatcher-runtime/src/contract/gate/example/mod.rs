//! Payloads that are composed from a schema's outline, for people who want to see what one looks like.
//!
//! Nothing here decides whether a payload is valid: what is composed are candidates, in a fixed order, and the validator
//! takes the first that it accepts. A value is made for all schemas at its place at once: what they say together decides
//! its type, its properties and its bounds. Of each union one branch is taken, and another one for the next candidate.
//! `not`, `$dynamicRef` and names by a pattern are passed over.

mod number;
mod parts;
mod pattern;
mod text;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use serde_json::{Map, Value};

use self::parts::Parts;
use super::outline::{NodeId, Outline};

/// How many candidates are composed.
const CANDIDATES: usize = 24;
/// Below this depth nothing is composed that is not required.
const DEEP: usize = 6;
/// Below this depth nothing is composed: the schema has no small payload.
const DEEPEST: usize = 32;
/// How many values a candidate has at most.
const LARGEST: usize = 2_000;

/// Payloads that may be valid: the examples of the schema itself, then those that are composed.
pub(super) fn candidates(outline: &Outline) -> impl Iterator<Item = Value> + '_ {
    let own = &outline.node(Outline::ROOT).notes.examples;
    let composed = (0..CANDIDATES).map(|attempt| {
        let composer = Composer {
            outline,
            attempt,
            made: Cell::new(0),
        };
        composer.value(&[Outline::ROOT], 0, 0)
    });
    own.iter().cloned().chain(composed)
}

/// Composes one candidate.
struct Composer<'o> {
    outline: &'o Outline,
    /// Which candidate it is: it decides which branches are taken.
    attempt: usize,
    /// How many values it has so far.
    made: Cell<usize>,
}

impl Composer<'_> {
    /// A value for all of these schemas; `nth` tells it from others in the same list.
    fn value(&self, schemas: &[NodeId], depth: usize, nth: usize) -> Value {
        self.made.set(self.made.get() + 1);
        if depth > DEEPEST || self.made.get() > LARGEST {
            return Value::Null;
        }
        let parts = Parts::of(self.outline, schemas, self.attempt);
        if let Some(value) = self.named(&parts, nth) {
            return value;
        }
        match parts.kind() {
            "object" => self.object(&parts, depth),
            "array" => self.array(&parts, depth),
            "integer" => number::integer(&parts, nth),
            "number" => number::number(&parts, nth),
            "boolean" => Value::Bool(parts.allows_value(&Value::Bool(true))),
            "null" => Value::Null,
            _ => Value::String(text::of(&parts, nth)),
        }
    }

    /// A value that the schemas name: `const`, `enum`, an example, the default. Later candidates do without the last two,
    /// because nothing holds them to the schema.
    fn named(&self, parts: &Parts<'_>, nth: usize) -> Option<Value> {
        let listed: Vec<&Value> = parts
            .keywords("const")
            .chain(parts.keywords("enum").filter_map(Value::as_array).flatten())
            .filter(|value| parts.allows_value(value))
            .collect();
        if !listed.is_empty() {
            return Some(listed[nth % listed.len()].clone());
        }
        if self.attempt >= CANDIDATES / 2 {
            return None;
        }
        let notes = || parts.nodes.iter().map(|node| &node.notes);
        let examples = notes().flat_map(|notes| &notes.examples);
        let suggested = examples.chain(notes().filter_map(|notes| notes.default.as_ref()));
        let suggested: Vec<&Value> = suggested
            .filter(|value| parts.allows_value(value))
            .collect();
        (nth < suggested.len()).then(|| suggested[nth].clone())
    }

    fn object(&self, parts: &Parts<'_>, depth: usize) -> Value {
        let mut names: Vec<String> = parts.required();
        let least = parts.most_of("minProperties").unwrap_or(0);
        let declared = parts.nodes.iter().flat_map(|node| node.properties.keys());
        for name in declared {
            if names.len() < least && !names.contains(name) {
                names.push(name.clone());
            }
        }
        let mut further = 1;
        while names.len() < least.min(LARGEST) {
            names.push(format!("property_{further}"));
            further += 1;
        }
        let members = names.into_iter().map(|name| {
            let value = self.value(&parts.of_property(&name), depth + 1, 0);
            (name, value)
        });
        Value::Object(Map::from_iter(members))
    }

    fn array(&self, parts: &Parts<'_>, depth: usize) -> Value {
        let contained = parts.nodes.iter().filter_map(|node| node.contains.as_ref());
        let contained: Vec<_> = contained.filter(|contains| contains.least > 0).collect();
        let demanded = contained.iter().map(|contains| contains.least).max();
        let demanded = usize::try_from(demanded.unwrap_or(0)).unwrap_or(LARGEST);
        let least = parts.most_of("minItems").unwrap_or(0).max(demanded);
        let most = parts.least_of("maxItems").unwrap_or(usize::MAX);
        // One item shows more than none.
        let wanted = usize::from(depth < DEEP && parts.has_items());
        let length = least.max(wanted).min(most).min(LARGEST);
        let items = (0..length).map(|index| {
            let mut schemas = parts.of_item(index);
            schemas.extend(
                contained
                    .iter()
                    .filter(|contains| (length - index) as u64 <= contains.least)
                    .map(|contains| contains.item),
            );
            self.value(&schemas, depth + 1, index)
        });
        Value::Array(items.collect())
    }
}
