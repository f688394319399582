//! From a payload to the row that is inserted: the gate, then the envelope.

use std::borrow::Cow;

use serde_json::Value;
use time::OffsetDateTime;

use super::cause::{self, Cause};
use super::contract::Contract;
use super::deprecated::Deprecated;
use super::gated_payload::GatedPayload;
use crate::contract::envelope::subject_of;
use crate::contract::event_type::EventType;
use crate::contract::gate::PayloadSchema;
use crate::contract::gate::envelope::{EnvelopeGate, Fields};
use crate::contract::id::{EventId, TenantId};
use crate::contract::payload::{Domain, Payload};
use crate::contract::registry::LoadedRegistry;
use crate::publish::PublishError;

/// What was set on a publish, and what led to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Metadata {
    pub(super) event_id: Option<EventId>,
    pub(super) occurred_at: Option<OffsetDateTime>,
    pub(super) tenant: Option<TenantId>,
    pub(super) subject: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) causation_id: Option<String>,
    /// In the form of the envelope.
    pub(super) traceparent: Option<String>,
    pub(super) cause: Option<Cause>,
}

impl Metadata {
    /// Of a publish that is being made.
    pub(super) fn of_the_handler() -> Self {
        Self {
            cause: cause::current(),
            ..Self::default()
        }
    }

    fn correlation_id(&self) -> Option<&str> {
        let of_the_cause = self.cause.as_ref().map(Cause::correlation_id);
        self.correlation_id.as_deref().or(of_the_cause)
    }

    fn causation_id(&self) -> Option<&str> {
        let of_the_cause = self.cause.as_ref().map(Cause::event_id);
        self.causation_id.as_deref().or(of_the_cause)
    }
}

/// A payload that has passed the gate, with what the contract says about it.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) event_type: Cow<'static, str>,
    /// The domain that publishes it: the dispatcher's own, except in the test kit.
    pub(super) producer: &'static str,
    pub(super) schema_version: u32,
    pub(super) subject: Option<Cow<'static, str>>,
    pub(super) payload: GatedPayload,
    /// What its envelope has to pass: that of the contracts which the payload was checked against.
    pub(super) envelope: EnvelopeGate,
}

impl Draft {
    pub(super) fn typed<P: Payload>(payload: &P) -> Result<Self, PublishError> {
        let value = serde_json::to_value(payload).map_err(|source| PublishError::Serialize {
            event_type: P::EVENT_TYPE.to_owned(),
            source,
        })?;
        let version = P::EventType::descriptor().version(P::SCHEMA_VERSION);
        let status = version.and_then(|version| {
            let current = Some(P::EventType::CURRENT_VERSION);
            Deprecated::of(&version.status, P::SCHEMA_VERSION, current)
        });
        if let Some(deprecated) = status {
            deprecated.warn(P::EVENT_TYPE, P::SCHEMA_VERSION);
        }
        Self::gated(
            Cow::Borrowed(P::EVENT_TYPE),
            P::PRODUCER,
            P::SCHEMA_VERSION,
            P::SUBJECT.map(Cow::Borrowed),
            (P::schema(), value),
            P::EventType::registry().envelope_gate().clone(),
        )
    }

    /// Against the loaded contracts, if there are any.
    pub(super) fn untyped<D: Domain>(
        loaded: Option<&LoadedRegistry>,
        event_type: &str,
        version: u32,
        payload: Value,
    ) -> Result<Self, PublishError> {
        let contract =
            Contract::find(D::registry(), loaded, event_type, version).map_err(|unknown| {
                PublishError::UnknownEventType {
                    event_type: event_type.to_owned(),
                    suggestion: unknown.suggestion,
                }
            })?;
        if contract.producer != D::NAME {
            return Err(PublishError::NotTheProducer {
                domain: D::NAME,
                event_type: contract.event_type.into_owned(),
                producer: contract.producer.to_owned(),
            });
        }
        let schema = contract.schema.map_err(PublishError::UnknownVersion)?;
        if let Some(deprecated) = contract.deprecated {
            deprecated.warn(event_type, version);
        }
        Self::gated(
            contract.event_type,
            D::NAME,
            version,
            contract.subject,
            (schema, payload),
            match loaded {
                Some(loaded) => loaded.envelope_gate(),
                None => D::registry().envelope_gate().clone(),
            },
        )
    }

    fn gated(
        event_type: Cow<'static, str>,
        producer: &'static str,
        schema_version: u32,
        subject: Option<Cow<'static, str>>,
        (schema, payload): (&PayloadSchema, Value),
        envelope: EnvelopeGate,
    ) -> Result<Self, PublishError> {
        let payload = GatedPayload::admit(schema, payload).map_err(|report| {
            PublishError::PayloadInvalid {
                event_type: event_type.to_string(),
                schema_version,
                report,
            }
        })?;
        Ok(Self {
            event_type,
            producer,
            schema_version,
            subject,
            payload,
            envelope,
        })
    }

    /// The contract's subject, as the payload gives it.
    fn subject(&self) -> Option<Cow<'_, str>> {
        subject_of(self.payload.value(), self.subject.as_ref()?)
    }
}

/// A row to be inserted.
pub(super) struct NewEvent<'a> {
    pub(super) event_id: EventId,
    pub(super) event_type: &'a str,
    pub(super) schema_version: i32,
    pub(super) occurred_at: OffsetDateTime,
    pub(super) tenant_id: &'a str,
    pub(super) producer: &'static str,
    pub(super) subject: Option<Cow<'a, str>>,
    pub(super) actor: Cow<'a, str>,
    pub(super) correlation_id: Option<&'a str>,
    pub(super) causation_id: Option<&'a str>,
    pub(super) traceparent: Option<&'a str>,
    pub(super) payload: String,
}

impl<'a> NewEvent<'a> {
    /// `tenant` is that of the dispatcher, where the publish does not name another.
    pub(super) fn new(
        tenant: &'a TenantId,
        max_payload_bytes: u32,
        draft: &'a Draft,
        metadata: &'a Metadata,
    ) -> Result<Self, PublishError> {
        let actor = match &metadata.actor {
            Some(actor) => Cow::Borrowed(actor.as_str()),
            None => format!("system:{}", draft.producer).into(),
        };
        let subject = match &metadata.subject {
            Some(subject) => Some(Cow::Borrowed(subject.as_str())),
            None => draft.subject(),
        };
        let event_id = metadata.event_id.clone();
        let event_id = event_id.unwrap_or_else(EventId::generate);
        let fields = Fields {
            event_id: event_id.as_str(),
            event_type: &draft.event_type,
            schema_version: draft.schema_version.into(),
            occurred_at: metadata.occurred_at.unwrap_or_else(OffsetDateTime::now_utc),
            tenant_id: metadata.tenant.as_ref().unwrap_or(tenant).as_str(),
            producer: draft.producer,
            subject: subject.as_deref(),
            actor: &actor,
            correlation_id: metadata.correlation_id(),
            causation_id: metadata.causation_id(),
            traceparent: metadata.traceparent.as_deref(),
            payload: draft.payload.value(),
        };
        let invalid = |report| PublishError::EnvelopeInvalid {
            event_type: draft.event_type.to_string(),
            report,
        };
        draft.envelope.check(&fields).map_err(invalid)?;
        let payload = draft.payload.value().to_string();
        fields
            .check_storable(&payload, max_payload_bytes)
            .map_err(invalid)?;
        Ok(Self {
            event_type: &draft.event_type,
            // The envelope's schema has an upper bound.
            schema_version: i32::try_from(draft.schema_version).unwrap_or(i32::MAX),
            occurred_at: fields.occurred_at,
            tenant_id: metadata.tenant.as_ref().unwrap_or(tenant).as_str(),
            producer: draft.producer,
            correlation_id: metadata.correlation_id(),
            causation_id: metadata.causation_id(),
            traceparent: metadata.traceparent.as_deref(),
            payload,
            event_id,
            subject,
            actor,
        })
    }
}
