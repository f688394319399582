//! The envelope's gate: each envelope that is published or delivered has passed its schema.
//!
//! The schema is that of the contracts where they have one, and the reference schema in any case: a
//! company can demand more than it, and not less, because the log and the types are made for it.
//!
//! What the reference schema demands is also written here in Rust, so that an envelope costs no
//! validator. That is a short cut and never a verdict: what it does not accept is put before the
//! schema, which has the last word and writes the report. A test compares the two over generated
//! envelopes.

#[cfg(feature = "publish")]
use std::sync::Arc;

use dispatcher_schema::registry::{is_event_type, is_segment};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

#[cfg(feature = "publish")]
use super::Violation;
use super::reference::REFERENCE_ENVELOPE;
use super::{InvalidPayload, PayloadSchema};
use crate::contract::id::{EventId, TenantId};
use crate::contract::traceparent;

/// How many bytes each text of an event may have in the log.
pub(crate) const MAX_TEXT_BYTES: usize = 1024;

/// How many bytes a payload may have, where nothing else was set: 16 MiB.
#[cfg(feature = "publish")]
pub(crate) const MAX_PAYLOAD_BYTES: u32 = 16 << 20;

/// What an envelope has to pass.
#[derive(Clone, Debug)]
pub(crate) enum EnvelopeGate {
    /// The contracts have no schema of their own, or one that demands the same.
    Reference,
    /// That of the contracts in the binary.
    Bundled(&'static PayloadSchema),
    /// That of contracts that were loaded.
    #[cfg(feature = "publish")]
    Loaded(Arc<PayloadSchema>),
}

/// An envelope before it is stored, or as it was stored. The strings may be anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) event_id: &'a str,
    pub(crate) event_type: &'a str,
    pub(crate) schema_version: i64,
    pub(crate) occurred_at: OffsetDateTime,
    pub(crate) tenant_id: &'a str,
    pub(crate) producer: &'a str,
    pub(crate) subject: Option<&'a str>,
    pub(crate) actor: &'a str,
    pub(crate) correlation_id: Option<&'a str>,
    pub(crate) causation_id: Option<&'a str>,
    /// As `traceparent::read` gives it.
    pub(crate) traceparent: Option<&'a str>,
    pub(crate) payload: &'a Value,
}

impl EnvelopeGate {
    /// Whether an envelope is valid. The report is about the first schema that refuses it.
    pub(crate) fn check(&self, fields: &Fields<'_>) -> Result<(), InvalidPayload> {
        if !fields.are_plain() {
            validate(&REFERENCE_ENVELOPE, fields)?;
        }
        match self {
            Self::Reference => Ok(()),
            Self::Bundled(schema) => validate(schema, fields),
            #[cfg(feature = "publish")]
            Self::Loaded(schema) => validate(schema, fields),
        }
    }

    /// The same of an event that is in the log, for which no trace context is missed: losing a trace
    /// never loses an event.
    #[cfg(feature = "consume")]
    pub(crate) fn check_stored(&self, fields: &Fields<'_>) -> Result<(), InvalidPayload> {
        match self.check(fields) {
            Ok(()) => Ok(()),
            Err(report) => report.without("/traceparent"),
        }
    }
}

fn validate(schema: &PayloadSchema, fields: &Fields<'_>) -> Result<(), InvalidPayload> {
    let validated = schema.validate(&fields.json());
    validated.map_err(InvalidPayload::of_the_envelope)
}

impl Fields<'_> {
    /// Whether the log can store it, which no schema says: a text there has no NUL and at most
    /// [`MAX_TEXT_BYTES`], and the payload, written as `payload`, has at most `max_payload_bytes`.
    #[cfg(feature = "publish")]
    pub(crate) fn check_storable(
        &self,
        payload: &str,
        max_payload_bytes: u32,
    ) -> Result<(), InvalidPayload> {
        let texts = [
            ("/event_type", Some(self.event_type)),
            ("/tenant_id", Some(self.tenant_id)),
            ("/producer", Some(self.producer)),
            ("/subject", self.subject),
            ("/actor", Some(self.actor)),
            ("/correlation_id", self.correlation_id),
            ("/causation_id", self.causation_id),
            ("/traceparent", self.traceparent),
        ];
        let mut violations = Vec::new();
        for (place, text) in texts {
            let Some(text) = text else { continue };
            if text.contains('\0') {
                violations.push(Violation::nul(place, text));
            }
            if text.len() > MAX_TEXT_BYTES {
                violations.push(Violation::too_long(place, text.len(), MAX_TEXT_BYTES));
            }
        }
        let max_payload_bytes = usize::try_from(max_payload_bytes).unwrap_or(usize::MAX);
        if payload.len() > max_payload_bytes {
            let violation = Violation::too_long("/payload", payload.len(), max_payload_bytes);
            violations.push(violation);
        }
        if violations.is_empty() {
            return Ok(());
        }
        let violations = violations.into_iter().map(|violation| move || violation);
        Err(InvalidPayload::of_text(violations).of_the_envelope())
    }

    /// Whether the reference schema accepts it, by rules in Rust.
    pub(super) fn are_plain(&self) -> bool {
        let is_text_or_none = |text: Option<&str>| text != Some("");
        EventId::is_valid(self.event_id)
            && is_event_type(self.event_type)
            && (1..=i64::from(i32::MAX)).contains(&self.schema_version)
            && utc(self.occurred_at).is_some()
            && TenantId::is_valid(self.tenant_id)
            && is_segment(self.producer)
            && is_text_or_none(self.subject)
            && !self.actor.is_empty()
            && is_text_or_none(self.correlation_id)
            && is_text_or_none(self.causation_id)
            && self.traceparent.is_none_or(traceparent::is_version_00)
            && self.payload.is_object()
    }

    /// In the form of the contract.
    pub(super) fn json(&self) -> Value {
        let occurred_at = utc(self.occurred_at).and_then(|at| at.format(&Rfc3339).ok());
        json!({
            "event_id": self.event_id,
            "event_type": self.event_type,
            "schema_version": self.schema_version,
            // A text that no schema takes for a time.
            "occurred_at": occurred_at.unwrap_or_else(|| self.occurred_at.to_string()),
            "tenant_id": self.tenant_id,
            "producer": self.producer,
            "subject": self.subject,
            "actor": self.actor,
            "correlation_id": self.correlation_id,
            "causation_id": self.causation_id,
            "traceparent": self.traceparent,
            "payload": self.payload,
        })
    }
}

/// The time in UTC, where RFC 3339 has four digits for its year.
fn utc(at: OffsetDateTime) -> Option<OffsetDateTime> {
    let at = at.checked_to_offset(UtcOffset::UTC)?;
    (0..=9999).contains(&at.year()).then_some(at)
}
