//! Which properties and items a schema leaves to `unevaluatedProperties` and `unevaluatedItems`.

use std::collections::HashSet;

use serde_json::Value;

use super::Walk;
use crate::contract::gate::outline::NodeId;

/// What other keywords have looked at.
#[derive(Default)]
struct Evaluated {
    /// Each part, as far as can be told.
    is_all: bool,
    names: HashSet<String>,
    /// The first items.
    items: usize,
    /// Items that `contains` accepts.
    contained: HashSet<usize>,
}

impl Walk<'_> {
    /// The keyword, and the parts that it refuses: names as they are, items as their numbers.
    pub(super) fn unevaluated_faults(
        &mut self,
        id: NodeId,
        value: &Value,
    ) -> (&'static str, Vec<String>) {
        let node = self.outline.node(id);
        let keyword = match (value, node.unevaluated_properties, node.unevaluated_items) {
            (Value::Object(_), Some(schema), _) => Some(("unevaluatedProperties", schema)),
            (Value::Array(_), _, Some(schema)) => Some(("unevaluatedItems", schema)),
            _ => None,
        };
        let Some((keyword, schema)) = keyword else {
            return ("", Vec::new());
        };
        let mut evaluated = Evaluated::default();
        self.evaluate(id, value, true, &mut evaluated);
        if evaluated.is_all {
            return (keyword, Vec::new());
        }
        let faults = match value {
            Value::Object(members) => {
                let left = members
                    .iter()
                    .filter(|(name, _)| !evaluated.names.contains(*name));
                left.filter(|(_, member)| !self.holds(schema, member))
                    .map(|(name, _)| name.clone())
                    .collect()
            }
            Value::Array(items) => {
                let left = items.iter().enumerate().skip(evaluated.items);
                left.filter(|(index, _)| !evaluated.contained.contains(index))
                    .filter(|(_, item)| !self.holds(schema, item))
                    .map(|(index, _)| index.to_string())
                    .collect()
            }
            _ => Vec::new(),
        };
        (keyword, faults)
    }

    /// Adds what a schema that holds looks at. `is_own` is the schema whose rest is asked for.
    fn evaluate(&mut self, id: NodeId, value: &Value, is_own: bool, evaluated: &mut Evaluated) {
        let node = self.outline.node(id);
        if !self.step() || node.is_opaque {
            evaluated.is_all = true;
        }
        if evaluated.is_all {
            return;
        }
        match value {
            Value::Object(members) => {
                evaluated.is_all = node.other_properties.is_some()
                    || (!is_own && node.unevaluated_properties.is_some());
                let named = members
                    .keys()
                    .filter(|name| !node.of_property(name).is_empty());
                evaluated.names.extend(named.cloned());
            }
            Value::Array(items) => {
                evaluated.is_all =
                    node.items.is_some() || (!is_own && node.unevaluated_items.is_some());
                evaluated.items = evaluated.items.max(node.prefix.len());
                if let Some(contains) = &node.contains {
                    let numbered = items.iter().enumerate();
                    let matching = numbered.filter(|(_, item)| self.holds(contains.item, item));
                    evaluated.contained.extend(matching.map(|(index, _)| index));
                }
            }
            _ => {}
        }
        self.evaluate_in_place(id, value, evaluated);
    }

    /// Adds what the schemas of the same value look at, as far as they hold.
    fn evaluate_in_place(&mut self, id: NodeId, value: &Value, evaluated: &mut Evaluated) {
        let node = self.outline.node(id);
        let mut holding = node.same.clone();
        let branches = node.unions.iter().flat_map(|union| &union.branches);
        holding.extend(branches.filter(|branch| self.holds(**branch, value)));
        if let Some(condition) = &node.condition {
            let holds = self.holds(condition.test, value);
            holding.extend(holds.then_some(condition.test));
            holding.extend(node.consequence(holds));
        }
        let dependent = node.dependent.iter();
        let dependent = dependent.filter(|(name, _)| value.get(name).is_some());
        holding.extend(dependent.map(|(_, schema)| *schema));
        self.depth += 1;
        for schema in holding {
            self.evaluate(schema, value, false, evaluated);
        }
        self.depth -= 1;
    }
}
