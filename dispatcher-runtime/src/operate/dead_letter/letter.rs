//! A dead letter with all that is stored of it.

use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::FailedAttempt;
use super::state::{DeadLetterState, redrive_id};
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::{DeadLetterId, IdError, RedriveId};
use crate::contract::position::Position;
use crate::operate::contracts::KnownContracts;
use crate::operate::payload_fault::PayloadFault;

/// An event that a subscription gave up on, with the attempts that failed and, once an operator has dealt
/// with it, the resolution. [`DeadLetters::get`](crate::DeadLetters::get) returns it; lists have a
/// [`DeadLetterSummary`](crate::DeadLetterSummary) of each.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Its id.
    pub dead_letter_id: DeadLetterId,
    /// The consuming domain.
    pub consumer: String,
    /// The subscription's name, which is its handler's unless the handler has `name = "…"`.
    pub subscription: String,
    /// The event's id. It is text, because the event may be one that could not be read.
    pub event_id: String,
    /// The event's type.
    pub event_type: String,
    /// The event's schema version, as it was stored; 0 where the log has lost the event.
    pub schema_version: i32,
    /// The event's tenant, as it was stored.
    pub tenant_id: String,
    /// Whom or what the event is about.
    pub subject: Option<String>,
    /// The event's place in the log.
    pub position: Position,
    /// The whole event with its payload, as JSON. [`event`](Self::event) reads it.
    pub envelope: Box<RawValue>,
    /// Why the subscription gave up.
    pub reason: DeadLetterReason,
    /// The last error. After 16 KiB it is cut, and then says how long it was.
    pub error: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// The attempts that failed, oldest first: the first and the last 19 where there were more than 20. Empty where what is stored does not have that form.
    pub failures: Vec<FailedAttempt>,
    /// What the gate refuses in the payload, by contracts of now; filled by [`examined_by`](Self::examined_by).
    pub faults: Vec<PayloadFault>,
    /// When the subscription gave up.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was resolved.
    #[serde(with = "time::serde::rfc3339::option")]
    pub resolved_at: Option<OffsetDateTime>,
    /// The operator who resolved it. Over HTTP it is the session's name.
    pub resolved_by: Option<String>,
    /// The name that the body of the HTTP request gave, where it is not the session's. Nothing proves it.
    pub claimed_by: Option<String>,
    /// The operator's note.
    pub resolution_note: Option<String>,
    /// Whether it is open, redriving or resolved.
    pub state: DeadLetterState,
    /// The redrive that it is in, or the one that resolved it.
    pub redrive_id: Option<RedriveId>,
}

impl DeadLetter {
    pub(super) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
        Ok(Self {
            dead_letter_id: row
                .try_get::<String, _>("dead_letter_id")?
                .parse()
                .map_err(|error: IdError| decode(error.into()))?,
            consumer: row.try_get("consumer")?,
            subscription: row.try_get("subscription")?,
            event_id: row.try_get("event_id")?,
            event_type: row.try_get("event_type")?,
            schema_version: row.try_get("schema_version")?,
            tenant_id: row.try_get("tenant_id")?,
            subject: row.try_get("subject")?,
            position: row.try_get::<i64, _>("position")?.into(),
            envelope: envelope(row.try_get("envelope")?).map_err(|error| decode(error.into()))?,
            reason: row.try_get("reason")?,
            error: row.try_get("error")?,
            attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default(),
            failures: serde_json::from_str(row.try_get("failures")?).unwrap_or_default(),
            faults: Vec::new(),
            created_at: row.try_get("created_at")?,
            resolved_at: row.try_get("resolved_at")?,
            resolved_by: row.try_get("resolved_by")?,
            claimed_by: row.try_get("claimed_by")?,
            resolution_note: row.try_get("resolution_note")?,
            state: DeadLetterState::from_row(row)?,
            redrive_id: redrive_id(row)?,
        })
    }
}

impl DeadLetter {
    /// The same with the faults that the gate finds in the payload now. They show no value, so they may be shown beside a
    /// letter that is [`masked_by`](Self::masked_by) afterwards: of a masked payload the gate would find others.
    #[must_use]
    pub fn examined_by(mut self, contracts: &KnownContracts) -> Self {
        self.faults =
            contracts.envelope_faults(&self.event_type, self.schema_version, &self.envelope);
        self
    }
}

/// As it was stored; as a string, should it ever not be JSON.
fn envelope(text: String) -> Result<Box<RawValue>, serde_json::Error> {
    match RawValue::from_string(text.clone()) {
        Ok(envelope) => Ok(envelope),
        Err(_) => serde_json::value::to_raw_value(&text),
    }
}
