//! Events as an operator sees them.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::contract::position::Position;
use crate::operate::contracts::KnownContracts;
use crate::operate::masked::mask_subject;

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
