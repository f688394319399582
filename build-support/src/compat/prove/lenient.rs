//! A reader that takes undeclared properties out of its closed objects before it looks at them.
//!
//! Here the rules of a schema are made those of such a reader. Properties are taken out where no branch decides the
//! names: where the schema at hand applies alone, reached through `properties`, items, `$ref` and `allOf` of one
//! schema. Everywhere else the rules stay as they are. That is never too much: in a document that the schema accepts
//! as it is, there is nothing to take out.

use std::rc::Rc;

use serde_json::Value;

use super::evaluate;
use super::rule::{Items, Members, Rule, Test};
use super::schemas::{Schemas, Source};

const NOT_DECLARED: &str = "the object is closed and does not declare the property";

/// Makes the rules of the schema at `source` those of a reader that takes properties out.
pub(super) fn prune(schemas: &mut Schemas<'_>, source: &Source, rules: &mut Vec<Rule>) {
    if let [single] = in_place(rules).as_slice() {
        let single = *single;
        let alone = rules
            .iter()
            .all(|rule| matches!(rule.test, Test::All(_) | Test::Types(_)));
        if let (true, Test::All(parts)) = (alone, &mut rules[single].test)
            && let [part] = parts.as_mut_slice()
        {
            *part = schemas.pruned(*part);
        }
        return;
    }
    if !in_place(rules).is_empty() || rules.iter().any(|rule| names_containers(&rule.test)) {
        return;
    }
    children(schemas, rules);
    let members = rules.iter().find_map(|rule| match &rule.test {
        Test::Members(members) => Some(Rc::clone(members)),
        _ => None,
    });
    let members = members.unwrap_or_default();
    let documents = schemas.documents(source.writer);
    let closes = |key: &str| documents.value(&source.place.join(key)) == &Value::Bool(false);
    if closes("additionalProperties") || members.rest.is_none() && closes("unevaluatedProperties") {
        close(schemas, rules, &members);
    }
}

/// The rules that apply other schemas to the same value.
fn in_place(rules: &[Rule]) -> Vec<usize> {
    let applies = |rule: &Rule| {
        matches!(
            rule.test,
            Test::All(_)
                | Test::Any(_)
                | Test::One(_)
                | Test::Not(_)
                | Test::If { .. }
                | Test::DependentSchema(..)
                | Test::Opaque(_)
        )
    };
    (0..rules.len())
        .filter(|&index| applies(&rules[index]))
        .collect()
}

fn names_containers(test: &Test) -> bool {
    match test {
        Test::Values(values) => values
            .iter()
            .any(|value| value.is_object() || value.is_array()),
        _ => false,
    }
}

/// Lets the members and items that one schema alone applies to be read in the same way.
fn children(schemas: &mut Schemas<'_>, rules: &mut [Rule]) {
    let items_alone = !rules.iter().any(|rule| {
        matches!(
            rule.test,
            Test::Contains { .. } | Test::Unique | Test::UnevaluatedItems { .. }
        )
    });
    for rule in rules {
        match &mut rule.test {
            Test::Members(members) => {
                let mut pruned = Members::clone(members);
                if pruned.by_pattern.is_empty() {
                    for node in pruned.by_name.values_mut() {
                        *node = schemas.pruned(*node);
                    }
                }
                if let (true, [(_, node)]) =
                    (pruned.by_name.is_empty(), pruned.by_pattern.as_mut_slice())
                {
                    *node = schemas.pruned(*node);
                }
                pruned.rest = pruned.rest.map(|node| schemas.pruned(node));
                *members = Rc::new(pruned);
            }
            Test::Items(items) if items_alone => {
                *items = Rc::new(Items {
                    prefix: items
                        .prefix
                        .iter()
                        .map(|node| schemas.pruned(*node))
                        .collect(),
                    rest: items.rest.map(|node| schemas.pruned(node)),
                });
            }
            _ => {}
        }
    }
}

/// The rules of a closed object that sees declared properties only.
fn close(schemas: &mut Schemas<'_>, rules: &mut Vec<Rule>, members: &Rc<Members>) {
    let mut declares = |name: &str| declares(schemas, members, name);
    rules.retain(|rule| {
        !matches!(rule.test, Test::UnevaluatedProperties { .. })
            && !matches!(&rule.test, Test::Dependent(trigger, _) if declares(trigger) == Some(false))
    });
    for rule in rules.iter_mut() {
        match &mut rule.test {
            Test::Members(own) => {
                let mut open = Members::clone(own);
                open.rest = None;
                *own = Rc::new(open);
            }
            Test::Required(name) if declares(name) != Some(true) => {
                rule.test = Test::Opaque(NOT_DECLARED);
            }
            Test::Dependent(_, names) if names.iter().any(|name| declares(name) != Some(true)) => {
                rule.test = Test::Opaque(NOT_DECLARED);
            }
            Test::MinProperties(count) => {
                rule.test = Test::MinDeclared(Rc::clone(members), *count);
            }
            _ => {}
        }
    }
}

/// Whether a name is among the declared ones; none where a pattern cannot be evaluated.
pub(super) fn declares(schemas: &mut Schemas<'_>, members: &Members, name: &str) -> Option<bool> {
    if members.by_name.contains_key(name) {
        return Some(true);
    }
    let mut unknown = false;
    for (pattern, _) in &members.by_pattern {
        match evaluate::matches(schemas, pattern, name) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(false)
}
