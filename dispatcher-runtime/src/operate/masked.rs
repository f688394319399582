//! What is shown of an event in the place of what its contract marks as sensitive.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use crate::contract::gate::{MASKED, PayloadSchema};

/// Where the payloads of an event have their subject, and their schema; `None` of an event type or a version that the
/// contracts do not have.
pub(super) type Known<'a> = Option<(Option<&'a str>, &'a PayloadSchema)>;

/// Masks an envelope as it was stored, and the subject that stands beside it. Where nothing is marked, both stay as they
/// are. Of what the contracts do not have, and of a payload that cannot be read, the whole payload and the subject are
/// masked.
pub(super) fn mask_envelope(
    known: Known<'_>,
    envelope: &mut Box<RawValue>,
    subject: &mut Option<String>,
) {
    if known.is_some_and(|(_, schema)| !schema.marks_values()) {
        return;
    }
    let stored = serde_json::from_str(envelope.get()).ok();
    let mut fields: Map<String, Value> = stored.unwrap_or_default();
    let payload = fields.remove("payload");
    let payload = known
        .zip(payload)
        .map(|((pointer, schema), payload)| Masked::of(schema, &payload, pointer))
        .unwrap_or_default();
    if payload.hides_subject && subject.is_some() {
        fields.insert("subject".to_owned(), json!(MASKED));
        *subject = Some(MASKED.to_owned());
    }
    fields.insert("payload".to_owned(), payload.value);
    *envelope = to_raw_value(&fields).unwrap_or_default();
}

/// Masks the subject of an event whose payload is not there. `is_invalid`: the gate has refused the payload, so a value
/// may stand in another place than the schema says.
pub(super) fn mask_subject(known: Known<'_>, is_invalid: bool, subject: &mut Option<String>) {
    let hides_subject = match known {
        None => true,
        Some((_, schema)) if is_invalid => schema.marks_values(),
        Some((pointer, schema)) => pointer.is_some_and(|pointer| schema.marks_at(pointer)),
    };
    if hides_subject && subject.is_some() {
        *subject = Some(MASKED.to_owned());
    }
}

/// A payload without what is marked.
struct Masked {
    value: Value,
    /// Whether the field that names whom the event is about is hidden.
    hides_subject: bool,
}

impl Default for Masked {
    fn default() -> Self {
        Self {
            value: json!(MASKED),
            hides_subject: true,
        }
    }
}

impl Masked {
    fn of(schema: &PayloadSchema, payload: &Value, subject: Option<&str>) -> Self {
        let value = schema.masked(payload);
        // If a value that contains it is masked already, the pointer finds nothing.
        let hides_subject =
            subject.is_some_and(|pointer| value.pointer(pointer) != payload.pointer(pointer));
        Self {
            value,
            hides_subject,
        }
    }
}
