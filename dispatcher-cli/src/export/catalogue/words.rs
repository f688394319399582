//! What a value may be, in a few words: `integer, 1 to 60`.

use dispatcher_build_support::schema::{Documents, Location};
use serde_json::Value;

use super::block::{Piece, Text};
use super::facets::Facets;

/// How many values of an enum are listed.
const LISTED: usize = 12;
/// How deep lists and maps are described.
const DEEPEST: usize = 4;

/// What the schema at a place allows.
pub(super) fn describe(documents: &Documents, at: &Location) -> Text {
    described(documents, at, 0)
}

fn described(documents: &Documents, at: &Location, depth: usize) -> Text {
    match documents.value(at) {
        Value::Bool(false) => return Text::plain("no value"),
        Value::Object(_) => {}
        _ => return Text::plain("any value"),
    }
    let facets = Facets::of(documents, at);
    let text = values(&facets).unwrap_or_else(|| {
        let branches = facets.branches();
        if branches.is_empty() {
            return types(documents, &facets, depth);
        }
        union(documents, &branches, depth)
    });
    let is_only_null = facets.may_be_null() && text == Text::plain("any value");
    match (is_only_null, facets.may_be_null()) {
        (true, _) => Text::plain("null"),
        (_, true) => text.and(", or null"),
        _ => text,
    }
}

/// The values of a `const` or an `enum`; null is named apart.
fn values(facets: &Facets<'_>) -> Option<Text> {
    if let Some(value) = facets.get("const") {
        return Some(Text::of_code(value.to_string()));
    }
    let values = facets.get("enum")?.as_array()?;
    let mut text = Text::default();
    let shown = values.iter().filter(|value| !value.is_null());
    for (index, value) in shown.take(LISTED).enumerate() {
        if index > 0 {
            text = text.and(", ");
        }
        text = text.code(value.to_string());
    }
    match values.len().checked_sub(LISTED) {
        Some(more) if more > 0 => Some(text.and(format!(" and {more} more"))),
        _ => Some(text),
    }
}

fn union(documents: &Documents, branches: &[Location], depth: usize) -> Text {
    let are_objects = branches.iter().all(|branch| {
        let facets = Facets::of(documents, branch);
        facets.types() == ["object"] || !facets.properties().is_empty()
    });
    if are_objects || depth >= DEEPEST || branches.len() > LISTED {
        let what = if are_objects { "objects" } else { "forms" };
        return Text::plain(format!("one of {} {what}", branches.len()));
    }
    let mut text = Text::default();
    for (index, branch) in branches.iter().enumerate() {
        if index > 0 {
            text = text.and("; or ");
        }
        text = text.followed_by(described(documents, branch, depth + 1));
    }
    text
}

fn types(documents: &Documents, facets: &Facets<'_>, depth: usize) -> Text {
    let names = facets.types();
    if names.is_empty() {
        let is_object = !facets.properties().is_empty();
        return Text::plain(if is_object { "object" } else { "any value" });
    }
    let mut text = Text::default();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            text = text.and(" or ");
        }
        text = text.followed_by(match *name {
            "string" => string(facets),
            "integer" | "number" => Text::plain((*name).to_owned() + &range(facets)),
            "array" => list(documents, facets, depth),
            "object" => object(documents, facets, depth),
            other => Text::plain(other),
        });
    }
    text
}

fn string(facets: &Facets<'_>) -> Text {
    let format = facets.get("format").and_then(Value::as_str);
    let mut text = Text::plain(format.map_or_else(
        || "string".to_owned(),
        |format| format!("string ({format})"),
    ));
    if let Some(counted) = counted(facets, "minLength", "maxLength", "character") {
        text = text.and(format!(", {counted}"));
    }
    if let Some(pattern) = facets.get("pattern").and_then(Value::as_str) {
        text = text.and(", matches ").code(pattern);
    }
    text
}

fn range(facets: &Facets<'_>) -> String {
    let bound = |keyword: &str| {
        facets
            .get(keyword)
            .filter(|bound| bound.is_number())
            .map(Value::to_string)
    };
    let range = match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    };
    let above = bound("exclusiveMinimum").map(|least| format!(", more than {least}"));
    let below = bound("exclusiveMaximum").map(|most| format!(", less than {most}"));
    let step = bound("multipleOf").map(|step| format!(", in steps of {step}"));
    [Some(range), above, below, step]
        .into_iter()
        .flatten()
        .collect()
}

fn list(documents: &Documents, facets: &Facets<'_>, depth: usize) -> Text {
    let item = facets.place("items").filter(|_| depth < DEEPEST);
    let is_tuple =
        facets.get("prefixItems").is_some() || facets.get("items").is_some_and(Value::is_array);
    let mut text = match item {
        Some(item) if !is_tuple => {
            Text::plain("list of ").followed_by(apart(described(documents, &item, depth + 1)))
        }
        _ => Text::plain("list"),
    };
    if let Some(counted) = counted(facets, "minItems", "maxItems", "item") {
        text = text.and(format!(", {counted}"));
    }
    if facets.get("uniqueItems") == Some(&Value::Bool(true)) {
        text = text.and(", each once");
    }
    text
}

fn object(documents: &Documents, facets: &Facets<'_>, depth: usize) -> Text {
    let entries = facets
        .place("additionalProperties")
        .filter(|at| documents.value(at).is_object());
    match entries {
        Some(entries) if facets.properties().is_empty() && depth < DEEPEST => {
            Text::plain("map to ").followed_by(apart(described(documents, &entries, depth + 1)))
        }
        _ => Text::plain("object"),
    }
}

/// A description inside another one: between brackets, unless it is one word.
fn apart(text: Text) -> Text {
    let is_word = |piece: &Piece| matches!(piece, Piece::Plain(text) if !text.contains(", "));
    match text.0.as_slice() {
        [piece] if is_word(piece) => text,
        _ => Text::plain("(").followed_by(text).and(")"),
    }
}

/// `1 to 200 characters`.
fn counted(facets: &Facets<'_>, least: &str, most: &str, unit: &str) -> Option<String> {
    let bound = |keyword: &str| facets.get(keyword).and_then(Value::as_u64);
    let plural = |count: u64| {
        if count == 1 {
            unit.to_owned()
        } else {
            format!("{unit}s")
        }
    };
    match (bound(least), bound(most)) {
        (Some(least), Some(most)) if least == most => Some(format!("{least} {}", plural(least))),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {}", plural(most))),
        (Some(least), None) => Some(format!("at least {least} {}", plural(least))),
        (None, Some(most)) => Some(format!("at most {most} {}", plural(most))),
        (None, None) => None,
    }
}
