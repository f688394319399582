//! The payload that every peer carries: the fields of Dispatcher's `credit.locked`, about 225 bytes
//! of JSON, so that no peer is measured with less to write.

use serde::{Deserialize, Serialize};

/// The enqueued event. `locked_credits` carries a different number for each event of a run.
#[derive(Clone, Debug, Serialize, Deserialize, riverqueue::JobArgs)]
#[river(kind = "credit_locked")]
pub(crate) struct CreditLocked {
    pub(crate) credit_reservation_id: String,
    pub(crate) lesson_id: String,
    pub(crate) person_id: String,
    pub(crate) locked_credits: i64,
    pub(crate) locked_at: String,
}

impl CreditLocked {
    /// The event of that number.
    pub(crate) fn numbered(number: i64) -> Self {
        let id = format!("0192f3a1-7b64-7c3d-8e21-{number:012x}");
        Self {
            credit_reservation_id: format!("crr_{id}"),
            lesson_id: format!("les_{id}"),
            person_id: format!("per_{id}"),
            locked_credits: number,
            locked_at: String::from("2026-11-23T09:15:02.418Z"),
        }
    }

    /// The events of these numbers.
    pub(crate) fn all(numbers: std::ops::RangeInclusive<i64>) -> Vec<Self> {
        numbers.map(Self::numbered).collect()
    }
}
