//! Events as an operator sees them.

use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::causation::Causation;
use super::delivery::EventDelivery;
use crate::contract::position::Position;
use crate::operate::contracts::KnownContracts;
use crate::operate::masked::{mask_envelope, mask_subject};

/// An event in a list: all but its payload.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventSummary {
    /// The event's id, as it was stored.
    pub event_id: String,
    /// Its place in the log.
    pub position: Position,
    /// Its type.
    pub event_type: String,
    /// Its schema version.
    pub schema_version: i32,
    /// Its tenant.
    pub tenant_id: String,
    /// The domain that published it.
    pub producer: String,
    /// Whom or what it is about.
    pub subject: Option<String>,
    /// When the fact happened, as the producer says.
    #[serde(with = "time::serde::rfc3339")]
    pub occurred_at: OffsetDateTime,
    /// When it was inserted, by the clock of the database.
    #[serde(with = "time::serde::rfc3339")]
    pub inserted_at: OffsetDateTime,
}

/// A page of events, and how far the search has looked.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventPage {
    /// The events, the newest first.
    pub events: Vec<EventSummary>,
    /// How far it looked.
    pub searched: Searched,
    /// The token with which the search goes on; `None` if there is nothing left to look at.
    pub next: Option<String>,
}

/// The part of the log that a search has looked at.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Searched {
    /// The newest position that it looked at.
    pub from: Position,
    /// The oldest.
    pub to: Position,
    /// When the event at the oldest position was inserted.
    #[serde(with = "time::serde::rfc3339::option")]
    pub back_to: Option<OffsetDateTime>,
    /// Whether it has looked at everything that the filter allows.
    pub is_complete: bool,
}

/// An event with what became of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventDetail {
    /// The event.
    #[serde(flatten)]
    pub event: EventSummary,
    /// The envelope as it was stored, with the payload.
    pub envelope: Box<RawValue>,
    /// When the payload was erased.
    #[serde(with = "time::serde::rfc3339::option")]
    pub erased_at: Option<OffsetDateTime>,
    /// What became of it in each subscription that takes it, by consumer and name.
    pub deliveries: Vec<EventDelivery>,
    /// What caused it and what it caused; `None` unless that was asked for, by [`Events::causation`](crate::Events::causation).
    pub causation: Option<Causation>,
}

impl EventSummary {
    pub(super) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            event_id: row.try_get("event_id")?,
            position: row.try_get::<i64, _>("position")?.into(),
            event_type: row.try_get("event_type")?,
            schema_version: row.try_get("schema_version")?,
            tenant_id: row.try_get("tenant_id")?,
            producer: row.try_get("producer")?,
            subject: row.try_get("subject")?,
            occurred_at: row.try_get("occurred_at")?,
            inserted_at: row.try_get("inserted_at")?,
        })
    }

    /// The same with `"[masked]"` in the place of the subject, where the contracts mark it, or do not have the event type or
    /// the version. Where no contracts are known, nothing is masked.
    #[must_use]
    pub fn masked(mut self, contracts: &KnownContracts) -> Self {
        if !contracts.is_empty() {
            let known = contracts.schema(&self.event_type, self.schema_version);
            mask_subject(known, false, &mut self.subject);
        }
        self
    }
}

impl EventDetail {
    /// The same with `"[masked]"` in the place of each value that the contracts mark; see
    /// [`DeadLetter::masked`](crate::DeadLetter::masked). Where no contracts are known, nothing is masked. Errors of
    /// handlers stay as they are.
    #[must_use]
    pub fn masked(mut self, contracts: &KnownContracts) -> Self {
        if !contracts.is_empty() {
            let event = &mut self.event;
            let known = contracts.schema(&event.event_type, event.schema_version);
            mask_envelope(known, &mut self.envelope, &mut event.subject);
            let causation = self.causation.take();
            self.causation = causation.map(|causation| causation.masked(contracts));
        }
        self
    }
}
