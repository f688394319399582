//! A dead letter without what its contract marks as sensitive.

use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};

use super::{DeadLetter, DeadLetterSummary};
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::gate::{MASKED, PayloadSchema};
use crate::contract::registry::Registry;
use crate::operate::contracts::KnownContracts;

impl DeadLetter {
    /// As [`masked`](Self::masked), by all the contracts that a program knows. Where it knows none, nothing is masked.
    #[must_use]
    pub fn masked_by(self, contracts: &KnownContracts) -> Self {
        todo!("{}", contracts.is_empty())
    }

    /// The same with `"[masked]"` in the place of each value that the contracts mark with
    /// `"x-sensitive": true`, the subject included; see [`PayloadSchema::masked`]. Of an event type or a
    /// version that the contracts do not have, and of a payload that cannot be read, the whole payload and
    /// the subject are masked. Where nothing is marked, the envelope stays as it was stored.
    ///
    /// The errors show no value of a payload, unless a handler has put one into its own.
    #[must_use]
    pub fn masked(mut self, registry: &Registry) -> Self {
        let known = known(registry, &self.event_type, self.schema_version);
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

impl DeadLetterSummary {
    /// As [`masked`](Self::masked), by all the contracts that a program knows. Where it knows none, nothing is masked.
    #[must_use]
    pub fn masked_by(self, contracts: &KnownContracts) -> Self {
        todo!("{}", contracts.is_empty())
    }

    /// The same with `"[masked]"` in the place of the subject where the contracts mark it with `"x-sensitive": true`.
    /// Where they do not have the event type or the version, or mark anything in a payload that was refused as invalid,
    /// the subject is masked too.
    ///
    /// The error shows no value of a payload, unless a handler has put one into its own.
    #[must_use]
    pub fn masked(mut self, registry: &Registry) -> Self {
        let hides_subject = match known(registry, &self.event_type, self.schema_version) {
            None => true,
            // A value may stand in another place than the schema says.
            Some((_, schema)) if self.reason == DeadLetterReason::Invalid => schema.marks_values(),
            Some((subject, schema)) => subject.is_some_and(|pointer| schema.marks_at(pointer)),
        };
        if hides_subject && self.subject.is_some() {
            self.subject = Some(MASKED.to_owned());
        }
        self
    }
}

/// Where the payloads of that event type and version have their subject, and their schema.
fn known(
    registry: &Registry,
    event_type: &str,
    schema_version: i32,
) -> Option<(Option<&'static str>, &'static PayloadSchema)> {
    let event = registry.event(event_type)?;
    let version = event.version(u32::try_from(schema_version).ok()?)?;
    Some((event.subject, version.schema?))
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
