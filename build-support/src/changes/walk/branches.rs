//! The alternatives of `oneOf` and `anyOf`.

use serde_json::Value;

use super::change::{Breaks, Change, Direction};
use super::view::View;
use super::{Pair, Walk};
use crate::changes::rule;
use crate::schema::Location;

/// One alternative, and by what it is known.
struct Branch {
    at: Location,
    /// The constant properties, the type, the title or the definition; else the text of the schema.
    known_by: String,
}

pub(super) fn compare<'d>(walk: &mut Walk<'d, '_>, pair: &Pair<'d>) {
    for keyword in ["oneOf", "anyOf"] {
        let old = unions(&pair.old, keyword);
        let new = unions(&pair.new, keyword);
        let count = old.len().max(new.len());
        let mut old = old.into_iter();
        let mut new = new.into_iter();
        for _ in 0..count {
            union(
                walk,
                pair,
                keyword,
                old.next().unwrap_or_default(),
                new.next().unwrap_or_default(),
            );
        }
    }
}

/// The alternatives of each union of a view.
fn unions(view: &View<'_>, keyword: &str) -> Vec<Vec<Branch>> {
    let branches = |at: &Location, value: &Value| -> Vec<Branch> {
        let count = value.as_array().map_or(0, Vec::len);
        let places = (0..count).map(|index| at.join(&index.to_string()));
        places
            .map(|at| Branch {
                known_by: known_by(view, &at),
                at,
            })
            .collect()
    };
    view.all(keyword)
        .iter()
        .map(|(at, _, value)| branches(at, value))
        .collect()
}

fn known_by(view: &View<'_>, at: &Location) -> String {
    let documents = view.documents();
    let branch = View::of(documents, vec![at.clone()]);
    let mut constants = Vec::new();
    for (name, schemas) in branch.members("properties") {
        let property = View::of(documents, schemas);
        if let Some((_, value)) = property.first("const") {
            constants.push(format!("{name}={value}"));
        }
    }
    if !constants.is_empty() {
        return constants.join(" ");
    }
    let text = |key: &str| documents.value(at).get(key).map(Value::to_string);
    text("title")
        .or_else(|| text("$ref"))
        .or_else(|| branch.first("type").map(|(_, value)| value.to_string()))
        .unwrap_or_else(|| documents.value(at).to_string())
}

fn union<'d>(
    walk: &mut Walk<'d, '_>,
    pair: &Pair<'d>,
    keyword: &str,
    old: Vec<Branch>,
    mut new: Vec<Branch>,
) {
    if old.is_empty() || new.is_empty() {
        let (direction, verb) = if old.is_empty() {
            (Direction::Narrowed, "added")
        } else {
            (Direction::Widened, "removed")
        };
        walk.directed(
            pair,
            "condition",
            keyword,
            direction,
            format!("`{keyword}` was {verb}"),
        );
        return;
    }
    let mut gone = Vec::new();
    for branch in old {
        match new
            .iter()
            .position(|other| other.known_by == branch.known_by)
        {
            Some(index) => walk.below(pair, vec![branch.at], vec![new.remove(index).at], ""),
            None => gone.push(branch),
        }
    }
    // As many as before, and none of them by the same name: they were renamed.
    if gone.len() == new.len() {
        for (old, new) in gone.into_iter().zip(new) {
            walk.below(pair, vec![old.at], vec![new.at], "");
        }
        return;
    }
    let (old_union, new_union) = pair.places(keyword);
    for branch in new {
        walk.changes.push(Change {
            rule: rule::named_or_undecided("branch-added"),
            old: old_union.clone(),
            new: Some(branch.at),
            at: pair.at.clone(),
            says: format!("an alternative was added: {}", shortened(&branch.known_by)),
            breaks: Breaks::FORWARD,
            alone: None,
        });
    }
    for branch in gone {
        walk.changes.push(Change {
            rule: rule::named_or_undecided("branch-removed"),
            old: Some(branch.at),
            new: new_union.clone(),
            at: pair.at.clone(),
            says: format!(
                "an alternative was removed: {}",
                shortened(&branch.known_by)
            ),
            breaks: Breaks::BACKWARD,
            alone: None,
        });
    }
}

/// A name that fits into a line.
fn shortened(name: &str) -> String {
    const MOST: usize = 60;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST).chain(['…']).collect()
}
