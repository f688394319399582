//! Schemas to [`Type`]s and items.
//!
//! A schema is a conjunction: each of its keywords only takes values away. So a type that holds
//! what *some* of the keywords allow holds every valid value, and lowering picks the keywords that
//! make the clearest type; the gate checks them all. What gives no clear type stays
//! [`Type::Value`].
//!
//! An item is made once for each schema location, wherever it is referred to from, and filled from
//! a queue; so schemas may refer to one another in circles.

mod array;
mod choice;
mod held;
mod object;
mod order;
mod parts;
mod payload;
mod scalar;
mod union;
mod values;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value};

use crate::draft::Draft;
use crate::model::Model;
use crate::schema::{Documents, Location};

use super::docs::Docs;
use super::ir::{Home, Item, ItemId, Program, Shape, Type};
use super::live_versions;

pub(crate) use self::held::Held;
use self::object::ObjectShape;
use self::parts::declared_types;

/// Every payload of the model, and whatever it refers to.
pub(super) fn lower(model: &Model) -> Program {
    let mut lowering = Lowering {
        documents: &model.documents,
        homes: homes(model),
        program: Program::default(),
        by_location: HashMap::new(),
        nullable: HashSet::new(),
        active: Vec::new(),
        queue: VecDeque::new(),
        ranks: HashMap::new(),
        has_dynamic_references: has_dynamic_references(model),
    };
    for (event_index, event) in model.events.iter().enumerate() {
        for version in live_versions(event) {
            let home = Home::Version {
                event: event_index,
                number: version.number,
            };
            let id = lowering.payload(event, version, home);
            lowering
                .program
                .payloads
                .push((event_index, version.number, id));
        }
    }
    lowering.fill();
    lowering.program
}

/// The document that is one version's payload schema and nobody else's lives in that version's
/// module; all others are shared.
fn homes(model: &Model) -> HashMap<String, Home> {
    let mut homes = HashMap::new();
    for (event_index, event) in model.events.iter().enumerate() {
        for version in live_versions(event) {
            let home = Home::Version {
                event: event_index,
                number: version.number,
            };
            if let Some(path) = &version.schema {
                homes
                    .entry(path.clone())
                    .and_modify(|home| *home = Home::Shared)
                    .or_insert(home);
            }
        }
    }
    homes
}

struct Lowering<'m> {
    documents: &'m Documents,
    homes: HashMap<String, Home>,
    program: Program,
    by_location: HashMap<Location, ItemId>,
    /// Where null is valid beside what the item of that location holds.
    nullable: HashSet<Location>,
    /// The locations whose type is being found, to notice when one contains itself.
    active: Vec<Location>,
    queue: VecDeque<Job>,
    /// For each document, the rank of what it says.
    ranks: HashMap<String, HashMap<String, usize>>,
    /// Then what a schema means depends on how one comes to it.
    has_dynamic_references: bool,
}

/// An item that waits for its shape.
struct Job {
    item: ItemId,
    at: Location,
    kind: JobKind,
}

enum JobKind {
    Struct,
    Tagged(union::Tagged),
}

impl<'m> Lowering<'m> {
    /// The type that holds every value that the schema at this location allows.
    fn type_at(&mut self, at: &Location) -> Type {
        if let Some(&id) = self.by_location.get(at) {
            return self.named(at, id);
        }
        if self.active.contains(at) {
            // It contains itself with no object in between, so it needs a name of its own.
            let id = self.new_item(at, Shape::Pending);
            return self.named(at, id);
        }
        if self.allows_null(at) {
            self.nullable.insert(at.clone());
        }
        self.active.push(at.clone());
        let ty = self.find_type(at);
        self.active.pop();
        let nullable = self.nullable.contains(at);
        let Some(&id) = self.by_location.get(at) else {
            return if nullable { ty.nullable() } else { ty };
        };
        let inner = match ty {
            Type::Nullable(inner) if nullable => *inner,
            ty => ty,
        };
        if inner != Type::Named(id) {
            self.set_shape(id, Shape::Newtype(inner));
        } else if self.is_bare(id) {
            self.set_shape(id, Shape::Opaque);
        }
        self.named(at, id)
    }

    fn named(&self, at: &Location, id: ItemId) -> Type {
        let ty = Type::Named(id);
        if self.nullable.contains(at) {
            ty.nullable()
        } else {
            ty
        }
    }

    /// Whether null is valid beside other values. (Where it says yes too often, no harm is done.)
    fn allows_null(&self, at: &Location) -> bool {
        let Some(schema) = self.schema(at).filter(|_| self.alias(at).is_none()) else {
            return false;
        };
        let parts = self.parts(at);
        let by_type = self
            .types(&parts)
            .is_some_and(|types| types.contains("null") && types.len() > 1);
        let by_value = scalar::values(schema)
            .is_some_and(|values| values.len() > 1 && values.iter().any(|value| value.is_null()));
        by_type || by_value || parts.iter().any(|part| self.has_null_branch(part))
    }

    fn find_type(&mut self, at: &Location) -> Type {
        let Some(schema) = self.schema(at) else {
            return Type::Value;
        };
        if let Some(target) = self.alias(at) {
            self.hold(at, &["$ref"]);
            return self.type_at(&target);
        }
        // `allOf` with one branch that says something, beside annotations: that branch.
        let branches = self.direct_parts(at);
        if let [only] = branches.as_slice()
            && only != at
        {
            self.hold(at, &["allOf", "$ref"]);
            return self.type_at(&only.clone());
        }
        if let Some(ty) = self.enumerated(at, schema) {
            return ty;
        }
        if let Some(shape) = self.object_shape(at, false) {
            if matches!(shape, ObjectShape::Any)
                && let Some(ty) = self.object_choice(at)
            {
                return ty;
            }
            return self.object_type(at, shape);
        }
        if branches.len() > 1 {
            // No objects to merge: the branch that says most.
            let best = branches
                .iter()
                .rev()
                .max_by_key(|part| self.weight(part))
                .cloned();
            return match best {
                Some(best) if best != *at => self.type_at(&best),
                _ => self.type_of_one(at, schema),
            };
        }
        self.type_of_one(at, schema)
    }

    /// The type of a schema whose own keywords say it all.
    fn type_of_one(&mut self, at: &Location, schema: &'m Map<String, Value>) -> Type {
        if let Some(ty) = self.union(at, schema) {
            return ty;
        }
        let Some(mut types) = declared_types(schema) else {
            return Type::Value;
        };
        types.remove("null");
        if types.contains("number") {
            types.remove("integer");
        }
        match types.iter().next() {
            Some(&name) if types.len() == 1 => self.type_named(name, at, schema),
            Some(_) => self.type_list(at, schema, &types),
            None => Type::Value,
        }
    }

    fn type_named(&mut self, name: &str, at: &Location, schema: &'m Map<String, Value>) -> Type {
        match name {
            "string" => self.text(at, schema),
            "integer" => self.integer(at, schema),
            "number" => self.number(at, schema),
            "boolean" => {
                self.hold(at, &["type"]);
                Type::Bool
            }
            "array" => self.array(at, schema),
            "object" => match self.object_shape_of(at, false, false) {
                Some(shape) => self.object_type(at, shape),
                None => {
                    self.hold(at, &["type"]);
                    Type::Object
                }
            },
            _ => Type::Value,
        }
    }

    /// Fills what was found on the way, until there is no more.
    fn fill(&mut self) {
        while let Some(Job { item, at, kind }) = self.queue.pop_front() {
            let shape = match kind {
                JobKind::Struct => Shape::Struct(self.fields(&at, None, None)),
                JobKind::Tagged(tagged) => self.tagged(&at, tagged),
            };
            self.set_shape(item, shape);
        }
    }

    fn new_item(&mut self, at: &Location, shape: Shape) -> ItemId {
        if let Some(&id) = self.by_location.get(at) {
            return id;
        }
        let id = self.new_item_apart(at, shape);
        self.by_location.insert(at.clone(), id);
        id
    }

    /// An item that is not the type of its schema wherever that is referred to.
    fn new_item_apart(&mut self, at: &Location, shape: Shape) -> ItemId {
        let id = self.program.items.len();
        let docs = self.schema(at).map(Docs::of_schema).unwrap_or_default();
        self.program.items.push(Item {
            home: self.home(at),
            at: Some(at.clone()),
            name: String::new(),
            subject: super::naming::subject(self.documents, at),
            docs,
            shape,
        });
        id
    }

    fn set_shape(&mut self, id: ItemId, shape: Shape) {
        if let Some(item) = self.program.items.get_mut(id) {
            item.shape = shape;
        }
    }

    /// Whether nothing will fill this item.
    fn is_bare(&self, id: ItemId) -> bool {
        self.program
            .items
            .get(id)
            .is_some_and(|item| item.shape == Shape::Pending)
            && !self.queue.iter().any(|job| job.item == id)
    }

    /// Where in its document something stands.
    fn rank(&mut self, at: &Location) -> usize {
        if !self.ranks.contains_key(&at.document) {
            let text = self
                .documents
                .get(&at.document)
                .map_or("", |document| &document.text);
            self.ranks.insert(at.document.clone(), order::ranks(text));
        }
        self.ranks
            .get(&at.document)
            .and_then(|ranks| ranks.get(&at.pointer))
            .copied()
            .unwrap_or(usize::MAX)
    }

    fn home(&self, at: &Location) -> Home {
        self.homes
            .get(&at.document)
            .copied()
            .unwrap_or(Home::Shared)
    }

    fn schema(&self, at: &Location) -> Option<&'m Map<String, Value>> {
        self.documents.value(at).as_object()
    }

    fn draft(&self, at: &Location) -> Draft {
        self.documents.draft(at)
    }
}

fn has_dynamic_references(model: &Model) -> bool {
    fn mentions(value: &Value) -> bool {
        match value {
            Value::Object(members) => members.iter().any(|(key, value)| {
                matches!(key.as_str(), "$dynamicRef" | "$recursiveRef") || mentions(value)
            }),
            Value::Array(items) => items.iter().any(mentions),
            _ => false,
        }
    }
    model
        .documents
        .iter()
        .any(|document| !document.builtin && mentions(&document.value))
}
