//! An event as a row of the log, before anybody has looked into its payload.

use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::consume::handler_error::HandlerError;
use crate::contract::envelope::EventEnvelope;
use crate::contract::event_type::EventTypes;
use crate::contract::id::IdError;

/// A row of `dispatcher_event`. Anybody may have inserted it, so nothing in it is trusted.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub(crate) position: i64,
    pub(crate) event_id: String,
    pub(crate) event_type: String,
    pub(crate) schema_version: i32,
    pub(crate) occurred_at: OffsetDateTime,
    pub(crate) tenant_id: String,
    pub(crate) producer: String,
    pub(crate) subject: Option<String>,
    pub(crate) actor: String,
    pub(crate) correlation_id: Option<String>,
    pub(crate) causation_id: Option<String>,
    pub(crate) traceparent: Option<String>,
    pub(crate) payload: String,
    pub(crate) inserted_at: OffsetDateTime,
}

impl StoredEvent {
    /// Of `read_events.sql`, `read_events_at.sql` or `list_published.sql`, which begin with these columns.
    pub(crate) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        // By place and not by name: fourteen look-ups for each event are noticed.
        Ok(Self {
            position: row.try_get(0)?,
            event_id: row.try_get(1)?,
            event_type: row.try_get(2)?,
            schema_version: row.try_get(3)?,
            occurred_at: row.try_get(4)?,
            tenant_id: row.try_get(5)?,
            producer: row.try_get(6)?,
            subject: row.try_get(7)?,
            actor: row.try_get(8)?,
            correlation_id: row.try_get(9)?,
            causation_id: row.try_get(10)?,
            traceparent: row.try_get(11)?,
            payload: row.try_get(12)?,
            inserted_at: row.try_get(13)?,
        })
    }

    /// In place of one that waited and that the log has lost.
    pub(crate) fn gone(position: i64, event_id: String, subject: Option<String>) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            position,
            event_id,
            event_type: unknown(),
            schema_version: 0,
            occurred_at: OffsetDateTime::UNIX_EPOCH,
            tenant_id: unknown(),
            producer: unknown(),
            subject,
            actor: unknown(),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            payload: "null".to_owned(),
            inserted_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    /// Whether a handler of these event types is the one for it. It is not where the handler handled
    /// other event types when this event began to wait, and now comes back to it.
    pub(crate) fn is_of<E: EventTypes>(&self) -> Result<(), HandlerError> {
        if E::NAMES.contains(&self.event_type.as_str()) {
            return Ok(());
        }
        Err(HandlerError::invalid(format!(
            "this handler does not handle {}, but {}",
            self.event_type,
            E::NAMES.join(", ")
        )))
    }

    /// The typed envelope, for a macro expansion: `decode` is the gate of the event type.
    #[doc(hidden)]
    pub fn envelope<P>(
        &self,
        decode: impl FnOnce(u32, Value) -> Result<P, crate::contract::decode_error::DecodeError>,
    ) -> Result<EventEnvelope<P>, HandlerError> {
        let id_error =
            |error: IdError| HandlerError::invalid(format!("the envelope is invalid: {error}"));
        let event_id = self.event_id.parse().map_err(id_error)?;
        let tenant_id = self.tenant_id.parse().map_err(id_error)?;
        let schema_version = u32::try_from(self.schema_version).map_err(|_| {
            HandlerError::invalid(format!(
                "the envelope is invalid: the schema version is {}, and it has to be positive",
                self.schema_version
            ))
        })?;
        let unreadable = |error: &dyn std::fmt::Display| {
            HandlerError::invalid(format!("the payload cannot be read: {error}"))
        };
        crate::contract::exact::check(&self.payload).map_err(|report| unreadable(&report))?;
        let payload: Value =
            serde_json::from_str(&self.payload).map_err(|error| unreadable(&error))?;
        let payload = decode(schema_version, payload).map_err(HandlerError::invalid)?;
        Ok(EventEnvelope {
            event_id,
            event_type: self.event_type.clone(),
            schema_version,
            occurred_at: self.occurred_at,
            tenant_id,
            producer: self.producer.clone(),
            subject: self.subject.clone(),
            actor: self.actor.clone(),
            correlation_id: self.correlation_id.clone(),
            causation_id: self.causation_id.clone(),
            traceparent: self.traceparent.clone(),
            payload,
        })
    }

    /// The event as the envelope contract writes it, with the payload's own spelling.
    pub(crate) fn envelope_json(&self) -> Result<String, serde_json::Error> {
        let occurred_at = self
            .occurred_at
            .format(&time::format_description::well_known::Rfc3339)
            .map_err(serde::ser::Error::custom)?;
        let mut fields = serde_json::json!({
            "event_id": self.event_id,
            "event_type": self.event_type,
            "schema_version": self.schema_version,
            "occurred_at": occurred_at,
            "tenant_id": self.tenant_id,
            "producer": self.producer,
            "subject": self.subject,
            "actor": self.actor,
            "correlation_id": self.correlation_id,
            "causation_id": self.causation_id,
            "traceparent": self.traceparent,
        })
        .to_string();
        // Spliced in as text: a payload that serde cannot read must not be lost either.
        fields.pop();
        Ok(format!("{fields},\"payload\":{}}}", self.payload))
    }
}
