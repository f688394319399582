//! An attempt that failed, as a dead letter lists it and as a retry policy receives it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// An attempt to handle an event that failed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// 1 for the first attempt.
    pub attempt: u32,
    /// When it failed, by the clock of the consumer. As JSON it is a string of RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    pub failed_at: OffsetDateTime,
    /// The handler's error and its sources, on one line. After 16 KiB it is cut, and then says how long it was.
    pub error: String,
}

impl FailedAttempt {
    /// How many attempts of an event are kept: 20, the first and the last 19.
    pub const MOST_KEPT: usize = 20;
}
