//! The recursion from schemas to types.
//!
//! [`Lowering::type_at`] finds the type at a location. It calls the methods that the files beside
//! this one add to [`Lowering`], one file for each kind of schema, and they call it back. That mutual
//! recursion is why the methods of one type are spread over files here.
//!
//! An item is made once for each location. Its shape is set later, from a queue, so that schemas may
//! refer to one another in circles. An item that is never filled is left out.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::render::docs::Docs;
use crate::render::ir::{Home, Item, ItemId, Program, Shape, Type};
use crate::render::schema_names;
use crate::schema::Location;

use super::held::Held;
use super::object_shape::{ObjectShape, Tagged};
use super::order;
use super::schemas::{Schemas, declared_types};

/// The types that were found so far.
pub(super) struct Lowering<'m> {
    pub(super) schemas: Schemas<'m>,
    pub(super) program: Program,
    held: Held,
    /// What has to be mended in the contracts before the types have names.
    pub(super) faults: Vec<Diagnostic>,
    homes: HashMap<String, Home>,
    by_location: HashMap<Location, ItemId>,
    /// Locations where null is valid besides the values of the item.
    nullable: HashSet<Location>,
    /// The locations whose type is being found, to notice when one contains itself.
    active: Vec<Location>,
    queue: VecDeque<Job>,
    /// For each document, the position of each member in its text.
    ranks: HashMap<String, HashMap<String, usize>>,
}

/// An item that waits for its shape.
struct Job {
    item: ItemId,
    at: Location,
    kind: JobKind,
}

pub(super) enum JobKind {
    Struct,
    Tagged(Tagged),
}

impl<'m> Lowering<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        Self {
            schemas: Schemas::of(model),
            program: Program::default(),
            held: Held::default(),
            faults: Vec::new(),
            homes: homes(model),
            by_location: HashMap::new(),
            nullable: HashSet::new(),
            active: Vec::new(),
            queue: VecDeque::new(),
            ranks: HashMap::new(),
        }
    }

    /// Fills the queued items until none is left.
    pub(super) fn finish(mut self) -> (Program, Held, Vec<Diagnostic>) {
        while let Some(Job { item, at, kind }) = self.queue.pop_front() {
            let shape = match kind {
                JobKind::Struct => Shape::Struct(self.fields(&at, None)),
                JobKind::Tagged(tagged) => self.tagged(&at, tagged),
            };
            self.set_shape(item, shape);
        }
        (self.program, self.held, self.faults)
    }

    /// The type that holds every value that the schema at this location allows.
    pub(super) fn type_at(&mut self, at: &Location) -> Type {
        if let Some(&id) = self.by_location.get(at) {
            return self.named(at, id);
        }
        if self.active.contains(at) {
            // It contains itself without an object in between, so it needs a name.
            let id = self.new_item(at, Shape::Pending);
            return self.named(at, id);
        }
        if self.schemas.allows_null(at) {
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

    fn find_type(&mut self, at: &Location) -> Type {
        let Some(schema) = self.schemas.schema(at) else {
            return Type::Value;
        };
        if let Some(target) = self.schemas.alias(at) {
            self.hold(at, &["$ref"]);
            return self.type_at(&target);
        }
        // An `allOf` with one branch, beside annotations only, is that branch.
        let branches = self.schemas.direct_parts(at);
        if let [only] = branches.as_slice()
            && only != at
        {
            self.hold(at, &["allOf", "$ref"]);
            return self.type_at(&only.clone());
        }
        if let Some(ty) = self.enumerated(at, schema) {
            return ty;
        }
        if let Some(shape) = self.schemas.object_shape(at, false) {
            if matches!(shape, ObjectShape::Any)
                && let Some(ty) = self.object_choice(at)
            {
                return ty;
            }
            return self.object_type(at, shape);
        }
        if branches.len() > 1 {
            // There are no objects to merge, so the branch with the most information is used.
            let best = branches
                .iter()
                .rev()
                .max_by_key(|part| self.schemas.weight(part))
                .cloned();
            return match best {
                Some(best) if best != *at => self.type_at(&best),
                _ => self.type_of_one(at, schema),
            };
        }
        self.type_of_one(at, schema)
    }

    /// The type of a schema by its own keywords alone.
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
            "object" => match self.schemas.object_shape_beside_unions(at) {
                Some(shape) => self.object_type(at, shape),
                None => {
                    self.hold(at, &["type"]);
                    Type::Object
                }
            },
            _ => Type::Value,
        }
    }

    pub(super) fn new_item(&mut self, at: &Location, shape: Shape) -> ItemId {
        if let Some(&id) = self.by_location.get(at) {
            return id;
        }
        let id = self.new_item_apart(at, shape);
        self.by_location.insert(at.clone(), id);
        id
    }

    /// An item for this place alone: other references to its schema get another type.
    pub(super) fn new_item_apart(&mut self, at: &Location, shape: Shape) -> ItemId {
        let id = self.program.items.len();
        let docs = self
            .schemas
            .schema(at)
            .map(Docs::of_schema)
            .unwrap_or_default();
        self.program.items.push(Item {
            home: self.home(at),
            at: Some(at.clone()),
            name: String::new(),
            subject: schema_names::subject(self.schemas.documents, at),
            docs,
            shape,
        });
        id
    }

    pub(super) fn set_shape(&mut self, id: ItemId, shape: Shape) {
        if let Some(item) = self.program.items.get_mut(id) {
            item.shape = shape;
        }
    }

    /// Queues the item, to be filled after the recursion has returned.
    pub(super) fn fill_later(&mut self, item: ItemId, at: Location, kind: JobKind) {
        self.queue.push_back(Job { item, at, kind });
    }

    /// Makes references to this location mean this item, unless they mean another one already.
    pub(super) fn name_location(&mut self, at: Location, id: ItemId) {
        self.by_location.entry(at).or_insert(id);
    }

    /// Records that no value of the type of the schema at `at` violates these keywords.
    pub(super) fn hold(&mut self, at: &Location, keywords: &[&str]) {
        if let Some(schema) = self.schemas.schema(at) {
            let present = keywords.iter().copied();
            let present = present.filter(|keyword| schema.contains_key(*keyword));
            self.held.add(at, present);
        }
    }

    /// Records that some type does not follow this schema for one of its properties.
    pub(super) fn overrule(&mut self, at: Location) {
        let resolved = self.schemas.resolved(&at);
        self.held.overrule([at, resolved]);
    }

    /// Whether nothing will fill this item.
    fn is_bare(&self, id: ItemId) -> bool {
        self.program
            .items
            .get(id)
            .is_some_and(|item| item.shape == Shape::Pending)
            && !self.queue.iter().any(|job| job.item == id)
    }

    /// The position of a schema in the text of its document.
    pub(super) fn rank(&mut self, at: &Location) -> usize {
        if !self.ranks.contains_key(&at.document) {
            let text = self
                .schemas
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

    pub(super) fn home(&self, at: &Location) -> Home {
        self.homes
            .get(&at.document)
            .copied()
            .unwrap_or(Home::Shared)
    }
}

/// The document that is one version's payload schema and no other's lives in that version's
/// module; all others are shared.
fn homes(model: &Model) -> HashMap<String, Home> {
    let mut homes = HashMap::new();
    for (event, contract) in model.events.iter().enumerate() {
        for version in contract.live_versions() {
            let number = version.number;
            let home = Home::Version { event, number };
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
