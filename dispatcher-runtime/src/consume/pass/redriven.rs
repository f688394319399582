//! The dead letters of redriven events, and the events themselves where the log does not have them any more.
//!
//! A letter holds the whole event, so that it can be handled after retention has removed it. What a letter does not hold whole
//! (it was erased, or too large) is not made up: the event is then gone.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::read::{RedrivenEvent, WaitingEvent};
use crate::log::stored_event::StoredEvent;
use crate::operate::dead_letter::{KeptEvent, Redriven};

/// What a pass reads of a letter.
pub(super) struct RedrivenLetter {
    attempts: u32,
    failures: Vec<Value>,
    erased_at: Option<OffsetDateTime>,
    event_type: String,
    schema_version: i32,
    created_at: OffsetDateTime,
    /// Only where the log does not have the event.
    envelope: Option<String>,
}

/// Letters, by their ids.
#[derive(Default)]
pub(super) struct RedrivenLetters {
    letters: HashMap<String, RedrivenLetter>,
}

impl RedrivenLetters {
    pub(super) fn from_rows(rows: &[PgRow]) -> Result<Self, sqlx::Error> {
        let mut letters = HashMap::with_capacity(rows.len());
        for row in rows {
            let letter = RedrivenLetter {
                attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default(),
                failures: serde_json::from_str(row.try_get("failures")?).unwrap_or_default(),
                erased_at: row.try_get("erased_at")?,
                event_type: row.try_get("event_type")?,
                schema_version: row.try_get("schema_version")?,
                created_at: row.try_get("created_at")?,
                envelope: row.try_get("envelope")?,
            };
            letters.insert(row.try_get("dead_letter_id")?, letter);
        }
        Ok(Self { letters })
    }

    /// The first position whose event is in no letter that was read, and in no log: the batch ends before it.
    pub(super) fn left_for_later(
        &self,
        waiting: &[WaitingEvent],
        events: &HashMap<i64, StoredEvent>,
    ) -> Option<i64> {
        let unread = waiting.iter().filter(|one| {
            let letter = one.redriven.as_ref();
            let letter = letter.and_then(|event| self.letters.get(&event.dead_letter_id));
            let found = events.get(&one.position);
            let is_gone = found.is_none_or(|event| event.event_id != one.event_id);
            is_gone && letter.is_some_and(|letter| letter.envelope.is_none())
        });
        unread.map(|one| one.position).min()
    }

    pub(super) fn take(&mut self, waiting: &WaitingEvent) -> Option<RedrivenLetter> {
        self.letters
            .remove(&waiting.redriven.as_ref()?.dead_letter_id)
    }
}

impl RedrivenLetter {
    /// The event, as the letter holds it.
    pub(super) fn kept(
        self,
        event_id: &str,
        position: i64,
        subject: &Option<String>,
    ) -> Option<StoredEvent> {
        let kept = KeptEvent {
            position,
            event_id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            subject: subject.as_deref(),
            kept_at: self.created_at,
            erased_at: self.erased_at,
        };
        kept.read(self.envelope.as_deref()?).ok()
    }
}

impl RedrivenEvent {
    /// With what its letter has from before the redrive; nothing, where the letter was removed.
    pub(super) fn with(&self, letter: Option<&RedrivenLetter>) -> Redriven {
        Redriven {
            redrive_id: self.redrive_id.clone(),
            dead_letter_id: self.dead_letter_id.clone(),
            attempts: letter.map_or(0, |letter| letter.attempts),
            failures: letter
                .map(|letter| letter.failures.clone())
                .unwrap_or_default(),
        }
    }
}
