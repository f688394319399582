//! Why a payload is refused: a walk over the payload beside its schema's outline.
//!
//! The validator has refused the payload before, and that stands; a walk only finds the reasons. Of a union
//! it follows the branch that the value was meant for ([`union`]), and no other. Its steps are limited by
//! a line in the payload's size, whatever the schema: a step is one schema that looks at one value. What
//! it remembers, so that it looks at nothing twice, is limited by a constant. Where a limit is met, the
//! report says that there may be more.

mod evaluated;
mod holds;
mod place;
mod union;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

pub(super) use self::place::{Place, Segment};
use super::finding::Finding;
use super::outline::{Leaf, NodeId, Outline, Union};
use super::report::{InvalidPayload, Reach};
use super::shown::Shown;
use super::violation::Violation;

/// Steps for each value in the payload. A property that has a `$ref`, an `allOf` of two and a constant
/// takes five.
const STEPS_PER_VALUE: u64 = 32;

/// Steps on top of that, so that small payloads may have wide unions.
const STEPS_ANYWAY: u64 = 20_000;

/// How many schemas may look at values inside each other: the stack is limited too.
const DEEPEST: u32 = 512;

/// How many results are remembered. Without them a walk takes more steps, of which there is a limit.
const REMEMBERED: usize = 1 << 16;

/// A walk over one payload.
struct Walk<'a> {
    outline: &'a Outline,
    steps_left: u64,
    depth: u32,
    /// A limit was met.
    is_cut: bool,
    /// Whether a schema accepts an array or object, by their addresses.
    held: HashMap<(NodeId, *const Value), bool>,
    /// Which schemas have looked for faults in an array or object.
    explained: HashSet<(NodeId, *const Value)>,
    place: Place<'a>,
    violations: Vec<Violation>,
    /// How many were found that are not listed.
    further: u64,
}

/// The report about a payload that the schema refuses.
pub(super) fn explain(
    outline: &Outline,
    schema: Option<String>,
    payload: &Value,
) -> InvalidPayload {
    let steps = STEPS_ANYWAY.saturating_add(STEPS_PER_VALUE.saturating_mul(values(payload)));
    let mut walk = Walk {
        outline,
        steps_left: steps,
        depth: 0,
        is_cut: false,
        held: HashMap::new(),
        explained: HashSet::new(),
        place: Place::default(),
        violations: Vec::new(),
        further: 0,
    };
    walk.node(Outline::ROOT, payload);
    let mut reach = Reach {
        further: walk.further,
        is_complete: !walk.is_cut,
    };
    if walk.violations.is_empty() {
        // The verdict is the validator's; where its reason is, the outline cannot tell.
        reach.is_complete = false;
        walk.add(Finding::schema(), payload);
    }
    InvalidPayload::new(schema, walk.violations, reach)
}

/// How many values a payload holds, itself included. Not by recursion: a payload may be deep.
fn values(payload: &Value) -> u64 {
    let (mut number, mut open) = (0, vec![payload]);
    while let Some(value) = open.pop() {
        number += 1;
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    number
}

impl<'a> Walk<'a> {
    /// Takes a step, unless there is none left.
    fn step(&mut self) -> bool {
        if self.steps_left == 0 || self.depth >= DEEPEST {
            self.is_cut = true;
            return false;
        }
        self.steps_left -= 1;
        true
    }

    /// Finds what a schema refuses in a value.
    fn node(&mut self, id: NodeId, value: &'a Value) {
        let is_container = value.is_object() || value.is_array();
        if is_container
            && self.explained.len() < REMEMBERED
            && !self.explained.insert((id, std::ptr::from_ref(value)))
        {
            return;
        }
        if !self.step() {
            return;
        }
        self.depth += 1;
        let found_before = self.found();
        self.keywords(id, value);
        match value {
            Value::Object(members) => self.members(id, value, members),
            Value::Array(items) => self.items(id, value, items),
            _ => {}
        }
        if self.found() == found_before {
            self.unevaluated(id, value);
        }
        self.depth -= 1;
    }

    /// Whether a violation would only be counted.
    fn is_full(&self) -> bool {
        self.violations.len() >= InvalidPayload::MOST_VIOLATIONS
    }

    /// How many violations were found.
    fn found(&self) -> u64 {
        self.further + self.violations.len() as u64
    }

    /// What is said about the value as a whole.
    fn keywords(&mut self, id: NodeId, value: &'a Value) {
        let node = self.outline.node(id);
        if node.is_never {
            self.add(Finding::never(), value);
        }
        if let Some(leaf) = &node.leaf {
            self.leaf(leaf, value);
        }
        for same in &node.same {
            self.node(*same, value);
        }
        for union in &node.unions {
            self.union(union, value);
        }
        if let Some(not) = node.not
            && self.holds(not, value)
        {
            self.add(Finding::not(), value);
        }
        if let Some(condition) = &node.condition {
            let holds = self.holds(condition.test, value);
            if let Some(consequence) = node.consequence(holds) {
                self.node(consequence, value);
            }
        }
    }

    fn leaf(&mut self, leaf: &Leaf, value: &Value) {
        if self.is_full() {
            // An error costs memory, and nobody will read it.
            self.further += u64::from(!leaf.is_valid(value));
            return;
        }
        for error in leaf.errors(value) {
            self.add(Finding::of(&error), value);
        }
    }

    fn members(
        &mut self,
        id: NodeId,
        value: &'a Value,
        members: &'a serde_json::Map<String, Value>,
    ) {
        let node = self.outline.node(id);
        for (name, schema) in &node.dependent {
            if members.contains_key(name) {
                self.node(*schema, value);
            }
        }
        for (name, member) in members {
            if let Some(names) = node.property_names
                && !self.holds(names, &Value::from(name.as_str()))
            {
                self.add(Finding::property_name(name), value);
            }
            for schema in node.of_property(name) {
                self.part(Segment::Key(name), schema, member);
            }
        }
    }

    fn items(&mut self, id: NodeId, value: &'a Value, items: &'a [Value]) {
        let node = self.outline.node(id);
        for (index, item) in items.iter().enumerate() {
            if let Some(schema) = node.of_item(index) {
                self.part(Segment::Index(index), schema, item);
            }
        }
        if let Some(contains) = &node.contains {
            let is_enough = |number| {
                number >= contains.least && contains.most.is_none_or(|most| number <= most)
            };
            let matching = items.iter().filter(|item| self.holds(contains.item, item));
            if !is_enough(matching.count() as u64) {
                self.add(Finding::contains(contains.least, contains.most), value);
            }
        }
    }

    fn part(&mut self, segment: Segment<'a>, schema: NodeId, value: &'a Value) {
        self.place.push(segment);
        self.node(schema, value);
        self.place.pop();
    }

    /// What `unevaluatedProperties` and `unevaluatedItems` refuse, where nothing else is refused.
    fn unevaluated(&mut self, id: NodeId, value: &'a Value) {
        let (keyword, parts) = self.unevaluated_faults(id, value);
        if !parts.is_empty() {
            self.add(Finding::unevaluated(keyword, &parts), value);
        }
    }

    fn union(&mut self, union: &Union, value: &'a Value) {
        let branches = union.branches.iter();
        let most = if union.is_exclusive { 2 } else { 1 };
        let matching = branches
            .filter(|branch| self.holds(**branch, value))
            .take(most);
        match matching.count() {
            0 => {
                let found_before = self.found();
                if let Some(branch) = self.meant(union, value) {
                    self.node(branch, value);
                }
                if self.found() == found_before {
                    self.add(Finding::no_branch(union.is_exclusive), value);
                }
            }
            1 => {}
            _ => self.add(Finding::several_branches(), value),
        }
    }

    /// Lists a violation at the place of the walk, or counts it.
    fn add(&mut self, finding: Finding, value: &Value) {
        if self.is_full() {
            self.further += 1;
            return;
        }
        let shown = Shown::at(self.outline, &self.place, value);
        let violation = Violation::new(self.place.to_string(), finding, value, shown);
        self.violations.push(violation);
    }
}
