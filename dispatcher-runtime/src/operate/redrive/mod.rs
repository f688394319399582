//! Redrives: many dead letters handled again, by the consumers, at a pace.

use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::contract::id::{RedriveId, TenantId};
use crate::contract::position::Position;
use crate::operate::actor::Actor;
use crate::operate::contracts::KnownContracts;
use crate::operate::dead_letter::{DeadLetterError, DeadLetterFilter, DeadLetterSummary};
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;

/// The redrives of a table family. Clones share the pool.
#[derive(Clone, Debug)]
pub struct Redrives {
    pool: PgPool,
    family: Family,
}

/// What a redrive would do.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RedrivePreview {
    /// How many dead letters it would have. [`RedriveOptions::expected`] takes it.
    pub total: u64,
    /// How many subjects they are of; an event without a subject counts as one.
    pub subjects: u64,
    /// When the oldest of them was written.
    #[serde(with = "time::serde::rfc3339::option")]
    pub oldest: Option<OffsetDateTime>,
    /// How many of them the gate would refuse again. They are left out unless the redrive is forced.
    pub refused: u64,
    /// How many of them cannot be redriven: erased, or of a subscription that was removed. They are left out.
    pub impossible: u64,
    /// How many of each subscription and event type, the most first.
    pub parts: Vec<RedrivePart>,
    /// The oldest of them, 5 at most.
    pub samples: Vec<DeadLetterSummary>,
}

/// What a redrive has of one subscription and event type.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RedrivePart {
    /// The consuming domain.
    pub consumer: String,
    /// The subscription.
    pub subscription: String,
    /// The event type.
    pub event_type: String,
    /// How many dead letters.
    pub dead_letters: u64,
}

/// How a redrive runs.
#[derive(Clone, Debug)]
#[must_use]
pub struct RedriveOptions {
    pub(crate) expected: Option<u64>,
    pub(crate) per_second: f64,
    pub(crate) forced: bool,
}

impl Default for RedriveOptions {
    fn default() -> Self {
        Self {
            expected: None,
            per_second: 50.0,
            forced: false,
        }
    }
}

impl RedriveOptions {
    /// The number of dead letters that a preview has shown. If it has changed, the start is an error. Defaults to
    /// whatever the filter selects.
    pub fn expected(mut self, total: u64) -> Self {
        self.expected = Some(total);
        self
    }

    /// How many events are handed to consumers in a second at most. Defaults to 50.
    pub fn per_second(mut self, per_second: f64) -> Self {
        self.per_second = per_second;
        self
    }

    /// Whether events are redriven that the gate would refuse again. Defaults to `false`.
    pub fn forced(mut self, forced: bool) -> Self {
        self.forced = forced;
        self
    }
}

/// A redrive.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Redrive {
    /// Its id.
    pub redrive_id: RedriveId,
    /// How it is.
    pub state: RedriveState,
    /// When it was started.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// The operator.
    pub started_by: String,
    /// Why, if the operator said so.
    pub why: Option<String>,
    /// What was selected, in words.
    pub selection: String,
    /// How many events are handed to consumers in a second at most.
    pub per_second: f64,
    /// How many dead letters it has: `queued + waiting + handled + failed + left_out`.
    pub total: u64,
    /// How many have not been handed to a consumer.
    pub queued: u64,
    /// How many are with a consumer: being handled, or waiting for another attempt.
    pub waiting: u64,
    /// How many were handled.
    pub handled: u64,
    /// How many failed again, and are open.
    pub failed: u64,
    /// How many were left open: the redrive was stopped before their turn, or they were taken out.
    pub left_out: u64,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Why it was stopped, and by whom, if it was.
    pub stopped_because: Option<String>,
}

/// How a redrive is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RedriveState {
    /// Events are handed to consumers.
    Running,
    /// It was stopped; what a consumer has is still handled.
    Stopped,
    /// All of them are handled, failed again or were left out.
    Done,
}

/// A dead letter of a redrive.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RedriveItem {
    /// The dead letter.
    pub dead_letter_id: String,
    /// Its consumer.
    pub consumer: String,
    /// Its subscription.
    pub subscription: String,
    /// Its event's place in the log.
    pub position: Position,
    /// `queued`, `waiting`, `handled`, `failed` or `left_out`.
    pub outcome: String,
    /// When it was settled.
    #[serde(with = "time::serde::rfc3339::option")]
    pub settled_at: Option<OffsetDateTime>,
}

/// A page of redrives, the newest first.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RedrivePage {
    /// The redrives.
    pub redrives: Vec<Redrive>,
    /// The token of the next page; `None` if this is the last one.
    pub next: Option<String>,
}

/// A redrive could not be started, read or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedriveError {
    /// The filter, an operator's name, or the database.
    #[error(transparent)]
    DeadLetter(#[from] DeadLetterError),
    /// This table family has no redrive of that id: list them to see which there are.
    #[error("there is no redrive {0}")]
    NotFound(RedriveId),
    /// The number of dead letters is no longer the one that was expected: look at the preview again.
    #[error(
        "the filter selects {found} dead letters and not {expected} any more: look at the preview again"
    )]
    #[non_exhaustive]
    Changed {
        /// What the caller expected.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The filter selects no dead letter that can be redriven.
    #[error("the filter selects no open dead letter that can be redriven")]
    Nothing,
    /// It has ended already.
    #[error("the redrive {0} has ended already")]
    Ended(RedriveId),
}

impl Redrives {
    /// The redrives of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            family: Family::default(),
        }
    }

    /// The redrives of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            pool,
            family: Family::new(schema)?,
        })
    }

    /// The same, bound to the dead letters of these tenants; see
    /// [`DeadLetters::for_tenants`](crate::DeadLetters::for_tenants).
    #[must_use]
    pub fn for_tenants(&self, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        todo!("{:?}", tenants.into_iter().next())
    }

    /// What a redrive of the dead letters that the filter selects would do. The filter's limit and page do not count.
    /// Without contracts, `refused` is 0.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn preview(
        &self,
        filter: &DeadLetterFilter,
        contracts: Option<&KnownContracts>,
    ) -> Result<RedrivePreview, RedriveError> {
        todo!("{filter:?} {}", contracts.is_some())
    }

    /// Starts a redrive of the open dead letters that the filter selects now. Consumers run it.
    ///
    /// # Errors
    /// [`RedriveError::Changed`], [`RedriveError::Nothing`], or the database failed. Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not have started.
    pub async fn start(
        &self,
        filter: &DeadLetterFilter,
        options: &RedriveOptions,
        contracts: Option<&KnownContracts>,
        actor: Actor<'_>,
    ) -> Result<Redrive, RedriveError> {
        todo!("{filter:?} {options:?} {} {actor:?}", contracts.is_some())
    }

    /// A page of redrives, the newest first: at most `limit` (1 to 1000), after the page that returned `next`.
    ///
    /// # Errors
    /// `next` is not a token of this list, or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(&self, limit: u16, next: Option<&str>) -> Result<RedrivePage, RedriveError> {
        todo!("{limit} {next:?} {:?} {:?}", self.pool, self.family)
    }

    /// The redrive of that id.
    ///
    /// # Errors
    /// [`RedriveError::NotFound`], or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(&self, id: &RedriveId) -> Result<Redrive, RedriveError> {
        todo!("{id}")
    }

    /// Its dead letters, in the order of their positions, at most 1,000.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn items(&self, id: &RedriveId) -> Result<Vec<RedriveItem>, RedriveError> {
        todo!("{id}")
    }

    /// Stops a redrive: what no consumer has yet is left open.
    ///
    /// # Errors
    /// [`RedriveError::NotFound`], [`RedriveError::Ended`], or the database failed.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not have been stopped.
    pub async fn stop(&self, id: &RedriveId, actor: Actor<'_>) -> Result<Redrive, RedriveError> {
        todo!("{id} {actor:?}")
    }
}
