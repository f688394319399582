//! Arrays.

use serde_json::Value;

use super::parts::Parts;
use super::{DEEP, LARGE, Sampler};
use crate::compat::Side;

/// Longer arrays than this are never made.
const LONGEST: usize = 300;

impl<'d> Sampler<'d> {
    pub(super) fn array(&mut self, parts: &Parts<'d>, depth: usize, along: usize) -> Value {
        let next = self.next_token(depth, along);
        let mut least = parts.largest("minItems").unwrap_or(0).min(LONGEST);
        let index = next.as_deref().and_then(|token| token.parse().ok());
        if next.is_some() {
            least = least.max(index.unwrap_or(0) + 1).min(LONGEST);
        }
        let contained = contained(parts);
        least = least.max(contained.iter().map(|(_, count)| *count).sum());
        let room = parts
            .smallest("maxItems")
            .map_or(3, |most| most.saturating_sub(least).min(3));
        let count = if depth < DEEP && self.made < LARGE && self.wants_optional(depth) {
            least + self.dice.usize(..=room)
        } else {
            least
        };
        let is_unique = parts
            .all("uniqueItems")
            .any(|value| value == &Value::Bool(true));
        // The last items are those that `contains` asks for.
        let mut asked: Vec<Side<'d>> = contained
            .into_iter()
            .flat_map(|(side, count)| std::iter::repeat_n(side, count))
            .collect();
        let mut items: Vec<Value> = Vec::new();
        for tries in 0..count * 3 {
            let index = items.len();
            if index == count {
                break;
            }
            let mut applied = items_at(parts, index);
            if applied.iter().any(Side::is_never) {
                break;
            }
            let is_asked = count - index <= asked.len();
            applied.extend(asked.last().filter(|_| is_asked).cloned());
            let is_next = next.is_some() && (index + 1 == count || next == Some(index.to_string()));
            let along = if is_next { along + 1 } else { usize::MAX };
            let item = if applied.is_empty() && !is_next {
                self.anything()
            } else {
                self.value(&applied, depth + 1, along)
            };
            if !is_unique || tries >= count * 2 || !items.contains(&item) {
                items.push(item);
                if is_asked {
                    asked.pop();
                }
            }
        }
        Value::Array(items)
    }
}

/// The schemas of the item at an index.
fn items_at<'d>(parts: &Parts<'d>, index: usize) -> Vec<Side<'d>> {
    let mut applied = Vec::new();
    for schema in &parts.schemas {
        let (first, rest) = schema.items();
        applied.extend(first.into_iter().nth(index).or(rest));
    }
    if applied.is_empty() {
        let rest = parts
            .schemas
            .iter()
            .filter_map(|schema| schema.inner("unevaluatedItems"));
        applied.extend(rest);
    }
    applied
}

/// The schemas of `contains`, and how many items they ask for.
fn contained<'d>(parts: &Parts<'d>) -> Vec<(Side<'d>, usize)> {
    parts
        .schemas
        .iter()
        .filter_map(|schema| {
            let count = schema.count("minContains").unwrap_or(1);
            Some((schema.inner("contains")?, count.min(50)))
        })
        .collect()
}
