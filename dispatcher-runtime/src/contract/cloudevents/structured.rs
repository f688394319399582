//! Structured mode: one JSON document with the attributes and the data, as the JSON event format writes it.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::error::CloudEventError;
use super::parts::Parts;
use super::rules::fault;
use crate::contract::bounded_text::without_values;
use crate::contract::exact;

pub(super) fn write(event: &Parts) -> String {
    let mut members: BTreeMap<&str, Value> = event
        .attributes()
        .map(|(name, value)| (name, attribute(name, value)))
        .collect();
    members.insert("data", event.data.clone());
    // Keys are texts and values are JSON, so it can be written.
    serde_json::to_string(&members).unwrap_or_default()
}

/// An attribute in JSON: of those that the envelope has, one is an integer.
fn attribute(name: &str, value: &str) -> Value {
    let number = match name {
        "schemaversion" => value.parse::<i32>().ok(),
        _ => None,
    };
    number.map_or_else(|| Value::from(value), Value::from)
}

pub(super) fn read(text: &str) -> Result<Parts, CloudEventError> {
    let members: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(text).map_err(|error| CloudEventError::NotStructured {
            message: without_values(&error.to_string()),
        })?;
    let mut attributes = BTreeMap::new();
    let mut data = None;
    for (name, raw) in members {
        match name.as_str() {
            "data" => data = Some(json(raw.get())?),
            "data_base64" => {
                let message = "a payload is JSON: send it as `data`";
                return Err(fault(&name, message));
            }
            _ => match value(&name, raw.get())? {
                Some(value) => drop(attributes.insert(name, value)),
                None => continue,
            },
        }
    }
    Parts::of(attributes, data.unwrap_or(Value::Null))
}

/// The value of an attribute; null means that it is absent.
fn value(name: &str, raw: &str) -> Result<Option<String>, CloudEventError> {
    match serde_json::from_str(raw) {
        Ok(Value::Null) => Ok(None),
        Ok(Value::String(text)) => Ok(Some(text)),
        Ok(Value::Bool(value)) => Ok(Some(value.to_string())),
        Ok(Value::Number(number)) if number.as_i64().is_some_and(is_integer) => {
            Ok(Some(number.to_string()))
        }
        _ => {
            let message = "its value is not a text, a boolean or an integer of 32 bits";
            Err(fault(name, message))
        }
    }
}

fn is_integer(number: i64) -> bool {
    i32::try_from(number).is_ok()
}

/// The data, unless it has a number that would be rounded.
pub(super) fn json(text: &str) -> Result<Value, CloudEventError> {
    let refused = |message: String| CloudEventError::Data { message };
    exact::check(text).map_err(|report| refused(report.to_string()))?;
    serde_json::from_str(text).map_err(|error| refused(without_values(&error.to_string())))
}
