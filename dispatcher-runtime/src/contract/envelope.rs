//! The envelope: a payload and the facts about it (envelope contract v1.0.2).
//!
//! An envelope that a handler receives was read from the log, and its payload has passed the gate. One
//! that is made here carries a payload of a generated type, which is not checked again; publishing and
//! [`Payload::check`] do that.

use std::borrow::Cow;
use std::convert::Infallible;

use serde::Serialize;
use serde_json::Value;
use time::{OffsetDateTime, UtcOffset};

use crate::contract::id::{EventId, TenantId};
use crate::contract::payload::Payload;

/// An event as a handler receives it.
///
/// Its fields are public, and all but the payload can be set on one that was made with [`new`](Self::new).
/// It is written, by its `Serialize`, in the form of the envelope contract, with `occurred_at` in RFC 3339.
///
/// ```
/// use acme_contracts::credit_locked::{self, CreditLocked};
/// use dispatcher_runtime::{DeliveryTx, EventEnvelope, HandlerError, subscribe};
///
/// #[subscribe(credit_locked)]
/// async fn credit_history(event: EventEnvelope<CreditLocked>, tx: &mut DeliveryTx) -> Result<(), HandlerError> {
///     sqlx::query("INSERT INTO history (event_id, tenant_id, person_id, at) VALUES ($1, $2, $3, $4)")
///         .bind(event.event_id)
///         .bind(event.tenant_id)
///         .bind(event.payload.person_id)
///         .bind(event.occurred_at)
///         .execute(&mut **tx)
///         .await?;
///     Ok(())
/// }
/// ```
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
    #[serde(serialize_with = "write_utc")]
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

impl<P: Payload> EventEnvelope<P> {
    /// An envelope as a publish would make it now: a new id, the current time, and of the contract the
    /// event type, the version, the producer and the subject. `actor` is `system:` and the producer; what
    /// is optional is absent. For tests and for adapters to other systems; nothing is published, and the
    /// payload is not checked.
    ///
    /// ```
    /// # use acme_contracts::credit_locked::CreditLocked;
    /// # fn example(payload: CreditLocked) -> Result<(), dispatcher_runtime::IdError> {
    /// use dispatcher_runtime::EventEnvelope;
    ///
    /// let mut event = EventEnvelope::new("tnt_swim_north".parse()?, payload);
    /// event.actor = "person:mia".to_owned();
    /// assert_eq!(event.event_type, "credit.locked");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn new(tenant_id: TenantId, payload: P) -> Self {
        let subject = P::SUBJECT.and_then(|pointer| {
            let value = serde_json::to_value(&payload).ok()?;
            subject_of(&value, pointer).map(Cow::into_owned)
        });
        Self {
            event_id: EventId::generate(),
            event_type: P::EVENT_TYPE.to_owned(),
            schema_version: P::SCHEMA_VERSION,
            occurred_at: OffsetDateTime::now_utc(),
            tenant_id,
            producer: P::PRODUCER.to_owned(),
            subject,
            actor: format!("system:{}", P::PRODUCER),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            payload,
        }
    }
}

impl<P> EventEnvelope<P> {
    /// The same envelope with another payload, which is made of this one.
    ///
    /// ```
    /// # use acme_contracts::credit_locked::CreditLocked;
    /// # use dispatcher_runtime::EventEnvelope;
    /// # fn example(event: EventEnvelope<CreditLocked>) {
    /// let locked: EventEnvelope<i64> = event.map(|payload| payload.locked_credits.get());
    /// # }
    /// ```
    #[must_use]
    pub fn map<Q>(self, convert: impl FnOnce(P) -> Q) -> EventEnvelope<Q> {
        let Ok(envelope) = self.try_map(|payload| Ok::<_, Infallible>(convert(payload)));
        envelope
    }

    /// The same as [`map`](Self::map), with a conversion that may fail.
    ///
    /// ```
    /// # use acme_contracts::credit_locked::CreditLocked;
    /// # use dispatcher_runtime::EventEnvelope;
    /// # fn example(event: EventEnvelope<CreditLocked>) -> Result<(), serde_json::Error> {
    /// let json: EventEnvelope<String> = event.try_map(|payload| serde_json::to_string(&payload))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The conversion fails; its error is returned, and the envelope is lost.
    pub fn try_map<Q, E>(
        self,
        convert: impl FnOnce(P) -> Result<Q, E>,
    ) -> Result<EventEnvelope<Q>, E> {
        Ok(EventEnvelope {
            event_id: self.event_id,
            event_type: self.event_type,
            schema_version: self.schema_version,
            occurred_at: self.occurred_at,
            tenant_id: self.tenant_id,
            producer: self.producer,
            subject: self.subject,
            actor: self.actor,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            traceparent: self.traceparent,
            payload: convert(self.payload)?,
        })
    }
}

/// In UTC, as the envelope contract writes it.
fn write_utc<S: serde::Serializer>(at: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    let at = at.checked_to_offset(UtcOffset::UTC).unwrap_or(*at);
    time::serde::rfc3339::serialize(&at, serializer)
}

/// Whom a payload is about, by the contract's JSON pointer: an empty text names nobody.
pub(crate) fn subject_of<'a>(payload: &'a Value, pointer: &str) -> Option<Cow<'a, str>> {
    match payload.pointer(pointer)? {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.into()),
        other => Some(other.to_string().into()),
    }
}
