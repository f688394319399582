//! A dead letter as lists show it: without what may be large.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::DeadLetter;
use super::state::{DeadLetterState, redrive_id};
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::{DeadLetterId, IdError, RedriveId};
use crate::contract::position::Position;

/// A dead letter in a list: all but the envelope, the attempts that failed, and the rest of a long error.
/// [`DeadLetters::get`](crate::DeadLetters::get) returns them.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DeadLetterSummary {
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
    /// Why the subscription gave up.
    pub reason: DeadLetterReason,
    /// The last error. After [`LONGEST_ERROR`](Self::LONGEST_ERROR) characters it is cut, and then ends with `…`.
    pub error: String,
    /// How many attempts were made.
    pub attempts: u32,
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

impl DeadLetterSummary {
    /// How many characters of an error a list shows: 1,000.
    pub const LONGEST_ERROR: usize = 1000;

    pub(super) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            dead_letter_id: row
                .try_get::<String, _>("dead_letter_id")?
                .parse()
                .map_err(|error: IdError| sqlx::Error::Decode(error.into()))?,
            consumer: row.try_get("consumer")?,
            subscription: row.try_get("subscription")?,
            event_id: row.try_get("event_id")?,
            event_type: row.try_get("event_type")?,
            schema_version: row.try_get("schema_version")?,
            tenant_id: row.try_get("tenant_id")?,
            subject: row.try_get("subject")?,
            position: row.try_get::<i64, _>("position")?.into(),
            reason: row.try_get("reason")?,
            error: row.try_get("error")?,
            attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default(),
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

impl From<DeadLetter> for DeadLetterSummary {
    fn from(letter: DeadLetter) -> Self {
        let mut error = letter.error;
        if let Some((end, _)) = error.char_indices().nth(Self::LONGEST_ERROR) {
            error.truncate(end);
            error.push('…');
        }
        Self {
            dead_letter_id: letter.dead_letter_id,
            consumer: letter.consumer,
            subscription: letter.subscription,
            event_id: letter.event_id,
            event_type: letter.event_type,
            schema_version: letter.schema_version,
            tenant_id: letter.tenant_id,
            subject: letter.subject,
            position: letter.position,
            reason: letter.reason,
            error,
            attempts: letter.attempts,
            created_at: letter.created_at,
            resolved_at: letter.resolved_at,
            resolved_by: letter.resolved_by,
            claimed_by: letter.claimed_by,
            resolution_note: letter.resolution_note,
            state: letter.state,
            redrive_id: letter.redrive_id,
        }
    }
}
