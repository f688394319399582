//! Types as text: indentation, parentheses, comments, names of properties.

use serde_json::Value;

use super::shape::{Field, Shape};

/// Up to this width a union stands on one line.
const WIDTH: usize = 100;

/// The lines of a comment about the value that a schema describes.
pub(super) fn docs(schema: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(description) = schema.get("description").and_then(Value::as_str) {
        lines.extend(description.lines().map(str::trim).map(str::to_owned));
    }
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        lines.push(format!("Format: `{format}`."));
    }
    if schema.get("deprecated") == Some(&Value::Bool(true)) {
        lines.push("@deprecated".to_owned());
    }
    lines
}

/// A TSDoc comment; nothing without lines.
pub(super) fn comment(lines: &[String], indent: usize) -> String {
    let margin = " ".repeat(indent);
    let safe = |line: &String| {
        // A comment ends at its end mark, whatever is around it, and a line has no line break.
        let line: String = line
            .chars()
            .filter(|character| !character.is_control())
            .collect();
        line.replace("*/", "*\\/")
            .replace(['\u{2028}', '\u{2029}'], " ")
    };
    match lines {
        [] => String::new(),
        [line] => format!("{margin}/** {} */\n", safe(line)),
        lines => {
            let lines = lines
                .iter()
                .map(|line| format!("{margin} * {}", safe(line)).trim_end().to_owned() + "\n");
            format!("{margin}/**\n{}{margin} */\n", lines.collect::<String>())
        }
    }
}

/// The declaration of a type: an interface where it is an object.
pub(super) fn declaration(name: &str, docs: &[String], shape: &Shape) -> String {
    let comment = comment(docs, 0);
    match shape {
        Shape::Object { .. } => format!("{comment}export interface {name} {}\n", text(shape, 0)),
        _ => {
            let text = text(shape, 0);
            // A union over several lines begins with a line break.
            let space = if text.starts_with('\n') { "" } else { " " };
            format!("{comment}export type {name} ={space}{text};\n")
        }
    }
}

/// A type, whose further lines are indented.
pub(super) fn text(shape: &Shape, indent: usize) -> String {
    match shape {
        Shape::Unknown => "unknown".to_owned(),
        Shape::Never => "never".to_owned(),
        Shape::Name(name) => name.clone(),
        Shape::Union(parts) => union(parts, indent),
        Shape::All(parts) => {
            let parts = parts.iter().map(|part| operand(part, indent));
            parts.collect::<Vec<_>>().join(" & ")
        }
        Shape::List(item) => format!("{}[]", operand(item, indent)),
        Shape::Tuple { places, rest } => {
            let places = places.iter().map(|(place, required)| {
                let place = text(place, indent);
                if *required {
                    place
                } else {
                    format!("({place})?")
                }
            });
            let rest = rest
                .iter()
                .map(|rest| format!("...{}[]", operand(rest, indent)));
            format!("[{}]", places.chain(rest).collect::<Vec<_>>().join(", "))
        }
        Shape::Map(entry) => format!("{{ [key: string]: {} }}", text(entry, indent)),
        Shape::Object { fields, open } => object(fields, *open, indent),
    }
}

/// A type as a part of another one.
fn operand(shape: &Shape, indent: usize) -> String {
    match shape {
        Shape::Union(_) | Shape::All(_) => format!("({})", text(shape, indent)),
        _ => text(shape, indent),
    }
}

fn union(parts: &[Shape], indent: usize) -> String {
    let texts: Vec<_> = parts.iter().map(|part| operand(part, indent)).collect();
    let line = texts.join(" | ");
    if line.len() + indent <= WIDTH || line.contains('\n') {
        return line;
    }
    let margin = " ".repeat(indent + 2);
    texts
        .iter()
        .map(|part| format!("\n{margin}| {part}"))
        .collect()
}

fn object(fields: &[Field], open: bool, indent: usize) -> String {
    if fields.is_empty() {
        // `{}` would be any value but null.
        return if open {
            "{ [key: string]: unknown }"
        } else {
            "{ [key: string]: never }"
        }
        .to_owned();
    }
    let margin = " ".repeat(indent + 2);
    let mut lines = String::from("{\n");
    for field in fields {
        let mark = if field.optional { "?" } else { "" };
        let shape = text(&field.shape, indent + 2);
        lines.push_str(&comment(&field.docs, indent + 2));
        lines.push_str(&format!(
            "{margin}{}{mark}: {shape};\n",
            property(&field.name)
        ));
    }
    if open {
        lines.push_str(&format!("{margin}[key: string]: unknown;\n"));
    }
    lines + &" ".repeat(indent) + "}"
}

/// The name of a property: quoted, unless it is a plain one.
pub(super) fn property(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
        && name != "__proto__";
    if is_plain {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}
