//! Keywords that look at a value as a whole: its type, its values, bounds, lengths, counts, patterns, formats, and
//! conditions.

use std::collections::BTreeSet;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::words::listed;
use serde_json::Value;

use super::change::Direction;
use super::view::View;
use super::{Pair, Walk};

/// Keywords with a number: the smaller it is, the more is allowed.
const LOWER: [(&str, &str); 4] = [
    ("minLength", "length"),
    ("minItems", "count"),
    ("minProperties", "count"),
    ("minContains", "contains"),
];

/// Keywords with a number: the larger it is, the more is allowed.
const UPPER: [(&str, &str); 4] = [
    ("maxLength", "length"),
    ("maxItems", "count"),
    ("maxProperties", "count"),
    ("maxContains", "contains"),
];

/// Keywords that allow less where they are, and are only compared for being equal.
const OPAQUE: [(&str, &str); 10] = [
    ("multipleOf", "bound"),
    ("pattern", "pattern"),
    ("format", "format"),
    ("contentEncoding", "format"),
    ("contentMediaType", "format"),
    ("uniqueItems", "count"),
    ("not", "condition"),
    ("if", "condition"),
    ("then", "condition"),
    ("else", "condition"),
];

/// All JSON types. A number that is an integer has both.
const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

pub(super) fn compare(walk: &mut Walk<'_, '_>, pair: &Pair<'_>) {
    types(walk, pair);
    values(walk, pair);
    for (keyword, family, is_lower) in [("minimum", "bound", true), ("maximum", "bound", false)] {
        let [old, new] = [&pair.old, &pair.new].map(|view| bound(view, keyword, is_lower));
        interval(walk, pair, family, keyword, is_lower, (old, new));
    }
    let lower = LOWER.map(|(keyword, family)| (keyword, family, true));
    let upper = UPPER.map(|(keyword, family)| (keyword, family, false));
    for (keyword, family, is_lower) in lower.into_iter().chain(upper) {
        let [old, new] = [&pair.old, &pair.new].map(|view| {
            let numbers = view.all(keyword).into_iter();
            let numbers = numbers.filter_map(|(_, _, value)| {
                Some(Bound {
                    number: value.as_f64()?,
                    is_open: false,
                })
            });
            strictest(numbers, is_lower)
        });
        interval(walk, pair, family, keyword, is_lower, (old, new));
    }
    for (keyword, family) in OPAQUE {
        opaque(walk, pair, keyword, family);
    }
}

/// One of two schemas is `false`.
pub(super) fn impossible(walk: &mut Walk<'_, '_>, pair: &Pair<'_>) {
    let (direction, says) = match (pair.old.is_false(), pair.new.is_false()) {
        (true, false) => (
            Direction::Widened,
            "no value was allowed here, and now there is one",
        ),
        (false, true) => (Direction::Narrowed, "no value is allowed here any more"),
        _ => return,
    };
    walk.directed(pair, "values", "", direction, says.to_owned());
}

fn types(walk: &mut Walk<'_, '_>, pair: &Pair<'_>) {
    let [old, new] = [&pair.old, &pair.new].map(allowed_types);
    if old == new {
        return;
    }
    let direction = Direction::of(old.is_subset(&new), new.is_subset(&old));
    let says = format!("the type was {}, and is {}", named(&old), named(&new));
    walk.directed(pair, "type", "type", direction, says);
}

fn allowed_types(view: &View<'_>) -> BTreeSet<&'static str> {
    let mut allowed: BTreeSet<&str> = TYPES.into();
    for (_, _, value) in view.all("type") {
        let has = |name: &str| match value {
            Value::String(one) => one == name,
            Value::Array(several) => several.iter().any(|one| one == name),
            _ => true,
        };
        allowed.retain(|name| has(name) || *name == "integer" && has("number"));
    }
    allowed
}

fn named(types: &BTreeSet<&str>) -> String {
    if types.len() == TYPES.len() {
        return "any".to_owned();
    }
    let is_implied = |name: &&&str| **name == "integer" && types.contains("number");
    let names: Vec<_> = types
        .iter()
        .filter(|name| !is_implied(name))
        .copied()
        .collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(" or ")
    }
}

/// `enum` and `const`.
fn values(walk: &mut Walk<'_, '_>, pair: &Pair<'_>) {
    let [old, new] = [&pair.old, &pair.new].map(allowed_values);
    let keyword = |view: &View<'_>| {
        if view.first("const").is_some() {
            "const"
        } else {
            "enum"
        }
    };
    let shown = |values: &BTreeSet<String>| listed(values.iter().map(String::as_str));
    let (direction, says) = match (&old, &new) {
        (None, None) => return,
        (None, Some(new)) => (
            Direction::Narrowed,
            format!("only these values are allowed now: {}", shown(new)),
        ),
        (Some(_), None) => (
            Direction::Widened,
            "other values are allowed now".to_owned(),
        ),
        (Some(old), Some(new)) if old == new => return,
        (Some(old), Some(new)) => {
            let added: BTreeSet<_> = new.difference(old).cloned().collect();
            let gone: BTreeSet<_> = old.difference(new).cloned().collect();
            let says = match (added.is_empty(), gone.is_empty()) {
                (false, true) => format!("values were added: {}", shown(&added)),
                (true, _) => format!("values were removed: {}", shown(&gone)),
                _ => format!(
                    "values were removed: {}; added: {}",
                    shown(&gone),
                    shown(&added)
                ),
            };
            (Direction::of(gone.is_empty(), added.is_empty()), says)
        }
    };
    let keyword = if new.is_some() {
        keyword(&pair.new)
    } else {
        keyword(&pair.old)
    };
    walk.directed(pair, "values", keyword, direction, says);
}

fn allowed_values(view: &View<'_>) -> Option<BTreeSet<String>> {
    let constants = view
        .all("const")
        .into_iter()
        .map(|(_, _, value)| BTreeSet::from([value.to_string()]));
    let sets = view.all("enum").into_iter().filter_map(|(_, _, value)| {
        let values = value.as_array()?.iter();
        Some(values.map(Value::to_string).collect::<BTreeSet<_>>())
    });
    constants
        .chain(sets)
        .reduce(|a, b| a.intersection(&b).cloned().collect())
}

/// One end of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound {
    number: f64,
    /// Whether the number itself is outside.
    is_open: bool,
}

impl Bound {
    /// Whether this end, of the same side, allows what the other one does.
    fn allows(self, other: Self, is_lower: bool) -> bool {
        let (number, limit) = if is_lower {
            (self.number, other.number)
        } else {
            (other.number, self.number)
        };
        number < limit || (number <= limit && (!self.is_open || other.is_open))
    }
}

fn strictest(bounds: impl Iterator<Item = Bound>, is_lower: bool) -> Option<Bound> {
    bounds.reduce(|a, b| if a.allows(b, is_lower) { b } else { a })
}

/// The lower or upper bound of numbers. In draft 4 `exclusiveMinimum` is a flag beside `minimum`.
fn bound(view: &View<'_>, keyword: &str, is_lower: bool) -> Option<Bound> {
    let exclusive = if is_lower {
        "exclusiveMinimum"
    } else {
        "exclusiveMaximum"
    };
    let is_flagged = view
        .all(exclusive)
        .iter()
        .any(|(_, _, value)| **value == Value::Bool(true));
    let closed = view
        .all(keyword)
        .into_iter()
        .filter_map(|(_, draft, value)| {
            let is_open = draft == Draft::Draft4 && is_flagged;
            Some(Bound {
                number: value.as_f64()?,
                is_open,
            })
        });
    let open = view.all(exclusive).into_iter();
    let open = open.filter_map(|(_, _, value)| {
        Some(Bound {
            number: value.as_f64()?,
            is_open: true,
        })
    });
    strictest(closed.chain(open), is_lower)
}

fn interval(
    walk: &mut Walk<'_, '_>,
    pair: &Pair<'_>,
    family: &str,
    keyword: &str,
    is_lower: bool,
    (old, new): (Option<Bound>, Option<Bound>),
) {
    let shown = |bound: Bound| {
        let which = if bound.is_open { "exclusive " } else { "" };
        format!("{which}{}", bound.number)
    };
    let (direction, says) = match (old, new) {
        (None, None) => return,
        (None, Some(new)) => (
            Direction::Narrowed,
            format!("`{keyword}` {} was added", shown(new)),
        ),
        (Some(old), None) => (
            Direction::Widened,
            format!("`{keyword}` {} was removed", shown(old)),
        ),
        (Some(old), Some(new)) if old == new => return,
        (Some(old), Some(new)) => (
            Direction::of(new.allows(old, is_lower), old.allows(new, is_lower)),
            format!("`{keyword}` was {}, and is {}", shown(old), shown(new)),
        ),
    };
    let exclusive = if is_lower {
        "exclusiveMinimum"
    } else {
        "exclusiveMaximum"
    };
    let is_plain = family != "bound"
        || pair.new.first(keyword).is_some()
        || pair.new.first(exclusive).is_none();
    walk.directed(
        pair,
        family,
        if is_plain { keyword } else { exclusive },
        direction,
        says,
    );
}

/// A keyword whose values are only compared for being equal.
fn opaque(walk: &mut Walk<'_, '_>, pair: &Pair<'_>, keyword: &str, family: &str) {
    let [old, new] = [&pair.old, &pair.new].map(|view| -> BTreeSet<String> {
        let values = view.all(keyword).into_iter();
        let values =
            values.filter(|(_, _, value)| **value != Value::Bool(false) || family == "condition");
        values.map(|(_, _, value)| value.to_string()).collect()
    });
    if old == new {
        return;
    }
    let shown =
        |values: &BTreeSet<String>| values.iter().cloned().collect::<Vec<_>>().join(" and ");
    let is_short = |values: &BTreeSet<String>| shown(values).len() <= 60;
    let (direction, says) = match (old.is_empty(), new.is_empty()) {
        (true, _) if is_short(&new) => (
            Direction::Narrowed,
            format!("`{keyword}` {} was added", shown(&new)),
        ),
        (true, _) => (Direction::Narrowed, format!("`{keyword}` was added")),
        (_, true) => (Direction::Widened, format!("`{keyword}` was removed")),
        _ if is_short(&old) && is_short(&new) => (
            Direction::Changed,
            format!("`{keyword}` was {}, and is {}", shown(&old), shown(&new)),
        ),
        _ => (Direction::Changed, format!("`{keyword}` was changed")),
    };
    walk.directed(pair, family, keyword, direction, says);
}
