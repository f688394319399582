//! The groups of a draft as a contracts directory.

use std::fs;
use std::path::{Path, PathBuf};

use dispatcher_conformance::Sample;
use dispatcher_conformance::TestResult;
use serde_json::{Value, json};

/// A draft of the suite.
pub(super) struct Draft {
    /// Its folder.
    pub(super) folder: &'static str,
    /// Its `$schema`.
    pub(super) dialect: &'static str,
}

impl Draft {
    pub(super) const SEVEN: Self = Self {
        folder: "draft7",
        dialect: "http://json-schema.org/draft-07/schema#",
    };
    pub(super) const NEWEST: Self = Self {
        folder: "draft2020-12",
        dialect: "https://json-schema.org/draft/2020-12/schema",
    };
}

/// A schema and its cases.
pub(super) struct Group {
    pub(super) description: String,
    /// The event type whose payload the schema is.
    pub(super) payload: String,
    /// The event type whose payload has a property of that schema.
    pub(super) property: String,
    schema: Value,
    /// Description, instance, whether it is valid.
    cases: Vec<(String, Value, bool)>,
    /// Cases that expect formats not to be asserted.
    pub(super) left_out: Vec<String>,
}

/// Reads every group of a draft, the optional ones too.
pub(super) fn read(suite: &Path, draft: &Draft) -> TestResult<Vec<Group>> {
    let root = suite.join(draft.folder);
    let mut files = Vec::new();
    list(&root, &mut files)?;
    files.sort();
    let mut groups = Vec::new();
    for file in files {
        let value: Value = serde_json::from_slice(&fs::read(&file)?)?;
        let name = file.strip_prefix(&root)?.with_extension("");
        let name = name.to_str().ok_or("a name that is not UTF-8")?;
        for (index, group) in value.as_array().into_iter().flatten().enumerate() {
            groups.push(self::group(name, index, group)?);
        }
    }
    Ok(groups)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn group(file: &str, index: usize, group: &Value) -> TestResult<Group> {
    let text = |value: &Value| value["description"].as_str().unwrap_or_default().to_owned();
    let mut cases = Vec::new();
    let mut left_out = Vec::new();
    for case in group["tests"].as_array().ok_or("a group without tests")? {
        let description = text(case);
        if description.ends_with("is only an annotation by default") {
            left_out.push(description);
        } else {
            let valid = case["valid"].as_bool().ok_or("a case without valid")?;
            cases.push((description, case["data"].clone(), valid));
        }
    }
    let segment = |part: &str| {
        let lower = part.to_lowercase();
        lower.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    };
    let name: Vec<_> = file.split(['/', '\\']).map(segment).collect();
    let name = name.join(".");
    Ok(Group {
        description: text(group),
        payload: format!("{name}.group_{index}"),
        property: format!("{name}.group_{index}.property"),
        schema: group["schema"].clone(),
        cases,
        left_out,
    })
}

/// Writes the registry and the schemas; the cases, as samples.
pub(super) fn write(groups: &[Group], draft: &Draft, contracts: &Path) -> TestResult<Vec<Sample>> {
    let mut entries = Vec::new();
    let mut samples = Vec::new();
    for group in groups {
        // A folder for each: relative `$id`s are resolved against it.
        let folder = format!("groups/{}", group.payload);
        fs::create_dir_all(contracts.join(&folder))?;
        let paths = ["payload", "property"].map(|name| format!("{folder}/{name}.json"));
        let mut schema = group.schema.clone();
        if let Value::Object(members) = &mut schema {
            members
                .entry("$schema")
                .or_insert_with(|| draft.dialect.into());
        }
        // A schema with a reference depends on where it is, so it stays in its own file.
        let stays =
            refers(&group.schema) || dialect(&group.schema).is_some_and(|it| it != draft.dialect);
        let value = if stays {
            json!({ "$ref": "payload.json" })
        } else {
            let mut value = group.schema.clone();
            value
                .as_object_mut()
                .map(|members| members.remove("$schema"));
            value
        };
        let wrapped =
            json!({ "$schema": draft.dialect, "type": "object", "properties": { "value": value } });
        for (path, schema) in [(&paths[0], schema), (&paths[1], wrapped)] {
            fs::write(contracts.join(path), serde_json::to_string_pretty(&schema)?)?;
        }
        for (name, path) in [(&group.payload, &paths[0]), (&group.property, &paths[1])] {
            entries.push(json!({
                "event_type": name, "description": group.description, "contract": "suite",
                "producer": "suite", "consumers": [], "status": "active",
                "versions": [{ "schema_version": 1, "status": "active", "payload_schema": path }],
            }));
        }
        for (description, data, valid) in &group.cases {
            let sample = |name: &str, payload: Value| Sample {
                place: format!("{name} ({}; {description})", group.description),
                event_type: name.to_owned(),
                schema_version: 1,
                payload,
                valid: Some(*valid),
            };
            // A payload is an object; as a property, every value can be judged.
            if data.is_object() {
                samples.push(sample(&group.payload, data.clone()));
            }
            samples.push(sample(&group.property, json!({ "value": data })));
        }
    }
    let registry = json!({ "registry_version": 1, "event_types": entries });
    fs::write(
        contracts.join("event-types-registry.json"),
        registry.to_string(),
    )?;
    Ok(samples)
}

fn dialect(schema: &Value) -> Option<&str> {
    schema.get("$schema")?.as_str()
}

/// Whether a schema has an address, or refers to another one.
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(refers),
        Value::Object(members) => members.iter().any(|(key, value)| {
            let refers_itself = matches!(
                key.as_str(),
                "$ref" | "$dynamicRef" | "$id" | "$anchor" | "$dynamicAnchor"
            );
            refers_itself || refers(value)
        }),
        _ => false,
    }
}
