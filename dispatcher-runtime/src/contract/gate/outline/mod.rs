//! A schema as a graph that reports are made from.
//!
//! The validator of jsonschema has the verdict on a payload. Its own account of a refusal explores each
//! branch of each union and holds every error at once, which is exponential in a payload that a schema
//! refers to in circles. So the account is given here: [`explain`](super::explain) walks this graph beside
//! the payload. A node has what its keywords say about a value alone as a validator of jsonschema, so
//! these mean what they mean in the verdict; what leads to other schemas is an edge.
//!
//! The graph is made once for each schema, at its first refusal if the schema is bundled. A reference that
//! cannot be followed leaves a node [`is_opaque`](Node::is_opaque): a report says less there.

mod build;
mod leaf;
#[cfg(feature = "consume")]
mod notes;

use std::collections::BTreeMap;

use jsonschema::Draft;
use serde_json::{Value, json};

pub(super) use build::SchemaSource;
pub(super) use leaf::Leaf;

/// A node of an [`Outline`], by its index.
pub(super) type NodeId = usize;

/// A schema and all that it refers to. The first node is the schema itself.
pub(crate) struct Outline {
    nodes: Vec<Node>,
    /// Whether any node is marked as sensitive, or may be.
    has_marks: bool,
}

/// A schema inside of a schema.
#[derive(Default)]
pub(super) struct Node {
    /// The schema `false`.
    pub(super) is_never: bool,
    /// It is marked with `x-sensitive`.
    pub(super) is_sensitive: bool,
    /// It also says something that is not in the graph.
    pub(super) is_opaque: bool,
    /// What it says to people.
    #[cfg(feature = "consume")]
    pub(super) notes: notes::Notes,
    /// What it says about a value without another schema.
    pub(super) leaf: Option<Leaf>,
    /// Other schemas that the same value has to match: `allOf`, `$ref`.
    pub(super) same: Vec<NodeId>,
    /// `anyOf` and `oneOf`.
    pub(super) unions: Vec<Union>,
    pub(super) not: Option<NodeId>,
    pub(super) condition: Option<Condition>,
    /// Those of an object that has the property.
    pub(super) dependent: Vec<(String, NodeId)>,
    pub(super) property_names: Option<NodeId>,
    pub(super) properties: BTreeMap<String, NodeId>,
    /// By the pattern of the name.
    pub(super) pattern_properties: Vec<(Leaf, NodeId)>,
    /// `additionalProperties` is `false`.
    pub(super) is_closed: bool,
    /// `additionalProperties`; where it is `false`, the leaf says so.
    pub(super) other_properties: Option<NodeId>,
    pub(super) unevaluated_properties: Option<NodeId>,
    /// The first items.
    pub(super) prefix: Vec<NodeId>,
    /// The items after them.
    pub(super) items: Option<NodeId>,
    pub(super) contains: Option<Contains>,
    pub(super) unevaluated_items: Option<NodeId>,
}

/// `anyOf` or `oneOf`.
pub(super) struct Union {
    pub(super) is_exclusive: bool,
    pub(super) branches: Vec<NodeId>,
}

/// `if`, `then` and `else`.
pub(super) struct Condition {
    pub(super) test: NodeId,
    pub(super) then: Option<NodeId>,
    pub(super) otherwise: Option<NodeId>,
}

/// `contains`, `minContains` and `maxContains`.
pub(super) struct Contains {
    pub(super) item: NodeId,
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

impl Outline {
    pub(super) const ROOT: NodeId = 0;

    /// The outline of a schema whose references resolve in a registry.
    pub(super) fn of(source: &SchemaSource<'_>) -> Self {
        let nodes = build::nodes(source);
        let has_marks = nodes.iter().any(|node| node.is_sensitive || node.is_opaque);
        Self { nodes, has_marks }
    }

    /// That of a schema with nothing but a type.
    pub(super) fn of_type(name: &str) -> Self {
        let leaf = Leaf::new(json!({ "type": name }), Draft::default(), false);
        let node = Node {
            leaf: Some(leaf),
            ..Node::default()
        };
        Self {
            nodes: vec![node],
            has_marks: false,
        }
    }

    /// That of a schema of which nothing is known.
    pub(super) fn unknown() -> Self {
        let node = Node {
            is_opaque: true,
            ..Node::default()
        };
        Self {
            nodes: vec![node],
            has_marks: true,
        }
    }

    /// Node ids come from this outline alone.
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    pub(super) fn has_marks(&self) -> bool {
        self.has_marks
    }
}

impl Node {
    /// The schemas of a property.
    pub(super) fn of_property(&self, name: &str) -> Vec<NodeId> {
        let mut found = Vec::from_iter(self.properties.get(name).copied());
        if !self.pattern_properties.is_empty() {
            let name = Value::from(name);
            let patterns = self.pattern_properties.iter();
            let matching = patterns.filter(|(pattern, _)| pattern.is_valid(&name));
            found.extend(matching.map(|(_, id)| *id));
        }
        if found.is_empty() {
            found.extend(self.other_properties);
        }
        found
    }

    /// Whether it says nothing, as `true` and `{}`.
    pub(super) fn is_anything(&self) -> bool {
        !self.is_never
            && !self.is_opaque
            && !self.is_closed
            && self.leaf.is_none()
            && self.same.is_empty()
            && !self.has_branches()
            && self.property_names.is_none()
            && self.properties.is_empty()
            && self.pattern_properties.is_empty()
            && self.other_properties.is_none()
            && self.unevaluated_properties.is_none()
            && self.prefix.is_empty()
            && self.items.is_none()
            && self.contains.is_none()
            && self.unevaluated_items.is_none()
    }

    /// Whether other schemas match the same value only under a condition.
    pub(super) fn has_branches(&self) -> bool {
        !self.unions.is_empty()
            || self.not.is_some()
            || self.condition.is_some()
            || !self.dependent.is_empty()
    }

    /// The schema of an item.
    pub(super) fn of_item(&self, index: usize) -> Option<NodeId> {
        self.prefix.get(index).copied().or(self.items)
    }

    /// The branch of the condition that a value has to match.
    pub(super) fn consequence(&self, holds: bool) -> Option<NodeId> {
        let condition = self.condition.as_ref()?;
        if holds {
            condition.then
        } else {
            condition.otherwise
        }
    }
}
