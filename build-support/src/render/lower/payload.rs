//! The payload type of a version, whatever its schema looks like.
//!
//! An object becomes a struct, an enum or a map. Any other schema becomes a wrapper of the JSON
//! itself, so every version has a payload type.

use crate::model::{Event, Version};
use crate::render::docs::Docs;
use crate::render::ir::{Home, Item, ItemId, Shape, Type};
use crate::schema::Location;

use super::lowering::{JobKind, Lowering};
use super::object_shape::ObjectShape;

impl Lowering<'_> {
    pub(super) fn payload(&mut self, event: &Event, version: &Version, home: Home) {
        let docs = Docs::new().prose(&event.description);
        let mut item = Item {
            home,
            at: None,
            name: event.rust_type.clone(),
            subject: event.rust_type.clone(),
            docs,
            shape: Shape::Newtype(Type::Object),
        };
        match &version.schema {
            None => {
                item.docs = item
                    .docs
                    .markdown("It has no schema yet: any JSON object is valid.");
                self.push_payload(item);
            }
            Some(path) => {
                item.shape = Shape::Pending;
                let id = self.push_payload(item);
                self.payload_of_schema(id, home, path);
            }
        }
    }

    fn push_payload(&mut self, item: Item) -> ItemId {
        let id = self.program.items.len();
        self.program.payloads.insert(item.home, id);
        self.program.items.push(item);
        id
    }

    fn payload_of_schema(&mut self, id: ItemId, home: Home, path: &str) {
        let root = Location::root(path);
        let chain = self.payload_references(&root);
        let at = chain.last().unwrap_or(&root).clone();
        // Whatever refers to this payload's schema gets this type. But a payload is an object even
        // where its schema does not say so, and elsewhere such a schema allows other values too.
        if self.home(&root) == home && self.schemas.object_shape(&at, false).is_some() {
            let own = chain.into_iter().filter(|at| at.document == path);
            own.for_each(|at| self.name_location(at, id));
        }
        let docs = self.schemas.schema(&at).map(Docs::of_schema);
        if let Some(item) = self.program.items.get_mut(id) {
            item.at = Some(at.clone());
            item.docs = docs.unwrap_or_default().or(|| item.docs.clone());
        }
        let shape = match self.schemas.object_shape(&at, true) {
            Some(ObjectShape::Struct) => return self.fill_later(id, at, JobKind::Struct),
            Some(ObjectShape::Tagged(tagged)) => {
                return self.fill_later(id, at, JobKind::Tagged(tagged));
            }
            Some(ObjectShape::Map(value)) => {
                let value = self.type_at(&value);
                Shape::Newtype(Type::Map(Box::new(value)))
            }
            Some(ObjectShape::Any) => match self.schemas.object_branches(&at) {
                Some(branches) => self.object_choice_of(&branches),
                None => Shape::Newtype(Type::Object),
            },
            None => Shape::Newtype(Type::Value),
        };
        self.set_shape(id, shape);
    }

    /// The root of a payload's schema, and the chain of references that it begins.
    fn payload_references(&mut self, root: &Location) -> Vec<Location> {
        let mut chain = vec![root.clone()];
        let mut at = root.clone();
        while let Some(target) = self.schemas.alias(&at) {
            if chain.contains(&target) {
                break;
            }
            self.hold(&at, &["$ref"]);
            chain.push(target.clone());
            at = target;
        }
        chain
    }
}
