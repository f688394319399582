//! A dead letter without what its contract marks as sensitive.

use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};

use super::DeadLetter;
use crate::contract::gate::{MASKED, PayloadSchema};
use crate::contract::registry::Registry;

impl DeadLetter {
    /// The same with `"[masked]"` in the place of each value that the contracts mark with
    /// `"x-sensitive": true`, the subject included; see [`PayloadSchema::masked`]. Of an event type or a
    /// version that the contracts do not have, and of a payload that cannot be read, the whole payload and
    /// the subject are masked. Where nothing is marked, the envelope stays as it was stored.
    ///
    /// The errors show no value of a payload, unless a handler has put one into its own.
    #[must_use]
    pub fn masked(mut self, registry: &Registry) -> Self {
        let event = registry.event(&self.event_type);
        let version = u32::try_from(self.schema_version).ok();
        let known = event.zip(version).and_then(|(event, version)| {
            let schema = event.version(version)?.schema?;
            Some((event.subject, schema))
        });
        if known.is_some_and(|(_, schema)| !schema.marks_values()) {
            return self;
        }
        let stored = serde_json::from_str(self.envelope.get()).ok();
        let mut envelope: Map<String, Value> = stored.unwrap_or_default();
        let payload = envelope.remove("payload");
        let payload = known
            .zip(payload)
            .map(|((subject, schema), payload)| Masked::of(schema, &payload, subject))
            .unwrap_or_default();
        if payload.hides_subject && self.subject.is_some() {
            envelope.insert("subject".to_owned(), json!(MASKED));
            self.subject = Some(MASKED.to_owned());
        }
        envelope.insert("payload".to_owned(), payload.value);
        if let Ok(envelope) = to_raw_value(&envelope) {
            self.envelope = envelope;
        }
        self
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
        // Where it is hidden with what is around it, the pointer leads nowhere.
        let hides_subject =
            subject.is_some_and(|pointer| value.pointer(pointer) != payload.pointer(pointer));
        Self {
            value,
            hides_subject,
        }
    }
}
