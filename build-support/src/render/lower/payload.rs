//! The payload type of a version, whatever its schema looks like.

use crate::model::{Event, Version};
use crate::render::docs::Docs;
use crate::render::ir::{Home, Item, ItemId, Shape, Type};
use crate::schema::Location;

use super::object::ObjectShape;
use super::{Job, JobKind, Lowering};

impl Lowering<'_> {
    /// An object becomes a struct, an enum or a map. What is not clearly one is a wrapper of the
    /// JSON itself.
    pub(super) fn payload(&mut self, event: &Event, version: &Version, home: Home) -> ItemId {
        let id = self.program.items.len();
        let mut item = Item {
            home,
            at: None,
            name: event.rust_type.clone(),
            subject: event.rust_type.clone(),
            docs: Docs::new().prose(&event.description),
            shape: Shape::Newtype(Type::Object),
        };
        let Some(path) = &version.schema else {
            item.docs = item
                .docs
                .markdown("No schema describes it yet: it is any JSON object.");
            self.program.items.push(item);
            return id;
        };
        item.shape = Shape::Pending;
        self.program.items.push(item);
        let mut at = Location::root(path);
        let mut chain = vec![at.clone()];
        while let Some(target) = self.alias(&at) {
            if chain.contains(&target) {
                break;
            }
            self.hold(&at, &["$ref"]);
            at = target.clone();
            chain.push(target);
        }
        // Whoever refers to this payload's schema means this type; but a payload is an object even
        // where its schema does not say so, and elsewhere such a schema takes other values too.
        if self.home(&chain[0]) == home && self.object_shape(&at, false).is_some() {
            for location in chain
                .into_iter()
                .filter(|location| location.document == *path)
            {
                self.by_location.entry(location).or_insert(id);
            }
        }
        let docs = self.schema(&at).map(Docs::of_schema).unwrap_or_default();
        if let Some(item) = self.program.items.get_mut(id) {
            item.at = Some(at.clone());
            item.docs = docs.or(|| item.docs.clone());
        }
        let shape = match self.object_shape(&at, true) {
            Some(ObjectShape::Struct) => {
                self.queue.push_back(Job {
                    item: id,
                    at,
                    kind: JobKind::Struct,
                });
                return id;
            }
            Some(ObjectShape::Tagged(tagged)) => {
                self.queue.push_back(Job {
                    item: id,
                    at,
                    kind: JobKind::Tagged(tagged),
                });
                return id;
            }
            Some(ObjectShape::Map(value)) => {
                let value = self.type_at(&value);
                Shape::Newtype(Type::Map(Box::new(value)))
            }
            Some(ObjectShape::Any) => match self.object_branches(&at) {
                Some(branches) => self.object_choice_of(&branches),
                None => Shape::Newtype(Type::Object),
            },
            None => Shape::Newtype(Type::Value),
        };
        self.set_shape(id, shape);
        id
    }
}
