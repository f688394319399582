//! What follows from a claim about a value.
//!
//! Each keyword has two arms: what is known where it holds, and what is known where it does not. Where there are
//! several ways, the branch gets a choice.

use std::rc::Rc;

use serde_json::Value;

use super::Prover;
use super::facts::{
    Branch, Choice, Claim, Options, Rank, Refusal, SomeItem, SomeMember, Which, least,
};
use super::number::{Bound, exact};
use super::rule::{
    ANYTHING, Items, Members, NOTHING, NodeId, Numbers, Signed, Test, Text, Type, Types,
};

impl Prover<'_> {
    /// Takes everything that follows without a choice.
    pub(super) fn expand(&mut self, branch: &mut Branch) {
        while let Some(signed) = branch.todo.pop() {
            if branch.closed {
                return;
            }
            self.schema(branch, signed);
        }
    }

    pub(super) fn claim(&mut self, branch: &mut Branch, claim: &Claim) {
        match claim {
            Claim::Schema(signed) => branch.todo.push(*signed),
            Claim::Rule(node, rule, holds) => self.rule(branch, *node, *rule, *holds),
            Claim::Present(name) => {
                branch.object.present.insert(Rc::clone(name));
            }
            Claim::Absent(name) => {
                branch.object.absent.insert(Rc::clone(name));
            }
            Claim::SomeMember(some) => {
                if let Which::Name(name) = &some.which {
                    branch.object.present.insert(Rc::clone(name));
                }
                branch.object.min = branch.object.min.max(1);
                branch.object.some.push(some.clone());
            }
            Claim::SomeItem(some) => {
                branch.array.min = branch.array.min.max(some.from as u64 + 1);
                branch.array.some.push(some.clone());
            }
            Claim::ManyItems(node, count) => {
                branch.array.min = branch.array.min.max(*count);
                branch.array.many.push((*node, *count));
            }
            Claim::FewItems(node, count) => branch.array.few.push((*node, *count)),
        }
        if !matches!(claim, Claim::Schema(_) | Claim::Rule(..)) {
            return;
        }
        branch.claims.push(claim.clone());
    }

    fn schema(&mut self, branch: &mut Branch, signed: Signed) {
        if !branch.seen.insert(signed) {
            return;
        }
        let opposite = Signed {
            holds: !signed.holds,
            ..signed
        };
        if branch.seen.contains(&opposite) {
            branch.closed = true;
            return;
        }
        let node = self.schemas.node(signed.node);
        // A reader that takes properties out is known by what it refuses only.
        if signed.holds && self.schemas.source(signed.node).pruned {
            return;
        }
        let rules: Vec<usize> = (0..node.rules.len())
            .filter(|&index| branch.concerns(&node.rules[index]))
            .collect();
        if signed.holds {
            for index in rules {
                self.rule(branch, signed.node, index, true);
            }
            return;
        }
        if self.is_refused_outright(branch, signed.node, &rules) {
            return;
        }
        match rules.as_slice() {
            [] => branch.closed = true,
            [single] => self.rule(branch, signed.node, *single, false),
            several => {
                let options = several
                    .iter()
                    .map(|index| vec![Claim::Rule(signed.node, *index, false)])
                    .collect();
                let rank = if node.writer {
                    Rank::Aside
                } else {
                    Rank::Refusal
                };
                branch.choices.push(Choice {
                    rank,
                    options: Options::Claims(options),
                    refused: Some(signed.node),
                });
            }
        }
    }

    /// Whether a schema refuses every value of the type, so that its refusal says nothing.
    fn is_refused_outright(&mut self, branch: &mut Branch, id: NodeId, rules: &[usize]) -> bool {
        let node = self.schemas.node(id);
        for &index in rules {
            let refuses = match &node.rules[index].test {
                Test::Never => true,
                Test::Types(types) => !types.has(branch.ty),
                _ => false,
            };
            if refuses {
                self.refusal(branch, id, index, "");
                return true;
            }
        }
        false
    }

    fn refusal(&mut self, branch: &mut Branch, id: NodeId, rule: usize, below: &str) {
        if !self.schemas.source(id).writer {
            branch.refusals.push(Refusal {
                node: id,
                rule,
                below: below.to_owned(),
            });
        }
    }

    fn rule(&mut self, branch: &mut Branch, id: NodeId, index: usize, holds: bool) {
        let node = self.schemas.node(id);
        let rule = &node.rules[index];
        if !branch.concerns(rule) {
            branch.closed |= !holds;
            return;
        }
        if !holds {
            self.refusal(branch, id, index, "");
        }
        match &rule.test {
            Test::Never => branch.closed |= holds,
            Test::Opaque(_) => {}
            Test::Types(types) => of_type(branch, types, holds),
            Test::Values(values) => of_values(branch, values, holds),
            Test::All(_) | Test::Any(_) | Test::One(_) | Test::Not(_) | Test::If { .. } => {
                in_place(branch, &rule.test, holds);
            }
            Test::Low(_) | Test::High(_) | Test::MultipleOf(_) => {
                of_number(branch, &rule.test, holds);
            }
            Test::Text(text) => of_text(branch, text, holds),
            Test::MinItems(_)
            | Test::MaxItems(_)
            | Test::Items(_)
            | Test::Contains { .. }
            | Test::Unique
            | Test::UnevaluatedItems { .. } => of_array(branch, &rule.test, holds),
            _ => of_object(branch, &rule.test, holds),
        }
    }
}

fn choose(branch: &mut Branch, rank: Rank, mut options: Vec<Vec<Claim>>) {
    match options.len() {
        0 => branch.closed = true,
        1 => {
            // Taken by the caller as a choice with one option, so that claims have one way in.
            branch.choices.push(Choice {
                rank: Rank::Branch,
                options: Options::Claims(vec![options.remove(0)]),
                refused: None,
            });
        }
        _ => branch.choices.push(Choice {
            rank,
            options: Options::Claims(options),
            refused: None,
        }),
    }
}

fn of_type(branch: &mut Branch, types: &Types, holds: bool) {
    if !types.has(branch.ty) {
        branch.closed |= holds;
        return;
    }
    if branch.ty != Type::Number {
        branch.closed |= !holds;
        return;
    }
    match (types.numbers, holds) {
        (Numbers::Integers, true) => branch.number.integer = true,
        (Numbers::Integers, false) => branch.number.fractional = true,
        (Numbers::IntegerLiterals, true) => branch.number.integer_literal = true,
        (Numbers::IntegerLiterals, false) => branch.number.no_integer_literal = true,
        (_, holds) => branch.closed |= !holds,
    }
}

fn of_values(branch: &mut Branch, values: &Rc<Vec<Value>>, holds: bool) {
    let of_type: Vec<_> = values
        .iter()
        .filter(|value| Type::of(value) == branch.ty)
        .cloned()
        .collect();
    if holds {
        branch.closed |= of_type.is_empty();
        let fewer = branch
            .values
            .as_ref()
            .is_none_or(|values| of_type.len() < values.len());
        if fewer {
            branch.values = Some(Rc::new(of_type));
        }
        return;
    }
    for value in of_type {
        match value {
            Value::Number(number) => branch.number.exclude(exact(&number)),
            Value::String(text) => {
                branch.text.excluded.insert(text.into());
            }
            // An empty one is the only one without members.
            Value::Array(items) if items.is_empty() => branch.array.min = branch.array.min.max(1),
            Value::Object(members) if members.is_empty() => {
                branch.object.min = branch.object.min.max(1);
            }
            _ => {}
        }
    }
}

fn in_place(branch: &mut Branch, test: &Test, holds: bool) {
    let yes = |node: &NodeId| Claim::Schema(Signed::yes(*node));
    let no = |node: &NodeId| Claim::Schema(Signed::no(*node));
    let signed = |branch: &mut Branch, nodes: &[NodeId], holds: bool| {
        branch
            .todo
            .extend(nodes.iter().rev().map(|&node| Signed { node, holds }));
    };
    match (test, holds) {
        (Test::All(nodes), true) => signed(branch, nodes, true),
        (Test::Any(nodes), false) => signed(branch, nodes, false),
        (Test::All(nodes), false) if nodes.len() == 1 => signed(branch, nodes, false),
        (Test::Any(nodes), true) if nodes.len() == 1 => signed(branch, nodes, true),
        (Test::Not(node), holds) => signed(branch, &[*node], !holds),
        (Test::All(nodes), false) => {
            let options = nodes.iter().map(|node| vec![no(node)]).collect();
            choose(branch, Rank::Refusal, options);
        }
        (Test::Any(nodes), true) => {
            let options = nodes.iter().map(|node| vec![yes(node)]).collect();
            choose(branch, Rank::Branch, options);
        }
        (Test::One(nodes), true) => {
            let option = |one: usize| {
                let others = nodes.iter().enumerate().filter(|(other, _)| *other != one);
                std::iter::once(yes(&nodes[one]))
                    .chain(others.map(|(_, node)| no(node)))
                    .collect()
            };
            choose(branch, Rank::Branch, (0..nodes.len()).map(option).collect());
        }
        (Test::One(nodes), false) => branch.choices.push(Choice {
            rank: Rank::Refusal,
            options: Options::NotOne(nodes.clone()),
            refused: None,
        }),
        (
            Test::If {
                condition,
                then,
                otherwise,
            },
            holds,
        ) => {
            let branch_of = |node: &NodeId| Claim::Schema(Signed { node: *node, holds });
            let options = vec![
                vec![yes(condition), branch_of(then)],
                vec![no(condition), branch_of(otherwise)],
            ];
            let rank = if holds { Rank::Branch } else { Rank::Refusal };
            choose(branch, rank, options);
        }
        _ => {}
    }
}

fn of_number(branch: &mut Branch, test: &Test, holds: bool) {
    let bound = |bound: &Bound| Bound {
        at: bound.at.clone(),
        exclusive: bound.exclusive == holds,
    };
    let number = &mut branch.number;
    match (test, holds) {
        (Test::Low(low), true) => number.at_least(bound(low)),
        (Test::Low(low), false) => number.at_most(bound(low)),
        (Test::High(high), true) => number.at_most(bound(high)),
        (Test::High(high), false) => number.at_least(bound(high)),
        (Test::MultipleOf(step), holds) => number.multiple_of(step.clone(), holds),
        _ => {}
    }
}

fn of_text(branch: &mut Branch, test: &Text, holds: bool) {
    let text = &mut branch.text;
    match (test, holds) {
        (Text::AtLeast(min), true) => text.min = text.min.max(*min),
        (Text::AtLeast(0), false) => branch.closed = true,
        (Text::AtLeast(min), false) => text.max = least(text.max, min - 1),
        (Text::AtMost(max), true) => text.max = least(text.max, *max),
        (Text::AtMost(max), false) => text.min = text.min.max(max.saturating_add(1)),
        (test, holds) => text.tests.push((test.clone(), holds)),
    }
}

fn of_array(branch: &mut Branch, test: &Test, holds: bool) {
    let array = &mut branch.array;
    match (test, holds) {
        (Test::MinItems(min), true) => array.min = array.min.max(*min),
        (Test::MinItems(0), false) => branch.closed = true,
        (Test::MinItems(min), false) => array.max = least(array.max, min - 1),
        (Test::MaxItems(max), true) => array.max = least(array.max, *max),
        (Test::MaxItems(max), false) => array.min = array.min.max(max.saturating_add(1)),
        (Test::Unique, true) => array.unique = true,
        (Test::Unique, false) => {
            array.repeats = true;
            array.min = array.min.max(2);
        }
        (Test::Items(items), true) => array.items.push(Rc::clone(items)),
        (Test::UnevaluatedItems { most, .. }, true) => array.items.push(Rc::clone(most)),
        (Test::Items(items), false) => some_item(branch, items),
        (Test::UnevaluatedItems { least, .. }, false) => some_item(branch, least),
        (Test::Contains { node, min, max }, true) => {
            if *min > 0 {
                array.min = array.min.max(*min);
                array.many.push((*node, *min));
            }
            if let Some(max) = max {
                array.few.push((*node, *max));
            }
        }
        (Test::Contains { node, min, max }, false) => {
            let few = (*min > 0).then(|| vec![Claim::FewItems(*node, min - 1)]);
            let many = max.map(|max| vec![Claim::ManyItems(*node, max.saturating_add(1))]);
            choose(branch, Rank::Refusal, few.into_iter().chain(many).collect());
        }
        _ => {}
    }
}

fn some_item(branch: &mut Branch, items: &Rc<Items>) {
    let mut options: Vec<_> = items
        .prefix
        .iter()
        .enumerate()
        .map(|(index, node)| (index, Some(index), *node))
        .collect();
    options.extend(items.rest.map(|node| (items.prefix.len(), None, node)));
    let options = options
        .into_iter()
        .filter(|(_, _, node)| *node != ANYTHING)
        .map(|(from, to, node)| {
            let value = Signed::no(node);
            vec![Claim::SomeItem(SomeItem { from, to, value })]
        })
        .collect();
    choose(branch, Rank::Refusal, options);
}

fn of_object(branch: &mut Branch, test: &Test, holds: bool) {
    let object = &mut branch.object;
    match (test, holds) {
        (Test::Required(name), true) => drop(object.present.insert(Rc::clone(name))),
        (Test::Required(name), false) => drop(object.absent.insert(Rc::clone(name))),
        (Test::MinProperties(min), true) => object.min = object.min.max(*min),
        (Test::MinProperties(0), false) => branch.closed = true,
        (Test::MinProperties(min), false) => object.max = least(object.max, min - 1),
        (Test::MaxProperties(max), true) => object.max = least(object.max, *max),
        (Test::MaxProperties(max), false) => object.min = object.min.max(max.saturating_add(1)),
        (Test::MinDeclared(_, min), true) => object.min = object.min.max(*min),
        (Test::MinDeclared(_, 0), false) => branch.closed = true,
        (Test::MinDeclared(members, min), false) => {
            object.few_declared.push((Rc::clone(members), *min));
        }
        (Test::Members(members), true) => object.members.push(Rc::clone(members)),
        (Test::UnevaluatedProperties { most, .. }, true) => object.members.push(Rc::clone(most)),
        (Test::Members(members), false) => some_member(branch, members),
        (Test::UnevaluatedProperties { least, .. }, false) => some_member(branch, least),
        (Test::Names(node), true) => object.names.push(Signed::yes(*node)),
        (Test::Names(node), false) => {
            object.min = object.min.max(1);
            object.some.push(SomeMember {
                which: Which::Any,
                value: None,
                name: Some(Signed::no(*node)),
            });
        }
        (Test::Dependent(trigger, names), true) => {
            let present = names.iter().cloned().map(Claim::Present).collect();
            let options = vec![vec![Claim::Absent(Rc::clone(trigger))], present];
            choose(branch, Rank::Aside, options);
        }
        (Test::Dependent(trigger, names), false) => {
            object.present.insert(Rc::clone(trigger));
            let absent = names
                .iter()
                .map(|name| vec![Claim::Absent(Rc::clone(name))]);
            let absent = absent.collect();
            choose(branch, Rank::Refusal, absent);
        }
        (Test::DependentSchema(trigger, node), true) => {
            let with = vec![
                Claim::Present(Rc::clone(trigger)),
                Claim::Schema(Signed::yes(*node)),
            ];
            let options = vec![vec![Claim::Absent(Rc::clone(trigger))], with];
            choose(branch, Rank::Aside, options);
        }
        (Test::DependentSchema(trigger, node), false) => {
            object.present.insert(Rc::clone(trigger));
            branch.todo.push(Signed::no(*node));
        }
        _ => {}
    }
}

fn some_member(branch: &mut Branch, members: &Rc<Members>) {
    let named = members
        .by_name
        .iter()
        .map(|(name, node)| (Which::Name(Rc::clone(name)), *node));
    let matched = members
        .by_pattern
        .iter()
        .map(|(pattern, node)| (Which::Pattern(Rc::clone(pattern)), *node));
    let rest = members
        .rest
        .map(|node| (Which::Rest(Rc::clone(members)), node));
    let options = named
        .chain(matched)
        .chain(rest)
        .filter(|(_, node)| *node != ANYTHING)
        .map(|(which, node)| {
            let value = (node != NOTHING).then(|| Signed::no(node));
            vec![Claim::SomeMember(SomeMember {
                which,
                value,
                name: None,
            })]
        })
        .collect();
    choose(branch, Rank::Refusal, options);
}
