//! What README.md says of a schema.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The one payload that is open; tenancy/README.md says why.
const OPEN: &str = "tenant-provisioned-v";

/// What breaks a rule in the file at `path`.
pub(crate) fn faults(document: &Value, path: &Path) -> Vec<String> {
    let file = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_payload = path
        .parent()
        .is_some_and(|it| it.ends_with("schema/payloads"));
    let mut check = Check {
        document,
        is_open: file.starts_with(OPEN),
        faults: Vec::new(),
    };
    if document["$schema"] != DRAFT {
        check.fault("", "\"$schema\" is not that of draft 2020-12");
    }
    if document.get("$id").is_some() {
        check.fault("", "it has an \"$id\"");
    }
    if is_payload {
        let (event, _) = file.rsplit_once("-v").unwrap_or((&file, ""));
        let title = pascal_case(event);
        if document["title"] != *title {
            check.fault("", &format!("\"title\" is not {title:?}"));
        }
        if document.get("description").is_none() {
            check.fault("", "the payload has no \"description\"");
        }
    }
    check.schema(document, "");
    check.beside();
    check.faults
}

fn pascal_case(event: &str) -> String {
    let words = event.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect()
}

/// Whether a value of this type is allowed, where `type` says it.
fn is(schema: &Value, name: &str) -> bool {
    match &schema["type"] {
        Value::String(one) => one == name,
        Value::Array(several) => several.iter().any(|one| one == name),
        _ => false,
    }
}

fn refers_to(schema: &Value, definition: &str) -> bool {
    schema["$ref"]
        .as_str()
        .is_some_and(|it| it.ends_with(definition))
}

/// The schemas that say what a value is: it and, where it may also be null, its alternatives.
fn meanings(schema: &Value) -> Vec<&Value> {
    let alternatives = schema["anyOf"].as_array().into_iter().flatten();
    std::iter::once(schema).chain(alternatives).collect()
}

struct Check<'a> {
    document: &'a Value,
    is_open: bool,
    faults: Vec<String>,
}

impl<'a> Check<'a> {
    fn fault(&mut self, pointer: &str, fault: &str) {
        let separator = if pointer.is_empty() { "" } else { " " };
        self.faults.push(format!("{pointer}{separator}{fault}"));
    }

    /// A schema and all that is in it.
    fn schema(&mut self, schema: &'a Value, pointer: &str) {
        self.object(schema, pointer);
        self.number(schema, pointer);
        if schema["format"] == "time" {
            self.fault(
                pointer,
                "is a \"time\" and not a TimeOfDay of common/time.json",
            );
        }
        if let Some(alternatives) = schema["oneOf"].as_array() {
            self.alternatives(alternatives, &format!("{pointer}/oneOf"));
        }
        let required: Vec<_> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        for (name, property) in entries(&schema["properties"]) {
            let pointer = format!("{pointer}/properties/{name}");
            let is_required = required.iter().any(|it| *it == name);
            self.property(name, property, is_required, &pointer);
        }
        for keyword in ["properties", "$defs"] {
            for (name, inner) in entries(&schema[keyword]) {
                self.schema(inner, &format!("{pointer}/{keyword}/{name}"));
            }
        }
        for keyword in ["oneOf", "anyOf", "allOf"] {
            for (number, inner) in schema[keyword].as_array().into_iter().flatten().enumerate() {
                self.schema(inner, &format!("{pointer}/{keyword}/{number}"));
            }
        }
        for keyword in ["items", "additionalProperties"] {
            if schema[keyword].is_object() {
                self.schema(&schema[keyword], &format!("{pointer}/{keyword}"));
            }
        }
    }

    /// A map has no properties, only a schema for all of them.
    fn object(&mut self, schema: &Value, pointer: &str) {
        let has_fields = schema["properties"].is_object() || is(schema, "object");
        let closed = &schema["additionalProperties"];
        let is_map = closed.is_object() && schema.get("properties").is_none();
        let may_be_open = self.is_open && pointer.is_empty();
        if has_fields && !is_map && !may_be_open && *closed != false {
            let what = if pointer.is_empty() {
                "the payload"
            } else {
                pointer
            };
            self.faults.push(format!("{what} is not closed"));
        }
    }

    fn number(&mut self, schema: &Value, pointer: &str) {
        if is(schema, "number") {
            self.fault(pointer, "is a number and not an integer");
        }
        for bound in ["minimum", "maximum"] {
            if is(schema, "integer") && schema.get(bound).is_none() {
                self.fault(pointer, &format!("has no {bound:?}"));
            }
        }
    }

    fn property(&mut self, name: &str, schema: &Value, is_required: bool, pointer: &str) {
        let Some(description) = schema["description"].as_str() else {
            return self.fault(pointer, "has no \"description\"");
        };
        let description = description.to_lowercase();
        let meanings = meanings(schema);
        let is_nullable = meanings.iter().any(|it| is(it, "null"));
        for (applies, word) in [(is_nullable, "null"), (!is_required, "absent")] {
            if applies && !description.contains(word) {
                let means = "and its description does not say what that means";
                self.fault(pointer, &format!("may be {word}, {means}"));
            }
        }
        let is_any = |right: &dyn Fn(&Value) -> bool| meanings.iter().any(|it| right(it));
        if name.ends_with("_at") && !is_any(&|it| it["format"] == "date-time") {
            self.fault(pointer, "is not a \"date-time\"");
        }
        let items = [schema, &schema["items"]];
        let is_identifier = |it: &Value| {
            it["$ref"]
                .as_str()
                .is_some_and(|it| it.contains("common/ids.json#"))
        };
        let names_ids = name.ends_with("_id") || name.ends_with("_ids");
        if names_ids && !is_any(&is_identifier) && !items.iter().any(|it| is_identifier(it)) {
            self.fault(pointer, "is not an identifier of common/ids.json");
        }
        if name.ends_with("_minor") && !refers_to(schema, "#/$defs/AmountMinor") {
            self.fault(pointer, "is not an AmountMinor of common/money.json");
        }
    }

    /// Each alternative is an object with a tag of its own.
    fn alternatives(&mut self, alternatives: &'a [Value], pointer: &str) {
        let resolved: Vec<_> = alternatives.iter().map(|it| self.resolved(it)).collect();
        let required = |schema: &Value, name: &str| {
            let required = schema["required"].as_array();
            required.is_some_and(|names| names.iter().any(|it| it == name))
        };
        let first = resolved.first().map(|first| entries(&first["properties"]));
        let is_tag = |name: &str| {
            let values = resolved.iter().map(|it| {
                let tag = it["properties"][name].get("const")?;
                required(it, name).then(|| tag.to_string())
            });
            let values: Option<BTreeSet<_>> = values.collect();
            values.is_some_and(|values| values.len() == resolved.len())
        };
        if !first.into_iter().flatten().any(|(name, _)| is_tag(name)) {
            let fault = "shares no required property that is a const in each alternative";
            self.fault(pointer, fault);
        }
    }

    /// The definition of this document that a schema refers to, or itself.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let reference = schema["$ref"].as_str().unwrap_or_default();
        let pointer = reference.strip_prefix('#');
        pointer
            .and_then(|it| self.document.pointer(it))
            .unwrap_or(schema)
    }

    /// What has to stand in the same document: a time zone for times of day, a currency for amounts.
    fn beside(&mut self) {
        let mut references = Vec::new();
        collect(self.document, "", &mut references);
        let has = |name: &str| references.iter().any(|(_, it)| it.ends_with(name));
        let has_currency = has("#/$defs/Currency") || has("#/$defs/Money");
        let has_zone = has("#/$defs/TimeZone");
        for (pointer, reference) in &references {
            if reference.ends_with("time.json#/$defs/TimeOfDay") && !has_zone {
                self.fault(pointer, "is a TimeOfDay, and no TimeZone stands beside it");
            }
            if reference.ends_with("money.json#/$defs/AmountMinor") && !has_currency {
                self.fault(
                    pointer,
                    "is an AmountMinor, and the document names no Currency",
                );
            }
        }
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(name, value)| (name.as_str(), value))
}

/// Every `$ref` below a value, with the place of its schema.
fn collect(value: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    if let Some(reference) = value["$ref"].as_str() {
        found.push((pointer.to_owned(), reference.to_owned()));
    }
    for (name, inner) in entries(value) {
        collect(inner, &format!("{pointer}/{name}"), found);
    }
    for (number, inner) in value.as_array().into_iter().flatten().enumerate() {
        collect(inner, &format!("{pointer}/{number}"), found);
    }
}
