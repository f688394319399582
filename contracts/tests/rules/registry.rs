//! What README.md says of the registry: names, files and the table of contracts.

use std::path::Path;

use serde_json::Value;

/// Past participles that do not end with "ed".
const IRREGULAR: [&str; 8] = [
    "paid",
    "sent",
    "made",
    "lost",
    "found",
    "sold",
    "begun",
    "withdrawn",
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What breaks a rule.
pub(crate) fn faults(registry: &Value, root: &Path) -> Vec<String> {
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md is there");
    let mut faults = Vec::new();
    for event in registry["event_types"].as_array().into_iter().flatten() {
        let name = text(&event["event_type"]);
        faults.extend(misnamed(name).map(|fault| format!("{name}: {fault}")));
        let contract = text(&event["contract"]);
        if !root.join(contract).join("README.md").is_file() {
            faults.push(format!("{name}: the contract {contract} has no README.md"));
        }
        for version in event["versions"].as_array().into_iter().flatten() {
            let number = &version["schema_version"];
            let file = name.replace(['.', '_'], "-");
            let expected = format!("{contract}/schema/payloads/{file}-v{number}.json");
            if version
                .get("payload_schema")
                .is_some_and(|it| text(it) != expected)
            {
                faults.push(format!("{name} v{number}: its schema is not {expected}"));
            }
        }
        let producer = text(&event["producer"]);
        let row = format!("| [{contract}]({contract}/README.md) | {producer} |");
        let mut rows = readme.lines().filter(|line| line.starts_with(&row));
        if !rows.any(|row| row.contains(&format!("`{name}`"))) {
            faults.push(format!(
                "README.md does not list {name} of {contract} for {producer}"
            ));
        }
    }
    faults
}

/// Why the name does not say what happened.
fn misnamed(name: &str) -> Option<&'static str> {
    let words: Vec<_> = name.split('.').collect();
    let [_, happened] = words[..] else {
        return Some("its name is not a noun, a dot and a past participle");
    };
    let last = happened.rsplit('_').next().unwrap_or_default();
    let is_participle = last.ends_with("ed") || IRREGULAR.contains(&last);
    (!is_participle).then_some("its name does not end with a past participle")
}
