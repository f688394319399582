//! Objects.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::parts::Parts;
use super::{DEEP, Fill, Sampler};
use crate::compat::Side;
use crate::compat::schema::Schema;

impl<'d> Sampler<'d> {
    pub(super) fn object(&mut self, parts: &Parts<'d>, depth: usize, along: usize) -> Value {
        let next = self.next_token(depth, along);
        let mut required: BTreeSet<String> = parts
            .schemas
            .iter()
            .flat_map(Schema::required)
            .chain(parts.wanted.iter().copied())
            .map(str::to_owned)
            .collect();
        required.extend(next.clone().filter(|token| token != "*"));
        let mut names = required.clone();
        for name in self.declared(parts) {
            let is_unwanted = parts.unwanted.contains(&name.as_str());
            if !is_unwanted && self.wants_optional(depth) {
                names.insert(name);
            }
        }
        self.add_further(parts, &mut names, depth, next.as_deref() == Some("*"));
        add_dependent(parts, &mut names);
        if let Some(most) = parts.smallest("maxProperties") {
            let optional: Vec<_> = names.difference(&required).cloned().collect();
            let surplus = names.len().saturating_sub(most);
            for name in optional.iter().rev().take(surplus) {
                names.remove(name);
            }
        }
        let mut object = Map::new();
        for name in names {
            let applied = self.applied(parts, &name);
            if applied.iter().any(Side::is_never) && !required.contains(&name) {
                continue;
            }
            let is_next = next
                .as_deref()
                .is_some_and(|token| token == name || token == "*");
            let along = if is_next { along + 1 } else { usize::MAX };
            let value = if applied.is_empty() && !is_next {
                self.anything()
            } else {
                self.value(&applied, depth + 1, along)
            };
            object.insert(name, value);
        }
        Value::Object(object)
    }

    /// The token of the path that leads on from here, if this value is on the path.
    pub(super) fn next_token(&self, depth: usize, along: usize) -> Option<String> {
        (along == depth)
            .then(|| self.path.get(along).cloned())
            .flatten()
    }

    /// The names of all `properties`.
    fn declared(&self, parts: &Parts<'d>) -> Vec<String> {
        let mut names: Vec<String> = parts
            .schemas
            .iter()
            .filter_map(|schema| schema.object("properties"))
            .flat_map(Map::keys)
            .cloned()
            .collect();
        names.dedup();
        names
    }

    /// Names that no `properties` has: for patterns, for maps, and for objects that are open.
    fn add_further(
        &mut self,
        parts: &Parts<'d>,
        names: &mut BTreeSet<String>,
        depth: usize,
        has_to: bool,
    ) {
        let least = parts.largest("minProperties").unwrap_or(0).min(64);
        let patterns: Vec<&String> = parts
            .schemas
            .iter()
            .filter_map(|schema| schema.object("patternProperties"))
            .flat_map(Map::keys)
            .collect();
        let is_map = parts.schemas.iter().any(|schema| {
            let rest = schema.inner("additionalProperties");
            rest.is_some_and(|rest| !rest.is_never() && !rest.is_silent())
        });
        let chance = match (is_map, self.fill) {
            (true, Fill::All) => 255,
            (true, Fill::Some) => 160,
            (false, Fill::Some) => 50,
            _ => 0,
        };
        let mut wanted = usize::from(depth < DEEP && self.dice.u8(..) < chance);
        wanted += usize::from(wanted == 1 && self.dice.bool());
        wanted = wanted.max(usize::from(has_to && names.is_empty()));
        if !patterns.is_empty() && self.wants_optional(depth) {
            wanted += 1;
        }
        let wanted = (names.len() + wanted).max(least);
        for _ in 0..(wanted.saturating_sub(names.len())) * 4 {
            if names.len() >= wanted {
                break;
            }
            let name = self.further_name(parts, &patterns);
            names.insert(name);
        }
    }

    fn further_name(&mut self, parts: &Parts<'d>, patterns: &[&String]) -> String {
        let named: Vec<_> = parts
            .schemas
            .iter()
            .filter_map(|schema| schema.inner("propertyNames"))
            .collect();
        if !named.is_empty() && self.dice.u8(..) < 250 {
            let mut value = self.value(&named, DEEP, usize::MAX);
            for _ in 0..4 {
                if value.is_string() {
                    break;
                }
                value = self.value(&named, DEEP, usize::MAX);
            }
            if let Value::String(name) = value {
                return name;
            }
        }
        if !patterns.is_empty()
            && self.dice.u8(..) < 200
            && let Some(name) = self
                .choice(patterns)
                .copied()
                .cloned()
                .and_then(|pattern| super::pattern::sample(&pattern, &mut self.dice))
        {
            return name;
        }
        let names = std::mem::take(&mut self.names);
        let name = match self.choice(&names) {
            Some(name) if self.dice.bool() => name.clone(),
            _ => format!("k{}", self.dice.u8(..100)),
        };
        self.names = names;
        name
    }

    /// The schemas of a property.
    fn applied(&self, parts: &Parts<'d>, name: &str) -> Vec<Side<'d>> {
        let mut applied = Vec::new();
        for schema in &parts.schemas {
            let own = applied.len();
            let properties = schema.object("properties");
            if properties.is_some_and(|properties| properties.contains_key(name)) {
                applied.push(schema.side.below("properties").below(name));
            }
            for pattern in schema
                .object("patternProperties")
                .into_iter()
                .flat_map(Map::keys)
            {
                if self.patterns.matches(pattern, name) {
                    applied.push(schema.side.below("patternProperties").below(pattern));
                }
            }
            if applied.len() == own {
                applied.extend(schema.inner("additionalProperties"));
            }
        }
        if applied.is_empty() {
            let rest = parts
                .schemas
                .iter()
                .filter_map(|schema| schema.inner("unevaluatedProperties"));
            applied.extend(rest);
        }
        applied
    }
}

/// The names that go with others.
fn add_dependent(parts: &Parts<'_>, names: &mut BTreeSet<String>) {
    let rules: Vec<_> = parts
        .schemas
        .iter()
        .flat_map(Schema::dependent_names)
        .collect();
    for _ in 0..rules.len() {
        let before = names.len();
        for (trigger, more) in &rules {
            if names.contains(*trigger) {
                names.extend(more.iter().map(|name| (*name).to_owned()));
            }
        }
        if names.len() == before {
            break;
        }
    }
}
