//! Which change of a schema an example shows.

use crate::compat::Counterexample;
use crate::schema::Location;

use super::walk::Change;

/// Which version reads the other one's data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// The new version reads old data.
    Backward,
    /// The old version reads new data.
    Forward,
}

impl Way {
    /// Whether a change may break this way.
    pub(super) fn may_break(self, change: &Change) -> bool {
        match self {
            Self::Backward => change.breaks.backward,
            Self::Forward => change.breaks.forward,
        }
    }
}

/// The change, of those with these indices, that an example shows.
pub(super) fn nearest(
    way: Way,
    example: &Counterexample,
    changes: &[Change],
    of: &[usize],
) -> Option<usize> {
    let parent = |at: &Location| {
        at.pointer
            .rsplit_once('/')
            .map(|(parent, _)| parent.to_owned())
    };
    let score = |change: &Change| {
        let reader = if way == Way::Backward {
            &change.new
        } else {
            &change.old
        };
        let is_schema = |at: &Location| at.document == example.keyword.document;
        let place = match reader {
            Some(at) if *at == example.keyword => 4,
            Some(at)
                if is_schema(at)
                    && at
                        .pointer
                        .starts_with(&format!("{}/", example.keyword.pointer)) =>
            {
                3
            }
            Some(at) if is_schema(at) && parent(at) == parent(&example.keyword) => 2,
            _ => 0,
        };
        let instance = if matches(&change.at, &example.at) {
            3
        } else if is_below(&change.at, &example.at) || is_below(&example.at, &change.at) {
            1
        } else {
            0
        };
        place + instance
    };
    let scored = of
        .iter()
        .filter_map(|index| Some((score(changes.get(*index)?), *index)));
    // The first of equals.
    let best = scored.max_by_key(|(score, index)| (*score, std::cmp::Reverse(*index)));
    best.filter(|(score, _)| *score > 1).map(|(_, index)| index)
}

/// Whether a pointer is one of those that a pattern with `*` means.
fn matches(pattern: &str, pointer: &str) -> bool {
    let (pattern, pointer) = (pattern.split('/'), pointer.split('/'));
    pattern.clone().count() == pointer.clone().count()
        && pattern
            .zip(pointer)
            .all(|(a, b)| a == "*" || b == "*" || a == b)
}

fn is_below(pattern: &str, pointer: &str) -> bool {
    let depth = pattern.matches('/').count();
    let start: Vec<_> = pointer.split('/').take(depth + 1).collect();
    start.len() == depth + 1 && matches(pattern, &start.join("/"))
}

/// The rule for a keyword that refuses a payload, where the walk has found no change.
pub(super) fn rule_of(keyword: &str) -> &'static str {
    match keyword {
        "type" => "type-changed",
        "enum" | "const" => "values-changed",
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            "bound-changed"
        }
        "minLength" | "maxLength" => "length-changed",
        "minItems" | "maxItems" | "minProperties" | "maxProperties" | "uniqueItems" => {
            "count-changed"
        }
        "pattern" => "pattern-changed",
        "format" | "contentEncoding" | "contentMediaType" => "format-changed",
        "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" => "items-changed",
        "contains" | "minContains" | "maxContains" => "contains-changed",
        "required" => "property-required",
        "additionalProperties" | "unevaluatedProperties" => "object-closed",
        "propertyNames" | "patternProperties" => "names-changed",
        "dependencies" | "dependentRequired" | "dependentSchemas" => "dependency-changed",
        "oneOf" => "branch-overlaps",
        "anyOf" => "branch-removed",
        _ => "condition-changed",
    }
}
