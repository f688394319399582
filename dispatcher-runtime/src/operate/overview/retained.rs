//! How much of the log is there, and for which subscription events are kept.

use serde::Serialize;
use time::OffsetDateTime;

/// How far back the log goes, and what keeps its oldest events.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Retained {
    /// When the oldest event of the log was inserted; `None` of an empty log.
    #[serde(with = "time::serde::rfc3339::option")]
    pub oldest_event_at: Option<OffsetDateTime>,
    /// How long events are kept, in seconds: the shortest window of the replicas that run. `None` where none of them removes
    /// any, or this role may not read the windows.
    pub window_seconds: Option<f64>,
    /// Since when events are kept beyond the window for [`retention_held_by`](crate::Overview::retention_held_by); `None`
    /// where none are.
    #[serde(with = "time::serde::rfc3339::option")]
    pub held_since: Option<OffsetDateTime>,
}
