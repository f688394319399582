//! Takes out of a payload what a schema does not declare, so that a newer version can be read as an older one.
//!
//! A closed object (`additionalProperties` or `unevaluatedProperties` is `false`) loses each property that no schema
//! of its place declares: by `properties`, by `patternProperties`, or as the entry of a map. The schemas of a place are the
//! one that stands there, and what it refers to by `$ref` and `allOf`. Where one of them has branches (`anyOf`, `oneOf`,
//! `not`, `if`, `dependentSchemas`), or refers to what is not known, nothing is taken out, because a branch may be
//! chosen by the names that are there. Objects and arrays inside are gone through all the same, except what only a
//! branch describes.
//!
//! It cannot make an invalid payload pass: whatever is left meets the gate.

use serde_json::{Map, Value};

use super::outline::{NodeId, Outline};

/// Prunes a payload in place.
pub(super) fn prune(outline: &Outline, payload: &mut Value) {
    Place::of(outline, [Outline::ROOT]).prune(payload);
}

/// The schemas that a value has to match, whatever else it holds.
struct Place<'o> {
    outline: &'o Outline,
    nodes: Vec<NodeId>,
}

impl<'o> Place<'o> {
    fn of(outline: &'o Outline, nodes: impl IntoIterator<Item = NodeId>) -> Self {
        let mut found = Vec::new();
        let mut open = Vec::from_iter(nodes);
        while let Some(id) = open.pop() {
            if !found.contains(&id) {
                found.push(id);
                open.extend(&outline.node(id).same);
            }
        }
        Self {
            outline,
            nodes: found,
        }
    }

    fn inside(&self, nodes: impl IntoIterator<Item = NodeId>) -> Self {
        Self::of(self.outline, nodes)
    }

    fn nodes(&self) -> impl Iterator<Item = &'o super::outline::Node> + use<'o, '_> {
        self.nodes.iter().map(|id| self.outline.node(*id))
    }

    fn prune(&self, value: &mut Value) {
        match value {
            Value::Object(members) => self.prune_object(members),
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let nodes = self.nodes().filter_map(|node| node.of_item(index));
                    self.inside(nodes).prune(item);
                }
            }
            _ => {}
        }
    }

    fn prune_object(&self, members: &mut Map<String, Value>) {
        if self.is_closed() && !self.is_undecided() {
            members.retain(|name, _| self.declares(name));
        }
        for (name, value) in members {
            let nodes = self.nodes().flat_map(|node| node.of_property(name));
            self.inside(nodes).prune(value);
        }
    }

    fn is_closed(&self) -> bool {
        let is_never = |id: NodeId| self.outline.node(id).is_never;
        self.nodes()
            .any(|node| node.is_closed || node.unevaluated_properties.is_some_and(is_never))
    }

    fn is_undecided(&self) -> bool {
        self.nodes()
            .any(|node| node.has_branches() || node.is_opaque)
    }

    fn declares(&self, name: &str) -> bool {
        let is_map = |id: NodeId| {
            let entry = self.outline.node(id);
            !entry.is_never && !entry.is_anything()
        };
        let name_as_value = Value::from(name);
        self.nodes().any(|node| {
            node.properties.contains_key(name)
                || node
                    .pattern_properties
                    .iter()
                    .any(|(pattern, _)| pattern.is_valid(&name_as_value))
                || node.other_properties.is_some_and(is_map)
                || node.unevaluated_properties.is_some_and(is_map)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::gate::outline::SchemaSource;

    /// What is left of a payload.
    fn pruned(schema: Value, mut payload: Value) -> Value {
        let registry = jsonschema::Registry::new()
            .add("contract:///p.json", &schema)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .unwrap();
        let outline = Outline::of(&SchemaSource {
            registry: &registry,
            base: "contract:///p.json",
            schema: &schema,
            old_drafts: false,
        });
        prune(&outline, &mut payload);
        payload
    }

    #[test]
    fn a_name_that_is_asked_for_and_not_declared_is_lost_too() {
        let schema = json!({
            "type": "object",
            "properties": {},
            "additionalProperties": false,
            "dependentRequired": { "a": ["b"] }
        });
        assert_eq!(pruned(schema, json!({ "b": 1 })), json!({}));
    }

    #[test]
    fn a_closed_object_loses_what_it_does_not_declare() {
        let schema = json!({
            "type": "object",
            "properties": { "a": {} },
            "patternProperties": { "^x-": {} },
            "additionalProperties": false
        });
        assert_eq!(
            pruned(schema, json!({ "a": 1, "x-b": 2, "c": 3 })),
            json!({ "a": 1, "x-b": 2 })
        );
    }

    #[test]
    fn an_open_object_and_a_map_keep_all() {
        let payload = json!({ "a": 1, "b": { "c": 2 } });
        for schema in [
            json!({ "properties": { "a": {} } }),
            json!({ "properties": { "a": {} }, "additionalProperties": true }),
            json!({ "properties": { "a": {} }, "additionalProperties": { "type": "object" } }),
        ] {
            assert_eq!(pruned(schema, payload.clone()), payload);
        }
    }

    #[test]
    fn it_goes_into_properties_entries_of_maps_and_items() {
        let closed = json!({ "properties": { "a": {} }, "additionalProperties": false });
        let schema = json!({
            "properties": {
                "one": closed,
                "many": { "items": closed },
                "pair": { "prefixItems": [closed, {}], "items": closed }
            },
            "additionalProperties": closed
        });
        let both = json!({ "a": 1, "b": 2 });
        let one = json!({ "a": 1 });
        assert_eq!(
            pruned(
                schema,
                json!({ "one": both, "many": [both, 1, both], "pair": [both, both, both], "more": both })
            ),
            json!({ "one": one, "many": [one, 1, one], "pair": [one, both, one], "more": one })
        );
    }

    #[test]
    fn it_follows_references_in_circles() {
        let schema = json!({
            "$defs": { "node": {
                "properties": { "name": {}, "next": { "$ref": "#/$defs/node" } },
                "additionalProperties": false
            } },
            "$ref": "#/$defs/node"
        });
        assert_eq!(
            pruned(
                schema,
                json!({ "name": 1, "new": 2, "next": { "name": 3, "new": 4, "next": { "new": 5 } } })
            ),
            json!({ "name": 1, "next": { "name": 3, "next": {} } })
        );
    }

    #[test]
    fn all_parts_of_an_all_of_declare() {
        let schema = json!({
            "allOf": [
                { "properties": { "a": {} } },
                { "properties": { "b": { "properties": { "c": {} }, "additionalProperties": false } } }
            ],
            "properties": { "d": {} },
            "unevaluatedProperties": false
        });
        assert_eq!(
            pruned(
                schema,
                json!({ "a": 1, "b": { "c": 2, "e": 3 }, "d": 4, "e": 5 })
            ),
            json!({ "a": 1, "b": { "c": 2 }, "d": 4 })
        );
    }

    #[test]
    fn where_branches_decide_nothing_is_taken_out_but_inside() {
        let closed = json!({ "properties": { "a": {} }, "additionalProperties": false });
        for branch in [
            json!({ "anyOf": [{ "required": ["b"] }, {}] }),
            json!({ "oneOf": [closed] }),
            json!({ "not": { "required": ["z"] } }),
            json!({ "if": { "required": ["b"] }, "then": {} }),
            json!({ "dependentSchemas": { "b": {} } }),
        ] {
            let mut schema =
                json!({ "properties": { "in": closed }, "additionalProperties": false });
            for (name, keyword) in branch.as_object().unwrap() {
                schema[name] = keyword.clone();
            }
            assert_eq!(
                pruned(schema, json!({ "in": { "a": 1, "b": 2 }, "b": 3 })),
                json!({ "in": { "a": 1 }, "b": 3 }),
                "{branch}"
            );
        }
        // What only a branch describes is left as it is.
        let schema = json!({ "properties": { "in": { "oneOf": [closed] } } });
        let payload = json!({ "in": { "a": 1, "b": 2 } });
        assert_eq!(pruned(schema, payload.clone()), payload);
    }

    #[test]
    fn a_dynamic_reference_decides_too() {
        let schema = json!({
            "$dynamicRef": "#a",
            "$defs": { "a": { "$dynamicAnchor": "a", "properties": { "b": {} } } },
            "unevaluatedProperties": false
        });
        let payload = json!({ "b": 1 });
        assert_eq!(pruned(schema, payload.clone()), payload);
    }
}
