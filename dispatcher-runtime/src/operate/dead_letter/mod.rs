//! Dead letters: events that a subscription gave up on, and what operators do with them.
//!
//! A dead letter is written in the transaction that moves the cursor past its event, so an event is always
//! handled, waiting, or a dead letter. It holds the whole envelope and outlives the log's retention. What
//! fails here changes nothing.

mod error;
mod event;
mod failed_attempt;
mod masked;
mod redrive;

use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};
use time::OffsetDateTime;

use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::{DeadLetterId, IdError};
use crate::contract::position::Position;
use crate::log::stored_event::StoredEvent;
use crate::operate::statements::DeadLetterStatements;
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;
pub use error::DeadLetterError;
pub use failed_attempt::FailedAttempt;

/// An event that a subscription gave up on, with the attempts that failed and, once an operator has dealt
/// with it, the resolution.
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
    /// When the subscription gave up.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was resolved.
    #[serde(with = "time::serde::rfc3339::option")]
    pub resolved_at: Option<OffsetDateTime>,
    /// The operator who resolved it.
    pub resolved_by: Option<String>,
    /// The operator's note.
    pub resolution_note: Option<String>,
}

impl DeadLetter {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
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
            subject: row.try_get("subject")?,
            position: row.try_get::<i64, _>("position")?.into(),
            envelope: envelope(row.try_get("envelope")?).map_err(|error| decode(error.into()))?,
            reason: row.try_get("reason")?,
            error: row.try_get("error")?,
            attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default(),
            failures: serde_json::from_str(row.try_get("failures")?).unwrap_or_default(),
            created_at: row.try_get("created_at")?,
            resolved_at: row.try_get("resolved_at")?,
            resolved_by: row.try_get("resolved_by")?,
            resolution_note: row.try_get("resolution_note")?,
        })
    }
}

/// As it was stored; as a string, should it ever not be JSON.
fn envelope(text: String) -> Result<Box<RawValue>, serde_json::Error> {
    match RawValue::from_string(text.clone()) {
        Ok(envelope) => Ok(envelope),
        Err(_) => serde_json::value::to_raw_value(&text),
    }
}

/// Which dead letters [`DeadLetters::list`] returns. Defaults to those of every consumer that are not
/// resolved, 50 at most.
#[derive(Clone, Debug)]
pub struct DeadLetterFilter {
    consumer: Option<String>,
    include_resolved: bool,
    limit: u16,
}

impl Default for DeadLetterFilter {
    fn default() -> Self {
        Self {
            consumer: None,
            include_resolved: false,
            limit: 50,
        }
    }
}

impl DeadLetterFilter {
    /// Only those of one consuming domain. Defaults to those of every domain.
    #[must_use]
    pub fn consumer(mut self, consumer: impl Into<String>) -> Self {
        self.consumer = Some(consumer.into());
        self
    }

    /// Whether to return resolved dead letters too. Defaults to `false`.
    #[must_use]
    pub fn include_resolved(mut self, include_resolved: bool) -> Self {
        self.include_resolved = include_resolved;
        self
    }

    /// How many to return at most. Defaults to 50; more than 1000 counts as 1000, and 0 is an error of the
    /// call that takes the filter.
    #[must_use]
    pub fn limit(mut self, limit: u16) -> Self {
        self.limit = limit.min(1000);
        self
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.limit > 0 {
            return Ok(());
        }
        Err(ConfigError::Invalid {
            setting: "limit",
            value: "0".to_owned(),
            expected: "from 1 to 1000",
        })
    }
}

/// The dead letters of a table family, as an operator reads and ends them. Clones share the pool.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::DeadLetterError> {
/// use dispatcher_runtime::{DeadLetterFilter, DeadLetters};
///
/// let dead_letters = DeadLetters::new(pool);
/// for one in dead_letters.list(&DeadLetterFilter::default().consumer("coaching")).await? {
///     println!("{} failed {} times: {}", one.event_id, one.attempts, one.error);
///     dead_letters.resolve(&one.dead_letter_id, "mia", Some("refunded by hand")).await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DeadLetters {
    pool: PgPool,
    statements: DeadLetterStatements,
}

impl DeadLetters {
    /// The dead letters of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            statements: DeadLetterStatements::new(&Family::default()),
        }
    }

    /// The dead letters of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            pool,
            statements: DeadLetterStatements::new(&Family::new(schema)?),
        })
    }

    /// Those that the filter selects, newest first.
    ///
    /// # Errors
    /// The filter's limit is 0, or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(
        &self,
        filter: &DeadLetterFilter,
    ) -> Result<Vec<DeadLetter>, DeadLetterError> {
        filter.check()?;
        let statements = &self.statements;
        let statement = match (&filter.consumer, filter.include_resolved) {
            (None, false) => &statements.list_active,
            (None, true) => &statements.list_all,
            (Some(_), false) => &statements.list_active_of,
            (Some(_), true) => &statements.list_all_of,
        };
        let query = statement.query().bind(i64::from(filter.limit));
        let query = match &filter.consumer {
            Some(consumer) => query.bind(consumer),
            None => query,
        };
        let rows = query.fetch_all(&self.pool).await?;
        let dead_letters = rows.iter().map(DeadLetter::from_row);
        Ok(dead_letters.collect::<Result<_, _>>()?)
    }

    /// The dead letter of that id.
    ///
    /// # Errors
    /// [`DeadLetterError::NotFound`], or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(&self, id: &DeadLetterId) -> Result<DeadLetter, DeadLetterError> {
        self.statements
            .get_dead_letter
            .query()
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?
            .map(|row| DeadLetter::from_row(&row))
            .transpose()?
            .ok_or_else(|| DeadLetterError::NotFound(id.clone()))
    }

    /// Marks a dead letter as dealt with. That can be done once: of two operators, one wins. The event is
    /// not handled again; [`redrive`](Self::redrive) does that. If the dead letter holds its subject, the
    /// later events of the subject go on.
    ///
    /// # Errors
    /// [`DeadLetterError::AlreadyResolved`] says by whom; [`DeadLetterError::NotFound`];
    /// [`DeadLetterError::NoOperator`] if `resolved_by` is blank; or the database failed.
    ///
    /// # Cancellation
    /// If the future is dropped the dead letter may or may not be resolved.
    pub async fn resolve(
        &self,
        id: &DeadLetterId,
        resolved_by: &str,
        note: Option<&str>,
    ) -> Result<DeadLetter, DeadLetterError> {
        if resolved_by.trim().is_empty() {
            return Err(DeadLetterError::NoOperator);
        }
        let statement = &self.statements.resolve_dead_letter;
        match self.end(statement, id, resolved_by, note).await? {
            Some(row) => Ok(DeadLetter::from_row(&row)?),
            None => Err(self.why_not(id).await?),
        }
    }

    /// Resolves or redrives, before or after a pass of the subscription that is under way.
    async fn end(
        &self,
        statement: &Statement,
        id: &DeadLetterId,
        by: &str,
        note: Option<&str>,
    ) -> Result<Option<PgRow>, sqlx::Error> {
        let mut tx = transaction::begin(&self.pool).await?;
        let lock = self.statements.lock_letter.query().bind(id.as_str());
        lock.execute(&mut *tx).await?;
        let row = statement
            .query()
            .bind(id.as_str())
            .bind(by)
            .bind(note)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Why a dead letter could not be resolved.
    async fn why_not(&self, id: &DeadLetterId) -> Result<DeadLetterError, DeadLetterError> {
        let dead_letter = self.get(id).await?;
        Ok(match (dead_letter.resolved_by, dead_letter.resolved_at) {
            (Some(resolved_by), Some(resolved_at)) => DeadLetterError::AlreadyResolved {
                dead_letter_id: id.clone(),
                resolved_by,
                resolved_at,
            },
            // It was inserted between the two statements.
            _ => DeadLetterError::NotFound(id.clone()),
        })
    }
}

/// What a consumer writes.
pub(crate) struct New {
    pub(crate) id: DeadLetterId,
    pub(crate) consumer: &'static str,
    pub(crate) subscription: &'static str,
    pub(crate) event: StoredEvent,
    pub(crate) reason: DeadLetterReason,
    pub(crate) error: String,
    pub(crate) attempts: u32,
    pub(crate) failures: Vec<serde_json::Value>,
    pub(crate) now: OffsetDateTime,
}

pub(crate) async fn insert(
    statement: &Statement,
    connection: &mut PgConnection,
    new: &New,
) -> Result<(), sqlx::Error> {
    let envelope = new
        .event
        .envelope_json()
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    statement
        .query()
        .bind(new.id.as_str())
        .bind(new.consumer)
        .bind(new.subscription)
        .bind(new.event.position)
        .bind(&new.event.event_id)
        .bind(&new.event.event_type)
        .bind(new.event.schema_version)
        .bind(&new.event.subject)
        .bind(envelope)
        .bind(new.reason.as_str())
        .bind(&new.error)
        .bind(i32::try_from(new.attempts).unwrap_or(i32::MAX))
        .bind(serde_json::Value::from(new.failures.as_slice()).to_string())
        .bind(new.now)
        .execute(connection)
        .await
        .map(drop)
}
