//! Which properties the writer declares.
//!
//! A document holds a property that is declared where some subschema that may apply to the object names it, matches
//! it, or says something of the rest. A name that has to be there counts as named. Which branches hold is not asked: what is declared in any of them is. That is at
//! least what the writer may send.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::rule::{ANYTHING, Items, Members, NodeId, Test};
use super::{Prover, evaluate};

/// What the subschemas that may apply to a value declare.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) members: Vec<Rc<Members>>,
    pub(super) items: Vec<Rc<Items>>,
    pub(super) contains: Vec<NodeId>,
    /// The names that have to be there, always or together with others.
    pub(super) names: BTreeSet<Rc<str>>,
    /// Whether values are listed, or something is not understood: then nothing is undeclared.
    everything: bool,
}

/// The schemas that declare properties of a part; none where all are declared.
pub(super) type Declaring = Option<Rc<Vec<NodeId>>>;

impl Declared {
    /// Whether every name is declared.
    pub(super) fn is_open(&self) -> bool {
        self.everything || self.members.iter().any(|members| members.declares_rest)
    }

    pub(super) fn patterns(&self) -> impl Iterator<Item = &Rc<str>> {
        self.members
            .iter()
            .flat_map(|members| members.by_pattern.iter().map(|(pattern, _)| pattern))
    }

    /// The schemas that may apply to a property, `matches` saying which patterns the name has.
    pub(super) fn member(
        &self,
        name: Option<&str>,
        mut matches: impl FnMut(&Rc<str>) -> Option<bool>,
    ) -> Declaring {
        if self.everything {
            return None;
        }
        let mut nodes = BTreeSet::new();
        for members in &self.members {
            let named = name.and_then(|name| members.by_name.get(name));
            nodes.extend(named.copied());
            let mut surely = named.is_some();
            for (pattern, node) in &members.by_pattern {
                let matched = matches(pattern);
                surely |= matched == Some(true);
                if matched != Some(false) {
                    nodes.insert(*node);
                }
            }
            if !surely {
                nodes.extend(members.rest);
            }
        }
        Some(listed(nodes))
    }

    /// The schemas that may apply to an item.
    pub(super) fn item(&self) -> Declaring {
        if self.everything {
            return None;
        }
        let items = self
            .items
            .iter()
            .flat_map(|items| items.prefix.iter().copied().chain(items.rest));
        Some(listed(items.chain(self.contains.iter().copied()).collect()))
    }
}

fn listed(mut nodes: BTreeSet<NodeId>) -> Rc<Vec<NodeId>> {
    nodes.remove(&ANYTHING);
    Rc::new(nodes.into_iter().collect())
}

impl Prover<'_> {
    /// What is declared by these schemas and by those that they apply to the same value.
    pub(super) fn declared(&mut self, nodes: &Rc<Vec<NodeId>>) -> Rc<Declared> {
        if let Some(declared) = self.declared.get(nodes) {
            return Rc::clone(declared);
        }
        let mut declared = Declared::default();
        let mut seen = BTreeSet::new();
        let mut open = nodes.to_vec();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            for rule in &self.schemas.node(id).rules {
                declared.add(&rule.test, &mut open);
            }
        }
        let declared = Rc::new(declared);
        self.declared.insert(Rc::clone(nodes), Rc::clone(&declared));
        declared
    }

    /// Whether a name is declared; none where a pattern cannot be evaluated.
    pub(super) fn is_declared(&mut self, declared: &Declared, name: &str) -> Option<bool> {
        if declared.is_open()
            || declared.names.contains(name)
            || declared
                .members
                .iter()
                .any(|members| members.by_name.contains_key(name))
        {
            return Some(true);
        }
        let mut unknown = false;
        for pattern in declared.patterns() {
            match evaluate::matches(&mut self.schemas, pattern, name) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(false)
    }
}

impl Declared {
    fn add(&mut self, test: &Test, open: &mut Vec<NodeId>) {
        match test {
            Test::Members(members) => self.members.push(Rc::clone(members)),
            Test::UnevaluatedProperties { most, .. } => self.members.push(Rc::clone(most)),
            Test::Items(items) => self.items.push(Rc::clone(items)),
            Test::UnevaluatedItems { most, .. } => self.items.push(Rc::clone(most)),
            Test::Contains { node, .. } => self.contains.push(*node),
            Test::All(nodes) | Test::Any(nodes) | Test::One(nodes) => open.extend(nodes),
            Test::Not(node) => open.push(*node),
            Test::Required(name) => drop(self.names.insert(Rc::clone(name))),
            Test::Dependent(trigger, names) => {
                self.names
                    .extend(std::iter::once(trigger).chain(names).cloned());
            }
            Test::DependentSchema(trigger, node) => {
                self.names.insert(Rc::clone(trigger));
                open.push(*node);
            }
            Test::If {
                condition,
                then,
                otherwise,
            } => open.extend([condition, then, otherwise]),
            Test::Values(values) => {
                self.everything |= values
                    .iter()
                    .any(|value| value.is_object() || value.is_array());
            }
            Test::Opaque(_) => self.everything = true,
            _ => {}
        }
    }
}
