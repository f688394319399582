//! The envelope: a payload and what is said about it (envelope contract v1.0.2).

use serde::Serialize;
use time::OffsetDateTime;

use crate::contract::id::{EventId, TenantId};

/// An event as a handler gets it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventEnvelope<P> {
    /// Identifies the event; the idempotency key for whatever a handler does outside the database.
    pub event_id: EventId,
    /// Such as `credit.locked`.
    pub event_type: String,
    /// The version that the event was published as; the payload may have been upcast from it.
    pub schema_version: u32,
    /// When the fact happened, as the producer says. UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub occurred_at: OffsetDateTime,
    /// The tenant that the event belongs to.
    pub tenant_id: TenantId,
    /// The domain that published it.
    pub producer: String,
    /// Whom the event is about: the ordering key.
    pub subject: Option<String>,
    /// Who caused it, such as `system:revenue`.
    pub actor: String,
    /// What it belongs to: the same for everything that follows from one request.
    pub correlation_id: Option<String>,
    /// The event or command that caused it.
    pub causation_id: Option<String>,
    /// W3C trace context of the publisher.
    pub traceparent: Option<String>,
    /// The payload. It has passed the gate.
    pub payload: P,
}

/// Whether a text is a trace context:
/// <https://www.w3.org/TR/trace-context/#traceparent-header-field-values>
pub(crate) fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, length: usize| {
        part.len() == length
            && part
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let parts: Vec<_> = text.split('-').collect();
    matches!(parts[..], [version, trace, span, flags]
        if hex(version, 2) && version != "ff" && hex(trace, 32) && hex(span, 16) && hex(flags, 2)
            && trace.bytes().any(|b| b != b'0') && span.bytes().any(|b| b != b'0'))
}
