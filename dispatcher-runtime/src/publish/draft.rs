//! From a payload to the row that is inserted: the gate, then the envelope.

use std::borrow::Cow;

use serde_json::Value;
use time::OffsetDateTime;

use super::contract::Contract;
use super::gated_payload::GatedPayload;
use crate::contract::envelope::subject_of;
use crate::contract::gate::PayloadSchema;
use crate::contract::id::{EventId, TenantId};
use crate::contract::payload::{Domain, Payload};
use crate::contract::registry::LoadedRegistry;
use crate::contract::traceparent::is_traceparent;
use crate::publish::PublishError;

/// What was set on a publish.
#[derive(Clone, Debug, Default)]
pub(super) struct Metadata {
    pub(super) event_id: Option<EventId>,
    pub(super) occurred_at: Option<OffsetDateTime>,
    pub(super) tenant: Option<TenantId>,
    pub(super) subject: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) causation_id: Option<String>,
    pub(super) traceparent: Option<String>,
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
}

impl Draft {
    pub(super) fn typed<P: Payload>(payload: &P) -> Result<Self, PublishError> {
        let value = serde_json::to_value(payload).map_err(|source| PublishError::Serialize {
            event_type: P::EVENT_TYPE.to_owned(),
            source,
        })?;
        Self::gated(
            Cow::Borrowed(P::EVENT_TYPE),
            P::PRODUCER,
            P::SCHEMA_VERSION,
            P::SUBJECT.map(Cow::Borrowed),
            P::schema(),
            value,
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
        Self::gated(
            contract.event_type,
            D::NAME,
            version,
            contract.subject,
            schema,
            payload,
        )
    }

    fn gated(
        event_type: Cow<'static, str>,
        producer: &'static str,
        schema_version: u32,
        subject: Option<Cow<'static, str>>,
        schema: &PayloadSchema,
        payload: Value,
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
        draft: &'a Draft,
        metadata: &'a Metadata,
    ) -> Result<Self, PublishError> {
        let invalid = |field, problem| PublishError::EnvelopeInvalid {
            event_type: draft.event_type.to_string(),
            field,
            problem,
        };
        let actor = match &metadata.actor {
            Some(actor) => Cow::Borrowed(actor.as_str()),
            None => format!("system:{}", draft.producer).into(),
        };
        if actor.is_empty() {
            return Err(invalid(
                "actor",
                "is empty: name who causes the event, such as `system:revenue`",
            ));
        }
        let traceparent = metadata.traceparent.as_deref();
        if traceparent.is_some_and(|text| !is_traceparent(text)) {
            return Err(invalid(
                "traceparent",
                "is not a W3C trace context, `00-<trace>-<span>-<flags>`",
            ));
        }
        let subject = match &metadata.subject {
            Some(subject) => Some(Cow::Borrowed(subject.as_str())),
            None => draft.subject(),
        };
        let correlation_id = metadata.correlation_id.as_deref();
        let causation_id = metadata.causation_id.as_deref();
        let texts = [
            Some(actor.as_ref()),
            subject.as_deref(),
            correlation_id,
            causation_id,
        ];
        if texts.into_iter().flatten().any(|text| text.contains('\0')) {
            return Err(invalid(
                "subject, actor, correlation_id or causation_id",
                "contains a NUL character, which Postgres cannot store",
            ));
        }
        let event_id = metadata.event_id.clone();
        Ok(Self {
            event_id: event_id.unwrap_or_else(EventId::generate),
            event_type: &draft.event_type,
            schema_version: i32::try_from(draft.schema_version)
                .map_err(|_| invalid("schema_version", "is above 2147483647"))?,
            occurred_at: metadata.occurred_at.unwrap_or_else(OffsetDateTime::now_utc),
            tenant_id: metadata.tenant.as_ref().unwrap_or(tenant).as_str(),
            producer: draft.producer,
            subject,
            actor,
            correlation_id,
            causation_id,
            traceparent,
            payload: draft.payload.value().to_string(),
        })
    }
}
