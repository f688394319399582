//! One event of a writer's list, and the payload that it has.
//!
//! The payload holds the event's key as the reservation's id, so that handlers, ledger and dead
//! letters know it, whichever id the event was published with.

use serde_json::{Value, json};

/// Few subjects, so many events queue up behind one that fails.
pub(super) const SUBJECTS: u32 = 100;

/// How many of the subjects, from the first on, have a row that counts their events.
pub(super) const COUNTED: u32 = 75;

/// The event types that are published.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum EventType {
    Locked,
    Released,
    Debited,
}

impl EventType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Locked => "credit.locked",
            Self::Released => "credit.released",
            Self::Debited => "credit.debited",
        }
    }
}

/// One event. Its payload holds its key as the reservation's id.
#[derive(Clone, Debug)]
pub(super) struct PlannedEvent {
    pub(super) key: String,
    pub(super) event_type: EventType,
    /// `None`: it is published by SQL, without a subject.
    pub(super) subject: Option<String>,
    /// Its writers lock the row of the subject first, so their order is the order of the log.
    pub(super) counted: bool,
    /// Published with an id that the writer chose.
    pub(super) own_id: bool,
}

impl PlannedEvent {
    pub(super) fn event_id(&self) -> String {
        format!("evt_{}", &self.key["crr_".len()..])
    }

    pub(super) fn payload(&self) -> Value {
        let person = self.subject.clone().unwrap_or_else(|| person(0));
        let lesson = format!("les_{}", &self.key["crr_".len()..]);
        let (key, at) = (&self.key, "2026-11-23T09:15:02.418Z");
        match self.event_type {
            EventType::Locked => json!({
                "credit_reservation_id": key, "lesson_id": lesson, "person_id": person,
                "locked_credits": 6, "locked_at": at,
            }),
            EventType::Released => json!({
                "credit_reservation_id": key, "lesson_id": lesson, "person_id": person,
                "released_credits": 6, "reason": "lock_expired", "released_at": at,
            }),
            EventType::Debited => json!({
                "credit_reservation_id": key, "lesson_id": lesson, "person_id": person,
                "debited_credits": 6, "balance_after": 2, "reason": "attended", "debited_at": at,
            }),
        }
    }
}

/// The subject of that number.
pub(super) fn person(number: u32) -> String {
    format!("per_0192f3a1-7b64-7c3d-8e21-{number:012x}")
}
