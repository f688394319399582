//! Dead letters: events that a subscription gave up on, and what operators do with them.
//!
//! A dead letter is written in the transaction that moves the cursor past its event, so an event is
//! handled, waiting, or a dead letter, and never nothing. It holds the whole envelope and outlives
//! the log's retention.

mod error;
mod redrive;

use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};
use time::OffsetDateTime;

use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::DeadLetterId;
use crate::log::stored_event::StoredEvent;
use crate::operate::statements::DeadLetterStatements;
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;
pub use error::DeadLetterError;

/// An event that a subscription gave up on.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Its id.
    pub dead_letter_id: DeadLetterId,
    /// The consuming domain.
    pub consumer: String,
    /// The subscription, which is its handler's name.
    pub subscription: String,
    /// The event's id. A string: the event may be one that nobody could read.
    pub event_id: String,
    /// The event's type.
    pub event_type: String,
    /// The event's schema version.
    pub schema_version: i32,
    /// Whom the event is about.
    pub subject: Option<String>,
    /// The event's place in the log.
    pub position: i64,
    /// The whole event, payload included.
    pub envelope: Box<RawValue>,
    /// Why it was given up.
    pub reason: DeadLetterReason,
    /// The last error.
    pub error: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Each failed attempt: `[{"attempt", "failed_at", "error"}]`, oldest first.
    pub failures: serde_json::Value,
    /// When it was given up.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was resolved.
    #[serde(with = "time::serde::rfc3339::option")]
    pub resolved_at: Option<OffsetDateTime>,
    /// Who resolved it.
    pub resolved_by: Option<String>,
    /// What they said.
    pub resolution_note: Option<String>,
}

impl DeadLetter {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let decode = |error: Box<dyn std::error::Error + Send + Sync>| sqlx::Error::Decode(error);
        Ok(Self {
            dead_letter_id: row
                .try_get::<String, _>("dead_letter_id")?
                .parse()
                .map_err(|error: crate::contract::id::IdError| decode(error.into()))?,
            consumer: row.try_get("consumer")?,
            subscription: row.try_get("subscription")?,
            event_id: row.try_get("event_id")?,
            event_type: row.try_get("event_type")?,
            schema_version: row.try_get("schema_version")?,
            subject: row.try_get("subject")?,
            position: row.try_get("position")?,
            envelope: envelope(row.try_get("envelope")?).map_err(|error| decode(error.into()))?,
            reason: row.try_get("reason")?,
            error: row.try_get("error")?,
            attempts: row.try_get("attempts")?,
            failures: serde_json::from_str(row.try_get("failures")?)
                .map_err(|error| decode(error.into()))?,
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

/// Which dead letters [`DeadLetters::list`] gives: of every consumer, unresolved, at most 50.
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
    /// Those of one consuming domain.
    #[must_use]
    pub fn consumer(mut self, consumer: impl Into<String>) -> Self {
        self.consumer = Some(consumer.into());
        self
    }

    /// Also those that are resolved.
    #[must_use]
    pub fn include_resolved(mut self, include_resolved: bool) -> Self {
        self.include_resolved = include_resolved;
        self
    }

    /// At most so many; above 1000 counts as 1000.
    #[must_use]
    pub fn limit(mut self, limit: u16) -> Self {
        self.limit = limit.min(1000);
        self
    }
}

/// The dead letters of a table family.
#[derive(Debug)]
pub struct DeadLetters {
    pool: PgPool,
    statements: DeadLetterStatements,
}

impl DeadLetters {
    /// Of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            statements: DeadLetterStatements::new(&Family::default()),
        }
    }

    /// Of the table family in that Postgres schema.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            pool,
            statements: DeadLetterStatements::new(&Family::new(schema)?),
        })
    }

    /// Newest first.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(
        &self,
        filter: &DeadLetterFilter,
    ) -> Result<Vec<DeadLetter>, DeadLetterError> {
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
        let rows = query.fetch_all(&self.pool).await.map_err(database)?;
        rows.iter()
            .map(DeadLetter::from_row)
            .collect::<Result<_, _>>()
            .map_err(database)
    }

    /// The one of that id.
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
            .await
            .map_err(database)?
            .map(|row| DeadLetter::from_row(&row))
            .transpose()
            .map_err(database)?
            .ok_or_else(|| DeadLetterError::NotFound(id.clone()))
    }

    /// Marks a dead letter as dealt with. It can be done once: of two operators, one wins. The
    /// event is not handled again; [`redrive`](Self::redrive) does that. Where its subject was held for it,
    /// the later events of the subject go on.
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
        let resolved = self.end(statement, id, resolved_by, note).await;
        if let Some(row) = resolved.map_err(database)? {
            return DeadLetter::from_row(&row).map_err(database);
        }
        Err(self.why_not(id).await?)
    }

    /// Resolves or redrives, in order with whoever works on its subscription.
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
            .bind(OffsetDateTime::now_utc())
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
            // It came into being between the two statements.
            _ => DeadLetterError::NotFound(id.clone()),
        })
    }
}

fn database(error: sqlx::Error) -> DeadLetterError {
    DeadLetterError::Database(DatabaseError(error))
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
