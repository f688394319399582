//! Which keyword of which schema is enforced by the type, by the gate, or by nothing.
//!
//! A keyword is held by the type if no value of the generated type can violate it. The gate
//! validates the whole schema, on publish and on delivery, so it enforces what the type does not.
//! A keyword is unsupported if nothing enforces it: one that JSON Schema does not have (OpenAPI's
//! `nullable`), one that the draft only annotates with (`contentEncoding` since 2019-09), or one
//! beside a `$ref` up to draft 7. Extensions (`x-…`) and descriptions (`title`) are not counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::subschemas::for_each_subschema;
use dispatcher_schema::vocabulary::{self, Role};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Report};
use crate::json::Place;
use crate::model::Model;
use crate::render::Held;
use crate::schema::{Documents, Location};

/// What enforces each keyword of each schema document that a payload reaches.
///
/// Its `Display` shows the counts, and each keyword that the gate alone enforces or nothing does.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// The documents, sorted by path.
    pub schemas: Vec<SchemaCoverage>,
    #[serde(skip)]
    unsupported: Vec<Diagnostic>,
}

/// One schema document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SchemaCoverage {
    /// Relative to the contracts directory.
    pub path: String,
    /// The payloads that refer to it, such as `credit.locked v1`, in the order of the registry.
    pub used_by: Vec<String>,
    /// Ordered by pointer. Schemas that no payload reaches are left out.
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
    /// What enforces it.
    pub held_by: HeldBy,
}

/// What enforces a keyword.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum HeldBy {
    /// The generated type has no value that violates it.
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

    /// The number of keywords that this enforces.
    #[must_use]
    pub fn count(&self, held_by: HeldBy) -> usize {
        self.schemas
            .iter()
            .map(|schema| schema.count(held_by))
            .sum()
    }

    /// Fails if there is a keyword that nothing enforces.
    ///
    /// # Errors
    ///
    /// The report names each such keyword, with its place and the remedy.
    pub fn deny_unsupported(&self) -> Result<(), Report> {
        Report::new(self.unsupported.clone()).map_or(Ok(()), Err)
    }
}

/// The fault of a keyword that nothing enforces.
fn unsupported(documents: &Documents, at: &Location, keyword: &str) -> Diagnostic {
    let draft = documents.draft(at);
    let beside_reference = draft.ref_hides_siblings() && documents.value(at).get("$ref").is_some();
    let help = if beside_reference {
        format!(
            "draft {} ignores keywords beside a $ref: move the $ref into an \"allOf\"",
            draft.name()
        )
    } else {
        format!("remove it, or rename it to \"x-{keyword}\" if it is documentation")
    };
    let message = format!("nothing enforces the keyword {keyword:?}");
    documents.diagnostic_at(&at.join(keyword), Place::Key, message, Some(help))
}

impl SchemaCoverage {
    /// The number of keywords that this enforces.
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

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for schema in &self.schemas {
            let count = |held_by| schema.count(held_by);
            writeln!(
                f,
                "{}: {} keywords enforced by the type, {} by the gate, {} unsupported",
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
            "{} schemas: {} keywords enforced by the type, {} by the gate, {} unsupported",
            self.schemas.len(),
            self.count(HeldBy::Type),
            self.count(HeldBy::Gate),
            self.count(HeldBy::Unsupported)
        )
    }
}

/// Keywords whose schema applies to the items or members that no other keyword covers.
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
    /// The payloads that reach each schema.
    seen: BTreeMap<Location, Vec<String>>,
}

impl Walk<'_> {
    /// Finds every schema that a payload reaches.
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
            if let Value::Object(schema) = self.documents.value(&at) {
                self.open_subschemas(&at, schema, &mut open);
            }
        }
        for at in reached {
            self.seen.entry(at).or_default().push(payload.to_owned());
        }
    }

    fn open_subschemas(
        &self,
        at: &Location,
        schema: &Map<String, Value>,
        open: &mut Vec<Location>,
    ) {
        let draft = self.documents.draft(at);
        let reference = schema.get("$ref").and_then(Value::as_str);
        open.extend(reference.and_then(|to| self.documents.resolve(at, to).ok()));
        if reference.is_some() && draft.ref_hides_siblings() {
            return;
        }
        for_each_subschema(draft, schema, |pointer, _| {
            // Definitions count where they are referred to.
            if !vocabulary::steps(&pointer).any(|step| step.is_definition()) {
                open.push(at.descend(&pointer));
            }
        });
    }

    fn coverage(self) -> Coverage {
        let mut schemas: BTreeMap<&str, SchemaCoverage> = BTreeMap::new();
        let mut faults = Vec::new();
        for (at, payloads) in &self.seen {
            let schema = schemas
                .entry(&at.document)
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
            let keywords = self.keywords(at);
            let denied = keywords
                .iter()
                .filter(|keyword| keyword.held_by == HeldBy::Unsupported);
            faults.extend(denied.map(|one| unsupported(self.documents, at, &one.keyword)));
            schema.keywords.extend(keywords);
        }
        let mut schemas: Vec<_> = schemas.into_values().collect();
        for schema in &mut schemas {
            schema.keywords.sort();
        }
        Coverage {
            schemas,
            unsupported: faults,
        }
    }

    /// The keywords of one schema that have to be enforced.
    fn keywords(&self, at: &Location) -> Vec<KeywordCoverage> {
        let schema = self.documents.value(at).as_object();
        let keywords = schema.into_iter().flat_map(|schema| {
            schema.iter().filter_map(|(keyword, value)| {
                Some(KeywordCoverage {
                    pointer: at.pointer.clone(),
                    keyword: keyword.clone(),
                    held_by: self.held_by(at, schema, keyword, value)?,
                })
            })
        });
        keywords.collect()
    }

    /// None for a keyword that only describes.
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
        // The schema `true` excludes no value.
        let idle = *value == Value::Bool(true) && SCHEMAS_FOR_THE_REST.contains(&keyword);
        Some(if idle && vocabulary::has(draft, keyword) {
            HeldBy::Type
        } else if hidden || !vocabulary::has(draft, keyword) {
            HeldBy::Unsupported
        } else if self.held.holds(at, keyword) {
            HeldBy::Type
        } else {
            HeldBy::Gate
        })
    }
}
