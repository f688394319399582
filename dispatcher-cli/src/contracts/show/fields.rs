//! The fields of a payload, with what the schema says of each.

use dispatcher_build_support::schema::{Documents, Location};
use serde_json::{Map, Value};

use crate::wrap::wrapped;

/// Fields of objects that are deeper than that are left out.
const DEEPEST: usize = 3;

/// A line for each field, with its description below: `lines[].quantity`.
pub(super) fn list(documents: &Documents, root: &Location) -> String {
    let mut text = String::new();
    of_object(documents, root, "", 0, &mut text);
    if text.is_empty() {
        "  none are declared\n".to_owned()
    } else {
        text
    }
}

/// The first example of a payload.
pub(super) fn example(documents: &Documents, root: &Location) -> Option<String> {
    let examples = documents.value(root).get("examples")?.as_array()?;
    let pretty = serde_json::to_string_pretty(examples.first()?).ok()?;
    Some(
        pretty
            .lines()
            .map(|line| format!("  {line}"))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

fn of_object(documents: &Documents, at: &Location, prefix: &str, depth: usize, text: &mut String) {
    let at = followed(documents, at.clone());
    let Some(schema) = documents.value(&at).as_object() else {
        return;
    };
    let required: Vec<_> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, own) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let place = at.join("properties").join(name);
        let target = followed(documents, place.clone());
        let value = documents.value(&target);
        let path = format!("{prefix}{name}");
        let optional = if required.contains(&name.as_str()) {
            ""
        } else {
            ", optional"
        };
        let line = format!("  {path}: {}{optional}", kind(documents, &target));
        text.push_str(&format!("{}\n", wrapped(&line, "      ")));
        let description = [own, value]
            .iter()
            .find_map(|schema| schema.get("description")?.as_str());
        if let Some(description) = description {
            text.push_str(&format!(
                "{}\n",
                wrapped(&format!("    {description}"), "    ")
            ));
        }
        if depth + 1 < DEEPEST {
            of_object(documents, &target, &format!("{path}."), depth + 1, text);
            if value.get("items").is_some_and(Value::is_object) {
                of_object(
                    documents,
                    &target.join("items"),
                    &format!("{path}[]."),
                    depth + 1,
                    text,
                );
            }
        }
    }
}

/// Where the references of a schema end.
fn followed(documents: &Documents, mut at: Location) -> Location {
    let mut seen = Vec::new();
    while let Some(reference) = documents.value(&at).get("$ref").and_then(Value::as_str)
        && let Ok(target) = documents.resolve(&at, reference)
        && !seen.contains(&target)
    {
        seen.push(at);
        at = target;
    }
    at
}

/// What a value is, in a few words: `integer, 1 to 9`.
fn kind(documents: &Documents, at: &Location) -> String {
    let Some(schema) = documents.value(at).as_object() else {
        return "any value".to_owned();
    };
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values: Vec<_> = values.iter().map(Value::to_string).collect();
        return values.join(" or ");
    }
    if let Some(branches) = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| schema.get(*key)?.as_array())
    {
        return format!("one of {} alternatives", branches.len());
    }
    let types = match schema.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "any value".to_owned(),
    };
    let items = if types == "array" && schema.contains_key("items") {
        format!(
            " of {}",
            kind(documents, &followed(documents, at.join("items")))
        )
    } else {
        String::new()
    };
    let format = text("format")
        .map(|format| format!(" ({format})"))
        .unwrap_or_default();
    format!("{types}{format}{items}{}", range(schema))
}

/// `, 1 to 9` of a number, `, 1 to 9 characters` of a string.
fn range(schema: &Map<String, Value>) -> String {
    for (least, most, of) in [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
    ] {
        match (schema.get(least), schema.get(most)) {
            (Some(least), Some(most)) => return format!(", {least} to {most}{of}"),
            (Some(least), None) => return format!(", at least {least}{of}"),
            (None, Some(most)) => return format!(", at most {most}{of}"),
            (None, None) => {}
        }
    }
    String::new()
}
