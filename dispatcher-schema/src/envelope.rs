//! The schema of the event envelope: where it stands, the reference one, and what every copy has to
//! have.
//!
//! A contracts directory may hold an envelope schema of its own, which may demand more than the
//! reference one. It cannot demand other fields: the log has twelve columns, and an envelope has
//! these fields and no others. What can be told of that from the top level of the schema is checked
//! here, by the build and where a directory is loaded.

use serde_json::Value;

use crate::pointer::{self, Place};
use crate::registry::Fault;
use crate::words;

/// The file of the envelope schema, relative to the contracts directory.
pub const ENVELOPE_FILE: &str = "event-envelope/schema/envelope-v1.json";

/// The text of the reference schema, which holds where a contracts directory has none.
pub const REFERENCE: &str = include_str!("../envelope-v1.json");

/// The fields of every envelope.
pub const FIELDS: [&str; 12] = [
    "event_id",
    "event_type",
    "schema_version",
    "occurred_at",
    "tenant_id",
    "producer",
    "subject",
    "actor",
    "correlation_id",
    "causation_id",
    "traceparent",
    "payload",
];

/// Keywords that describe and demand nothing.
const DESCRIBES: [&str; 4] = ["$comment", "description", "examples", "title"];

/// What is wrong with the fields that an envelope schema names at its top level, all of it. Fields
/// that it names elsewhere, behind a `$ref` or in a branch, are not known here.
#[must_use]
pub fn faults(schema: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let unknown = properties.keys().filter(|name| !is_field(name));
        faults.extend(
            unknown
                .map(|name| unknown_field(&pointer::join("/properties", name), Place::Key, name)),
        );
        let missing = FIELDS
            .iter()
            .filter(|name| !properties.contains_key(**name));
        faults.extend(missing.map(|name| Fault {
            pointer: "/properties".to_owned(),
            place: Place::Key,
            message: format!("the envelope schema has no property {name:?}"),
            help: Some(format!(
                "add it: every envelope has the fields {}",
                words::listed(FIELDS)
            )),
        }));
    }
    if let Some(required) = schema.get("required").and_then(Value::as_array) {
        for (index, name) in required.iter().enumerate() {
            if let Some(name) = name.as_str().filter(|name| !is_field(name)) {
                let at = format!("/required/{index}");
                faults.push(unknown_field(&at, Place::Value, name));
            }
        }
    }
    faults
}

fn is_field(name: &str) -> bool {
    FIELDS.contains(&name)
}

fn unknown_field(pointer: &str, place: Place, name: &str) -> Fault {
    let help = match words::closest(name, FIELDS) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!(
            "an envelope has the fields {}: put what else an event says into its payload",
            words::listed(FIELDS)
        ),
    };
    Fault {
        pointer: pointer.to_owned(),
        place,
        message: format!("an envelope has no field {name:?}"),
        help: Some(help),
    }
}

/// Whether an envelope schema demands what the reference one demands, perhaps described in other
/// words. A copy that demands the same in another form counts as different.
#[must_use]
pub fn is_reference(schema: &Value) -> bool {
    serde_json::from_str::<Value>(REFERENCE)
        .is_ok_and(|reference| demands(&reference) == demands(schema))
}

/// The schema without what describes it and its fields.
fn demands(schema: &Value) -> Value {
    let mut schema = undescribed(schema);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for property in properties.values_mut() {
            *property = undescribed(property);
        }
    }
    schema
}

fn undescribed(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(keywords) = schema.as_object_mut() {
        keywords.retain(|keyword, _| !DESCRIBES.contains(&keyword.as_str()));
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reference() -> Value {
        serde_json::from_str(REFERENCE).expect("it is JSON")
    }

    #[test]
    fn the_reference_schema_has_the_twelve_fields_and_no_fault() {
        let reference = reference();
        let properties = reference["properties"].as_object().expect("an object");
        assert!(properties.keys().all(|name| is_field(name)));
        assert_eq!(reference["required"], json!(FIELDS));
        assert_eq!(faults(&reference), []);
    }

    #[test]
    fn other_words_are_the_reference_and_other_demands_are_not() {
        let mut copy = reference();
        copy["description"] = json!("Ours.");
        copy["properties"]["actor"]["examples"] = json!(["user:mia"]);
        assert!(is_reference(&copy));
        copy["properties"]["actor"]["pattern"] = json!("^(system|user):");
        assert!(!is_reference(&copy));
    }

    #[test]
    fn a_field_of_that_name_is_no_description() {
        let mut copy = reference();
        copy["properties"]["description"] = json!(true);
        assert!(!is_reference(&copy));
    }

    #[test]
    fn every_fault_of_the_fields_is_found() {
        let mut copy = reference();
        let properties = copy["properties"].as_object_mut().expect("an object");
        properties.remove("subject");
        properties.insert("actr".to_owned(), json!(true));
        copy["required"][0] = json!("region");
        let found: Vec<_> = faults(&copy)
            .into_iter()
            .map(|fault| (fault.pointer, fault.message))
            .collect();
        let expected = [
            ("/properties/actr", "an envelope has no field \"actr\""),
            (
                "/properties",
                "the envelope schema has no property \"subject\"",
            ),
            ("/required/0", "an envelope has no field \"region\""),
        ];
        let expected = expected.map(|(at, says)| (at.to_owned(), says.to_owned()));
        assert_eq!(found, expected);
    }
}
