//! What all schemas at one place say together.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::gate::outline::{Node, NodeId, Outline};

/// The schemas that one value has to match.
pub(super) struct Parts<'o> {
    pub(super) nodes: Vec<&'o Node>,
}

impl<'o> Parts<'o> {
    /// These schemas, those that they refer to, and a branch of each union and condition: which one, `attempt` says.
    pub(super) fn of(outline: &'o Outline, schemas: &[NodeId], attempt: usize) -> Self {
        let mut open: Vec<NodeId> = schemas.iter().rev().copied().collect();
        let mut seen = BTreeSet::new();
        let mut nodes = Vec::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let node = outline.node(id);
            nodes.push(node);
            open.extend(node.same.iter().rev());
            for union in &node.unions {
                if let Some(branch) = union.branches.get(attempt % union.branches.len().max(1)) {
                    open.push(*branch);
                }
            }
            if let Some(condition) = &node.condition {
                if attempt.is_multiple_of(2) {
                    open.extend(condition.otherwise);
                } else {
                    open.push(condition.test);
                    open.extend(condition.then);
                }
            }
        }
        let mut parts = Self { nodes };
        parts.add_dependent(outline);
        parts
    }

    /// Adds the schemas that apply because a required property is there.
    fn add_dependent(&mut self, outline: &'o Outline) {
        let names = self.required();
        let dependent = self.nodes.iter().flat_map(|node| &node.dependent);
        let dependent: Vec<_> = dependent
            .filter(|(name, _)| names.contains(name))
            .map(|(_, schema)| outline.node(*schema))
            .collect();
        self.nodes.extend(dependent);
    }

    /// What a keyword says, of each schema that has it.
    pub(super) fn keywords(&self, name: &'static str) -> impl Iterator<Item = &'o Value> {
        let leaves = self.nodes.iter().filter_map(|node| node.leaf.as_ref());
        leaves.filter_map(move |leaf| leaf.keyword(name))
    }

    pub(super) fn texts(&self, name: &'static str) -> impl Iterator<Item = &'o str> {
        self.keywords(name).filter_map(Value::as_str)
    }

    /// The largest number that a keyword says.
    pub(super) fn most_of(&self, name: &'static str) -> Option<usize> {
        self.counts(name).max()
    }

    /// The smallest number that a keyword says.
    pub(super) fn least_of(&self, name: &'static str) -> Option<usize> {
        self.counts(name).min()
    }

    fn counts(&self, name: &'static str) -> impl Iterator<Item = usize> {
        let counts = self.keywords(name).filter_map(Value::as_u64);
        counts.map(|count| usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Whether no schema refuses a value by what it says about it alone.
    pub(super) fn allows_value(&self, value: &Value) -> bool {
        let mut leaves = self.nodes.iter().filter_map(|node| node.leaf.as_ref());
        leaves.all(|leaf| leaf.is_valid(value))
    }

    /// The type of a value: the first that all schemas allow, and what their keywords are about where none names a type.
    pub(super) fn kind(&self) -> &'static str {
        let mut lists = self.keywords("type").map(|types| match types {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            name => Vec::from_iter(name.as_str()),
        });
        let Some(first) = lists.next() else {
            return self.meant();
        };
        let lists: Vec<Vec<&str>> = lists.collect();
        let fits = |list: &[&str], name: &str| {
            list.contains(&name) || (name == "integer" && list.contains(&"number"))
        };
        let allowed = |name: &str| fits(&first, name) && lists.iter().all(|list| fits(list, name));
        let named = first.iter().copied().filter(|name| allowed(name));
        // `null` shows least.
        let mut kinds = named.chain(KINDS.into_iter().filter(|kind| allowed(kind)));
        let kind = kinds.find(|kind| *kind != "null").unwrap_or("null");
        KINDS
            .into_iter()
            .find(|known| *known == kind)
            .unwrap_or("null")
    }

    fn meant(&self) -> &'static str {
        let is_object = |node: &&Node| {
            !node.properties.is_empty() || node.is_closed || node.other_properties.is_some()
        };
        let has = |names: &[&'static str]| {
            names
                .iter()
                .any(|name| self.keywords(name).next().is_some())
        };
        if self.nodes.iter().any(is_object) || has(&["required", "minProperties"]) {
            "object"
        } else if self.has_items() || has(&["minItems", "maxItems", "uniqueItems"]) {
            "array"
        } else if has(&[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ]) {
            "number"
        } else {
            "string"
        }
    }

    pub(super) fn has_items(&self) -> bool {
        let mut nodes = self.nodes.iter();
        nodes.any(|node| node.items.is_some() || !node.prefix.is_empty())
    }

    /// The names that have to be there, each once.
    pub(super) fn required(&self) -> Vec<String> {
        let lists = self.keywords("required").filter_map(Value::as_array);
        let mut names: Vec<String> = Vec::new();
        for name in lists.flatten().filter_map(Value::as_str) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// The schemas of a property.
    pub(super) fn of_property(&self, name: &str) -> Vec<NodeId> {
        let nodes = self.nodes.iter();
        nodes.flat_map(|node| node.of_property(name)).collect()
    }

    /// The schemas of an item.
    pub(super) fn of_item(&self, index: usize) -> Vec<NodeId> {
        let nodes = self.nodes.iter();
        nodes.filter_map(|node| node.of_item(index)).collect()
    }
}

const KINDS: [&str; 7] = [
    "object", "array", "string", "integer", "number", "boolean", "null",
];
