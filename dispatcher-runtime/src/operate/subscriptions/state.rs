//! What an operator sees of a subscription beside its progress.

use serde::Serialize;
use time::OffsetDateTime;

use crate::contract::position::Position;
use crate::operate::count::Count;

/// A pause of a subscription: it outlasts restarts, until it is resumed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Pause {
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub paused_at: OffsetDateTime,
    /// The operator.
    pub paused_by: String,
    /// Why, if the operator said so.
    pub reason: Option<String>,
}

/// How the pause of a subscription begins that works in another database now, before the name of that.
pub(crate) const MOVED_TO: &str = "moved to ";

/// How the pause of a subscription begins that is to come from another database.
pub(crate) const WAITS_FOR: &str = "waits for the move from ";

impl Pause {
    /// Whether a move to another database made it, which alone can end it. Such a reason names a database and its cluster;
    /// what an operator wrote does not.
    pub(crate) fn is_of_a_move(&self) -> bool {
        let reason = self.reason.as_deref().unwrap_or_default();
        let named = reason.strip_prefix(MOVED_TO);
        let named = named.or_else(|| reason.strip_prefix(WAITS_FOR));
        let name = named.and_then(|name| name.split(';').next());
        let cluster = name.and_then(|name| name.rsplit_once('@'));
        cluster.is_some_and(|(_, digits)| {
            !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
        })
    }
}

/// How a subscription is, in one word: the first of these that holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SubscriptionState {
    /// An operator has paused it.
    Paused,
    /// No replica runs it.
    NoHolder,
    /// A subject is held by a dead letter, or waits for a version.
    Held,
    /// Its oldest undelivered event is older than a minute.
    Behind,
    /// Events of it wait for their next attempt.
    Retrying,
    /// None of these.
    Running,
}

/// A partition of a subscription.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartitionProgress {
    /// Its number, from 0.
    pub partition: u32,
    /// Up to where it has read.
    pub position: Position,
    /// When its cursor moved last.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// The replica that works on it.
    pub holder: Option<String>,
    /// Until when its lease is good.
    #[serde(with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
}

/// An error with which events of a subscription fail at present.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FailingWith {
    /// The last error of one of them, 1,000 characters at most.
    pub error: String,
    /// How many wait with an error like that.
    pub events: Count,
}

/// A subject that a subscription does not go on with, because an earlier event of it waits.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HeldSubject {
    /// The subject; `None` for an event without one, which holds no other.
    pub subject: Option<String>,
    /// The event that waits.
    pub event_id: String,
    /// Its place in the log.
    pub position: Position,
    /// The dead letter that holds the subject, if one does.
    pub dead_letter_id: Option<String>,
    /// The version that it waits for, as `<event type> version <version>`, if it waits for one.
    pub awaited_version: Option<String>,
}
