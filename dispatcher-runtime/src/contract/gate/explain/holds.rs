//! Whether a schema of the outline accepts a value, without the reasons.

use serde_json::{Map, Value};

use super::{REMEMBERED, Walk};
use crate::contract::gate::outline::{NodeId, Union};

impl Walk<'_> {
    /// Whether a schema accepts a value. Where no step is left it is taken to.
    pub(super) fn holds(&mut self, id: NodeId, value: &Value) -> bool {
        // Only these are looked at more than once, and only these keep their address: the names of
        // properties are checked as strings that are gone afterwards.
        let key = (value.is_object() || value.is_array()).then(|| (id, std::ptr::from_ref(value)));
        if let Some(known) = key.and_then(|key| self.held.get(&key)) {
            return *known;
        }
        if !self.step() {
            return true;
        }
        self.depth += 1;
        let holds = self.keywords_hold(id, value) && self.parts_hold(id, value);
        let holds = holds && self.unevaluated_faults(id, value).1.is_empty();
        self.depth -= 1;
        if let Some(key) = key
            && self.held.len() < REMEMBERED
        {
            self.held.insert(key, holds);
        }
        holds
    }

    fn keywords_hold(&mut self, id: NodeId, value: &Value) -> bool {
        let node = self.outline.node(id);
        if node.is_never || node.leaf.as_ref().is_some_and(|leaf| !leaf.is_valid(value)) {
            return false;
        }
        let condition = node.condition.as_ref();
        let consequence = condition
            .map(|condition| self.holds(condition.test, value))
            .and_then(|holds| node.consequence(holds));
        node.same.iter().all(|same| self.holds(*same, value))
            && node
                .unions
                .iter()
                .all(|union| self.union_holds(union, value))
            && !node.not.is_some_and(|not| self.holds(not, value))
            && consequence.is_none_or(|consequence| self.holds(consequence, value))
    }

    pub(super) fn union_holds(&mut self, union: &Union, value: &Value) -> bool {
        let most = if union.is_exclusive { 2 } else { 1 };
        let branches = union.branches.iter();
        let matching = branches.filter(|branch| self.holds(**branch, value));
        matching.take(most).count() == 1
    }

    fn parts_hold(&mut self, id: NodeId, value: &Value) -> bool {
        match value {
            Value::Object(members) => self.members_hold(id, value, members),
            Value::Array(items) => self.items_hold(id, items),
            _ => true,
        }
    }

    fn members_hold(&mut self, id: NodeId, value: &Value, members: &Map<String, Value>) -> bool {
        let node = self.outline.node(id);
        let mut dependent = node.dependent.iter();
        dependent.all(|(name, schema)| !members.contains_key(name) || self.holds(*schema, value))
            && members.iter().all(|(name, member)| {
                let names = node.property_names;
                names.is_none_or(|names| self.holds(names, &Value::from(name.as_str())))
                    && node
                        .of_property(name)
                        .into_iter()
                        .all(|schema| self.holds(schema, member))
            })
    }

    fn items_hold(&mut self, id: NodeId, items: &[Value]) -> bool {
        let node = self.outline.node(id);
        let mut numbered = items.iter().enumerate();
        let hold = numbered.all(|(index, item)| {
            node.of_item(index)
                .is_none_or(|schema| self.holds(schema, item))
        });
        if !hold {
            return false;
        }
        let Some(contains) = &node.contains else {
            return true;
        };
        let matching = items.iter().filter(|item| self.holds(contains.item, item));
        let number = matching.count() as u64;
        number >= contains.least && contains.most.is_none_or(|most| number <= most)
    }
}
