//! The search through the branches of a state.

use std::rc::Rc;

use serde_json::Value;

use super::facts::{Branch, Choice, Claim, Options, Rank};
use super::number::exact;
use super::obstacle::MOST_OBSTACLES;
use super::rule::{NodeId, Signed, Type};
use super::{Proof, Prover, evaluate};

/// Counts of values inside of counts of values.
const DEEPEST_COUNT: u32 = 3;

impl Prover<'_> {
    /// Whether nothing is left of the branch, however its choices are made.
    pub(super) fn close(&mut self, mut branch: Branch) -> Proof {
        self.settle(&mut branch);
        if branch.closed {
            return Ok(());
        }
        if !self.budget.spend_branch(branch.choices.len()) {
            return Err(self.at_leaf(&branch, Vec::new()));
        }
        let deeper = match self.contradiction(&branch) {
            Ok(()) => return Ok(()),
            Err(deeper) => deeper,
        };
        if branch.choices.is_empty() {
            return Err(self.at_leaf(&branch, deeper));
        }
        if branch
            .choices
            .iter()
            .all(|choice| choice.rank != Rank::Branch)
        {
            self.drop_disjoint(&mut branch);
            if branch.choices.len() > 1 && self.closes_with_one(&branch) {
                return Ok(());
            }
        }
        self.split(branch)
    }

    /// Takes what follows without a choice, and choices with one option.
    fn settle(&mut self, branch: &mut Branch) {
        loop {
            self.expand(branch);
            let only = branch.choices.iter().position(
                |choice| matches!(&choice.options, Options::Claims(options) if options.len() == 1),
            );
            let Some(index) = only.filter(|_| !branch.closed) else {
                return;
            };
            if let Options::Claims(options) = branch.choices.remove(index).options {
                for claim in options.iter().flatten() {
                    self.claim(branch, claim);
                }
            }
        }
    }

    /// Whether the facts of a branch contradict each other.
    fn contradiction(&mut self, branch: &Branch) -> Proof {
        if self.refutes_each_value(branch) {
            return Ok(());
        }
        match branch.ty {
            Type::Null | Type::Boolean => Err(Vec::new()),
            Type::Number if branch.number.is_empty() => Ok(()),
            Type::Number => Err(Vec::new()),
            Type::String if self.no_text(branch) => Ok(()),
            Type::String => Err(Vec::new()),
            Type::Array => self.no_array(branch),
            Type::Object => self.no_object(branch),
        }
    }

    /// Whether there is a list of values, and each is surely not in the branch.
    fn refutes_each_value(&mut self, branch: &Branch) -> bool {
        let Some(values) = branch.values.clone() else {
            return false;
        };
        values.iter().all(|value| self.refutes(branch, value))
    }

    /// Whether a value is surely not in the branch.
    fn refutes(&mut self, branch: &Branch, value: &Value) -> bool {
        let literal = branch.number.integer_literal.then_some(true);
        let is_excluded = match value {
            Value::String(text) => branch.text.excluded.contains(text.as_str()),
            Value::Number(number) => branch.number.excludes(&exact(number)),
            _ => false,
        };
        is_excluded
            || branch.claims.iter().any(|claim| {
                if !self.budget.spend(1) {
                    return false;
                }
                match claim {
                    Claim::Schema(signed) => {
                        evaluate::accepts(&mut self.schemas, signed.node, value, literal)
                            == Some(!signed.holds)
                    }
                    Claim::Rule(node, rule, holds) => {
                        let node = self.schemas.node(*node);
                        let rule = &node.rules[*rule];
                        evaluate::rule_holds(&mut self.schemas, rule, value, literal)
                            == Some(!holds)
                    }
                    _ => false,
                }
            })
    }

    /// Drops the refusal of schemas that accept nothing here anyway: it says nothing.
    fn drop_disjoint(&mut self, branch: &mut Branch) {
        if branch.choices.len() < 2 {
            return;
        }
        let refused: Vec<_> = branch.choices.iter().map(|choice| choice.refused).collect();
        let mut without = branch.clone();
        without.choices.clear();
        let keep: Vec<_> = refused
            .into_iter()
            .map(|node| !node.is_some_and(|node| self.is_disjoint(&without, node)))
            .collect();
        let mut keep = keep.into_iter();
        branch.choices.retain(|_| keep.next().unwrap_or(true));
    }

    /// Whether a schema surely accepts nothing of the branch, without looking at further choices.
    fn is_disjoint(&mut self, branch: &Branch, node: NodeId) -> bool {
        if self.schemas.source(node).pruned || !self.budget.spend_branch(branch.choices.len()) {
            return false;
        }
        let mut with = branch.clone();
        // The question is whether its refusal follows from everything else.
        with.seen.remove(&Signed::no(node));
        self.claim(&mut with, &Claim::Schema(Signed::yes(node)));
        self.settle(&mut with);
        with.closed || self.contradiction(&with).is_ok()
    }

    /// Whether one of the choices closes the branch without the others.
    fn closes_with_one(&mut self, branch: &Branch) -> bool {
        let mut without = branch.clone();
        let choices = std::mem::take(&mut without.choices);
        for choice in choices {
            let mut alone = without.clone();
            alone.choices.push(choice);
            if self.split(alone).is_ok() {
                return true;
            }
        }
        false
    }

    /// Splits the branch by one of its choices.
    fn split(&mut self, mut branch: Branch) -> Proof {
        let options = |choice: &Choice| match &choice.options {
            Options::Claims(options) => options.len(),
            Options::NotOne(nodes) => nodes.len() + 1,
        };
        let next = (0..branch.choices.len()).min_by_key(|&index| {
            let choice = &branch.choices[index];
            (choice.rank, options(choice), index)
        });
        let Some(next) = next else {
            return Err(self.at_leaf(&branch, Vec::new()));
        };
        let choice = branch.choices.remove(next);
        let options = match choice.options {
            Options::Claims(options) => options,
            Options::NotOne(nodes) => self.none_or_two(&branch, &nodes),
        };
        let is_last = branch.choices.is_empty();
        let mut found = Vec::new();
        let mut failed = false;
        for option in options {
            let mut with = branch.clone();
            for claim in &option {
                self.claim(&mut with, claim);
            }
            if let Err(obstacles) = self.close(with) {
                failed = true;
                found.extend(obstacles);
                // One open branch is enough; more are looked for where that is cheap.
                if !is_last || found.len() >= MOST_OBSTACLES || self.budget.is_spent() {
                    break;
                }
            }
        }
        if failed { Err(found) } else { Ok(()) }
    }

    /// The ways in which not exactly one of the schemas accepts the value.
    fn none_or_two(&mut self, branch: &Branch, nodes: &[NodeId]) -> Vec<Vec<Claim>> {
        let none = nodes
            .iter()
            .map(|node| Claim::Schema(Signed::no(*node)))
            .collect();
        let mut without = branch.clone();
        without.choices.clear();
        let possible: Vec<_> = nodes
            .iter()
            .copied()
            .filter(|node| !self.is_disjoint(&without, *node))
            .collect();
        let mut options = vec![none];
        for (index, one) in possible.iter().enumerate() {
            for other in &possible[index + 1..] {
                options.push(vec![
                    Claim::Schema(Signed::yes(*one)),
                    Claim::Schema(Signed::yes(*other)),
                ]);
            }
        }
        options
    }

    /// How many values there are at most, where that is sure.
    pub(super) fn capacity(&mut self, signed: &[Signed]) -> Option<u64> {
        // A count of items may ask for a count of their items, and so on.
        if self.counting >= DEEPEST_COUNT {
            return None;
        }
        self.counting += 1;
        let sum = Type::ALL.into_iter().try_fold(0_u64, |sum, ty| {
            sum.checked_add(self.capacity_of(Branch::new(ty, None, signed))?)
        });
        self.counting -= 1;
        sum
    }

    pub(super) fn capacity_of(&mut self, mut branch: Branch) -> Option<u64> {
        self.settle(&mut branch);
        if branch.closed || self.contradiction(&branch).is_ok() {
            return Some(0);
        }
        if !self.budget.spend_branch(branch.choices.len()) {
            return None;
        }
        let by_facts = self.capacity_by_facts(&branch);
        if by_facts.is_some() {
            return by_facts;
        }
        let union = branch
            .choices
            .iter()
            .position(|choice| choice.rank == Rank::Branch)?;
        let Options::Claims(options) = branch.choices.remove(union).options else {
            return None;
        };
        let branch = Rc::new(branch);
        let mut sum = 0_u64;
        for option in options {
            let mut with = Branch::clone(&branch);
            for claim in &option {
                self.claim(&mut with, claim);
            }
            sum = sum.checked_add(self.capacity_of(with)?)?;
        }
        Some(sum)
    }

    fn capacity_by_facts(&mut self, branch: &Branch) -> Option<u64> {
        if let Some(values) = branch.values.clone() {
            let left = values.iter().filter(|value| !self.refutes(branch, value));
            return u64::try_from(left.count()).ok();
        }
        match branch.ty {
            Type::Number => branch.number.capacity(),
            Type::String => (branch.text.max == Some(0)).then_some(1),
            Type::Array => self.array_capacity(branch),
            Type::Object => self.object_capacity(branch),
            Type::Null | Type::Boolean => None,
        }
    }
}
