//! Keywords of objects: properties, which of them are required, what else there may be, and dependencies.

use std::collections::{BTreeMap, BTreeSet};

use dispatcher_schema::pointer;
use serde_json::Value;

use super::change::{Breaks, Change, Direction};
use super::view::View;
use super::{Pair, Walk};
use crate::changes::rule;
use crate::schema::Location;

/// Keywords that say what follows from a property.
const DEPENDENCIES: [&str; 3] = ["dependencies", "dependentRequired", "dependentSchemas"];

pub(super) fn compare<'d>(walk: &mut Walk<'d, '_>, pair: &Pair<'d>) {
    properties(walk, pair);
    others(walk, pair);
    patterns(walk, pair);
    names(walk, pair);
    for keyword in DEPENDENCIES {
        dependencies(walk, pair, keyword);
    }
}

fn properties<'d>(walk: &mut Walk<'d, '_>, pair: &Pair<'d>) {
    let [mut old, mut new] = [&pair.old, &pair.new].map(|view| view.members("properties"));
    let [old_required, new_required] = [&pair.old, &pair.new].map(View::required);
    let declared: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    let required = old_required.keys().chain(new_required.keys()).copied();
    for name in declared
        .iter()
        .copied()
        .chain(required)
        .collect::<BTreeSet<_>>()
    {
        let property = Property {
            name,
            old: old.remove(name).unwrap_or_default(),
            new: new.remove(name).unwrap_or_default(),
            old_required: old_required.get(name).cloned(),
            new_required: new_required.get(name).cloned(),
        };
        if let Some((id, says, breaks)) = property.change(walk) {
            walk.changes.push(property.at(pair, id, says, breaks));
        }
        if !property.old.is_empty() && !property.new.is_empty() {
            walk.below(pair, property.old, property.new, &pointer::join("", name));
        }
    }
}

/// A property that either schema declares or requires.
struct Property<'d> {
    name: &'d str,
    old: Vec<Location>,
    new: Vec<Location>,
    old_required: Option<Location>,
    new_required: Option<Location>,
}

impl Property<'_> {
    /// The rule, what to say, and what it may break.
    fn change(&self, walk: &Walk<'_, '_>) -> Option<(&'static str, String, Breaks)> {
        let name = self.name;
        let (was, is) = (self.old_required.is_some(), self.new_required.is_some());
        let is_added = self.old.is_empty() && !self.new.is_empty();
        let is_removed = !self.old.is_empty() && self.new.is_empty();
        Some(if is && !was {
            let says = format!("{} may leave out `{name}`", walk.names.old);
            ("property-required", says, Breaks::BACKWARD)
        } else if was && !is && is_removed {
            let says = format!("the required property `{name}` was removed");
            ("property-removed", says, Breaks::FORWARD)
        } else if was && !is {
            let says = format!("{} may leave out `{name}`", walk.names.new);
            ("property-optional", says, Breaks::FORWARD)
        } else if is_added {
            (
                "property-added",
                format!("the property `{name}` was added"),
                Breaks::NOTHING,
            )
        } else if is_removed {
            (
                "property-removed",
                format!("the property `{name}` was removed"),
                Breaks::NOTHING,
            )
        } else {
            return None;
        })
    }

    fn at(&self, pair: &Pair<'_>, id: &str, says: String, breaks: Breaks) -> Change {
        let place = |view: &View<'_>, required: &Option<Location>, declared: &[Location]| {
            let declared = || declared.first().cloned();
            required
                .clone()
                .or_else(declared)
                .or_else(|| view.place("properties"))
        };
        let (old, new) = if id == "property-added" || id == "property-removed" {
            (
                place(&pair.old, &None, &self.old),
                place(&pair.new, &None, &self.new),
            )
        } else {
            let new = self
                .new_required
                .clone()
                .or_else(|| self.new.first().cloned());
            let new = new.or_else(|| pair.new.place("required"));
            (place(&pair.old, &self.old_required, &self.old), new)
        };
        Change {
            rule: rule::named_or_undecided(id),
            old,
            new,
            at: pointer::join(&pair.at, self.name),
            says,
            breaks,
            alone: None,
        }
    }
}

/// What an object may have besides what it declares.
fn others<'d>(walk: &mut Walk<'d, '_>, pair: &Pair<'d>) {
    for keyword in ["additionalProperties", "unevaluatedProperties"] {
        let [old, new] = [&pair.old, &pair.new].map(|view| view.schema(keyword));
        let closes = |view: &View<'_>, schemas: &[Location]| {
            schemas
                .iter()
                .any(|at| *view.documents().value(at) == Value::Bool(false))
        };
        let (was, is) = (closes(&pair.old, &old), closes(&pair.new, &new));
        let (id, says, breaks) = match (old.is_empty(), new.is_empty()) {
            (true, true) => continue,
            (false, false) if was == is => {
                if !is {
                    walk.below(pair, old, new, "/*");
                }
                continue;
            }
            // A property that is declared nowhere does not count as sent, so neither breaks by itself.
            (false, _) if was => (
                "object-opened",
                "other properties are allowed now",
                Breaks::NOTHING,
            ),
            (_, false) if is && old.is_empty() => (
                "object-closed",
                "other properties are no longer allowed",
                Breaks::NOTHING,
            ),
            (true, false) => (
                "object-closed",
                "other properties have a schema now",
                Breaks::NOTHING,
            ),
            (false, true) => (
                "object-opened",
                "other properties may have any value now",
                Breaks::FORWARD,
            ),
            _ => (
                "object-closed",
                "entries are no longer allowed",
                Breaks::BACKWARD,
            ),
        };
        let (old, new) = pair.places(keyword);
        walk.changes.push(Change {
            rule: rule::named_or_undecided(id),
            alone: None,
            old,
            new,
            at: pair.at.clone(),
            says: says.to_owned(),
            breaks,
        });
    }
}

fn patterns<'d>(walk: &mut Walk<'d, '_>, pair: &Pair<'d>) {
    let [mut old, mut new] = [&pair.old, &pair.new].map(|view| view.members("patternProperties"));
    for pattern in old
        .keys()
        .chain(new.keys())
        .copied()
        .collect::<BTreeSet<_>>()
    {
        match (old.remove(pattern), new.remove(pattern)) {
            (Some(old), Some(new)) => walk.below(pair, old, new, "/*"),
            (None, _) => {
                let says = format!("a schema for properties like {pattern:?} was added");
                walk.directed(pair, "names", "patternProperties", Direction::Changed, says);
            }
            (Some(_), None) => {
                let says = format!("the schema for properties like {pattern:?} was removed");
                walk.directed(pair, "names", "patternProperties", Direction::Changed, says);
            }
        }
    }
}

fn names(walk: &mut Walk<'_, '_>, pair: &Pair<'_>) {
    let [old, new] = [&pair.old, &pair.new].map(|view| -> BTreeSet<String> {
        let schemas = view.schema("propertyNames").into_iter();
        schemas
            .map(|at| view.documents().value(&at).to_string())
            .collect()
    });
    let (direction, says) = match (old.is_empty(), new.is_empty()) {
        _ if old == new => return,
        (true, _) => (
            Direction::Narrowed,
            "a rule for the names of properties was added",
        ),
        (_, true) => (
            Direction::Widened,
            "the rule for the names of properties was removed",
        ),
        _ => (
            Direction::Changed,
            "the rule for the names of properties was changed",
        ),
    };
    walk.directed(pair, "names", "propertyNames", direction, says.to_owned());
}

fn dependencies(walk: &mut Walk<'_, '_>, pair: &Pair<'_>, keyword: &str) {
    let [old, new] = [&pair.old, &pair.new].map(|view| {
        let mut triggers: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (_, _, value) in view.all(keyword) {
            for (trigger, demand) in value.as_object().into_iter().flatten() {
                triggers
                    .entry(trigger)
                    .or_default()
                    .insert(demand.to_string());
            }
        }
        triggers
    });
    for trigger in old
        .keys()
        .chain(new.keys())
        .copied()
        .collect::<BTreeSet<_>>()
    {
        let (direction, what) = match (old.get(trigger), new.get(trigger)) {
            (old, new) if old == new => continue,
            (None, _) => (Direction::Narrowed, "added"),
            (_, None) => (Direction::Widened, "removed"),
            _ => (Direction::Changed, "changed"),
        };
        let says = format!("what follows from the property `{trigger}` was {what}");
        walk.directed(pair, "dependency", keyword, direction, says);
    }
}
