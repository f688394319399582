//! All that applies to one value.

use serde_json::{Map, Value, json};

use crate::compat::schema::Schema;

/// The schemas that a value is made for.
#[derive(Default)]
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
