//! Redrives: many dead letters handled again, by the consumers, at a pace.
//!
//! An operator starts and stops one; consumers run it. The protocol, step by step, is in
//! `migrations/0009_create_redrives.sql`: D1 is [`Redrives::start`], D5 is [`Redrives::stop`], and D2 to D4 are in the passes of
//! the consumers (`consume/pass/hand_over.rs`).

mod error;
mod page;
mod preview;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;

use crate::contract::id::{IdError, RedriveId, TenantId};
use crate::contract::position::Position;
use crate::operate::actor::Actor;
use crate::operate::contracts::KnownContracts;
use crate::operate::dead_letter::{
    DeadLetterError, DeadLetterFilter, DeadLetterSummary, DeadLetters, NotStarted, RefusesAgain,
    StartOfRedrive,
};
use crate::postgres::error::ConfigError;
use crate::postgres::transaction;
pub use error::RedriveError;
use page::RedrivePageEnd;

/// The redrives of a table family. Clones share the pool.
#[derive(Clone, Debug)]
pub struct Redrives {
    letters: DeadLetters,
}

/// What a redrive would do.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RedrivePreview {
    /// How many open dead letters can be redriven, those among them that the gate would refuse again.
    /// [`RedriveOptions::expected`] takes it.
    pub total: u64,
    /// How many subjects they are of; an event without a subject counts as one.
    pub subjects: u64,
    /// When the oldest of them was written.
    #[serde(with = "time::serde::rfc3339::option")]
    pub oldest: Option<OffsetDateTime>,
    /// How many of them the gate would refuse again. They are left out unless the redrive is forced.
    pub refused: u64,
    /// How many others cannot be redriven: erased, of a subscription that was removed, or older than another dead letter
    /// of the same event. They are left out.
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
    /// Who stopped it, and why, if it was stopped: `mia: …`; `dispatcher: 20 events failed in a row`.
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

impl Redrives {
    /// The redrives of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            letters: DeadLetters::new(pool),
        }
    }

    /// The redrives of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            letters: DeadLetters::in_schema(pool, schema)?,
        })
    }

    /// The same, bound to the dead letters of these tenants; see
    /// [`DeadLetters::for_tenants`](crate::DeadLetters::for_tenants). It sees the redrives that were started within that
    /// bound, and no others.
    #[must_use]
    pub fn for_tenants(&self, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        Self {
            letters: self.letters.for_tenants(tenants),
        }
    }

    /// Starts a redrive of the open dead letters that the filter selects now. Consumers run it, in the order of the events'
    /// positions; those of a subject keep their order. The filter's limit and page do not count. With contracts, those that
    /// the gate would refuse again are left out, unless the redrive is forced.
    ///
    /// ```no_run
    /// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::RedriveError> {
    /// use dispatcher_runtime::{Actor, DeadLetterFilter, RedriveOptions, Redrives};
    ///
    /// let redrives = Redrives::new(pool);
    /// let filter = DeadLetterFilter::default().consumer("coaching").subscription("hold_slot");
    /// let preview = redrives.preview(&filter, None).await?;
    /// let options = RedriveOptions::default().expected(preview.total);
    /// let actor = Actor::new("mia").because("the slots are back");
    /// let redrive = redrives.start(&filter, &options, None, actor).await?;
    /// println!("{} of {} are queued", redrive.queued, redrive.total);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`RedriveError::Changed`], [`RedriveError::Nothing`], or the database failed. Nothing has changed then, except that
    /// the audit says so of the first two. [`DeadLetterError::Config`] for a pace that is not a number above 0, up to
    /// 100,000.
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
        actor.check().map_err(DeadLetterError::from)?;
        options.check().map_err(DeadLetterError::from)?;
        let refuses = contracts.map(refuses_again);
        let refuses = refuses.as_ref().filter(|_| !options.forced);
        let start = StartOfRedrive {
            selection: &filter.selection,
            expected: options.expected,
            per_second: options.per_second,
            refuses: refuses.map(|refuses| refuses as RefusesAgain<'_>),
            actor,
        };
        match self.letters.start_redrive(&start).await? {
            Ok(redrive_id) => self.get(&redrive_id).await,
            Err(NotStarted::Changed { expected, found }) => {
                Err(RedriveError::Changed { expected, found })
            }
            Err(NotStarted::Nothing) => Err(RedriveError::Nothing),
        }
    }

    /// A page of redrives, the newest first: at most `limit` (1 to 1000), after the page that returned `next`.
    ///
    /// # Errors
    /// `next` is not a token of this list, the limit is not from 1 to 1000, or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(&self, limit: u16, next: Option<&str>) -> Result<RedrivePage, RedriveError> {
        if !(1..=1000).contains(&limit) {
            let invalid = ConfigError::Invalid {
                setting: "limit",
                value: limit.to_string(),
                expected: "from 1 to 1000",
            };
            return Err(DeadLetterError::from(invalid).into());
        }
        let after = match next {
            Some(token) => {
                let end = RedrivePageEnd::from_token(token, self.tenants());
                Some(end.ok_or(DeadLetterError::InvalidToken)?)
            }
            None => None,
        };
        let mut redrives = self
            .read(None, after.as_ref(), i64::from(limit) + 1)
            .await?;
        let has_next = redrives.len() > usize::from(limit);
        redrives.truncate(limit.into());
        let last = redrives.last().filter(|_| has_next);
        Ok(RedrivePage {
            next: last.map(|last| RedrivePageEnd::of(last).token(self.tenants())),
            redrives,
        })
    }

    /// The redrive of that id.
    ///
    /// # Errors
    /// [`RedriveError::NotFound`], or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(&self, id: &RedriveId) -> Result<Redrive, RedriveError> {
        let mut found = self.read(Some(id), None, 1).await?;
        found
            .pop()
            .ok_or_else(|| RedriveError::NotFound(id.clone()))
    }

    async fn read(
        &self,
        id: Option<&RedriveId>,
        after: Option<&RedrivePageEnd>,
        limit: i64,
    ) -> Result<Vec<Redrive>, RedriveError> {
        let read = self.letters.statements.read_redrives.query_once();
        let rows = read
            .bind(self.tenant_ids())
            .bind(id.map(RedriveId::as_str))
            .bind(after.map(|end| end.started_at))
            .bind(after.map(|end| end.redrive_id.as_str()))
            .bind(limit)
            .fetch_all(&self.letters.pool)
            .await?;
        Ok(rows
            .iter()
            .map(Redrive::from_row)
            .collect::<Result<_, _>>()?)
    }

    /// Its dead letters, in the order of their positions, at most 1,000.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn items(&self, id: &RedriveId) -> Result<Vec<RedriveItem>, RedriveError> {
        // Not of other tenants.
        self.get(id).await?;
        let list = self.letters.statements.list_redrive_items.query();
        let rows = list.bind(id.as_str()).fetch_all(&self.letters.pool).await?;
        Ok(rows
            .iter()
            .map(RedriveItem::from_row)
            .collect::<Result<_, _>>()?)
    }

    /// Stops a redrive: what no consumer has yet is left open. What a consumer has is still handled.
    ///
    /// # Errors
    /// [`RedriveError::NotFound`]; [`RedriveError::Ended`], also if it was stopped before; or the database failed.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not have been stopped.
    pub async fn stop(&self, id: &RedriveId, actor: Actor<'_>) -> Result<Redrive, RedriveError> {
        actor.check().map_err(DeadLetterError::from)?;
        let because = match actor.why {
            Some(why) => format!("{}: {why}", actor.name),
            None => actor.name.to_owned(),
        };
        let mut tx = transaction::begin(&self.letters.pool).await?;
        let stop = self.letters.statements.stop_redrive.query();
        let stop = stop.bind(id.as_str()).bind(because).bind(self.tenant_ids());
        let stopped = stop.fetch_optional(&mut *tx).await?;
        let outcome = match &stopped {
            Some(row) => {
                let left_out: i64 = row.try_get("left_out")?;
                format!("stopped: {left_out} dead letters are open again")
            }
            None => "nothing was changed".to_owned(),
        };
        let what = format!("stop redrive {id}");
        self.letters.note(&mut tx, actor, what, &outcome).await?;
        tx.commit().await?;
        let redrive = self.get(id).await?;
        match stopped {
            Some(_) => Ok(redrive),
            None => Err(RedriveError::Ended(id.clone())),
        }
    }

    fn tenants(&self) -> Option<&BTreeSet<TenantId>> {
        self.letters.tenants.as_deref()
    }

    fn tenant_ids(&self) -> Option<Vec<&str>> {
        let tenants = self.tenants()?;
        Some(tenants.iter().map(TenantId::as_str).collect())
    }
}

/// Whether the gate would refuse a payload again, by all contracts that the program knows. What they do not know is not
/// refused.
fn refuses_again(
    contracts: &KnownContracts,
) -> impl Fn(&str, i32, &Value) -> bool + Send + Sync + '_ {
    |event_type, schema_version, payload| {
        let known = contracts.schema(event_type, schema_version);
        known.is_some_and(|(_, schema)| schema.validate(payload).is_err())
    }
}

impl RedriveOptions {
    fn check(&self) -> Result<(), ConfigError> {
        if self.per_second > 0.0 && self.per_second <= 100_000.0 {
            return Ok(());
        }
        Err(ConfigError::Invalid {
            setting: "per_second",
            value: self.per_second.to_string(),
            expected: "a number above 0, and 100000 at most",
        })
    }
}

impl Redrive {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let number = |column| row.try_get::<i64, _>(column).map(i64::unsigned_abs);
        let stopped_at: Option<OffsetDateTime> = row.try_get("stopped_at")?;
        let ended_at: Option<OffsetDateTime> = row.try_get("ended_at")?;
        let id: String = row.try_get("redrive_id")?;
        Ok(Self {
            redrive_id: id
                .parse()
                .map_err(|error: IdError| sqlx::Error::Decode(error.into()))?,
            state: match (stopped_at, ended_at) {
                (Some(_), _) => RedriveState::Stopped,
                (None, Some(_)) => RedriveState::Done,
                (None, None) => RedriveState::Running,
            },
            started_at: row.try_get("started_at")?,
            started_by: row.try_get("started_by")?,
            why: row.try_get("why")?,
            selection: row.try_get("selection")?,
            per_second: row.try_get("per_second")?,
            total: number("total")?,
            queued: number("queued")?,
            waiting: number("waiting")?,
            handled: number("handled")?,
            failed: number("failed")?,
            left_out: number("left_out")?,
            ended_at,
            stopped_because: row.try_get("stopped_because")?,
        })
    }
}

impl RedriveItem {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            dead_letter_id: row.try_get("dead_letter_id")?,
            consumer: row.try_get("consumer")?,
            subscription: row.try_get("subscription")?,
            position: row.try_get::<i64, _>("position")?.into(),
            outcome: row.try_get("outcome")?,
            settled_at: row.try_get("settled_at")?,
        })
    }
}
