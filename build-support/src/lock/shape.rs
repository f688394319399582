//! What a schema demands, as a graph: one node for each schema that a payload reaches.
//!
//! Annotations, addresses and the names of definitions are not in it. A reference without anything beside it is no
//! node: the schema that it leads to takes its place, so a definition counts wherever it is reached, and a schema that
//! is moved into a definition stays the same.

use std::collections::HashMap;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::subschemas::for_each_subschema;
use dispatcher_schema::vocabulary::{self, Role, Shape};
use serde_json::{Map, Value};

use crate::schema::{Documents, Location};

/// The schema of a payload without a schema: any JSON object.
const ANY_OBJECT: &str = "2020-12 {\"type\":[\"object\"]}";

/// A schema that accepts everything.
const ANYTHING: &str = "true";

/// Keywords whose arrays are sets: their order means nothing.
const SETS: [&str; 3] = ["enum", "required", "type"];

/// The schemas that a payload reaches. The first is the payload's own.
#[derive(Debug)]
pub(super) struct Shapes {
    pub(super) nodes: Vec<Node>,
}

/// What one schema demands.
#[derive(Debug)]
pub(super) struct Node {
    /// What it demands by itself: its keywords that hold no schemas, in one spelling.
    pub(super) own: String,
    /// Where its subschemas stand in it (`/properties/a`), and which they are. Sorted.
    pub(super) parts: Vec<(String, usize)>,
}

impl Shapes {
    /// What the schema with this path demands; without one, a payload is any JSON object.
    pub(super) fn of(documents: &Documents, schema: Option<&str>) -> Self {
        let Some(path) = schema else {
            let node = Node {
                own: ANY_OBJECT.to_owned(),
                parts: Vec::new(),
            };
            return Self { nodes: vec![node] };
        };
        let mut walk = Walk {
            documents,
            numbers: HashMap::new(),
            open: Vec::new(),
        };
        walk.number(Location::root(path));
        let mut nodes: Vec<Option<Node>> = Vec::new();
        while let Some((number, at)) = walk.open.pop() {
            let node = walk.node(&at);
            nodes.resize_with(walk.numbers.len(), || None);
            if let Some(place) = nodes.get_mut(number) {
                *place = Some(node);
            }
        }
        Self {
            nodes: nodes.into_iter().flatten().collect(),
        }
    }
}

struct Walk<'d> {
    documents: &'d Documents,
    numbers: HashMap<Location, usize>,
    /// Schemas that have a number and no node yet.
    open: Vec<(usize, Location)>,
}

impl Walk<'_> {
    /// The number of a schema, or of what it only refers to.
    fn number(&mut self, at: Location) -> usize {
        let at = followed(self.documents, at);
        let next = self.numbers.len();
        *self.numbers.entry(at.clone()).or_insert_with(|| {
            self.open.push((next, at));
            next
        })
    }

    fn node(&mut self, at: &Location) -> Node {
        let draft = self.documents.draft(at);
        let schema = match self.documents.value(at) {
            Value::Object(schema) => schema,
            other => {
                return Node {
                    own: other.to_string(),
                    parts: Vec::new(),
                };
            }
        };
        let mut own = Map::new();
        let mut parts = Vec::new();
        for (keyword, value) in schema.iter().filter(|(key, _)| demands(draft, schema, key)) {
            if let Some(value) = own_value(draft, keyword, value) {
                own.insert(keyword.clone(), value);
            }
            if is_reference(keyword)
                && let Some(reference) = value.as_str()
                && let Ok(target) = self.documents.resolve(at, reference)
            {
                parts.push((format!("/{keyword}"), self.number(target)));
            }
        }
        for_each_subschema(draft, schema, |pointer, _| {
            let keyword = vocabulary::steps(&pointer).next().map(|step| step.keyword);
            if keyword.is_some_and(|keyword| demands(draft, schema, &keyword)) {
                parts.push((pointer.clone(), self.number(at.descend(&pointer))));
            }
        });
        parts.sort();
        let own = if own.is_empty() && parts.is_empty() {
            ANYTHING.to_owned()
        } else {
            format!("{} {}", draft.name(), Value::Object(own))
        };
        Node { own, parts }
    }
}

/// Where a chain of references without anything beside them ends.
pub(crate) fn followed(documents: &Documents, mut at: Location) -> Location {
    let mut seen = Vec::new();
    while let Value::Object(schema) = documents.value(&at)
        && let Some(reference) = schema.get("$ref").and_then(Value::as_str)
        && is_alone(documents.draft(&at), schema)
        && let Ok(target) = documents.resolve(&at, reference)
        && !seen.contains(&target)
    {
        seen.push(at);
        at = target;
    }
    at
}

/// Whether nothing beside the `$ref` of a schema demands anything.
fn is_alone(draft: Draft, schema: &Map<String, Value>) -> bool {
    draft.ref_hides_siblings()
        || !schema
            .keys()
            .any(|key| key != "$ref" && demands(draft, schema, key))
}

fn is_reference(keyword: &str) -> bool {
    vocabulary::keyword(keyword).is_some_and(|keyword| keyword.role == Role::Refers)
}

/// Whether a key of a schema can change which values are valid.
pub(crate) fn demands(draft: Draft, schema: &Map<String, Value>, key: &str) -> bool {
    // Where references look for it, the name of a dynamic anchor decides.
    if matches!(key, "$dynamicAnchor" | "$recursiveAnchor") {
        return vocabulary::has(draft, key);
    }
    if matches!(key, "then" | "else") && !schema.contains_key("if") {
        return false;
    }
    vocabulary::keyword(key).is_some_and(|keyword| {
        let is_content = keyword.role == Role::Content && draft < Draft::Draft201909;
        keyword.is_in(draft) && (keyword.asserts() || is_content)
    })
}

/// What a keyword says besides its subschemas, in one spelling.
fn own_value(draft: Draft, keyword: &str, value: &Value) -> Option<Value> {
    let shape = vocabulary::keyword(keyword)?.shape;
    match shape {
        Shape::Plain if keyword == "$ref" => None,
        // Of `#node`, the name decides which of several schemas is meant; the address is resolved.
        Shape::Plain if is_reference(keyword) => {
            let fragment = value.as_str()?.split_once('#')?.1;
            Some(Value::String(fragment.to_owned()))
        }
        Shape::Plain | Shape::Data if SETS.contains(&keyword) => {
            Some(set(value)).filter(|set| keyword != "required" || *set != Value::Array(Vec::new()))
        }
        Shape::Plain if keyword == "dependentRequired" => Some(names_by_name(value)),
        Shape::Plain | Shape::Data => Some(number_as_written_once(value)),
        // An empty tuple holds no schema, and is not the same as none.
        Shape::Schemas => Some(Value::from(value.as_array()?.len())),
        Shape::SchemaOrTuple if value.is_array() && draft < Draft::Draft202012 => {
            Some(Value::from(value.as_array()?.len()))
        }
        Shape::SchemaOrNamesByName => {
            Some(names_by_name(value)).filter(|names| *names != Value::Object(Map::new()))
        }
        Shape::Schema | Shape::SchemaOrTuple | Shape::SchemaByName => None,
    }
}

/// A set in one order. A value by itself is a set of one.
fn set(value: &Value) -> Value {
    let mut items = match value {
        Value::Array(items) => items.iter().map(number_as_written_once).collect(),
        other => vec![number_as_written_once(other)],
    };
    items.sort_by_cached_key(Value::to_string);
    items.dedup();
    Value::Array(items)
}

/// The arrays of names under each name, each a set.
fn names_by_name(value: &Value) -> Value {
    let members = value.as_object().into_iter().flatten();
    let arrays = members.filter(|(_, value)| value.is_array());
    Value::Object(
        arrays
            .map(|(name, names)| (name.clone(), set(names)))
            .collect(),
    )
}

/// The value with each number in one spelling: 1 for 1.0.
fn number_as_written_once(value: &Value) -> Value {
    /// The integers that a double holds exactly.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is an integer that fits"
            )]
            Some(float) if float.fract() == 0.0 && float.abs() <= EXACT => {
                Value::from(float as i64)
            }
            _ => value.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().map(number_as_written_once).collect()),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, value)| (key.clone(), number_as_written_once(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}
