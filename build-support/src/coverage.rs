//! Which keyword of which schema is held by the type, by the gate, or by nothing.
//!
//! A keyword is held by the type if no value of the generated type can break it. The gate checks
//! the whole schema, on publish and on delivery, so what the type does not hold is held there.
//! Unsupported is what nothing enforces: a keyword that JSON Schema does not have (OpenAPI's
//! `nullable`), one that the draft only annotates with (`contentEncoding` since 2019-09), one beside a
//! `$ref` up to draft 7. What begins with `x-` and what only describes (`title`) is not counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use dispatcher_schema::vocabulary::{self, Role};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::json::Place;
use crate::model::Model;
use crate::render::Held;
use crate::schema::{Documents, Location};

/// Of each schema document that a payload reaches, which keyword is held by what.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// The documents, sorted by path.
    pub schemas: Vec<SchemaCoverage>,
}

/// One schema document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SchemaCoverage {
    /// Relative to the contracts directory.
    pub path: String,
    /// The payloads that reach it, such as `credit.locked v1`, in the registry's order.
    pub used_by: Vec<String>,
    /// In the order of the pointers. What no payload reaches is left out.
    pub keywords: Vec<KeywordCoverage>,
}

/// One keyword at one place.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct KeywordCoverage {
    /// JSON pointer to the schema that has the keyword.
    pub pointer: String,
    /// Such as `minimum`.
    pub keyword: String,
    /// What holds it.
    pub held_by: HeldBy,
}

/// What sees to it that a keyword is kept.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum HeldBy {
    /// The generated type has no value that breaks it.
    Type,
    /// The validator of the schema, on publish and on delivery.
    Gate,
    /// Nothing.
    Unsupported,
}

impl Coverage {
    pub(crate) fn of(model: &Model, held: &Held) -> Self {
        let mut walk = Walk {
            documents: &model.documents,
            held,
            seen: BTreeMap::new(),
        };
        for event in &model.events {
            for version in event.live_versions() {
                if let Some(path) = &version.schema {
                    let payload = format!("{} v{}", event.name, version.number);
                    walk.payload(Location::root(path), &payload);
                }
            }
        }
        walk.coverage()
    }

    /// How many keywords are held by this.
    #[must_use]
    pub fn count(&self, held_by: HeldBy) -> usize {
        self.schemas
            .iter()
            .map(|schema| schema.count(held_by))
            .sum()
    }

    /// What nothing enforces, as faults.
    pub(crate) fn faults(&self, documents: &Documents) -> Vec<Diagnostic> {
        let of = |schema: &SchemaCoverage, keyword: &KeywordCoverage| {
            let at = Location {
                document: schema.path.clone(),
                pointer: keyword.pointer.clone(),
            };
            let message = format!("nothing enforces the keyword {:?}", keyword.keyword);
            let draft = documents.draft(&at);
            let hidden = draft.ref_hides_siblings() && documents.value(&at).get("$ref").is_some();
            let help = if hidden {
                format!(
                    "draft {} ignores what stands beside a $ref: put the $ref into an \"allOf\"",
                    draft.name()
                )
            } else {
                let keyword = &keyword.keyword;
                format!("take it out, or call it \"x-{keyword}\" if it is there to be read")
            };
            documents.diagnostic_at(&at.join(&keyword.keyword), Place::Key, message, Some(help))
        };
        self.schemas
            .iter()
            .flat_map(|schema| {
                schema
                    .of(HeldBy::Unsupported)
                    .map(move |one| of(schema, one))
            })
            .collect()
    }
}

impl SchemaCoverage {
    /// How many keywords are held by this.
    #[must_use]
    pub fn count(&self, held_by: HeldBy) -> usize {
        self.of(held_by).count()
    }

    fn of(&self, held_by: HeldBy) -> impl Iterator<Item = &KeywordCoverage> {
        self.keywords
            .iter()
            .filter(move |keyword| keyword.held_by == held_by)
    }
}

/// The counts, and where the gate is alone or nothing helps.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for schema in &self.schemas {
            let count = |held_by| schema.count(held_by);
            writeln!(
                f,
                "{}: {} by the type, {} by the gate, {} unsupported",
                schema.path,
                count(HeldBy::Type),
                count(HeldBy::Gate),
                count(HeldBy::Unsupported)
            )?;
            for (held_by, name) in [(HeldBy::Gate, "gate"), (HeldBy::Unsupported, "unsupported")] {
                for keyword in schema.of(held_by) {
                    writeln!(f, "  {name:11}  {}/{}", keyword.pointer, keyword.keyword)?;
                }
            }
        }
        write!(
            f,
            "{} schemas: {} keywords held by the type, {} by the gate, {} unsupported",
            self.schemas.len(),
            self.count(HeldBy::Type),
            self.count(HeldBy::Gate),
            self.count(HeldBy::Unsupported)
        )
    }
}

/// Keywords whose schema is for what no other keyword speaks of.
const SCHEMAS_FOR_THE_REST: [&str; 5] = [
    "additionalItems",
    "additionalProperties",
    "items",
    "unevaluatedItems",
    "unevaluatedProperties",
];

struct Walk<'m> {
    documents: &'m Documents,
    held: &'m Held,
    /// Each schema that was reached, by which payloads.
    seen: BTreeMap<Location, Vec<String>>,
}

impl Walk<'_> {
    fn payload(&mut self, root: Location, payload: &str) {
        let mut reached = BTreeSet::new();
        let mut open = vec![root];
        while let Some(at) = open.pop() {
            let ours = self
                .documents
                .get(&at.document)
                .is_some_and(|document| !document.builtin);
            if !ours || !reached.insert(at.clone()) {
                continue;
            }
            let Value::Object(schema) = self.documents.value(&at) else {
                continue;
            };
            let draft = self.documents.draft(&at);
            let reference = schema.get("$ref").and_then(Value::as_str);
            open.extend(reference.and_then(|to| self.documents.resolve(&at, to).ok()));
            if reference.is_none() || !draft.ref_hides_siblings() {
                draft.for_each_subschema(schema, |pointer, _| {
                    // Definitions count where they are referred to.
                    if !vocabulary::steps(&pointer).any(|step| step.is_definition()) {
                        open.push(at.descend(&pointer));
                    }
                });
            }
        }
        for at in reached {
            self.seen.entry(at).or_default().push(payload.to_owned());
        }
    }

    fn coverage(self) -> Coverage {
        let mut schemas: BTreeMap<String, SchemaCoverage> = BTreeMap::new();
        for (at, payloads) in &self.seen {
            let schema = schemas
                .entry(at.document.clone())
                .or_insert_with(|| SchemaCoverage {
                    path: at.document.clone(),
                    used_by: Vec::new(),
                    keywords: Vec::new(),
                });
            for payload in payloads {
                if !schema.used_by.contains(payload) {
                    schema.used_by.push(payload.clone());
                }
            }
            if let Value::Object(members) = self.documents.value(at) {
                let keywords = members.iter().filter_map(|(keyword, value)| {
                    Some(KeywordCoverage {
                        pointer: at.pointer.clone(),
                        keyword: keyword.clone(),
                        held_by: self.held_by(at, members, keyword, value)?,
                    })
                });
                schema.keywords.extend(keywords);
            }
        }
        let mut schemas: Vec<_> = schemas.into_values().collect();
        for schema in &mut schemas {
            schema.keywords.sort();
        }
        Coverage { schemas }
    }

    /// None for what only describes.
    fn held_by(
        &self,
        at: &Location,
        schema: &Map<String, Value>,
        keyword: &str,
        value: &Value,
    ) -> Option<HeldBy> {
        let draft = self.documents.draft(at);
        if vocabulary::keyword(keyword).is_some_and(|keyword| keyword.role == Role::Content) {
            let checked = draft < Draft::Draft201909;
            return Some(if checked {
                HeldBy::Gate
            } else {
                HeldBy::Unsupported
            });
        }
        if !vocabulary::asserts(keyword) {
            return None;
        }
        let hidden = draft.ref_hides_siblings() && keyword != "$ref" && schema.contains_key("$ref");
        // `true` takes nothing away.
        let idle = *value == Value::Bool(true) && SCHEMAS_FOR_THE_REST.contains(&keyword);
        Some(if idle && draft.has(keyword) {
            HeldBy::Type
        } else if hidden || !draft.has(keyword) {
            HeldBy::Unsupported
        } else if self.held.holds(at, keyword) {
            HeldBy::Type
        } else {
            HeldBy::Gate
        })
    }
}
