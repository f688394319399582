//! What the specification demands of attributes, whichever mode they come in.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::error::CloudEventError;
use crate::contract::bounded_text::excerpt;

/// The version of the specification.
pub(super) const SPEC_VERSION: &str = "1.0";

/// How much of a name or value a message quotes.
const QUOTED: usize = 120;

/// Names that the JSON format uses for the data, so that no attribute may have them.
const RESERVED: [&str; 2] = ["data", "data_base64"];

/// An error about one attribute.
pub(super) fn fault(attribute: &str, message: impl Into<String>) -> CloudEventError {
    CloudEventError::Attribute {
        attribute: excerpt(attribute, QUOTED),
        message: message.into(),
    }
}

/// An error that quotes the value: `"yesterday" is not …`.
pub(super) fn refused(attribute: &str, value: &str, what: &str) -> CloudEventError {
    fault(attribute, format!("{:?} {what}", excerpt(value, QUOTED)))
}

/// Whether an attribute may have this name and this value.
pub(super) fn check(name: &str, value: &str) -> Result<(), CloudEventError> {
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_name || RESERVED.contains(&name) {
        let message =
            "an attribute's name has only the letters a to z and digits, and is not \"data\"";
        return Err(fault(name, message));
    }
    if let Some(character) = value.chars().find(|character| !is_allowed(*character)) {
        let message = format!(
            "its value has the character U+{:04X}, which CloudEvents does not allow",
            u32::from(character)
        );
        return Err(fault(name, message));
    }
    match name {
        "specversion" if value != SPEC_VERSION => Err(refused(
            name,
            value,
            "is not a supported version: expected \"1.0\"",
        )),
        "time" if time(value).is_none() => Err(refused(
            name,
            value,
            "is not a time in the form of RFC 3339",
        )),
        "datacontenttype" if !is_json(value) => Err(refused(
            name,
            value,
            "is not JSON: a payload is sent as application/json",
        )),
        "id" | "source" | "type" | "subject" | "dataschema" if value.is_empty() => Err(fault(
            name,
            "its value is empty; leave out an optional attribute that has no value",
        )),
        _ => Ok(()),
    }
}

/// The time that an attribute names.
pub(super) fn time(value: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(value, &Rfc3339).ok()
}

/// Whether a media type is JSON, whatever its parameters.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    match essence.split_once('/') {
        Some((_, subtype)) => subtype == "json" || subtype.ends_with("+json"),
        None => false,
    }
}

/// Characters that the type String of CloudEvents has: no control characters and no noncharacters.
fn is_allowed(character: char) -> bool {
    let code = u32::from(character);
    let is_noncharacter = (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE;
    !character.is_control() && !is_noncharacter
}
