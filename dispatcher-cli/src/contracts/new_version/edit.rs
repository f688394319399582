//! Adds an entry to the versions of an event type, in the layout that the registry has.

use dispatcher_build_support::changes::Revision;

/// The text of the registry with a further version, which is upcoming. None where the versions cannot be found.
pub(super) fn with_version(
    revision: &Revision,
    event: &str,
    number: u32,
    schema: &str,
) -> Option<String> {
    let places = &revision.places;
    let text = &places.text;
    let versions = places
        .value(&format!("{}/versions", places.event(event)))?
        .as_array()?;
    let last = versions.len().checked_sub(1)?;
    let entry = places.bytes(&format!("{}/versions/{last}", places.event(event)))?;
    let example = text.get(entry.clone())?;
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let members = [
        ("schema_version", number.to_string()),
        ("status", "\"upcoming\"".to_owned()),
        (
            "payload_schema",
            serde_json::Value::from(schema).to_string(),
        ),
    ];
    let before = text.get(..entry.start)?;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let indent = before.get(line_start..)?;
    let own_line = indent.trim().is_empty();
    let added = if example.contains('\n') {
        lines(example, &members, line_break)
    } else {
        one_line(example, &members)
    };
    // An entry on a line of its own is followed by one on a line of its own.
    let between = if own_line {
        format!(",{line_break}{indent}")
    } else {
        ", ".to_owned()
    };
    let after = text.get(entry.end..)?;
    Some(format!("{}{between}{added}{after}", text.get(..entry.end)?))
}

/// Each member on a line of its own, indented as in `example`.
fn lines(example: &str, members: &[(&str, String)], line_break: &str) -> String {
    let mut all = example.lines();
    let inner = all.find_map(|line| {
        let start = line.find('"')?;
        line.get(..start).filter(|indent| indent.trim().is_empty())
    });
    let inner = inner.unwrap_or("  ");
    let end = example.lines().last().unwrap_or_default();
    let outer = end
        .get(..end.len() - end.trim_start().len())
        .unwrap_or_default();
    let members: Vec<_> = members
        .iter()
        .map(|(key, value)| format!("{inner}\"{key}\": {value}"))
        .collect();
    format!(
        "{{{line_break}{}{line_break}{outer}}}",
        members.join(&format!(",{line_break}"))
    )
}

/// All members on one line, with the blanks of `example`.
fn one_line(example: &str, members: &[(&str, String)]) -> String {
    let blank = if example.starts_with("{ ") { " " } else { "" };
    let colon = if example.contains("\": ") { ": " } else { ":" };
    let comma = if example.contains(",\"") { "," } else { ", " };
    let members: Vec<_> = members
        .iter()
        .map(|(key, value)| format!("\"{key}\"{colon}{value}"))
        .collect();
    format!("{{{blank}{}{blank}}}", members.join(comma))
}
