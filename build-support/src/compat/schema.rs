//! A schema as the search reads it: its keywords by its own draft, and where they lead.
//!
//! A keyword that the draft lacks, or that a `$ref` beside it hides, is not there. What is not a schema at all
//! counts as one that accepts everything.

use std::collections::BTreeSet;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::vocabulary;
use serde_json::{Map, Value};

use super::Side;
use super::patterns::Patterns;
use crate::schema::Location;

impl<'d> Side<'d> {
    /// The schema at another place of the same documents.
    pub(super) fn at(&self, root: Location) -> Self {
        Self {
            documents: self.documents,
            root,
        }
    }

    /// The schema under a key of this one.
    pub(super) fn below(&self, key: &str) -> Self {
        self.at(self.root.join(key))
    }

    /// The keywords; none of a schema that is a boolean.
    pub(super) fn schema(&self) -> Option<Schema<'d>> {
        let members = self.documents.value(&self.root).as_object()?;
        let draft = self.documents.draft(&self.root);
        Some(Schema {
            side: self.clone(),
            draft,
            members,
            is_reference: draft.ref_hides_siblings() && members.contains_key("$ref"),
        })
    }

    /// Whether it accepts nothing by itself: `false`.
    pub(super) fn is_never(&self) -> bool {
        self.documents.value(&self.root) == &Value::Bool(false)
    }

    /// Whether it says nothing at all: `true` or `{}`.
    pub(super) fn is_silent(&self) -> bool {
        match self.documents.value(&self.root) {
            Value::Object(members) => members.is_empty(),
            Value::Bool(value) => *value,
            _ => true,
        }
    }
}

/// The keywords of a schema.
#[derive(Clone)]
pub(super) struct Schema<'d> {
    pub(super) side: Side<'d>,
    pub(super) draft: Draft,
    members: &'d Map<String, Value>,
    /// Whether a `$ref` hides all the rest.
    is_reference: bool,
}

/// A schema that applies to the same value under a condition.
pub(super) enum Branch<'d> {
    /// Of `anyOf` or `oneOf`.
    Alternatives {
        is_exclusive: bool,
        branches: Vec<Side<'d>>,
    },
    /// `if`, with `then` and `else` where they are.
    Condition {
        condition: Side<'d>,
        then: Option<Side<'d>>,
        otherwise: Option<Side<'d>>,
    },
    /// Of `dependentSchemas` or `dependencies`: applies to objects that have the property.
    Dependent { trigger: &'d str, schema: Side<'d> },
    /// `not`.
    Not(Side<'d>),
}

impl<'d> Branch<'d> {
    /// Its schemas.
    pub(super) fn into_sides(self) -> Vec<Side<'d>> {
        match self {
            Self::Alternatives { branches, .. } => branches,
            Self::Condition {
                condition,
                then,
                otherwise,
            } => [Some(condition), then, otherwise]
                .into_iter()
                .flatten()
                .collect(),
            Self::Dependent { schema, .. } | Self::Not(schema) => vec![schema],
        }
    }
}

impl<'d> Schema<'d> {
    /// The value of a keyword.
    pub(super) fn get(&self, keyword: &str) -> Option<&'d Value> {
        if self.is_reference && keyword != "$ref" {
            return None;
        }
        let value = self.members.get(keyword)?;
        vocabulary::has(self.draft, keyword).then_some(value)
    }

    pub(super) fn text(&self, keyword: &str) -> Option<&'d str> {
        self.get(keyword)?.as_str()
    }

    pub(super) fn count(&self, keyword: &str) -> Option<usize> {
        let value = self.get(keyword)?;
        let count = value.as_u64().or_else(|| {
            let float = value.as_f64()?;
            (float >= 0.0).then_some(float as u64)
        })?;
        usize::try_from(count).ok()
    }

    pub(super) fn object(&self, keyword: &str) -> Option<&'d Map<String, Value>> {
        self.get(keyword)?.as_object()
    }

    pub(super) fn array(&self, keyword: &str) -> Option<&'d [Value]> {
        self.get(keyword)?.as_array().map(Vec::as_slice)
    }

    /// The schema under a keyword that holds one.
    pub(super) fn inner(&self, keyword: &str) -> Option<Side<'d>> {
        let value = self.get(keyword)?;
        (value.is_object() || value.is_boolean()).then(|| self.side.below(keyword))
    }

    /// The schemas of a keyword that holds an array of them.
    pub(super) fn list(&self, keyword: &str) -> Vec<Side<'d>> {
        let length = self.array(keyword).map_or(0, <[Value]>::len);
        let at = self.side.below(keyword);
        (0..length)
            .map(|index| at.below(&index.to_string()))
            .collect()
    }

    /// The types that `type` allows; none where it says nothing.
    pub(super) fn types(&self) -> Option<Vec<&'d str>> {
        Some(match self.get("type")? {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            name => name.as_str().into_iter().collect(),
        })
    }

    /// The names that every object must have.
    pub(super) fn required(&self) -> impl Iterator<Item = &'d str> {
        self.array("required")
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
    }

    /// The schemas that apply to the same value without a condition: references and `allOf`.
    pub(super) fn unconditional(&self) -> Vec<Side<'d>> {
        let mut schemas = Vec::new();
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let target = self
                .text(keyword)
                .and_then(|reference| self.side.documents.resolve(&self.side.root, reference).ok());
            schemas.extend(target.map(|target| self.side.at(target)));
        }
        schemas.extend(self.list("allOf"));
        schemas
    }

    /// The schemas that apply to the same value under a condition.
    pub(super) fn branches(&self) -> Vec<Branch<'d>> {
        let mut found = Vec::new();
        for keyword in ["anyOf", "oneOf"] {
            if self.array(keyword).is_some() {
                found.push(Branch::Alternatives {
                    is_exclusive: keyword == "oneOf",
                    branches: self.list(keyword),
                });
            }
        }
        if let Some(condition) = self.inner("if") {
            found.push(Branch::Condition {
                condition,
                then: self.inner("then"),
                otherwise: self.inner("else"),
            });
        }
        for keyword in ["dependentSchemas", "dependencies"] {
            let at = self.side.below(keyword);
            for (trigger, value) in self.object(keyword).into_iter().flatten() {
                if !value.is_array() {
                    let schema = at.below(trigger);
                    found.push(Branch::Dependent { trigger, schema });
                }
            }
        }
        found.extend(self.inner("not").map(Branch::Not));
        found
    }

    /// The schemas of a property with this name, whether or not they would all apply.
    pub(super) fn members(&self, name: &str, patterns: &Patterns) -> Vec<Side<'d>> {
        let mut found = Vec::new();
        let properties = self.object("properties");
        if properties.is_some_and(|properties| properties.contains_key(name)) {
            found.push(self.side.below("properties").below(name));
        }
        let at = self.side.below("patternProperties");
        for pattern in self
            .object("patternProperties")
            .into_iter()
            .flat_map(Map::keys)
        {
            if patterns.matches(pattern, name) {
                found.push(at.below(pattern));
            }
        }
        if found.is_empty() {
            found.extend(self.inner("additionalProperties"));
            found.extend(self.inner("unevaluatedProperties"));
        }
        found
    }

    /// The schemas of an item, whether or not they would all apply.
    pub(super) fn item(&self, index: usize) -> Vec<Side<'d>> {
        let (first, rest) = self.items();
        let mut found: Vec<_> = first.into_iter().nth(index).or(rest).into_iter().collect();
        found.extend(self.inner("contains"));
        found.extend(self.inner("unevaluatedItems"));
        found
    }

    /// The names that must be there where `trigger` is: `dependentRequired`, `dependencies`.
    pub(super) fn dependent_names(&self) -> Vec<(&'d str, Vec<&'d str>)> {
        let mut found = Vec::new();
        for keyword in ["dependentRequired", "dependencies"] {
            for (trigger, value) in self.object(keyword).into_iter().flatten() {
                if let Some(names) = value.as_array() {
                    let names = names.iter().filter_map(Value::as_str).collect();
                    found.push((trigger.as_str(), names));
                }
            }
        }
        found
    }

    /// The schemas of the first items, one each, and that of the others.
    pub(super) fn items(&self) -> (Vec<Side<'d>>, Option<Side<'d>>) {
        if self.draft >= Draft::Draft202012 {
            return (self.list("prefixItems"), self.inner("items"));
        }
        match self.get("items") {
            Some(Value::Array(_)) => (self.list("items"), self.inner("additionalItems")),
            _ => (Vec::new(), self.inner("items")),
        }
    }
}

/// Everything that may apply to the same value as these schemas, all branches included, in the order of the schema.
pub(super) fn everything<'d>(sides: &[Side<'d>]) -> Vec<Schema<'d>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<Side<'d>> = sides.iter().rev().cloned().collect();
    while let Some(side) = open.pop() {
        if found.len() >= MOST_SCHEMAS {
            break;
        }
        if !seen.insert(side.root.clone()) {
            continue;
        }
        let Some(schema) = side.schema() else {
            continue;
        };
        let from = open.len();
        open.extend(schema.unconditional());
        for branch in schema.branches() {
            open.extend(branch.into_sides());
        }
        open[from..].reverse();
        found.push(schema);
    }
    found
}

/// How many schemas of one place are looked at.
const MOST_SCHEMAS: usize = 200;
