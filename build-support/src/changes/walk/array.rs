//! Keywords of arrays: items, and what has to be among them.

use super::change::Direction;
use super::{Pair, Walk};

pub(super) fn compare<'d>(walk: &mut Walk<'d, '_>, pair: &Pair<'d>) {
    let [old, new] = [&pair.old, &pair.new].map(|view| view.tuple());
    let (old_count, new_count) = (old.len(), new.len());
    for (index, (old, new)) in old.into_iter().zip(new).enumerate() {
        walk.below(pair, vec![old], vec![new], &format!("/{index}"));
    }
    if old_count != new_count {
        let says = format!("{old_count} items had schemas of their own, and now {new_count} have");
        let keyword = if pair.new.first("prefixItems").is_some() {
            "prefixItems"
        } else {
            "items"
        };
        walk.directed(pair, "items", keyword, Direction::Changed, says);
    }
    let [old, new] = [&pair.old, &pair.new].map(|view| view.rest());
    optional_schema(walk, pair, ("items", "items"), "items", (old, new));
    let [old, new] = [&pair.old, &pair.new].map(|view| view.schema("unevaluatedItems"));
    optional_schema(
        walk,
        pair,
        ("items", "unevaluatedItems"),
        "other items",
        (old, new),
    );
    let [old, new] = [&pair.old, &pair.new].map(|view| view.schema("contains"));
    optional_schema(
        walk,
        pair,
        ("contains", "contains"),
        "an item that has to be there",
        (old, new),
    );
}

/// A schema that is in one, in both or in none.
fn optional_schema<'d>(
    walk: &mut Walk<'d, '_>,
    pair: &Pair<'d>,
    (family, keyword): (&str, &str),
    what: &str,
    (old, new): (Vec<crate::schema::Location>, Vec<crate::schema::Location>),
) {
    let (direction, verb) = match (old.is_empty(), new.is_empty()) {
        (true, true) => return,
        (false, false) => return walk.below(pair, old, new, "/*"),
        (true, false) => (Direction::Narrowed, "added"),
        (false, true) => (Direction::Widened, "removed"),
    };
    walk.directed(
        pair,
        family,
        keyword,
        direction,
        format!("the schema for {what} was {verb}"),
    );
}
