//! An event for the test of one handler, with a complete envelope.

use std::borrow::Cow;

use time::OffsetDateTime;

use super::TENANT;
use crate::consume::handler_error::HandlerError;
use crate::contract::envelope::subject_of;
use crate::contract::id::{EventId, RedriveId, TenantId};
use crate::contract::payload::Payload;
use crate::log::stored_event::StoredEvent;

/// An event with that payload, as its producer would have published it just now. The fields of its envelope
/// can be changed.
///
/// ```
/// # use acme_contracts::credit_locked::CreditLocked;
/// # fn example(payload: CreditLocked) {
/// let event = dispatcher_runtime::testing::event(payload)
///     .actor("system:revenue")
///     .subject("per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817")
///     .attempt(2);
/// # }
/// ```
pub fn event<P: Payload>(payload: P) -> TestEvent<P> {
    TestEvent {
        event_id: EventId::generate(),
        occurred_at: OffsetDateTime::now_utc(),
        tenant: None,
        subject: None,
        actor: format!("system:{}", P::PRODUCER),
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        attempt: 1,
        redrive: None,
        payload,
    }
}

/// An event that [`deliver`](super::deliver) hands to a handler. [`event`] makes one from a payload, and a
/// payload becomes one by itself.
#[derive(Clone, Debug)]
#[must_use = "hand it to `deliver`"]
pub struct TestEvent<P> {
    event_id: EventId,
    occurred_at: OffsetDateTime,
    tenant: Option<TenantId>,
    subject: Option<String>,
    actor: String,
    correlation_id: Option<String>,
    causation_id: Option<String>,
    traceparent: Option<String>,
    attempt: u32,
    redrive: Option<RedriveId>,
    payload: P,
}

impl<P: Payload> From<P> for TestEvent<P> {
    fn from(payload: P) -> Self {
        event(payload)
    }
}

impl<P: Payload> TestEvent<P> {
    /// The event's id. Defaults to a new one.
    pub fn event_id(mut self, event_id: EventId) -> Self {
        self.event_id = event_id;
        self
    }

    /// When the fact happened. Defaults to now.
    pub fn occurred_at(mut self, occurred_at: OffsetDateTime) -> Self {
        self.occurred_at = occurred_at;
        self
    }

    /// The tenant. Defaults to `tnt_test`.
    pub fn tenant(mut self, tenant_id: TenantId) -> Self {
        self.tenant = Some(tenant_id);
        self
    }

    /// Whom or what the event is about. Defaults to what the contract's `subject` points to.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Who causes the event. Defaults to `system:` and the producer.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = actor.into();
        self
    }

    /// What the event belongs to. Defaults to nothing.
    pub fn correlation_id(mut self, correlation_id: impl Into<String>) -> Self {
        self.correlation_id = Some(correlation_id.into());
        self
    }

    /// The event or command that caused it. Defaults to none.
    pub fn causation_id(mut self, causation_id: impl Into<String>) -> Self {
        self.causation_id = Some(causation_id.into());
        self
    }

    /// The W3C trace context of the publisher. Defaults to none.
    pub fn traceparent(mut self, traceparent: impl Into<String>) -> Self {
        self.traceparent = Some(traceparent.into());
        self
    }

    /// Which attempt this is, for handlers that take `Delivery`. Defaults to 1.
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    /// Whether an operator has the event handled again after it became a dead letter, for handlers that take `Delivery`.
    /// Defaults to `false`.
    pub fn redriven(mut self, redriven: bool) -> Self {
        self.redrive = redriven.then(RedriveId::generate);
        self
    }

    /// As the log would hold it, which attempt this is, and of which redrive.
    pub(super) fn store(self) -> Result<(StoredEvent, u32, Option<RedriveId>), HandlerError> {
        let payload = serde_json::to_value(&self.payload).map_err(HandlerError::invalid)?;
        let of_contract = || subject_of(&payload, P::SUBJECT?).map(Cow::into_owned);
        let stored = StoredEvent {
            position: 1,
            event_id: self.event_id.to_string(),
            event_type: P::EVENT_TYPE.to_owned(),
            schema_version: i32::try_from(P::SCHEMA_VERSION).unwrap_or(i32::MAX),
            occurred_at: self.occurred_at,
            tenant_id: self
                .tenant
                .map_or_else(|| TENANT.to_owned(), |tenant| tenant.to_string()),
            producer: P::PRODUCER.to_owned(),
            subject: self.subject.or_else(of_contract),
            actor: self.actor,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            traceparent: self.traceparent,
            payload: payload.to_string(),
            inserted_at: OffsetDateTime::now_utc(),
            erased_at: None,
            lengths: None,
            read_as: None,
        };
        Ok((stored, self.attempt, self.redrive))
    }
}
