//! Shapes as the Rust that a person would write without contracts: serde structs with the derives
//! that generated types also have, with plain types, and without checks of values.

use std::fmt::Write;

use super::shape::{EventShape, Kind, camel};

const DERIVES: &str = "#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]\n";

/// Every file: its path in the package, and its text.
pub(super) fn files(events: &[EventShape]) -> Vec<(String, String)> {
    let modules = events
        .iter()
        .map(|event| format!("pub mod {};\n", event.module()));
    let mut files = vec![(
        "src/lib.rs".to_owned(),
        format!("//! Payloads, by hand.\n\n{}", modules.collect::<String>()),
    )];
    files.extend(events.iter().map(file));
    files
}

/// The module of one payload.
pub(super) fn file(event: &EventShape) -> (String, String) {
    let mut fields = String::new();
    let mut below = String::new();
    for field in &event.fields {
        let rust_type = rust_type(&field.name, &field.kind, &mut below);
        if field.required {
            let _ = writeln!(fields, "    pub {}: {rust_type},", field.name);
        } else {
            let _ = writeln!(
                fields,
                "    #[serde(default, skip_serializing_if = \"Option::is_none\")]\n    \
                 pub {}: Option<{rust_type}>,",
                field.name
            );
        }
    }
    (
        format!("src/{}.rs", event.module()),
        format!(
            "{DERIVES}pub struct {} {{\n{fields}}}\n{below}",
            event.rust_type()
        ),
    )
}

/// The type of a field; the definitions that it needs are written into `below`.
fn rust_type(name: &str, kind: &Kind, below: &mut String) -> String {
    let own = camel(name);
    let item = match kind {
        Kind::Id(_) | Kind::Text { .. } | Kind::Instant => return "String".to_owned(),
        Kind::Count { .. } => return "i64".to_owned(),
        Kind::Choice(words) => {
            let variants = words.iter().map(|word| format!("    {},\n", camel(word)));
            format!(
                "#[serde(rename_all = \"snake_case\")]\npub enum {own} {{\n{}}}\n",
                variants.collect::<String>()
            )
        }
        Kind::Nested { .. } => {
            format!("pub struct {own} {{\n    pub code: String,\n    pub count: i64,\n}}\n")
        }
        Kind::Lines { .. } => {
            format!(
                "pub struct {own}Item {{\n    pub item_id: String,\n    pub quantity: i64,\n}}\n"
            )
        }
        Kind::Tagged { .. } => format!(
            "#[serde(tag = \"method\", rename_all = \"snake_case\")]\npub enum {own} {{\n    \
             Card {{ last4: String }},\n    Transfer {{ reference: String }},\n    \
             Cash {{ received_by: String }},\n}}\n"
        ),
    };
    let _ = write!(below, "\n{DERIVES}{item}");
    match kind {
        Kind::Lines { .. } => format!("Vec<{own}Item>"),
        _ => own,
    }
}
