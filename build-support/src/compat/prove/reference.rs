//! Where the references of a schema lead.

use serde_json::Value;

use crate::schema::{Documents, Location};

/// The schema that the reference `keyword` of the schema at `place` leads to.
///
/// # Errors
///
/// Why it is not known.
pub(super) fn target(
    documents: &Documents,
    place: &Location,
    keyword: &str,
) -> Result<Location, &'static str> {
    let reference = documents.value(&place.join(keyword));
    let reference = reference.as_str().ok_or("it is not an address")?;
    let target = documents
        .resolve(place, reference)
        .map_err(|_| "it does not resolve")?;
    let schema = documents.value(&target);
    match keyword {
        "$dynamicRef" => {
            if let Some(anchor) = schema.get("$dynamicAnchor").and_then(Value::as_str)
                && count(documents, "$dynamicAnchor", &Value::from(anchor)) > 1
            {
                return Err("more than one schema has this dynamic anchor");
            }
        }
        "$recursiveRef"
            if schema.get("$recursiveAnchor") == Some(&Value::Bool(true))
                && count(documents, "$recursiveAnchor", &Value::Bool(true)) > 1 =>
        {
            return Err("more than one schema has a recursive anchor");
        }
        _ => {}
    }
    Ok(target)
}

/// How often a key has this value in all documents.
fn count(documents: &Documents, key: &str, wanted: &Value) -> usize {
    fn within(value: &Value, key: &str, wanted: &Value) -> usize {
        match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| {
                    usize::from(name == key && value == wanted) + within(value, key, wanted)
                })
                .sum(),
            Value::Array(items) => items.iter().map(|item| within(item, key, wanted)).sum(),
            _ => 0,
        }
    }
    documents
        .iter()
        .map(|document| within(&document.value, key, wanted))
        .sum()
}
