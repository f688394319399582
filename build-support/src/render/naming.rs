//! The name of each item.
//!
//! A definition keeps its own name. Everything else is named after the property that holds it, and
//! after the owner and the property if the short name is taken. Names depend on the items of a
//! module and not on the order of discovery, so a new event type renames nothing in an old one.

use std::collections::{BTreeMap, HashMap};

use dispatcher_schema::vocabulary::Step;
use serde_json::Value;

use crate::model::Model;
use crate::schema::{Documents, Location};

use super::docs::{Docs, code};
use super::ir::{Home, Item, ItemId, Program, Shape, Type};
use super::names::{Taken, pascal};
use super::schema_names::{file_name, given_name, is_name, names_its_member, steps};
use super::unchanged;

/// Gives every item its name.
pub(super) fn assign(program: &mut Program, model: &Model) {
    unify(program, &model.documents);
    let mut modules: BTreeMap<Home, Vec<ItemId>> = BTreeMap::new();
    for (id, item) in program.items.iter().enumerate() {
        modules.entry(item.home).or_default().push(id);
    }
    for (home, ids) in modules {
        let root = match home {
            Home::Shared => None,
            Home::Version { event, .. } => model
                .events
                .get(event)
                .map(|event| event.rust_type.as_str()),
        };
        let names = name_module(program, &model.documents, root, &ids);
        for (id, name) in names {
            if let Some(item) = program.items.get_mut(id) {
                item.name = name;
            }
        }
    }
    let replaced = unchanged::replaced(program, model);
    for (&older, &newer) in &replaced {
        if let Some(item) = program.items.get(older) {
            let names = program.replaced.entry(item.home).or_default();
            names.insert(item.name.clone(), newer);
        }
    }
    redirect(program, &replaced);
}

fn name_module(
    program: &Program,
    documents: &Documents,
    root: Option<&str>,
    ids: &[ItemId],
) -> Vec<(ItemId, String)> {
    let mut taken = Taken::new(root.as_slice());
    let mut order = Vec::new();
    let mut same: HashMap<String, usize> = HashMap::new();
    for &id in ids {
        let Some(item) = program.items.get(id) else {
            continue;
        };
        // Payload types are named already.
        let Some(at) = item.at.as_ref().filter(|_| item.name.is_empty()) else {
            continue;
        };
        let steps = steps(at);
        let definition = steps.last().is_none_or(Step::is_definition);
        let candidates = candidates(documents, at, root, &steps);
        if definition {
            *same
                .entry(candidates.first().cloned().unwrap_or_default())
                .or_default() += 1;
        }
        order.push((!definition, steps.len(), at, id, candidates));
    }
    order.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    order
        .into_iter()
        .map(|(anonymous, _, _, id, candidates)| {
            // If two definitions have the same name, neither of them gets the short one.
            let shared = candidates
                .first()
                .and_then(|name| same.get(name))
                .is_some_and(|&count| count > 1);
            let skip = usize::from(!anonymous && shared && candidates.len() > 1);
            (id, taken.take(&candidates[skip..]))
        })
        .collect()
}

/// Names for the schema at a location, best first.
fn candidates(
    documents: &Documents,
    at: &Location,
    root: Option<&str>,
    steps: &[Step],
) -> Vec<String> {
    let short = short_name(documents, at, root, steps);
    let mut names = vec![short.clone()];
    match steps.split_last() {
        Some((step, owner)) if !step.is_definition() => {
            if names_its_member(step) {
                // `shared` covers many files, and a name there must not depend on all of them.
                if root.is_none() {
                    names.clear();
                }
                names.push(format!("{}{short}", short_name(documents, at, root, owner)));
            } else if let Some(index) = step
                .member
                .as_ref()
                .and_then(|index| index.parse::<usize>().ok())
            {
                names.push(format!("{short}{}", index + 1));
            }
        }
        _ => {
            let path = at
                .document
                .trim_end_matches(".json")
                .trim_end_matches(".schema");
            let mut parts = path.rsplit('/');
            let file = parts.next().map(pascal).unwrap_or_default();
            let folder = parts.next().map(pascal).unwrap_or_default();
            names.push(format!("{file}{short}"));
            names.push(format!("{folder}{file}{short}"));
        }
    }
    names
}

fn short_name(documents: &Documents, at: &Location, root: Option<&str>, steps: &[Step]) -> String {
    let Some((step, owner)) = steps.split_last() else {
        return root.map_or_else(|| pascal(&file_name(documents, at)), str::to_owned);
    };
    if let Some(name) = given_name(documents, &location(at, steps)) {
        return pascal(name);
    }
    if let (true, Some(member)) = (names_its_member(step), &step.member) {
        return pascal(member);
    }
    let title = documents
        .value(&location(at, steps))
        .get("title")
        .and_then(Value::as_str);
    if let Some(title) = title.filter(|title| is_name(title)) {
        return pascal(title);
    }
    let owner = short_name(documents, at, root, owner);
    match (step.keyword.as_str(), &step.member) {
        ("allOf" | "anyOf" | "oneOf", _) => owner,
        ("items", None) | ("additionalItems" | "contains" | "unevaluatedItems", _) => {
            format!("{owner}Item")
        }
        (_, Some(index)) if index.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{owner}{index}")
        }
        _ => format!("{owner}Value"),
    }
}

/// The location that these first steps of `at` lead to.
fn location(at: &Location, steps: &[Step]) -> Location {
    steps
        .iter()
        .fold(Location::root(at.document.clone()), |at, step| {
            let at = at.join(&step.keyword);
            step.member.iter().fold(at, |at, member| at.join(member))
        })
}

/// Properties of one name that repeat a rule inside a document share one type.
fn unify(program: &mut Program, documents: &Documents) {
    let mut order: Vec<(usize, &Location, ItemId)> = program
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| {
            matches!(
                item.shape,
                Shape::Scalar(_) | Shape::StringEnum(_) | Shape::ValueEnum(_)
            )
        })
        .filter_map(|(id, item)| {
            item.at
                .as_ref()
                .map(|at| (at.pointer.matches('/').count(), at, id))
        })
        .filter(|(_, at, _)| steps(at).last().is_some_and(|step| !step.is_definition()))
        .collect();
    order.sort_unstable();
    let mut first: HashMap<(Home, &str, String), Vec<ItemId>> = HashMap::new();
    let mut same: HashMap<ItemId, ItemId> = HashMap::new();
    let mut reworded = Vec::new();
    for (_, at, id) in order {
        let Some(item) = program.items.get(id) else {
            continue;
        };
        let name = short_name(documents, at, Some(""), &steps(at));
        let group = first.entry((item.home, &at.document, name)).or_default();
        let known = group.iter().find_map(|&known| {
            let known_item = program.items.get(known)?;
            (known_item.shape == item.shape).then_some((known, known_item))
        });
        match known {
            Some((known, known_item)) => {
                same.insert(id, known);
                if known_item.docs != item.docs {
                    reworded.push(known);
                }
            }
            None => group.push(id),
        }
    }
    for id in reworded {
        if let Some(item) = program.items.get_mut(id) {
            item.docs = Docs::new().markdown(format!("A value of {}.", code(&item.subject)));
        }
    }
    redirect(program, &same);
}

fn redirect(program: &mut Program, same: &HashMap<ItemId, ItemId>) {
    fn walk(ty: &mut Type, same: &HashMap<ItemId, ItemId>) {
        match ty {
            Type::Named(id) => *id = same.get(id).copied().unwrap_or(*id),
            Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => walk(inner, same),
            Type::Tuple(items) => items.iter_mut().for_each(|item| walk(item, same)),
            _ => {}
        }
    }
    for item in &mut program.items {
        for ty in item.shape.types_mut() {
            walk(ty, same);
        }
    }
    // Items that nothing refers to any more are left out.
    for id in same.keys() {
        if let Some(Item { shape, .. }) = program.items.get_mut(*id) {
            *shape = Shape::Pending;
        }
    }
}
