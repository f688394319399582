//! All that applies to one value.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Sampler;
use crate::compat::Side;
use crate::compat::schema::{Branch, Schema};

/// The schemas that a value is made for.
pub(super) struct Parts<'d> {
    pub(super) schemas: Vec<Schema<'d>>,
    /// Whether one of them is `false`.
    pub(super) is_never: bool,
    /// Names that chosen dependent schemas ask for.
    pub(super) wanted: Vec<&'d str>,
    /// Names that would bring in dependent schemas that were not chosen.
    pub(super) unwanted: Vec<&'d str>,
}

impl<'d> Parts<'d> {
    /// Follows references and `allOf`, and chooses branches.
    pub(super) fn of(sides: &[Side<'d>], sampler: &mut Sampler<'d>) -> Self {
        let mut parts = Self {
            schemas: Vec::new(),
            is_never: false,
            wanted: Vec::new(),
            unwanted: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        let mut open: Vec<Side<'d>> = sides.iter().rev().cloned().collect();
        while let Some(side) = open.pop() {
            // Two sides may use the same paths.
            let key = (std::ptr::from_ref(side.documents).addr(), side.root.clone());
            if !seen.insert(key) {
                continue;
            }
            parts.is_never |= side.is_never();
            let Some(schema) = side.schema() else {
                continue;
            };
            open.extend(schema.unconditional());
            for branch in schema.branches() {
                parts.choose(branch, sampler, &mut open);
            }
            parts.schemas.push(schema);
        }
        parts
    }

    fn choose(&mut self, branch: Branch<'d>, sampler: &mut Sampler<'d>, open: &mut Vec<Side<'d>>) {
        match branch {
            Branch::Alternatives { branches, .. } => {
                let possible: Vec<_> = branches
                    .iter()
                    .filter(|branch| !branch.is_never())
                    .cloned()
                    .collect();
                let chosen = if possible.is_empty() {
                    &branches
                } else {
                    &possible
                };
                open.extend(sampler.choice(chosen).cloned());
                if sampler.overlaps && sampler.dice.bool() {
                    open.extend(sampler.choice(chosen).cloned());
                }
            }
            Branch::Condition {
                condition,
                then,
                otherwise,
            } => {
                if sampler.dice.bool() {
                    open.push(condition);
                    open.extend(then);
                } else {
                    open.extend(otherwise);
                }
            }
            Branch::Dependent { trigger, schema } => {
                if sampler.dice.bool() {
                    self.wanted.push(trigger);
                    open.push(schema);
                } else {
                    self.unwanted.push(trigger);
                }
            }
            Branch::Not(_) => {}
        }
    }

    /// Whether no `type` excludes values of this type.
    pub(super) fn allows(&self, kind: &str) -> bool {
        self.schemas
            .iter()
            .filter_map(Schema::types)
            .all(|types| types.contains(&kind) || (kind == "integer" && types.contains(&"number")))
    }

    /// Whether a keyword is about values of this type, or `type` names it.
    pub(super) fn speaks_of(&self, kind: &str) -> bool {
        let keywords: &[&str] = match kind {
            "object" => &[
                "properties",
                "required",
                "patternProperties",
                "additionalProperties",
                "unevaluatedProperties",
                "propertyNames",
                "minProperties",
                "maxProperties",
                "dependentRequired",
                "dependentSchemas",
                "dependencies",
            ],
            "array" => &[
                "items",
                "prefixItems",
                "contains",
                "minItems",
                "maxItems",
                "uniqueItems",
                "unevaluatedItems",
                "additionalItems",
            ],
            "string" => &[
                "pattern",
                "format",
                "minLength",
                "maxLength",
                "contentEncoding",
                "contentMediaType",
            ],
            "integer" | "number" => &[
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "multipleOf",
            ],
            _ => &[],
        };
        self.schemas.iter().any(|schema| {
            keywords.iter().any(|keyword| schema.get(keyword).is_some())
                || schema.types().is_some_and(|types| types.contains(&kind))
        })
    }

    /// Every value of a keyword.
    pub(super) fn all(&self, keyword: &'static str) -> impl Iterator<Item = &'d Value> {
        self.schemas
            .iter()
            .filter_map(move |schema| schema.get(keyword))
    }

    pub(super) fn largest(&self, keyword: &'static str) -> Option<usize> {
        self.schemas
            .iter()
            .filter_map(|schema| schema.count(keyword))
            .max()
    }

    pub(super) fn smallest(&self, keyword: &'static str) -> Option<usize> {
        self.schemas
            .iter()
            .filter_map(|schema| schema.count(keyword))
            .min()
    }

    /// The keywords of strings as one schema.
    pub(super) fn string_keywords(&self) -> Map<String, Value> {
        let mut schema = Map::new();
        for keyword in ["pattern", "format"] {
            if let Some(value) = self.all(keyword).next() {
                schema.insert(keyword.to_owned(), value.clone());
            }
        }
        // Longer strings than this would only fill the memory.
        let bound = |count: usize| json!(count.min(100_000));
        if let Some(least) = self.largest("minLength") {
            schema.insert("minLength".to_owned(), bound(least));
        }
        if let Some(most) = self.smallest("maxLength") {
            schema.insert("maxLength".to_owned(), bound(most));
        }
        schema
    }
}
