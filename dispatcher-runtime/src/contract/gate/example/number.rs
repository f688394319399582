//! Numbers within their bounds.

use serde_json::Value;

use super::parts::Parts;

/// A whole number.
pub(super) fn integer(parts: &Parts<'_>, nth: usize) -> Value {
    let nth = i64::try_from(nth).unwrap_or(0);
    let step = integers(parts, "multipleOf").max().filter(|step| *step > 0);
    let step = step.unwrap_or(1);
    let above = integers(parts, "exclusiveMinimum").map(|bound| bound.saturating_add(1));
    let least = integers(parts, "minimum").chain(above).max();
    let below = integers(parts, "exclusiveMaximum").map(|bound| bound.saturating_sub(1));
    let most = integers(parts, "maximum").chain(below).min();
    let onwards = |from: i64| {
        // The next multiple, and the one `nth` further.
        let up = from.saturating_add((step - from.rem_euclid(step)) % step);
        up.saturating_add(step.saturating_mul(nth))
    };
    let mut candidates = vec![onwards(1), onwards(0)];
    candidates.extend(least.map(onwards));
    candidates.extend(most.map(|most| most.saturating_sub(most.rem_euclid(step))));
    first_allowed(parts, candidates.into_iter().map(Value::from))
}

/// A number that may have a fraction.
pub(super) fn number(parts: &Parts<'_>, nth: usize) -> Value {
    let whole = integer(parts, nth);
    if parts.allows_value(&whole) {
        return whole;
    }
    let bounds: Vec<f64> = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
        .into_iter()
        .flat_map(|name| parts.keywords(name).filter_map(Value::as_f64))
        .collect();
    let step = parts.keywords("multipleOf").find_map(Value::as_f64);
    let between = match bounds.as_slice() {
        [one, other, ..] => Some(f64::midpoint(*one, *other)),
        _ => None,
    };
    let multiples = bounds.iter().filter_map(|bound| {
        let step = step?;
        Some((bound / step).ceil() * step)
    });
    let near = bounds
        .iter()
        .flat_map(|bound| [*bound, bound + 0.5, bound - 0.5]);
    let candidates = between.into_iter().chain(step).chain(multiples).chain(near);
    first_allowed(parts, candidates.map(Value::from))
}

/// The first that no schema refuses; the first of all if each is refused.
fn first_allowed(parts: &Parts<'_>, candidates: impl Iterator<Item = Value>) -> Value {
    let candidates: Vec<Value> = candidates.collect();
    let mut allowed = candidates.iter().filter(|value| parts.allows_value(value));
    let first = allowed.next().or(candidates.first());
    first.cloned().unwrap_or(Value::from(0))
}

/// What a keyword says, as whole numbers: of a fraction the next one.
fn integers<'p>(parts: &Parts<'p>, name: &'static str) -> impl Iterator<Item = i64> {
    let values = parts.keywords(name);
    values.filter_map(|value| {
        let fraction = || value.as_f64().map(|number| number.ceil() as i64);
        value.as_i64().or_else(fraction)
    })
}
