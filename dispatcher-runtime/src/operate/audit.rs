//! What operators did.

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::operate::actor::{Actor, ActorError};
use crate::operate::page_token::{self, check_limit};
use crate::operate::statements::AuditStatements;
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;
use crate::postgres::transaction;

/// What operators did in a table family. Clones share the pool.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::AuditError> {
/// let page = dispatcher_runtime::AuditLog::new(pool).list(50, None).await?;
/// for entry in page.entries {
///     println!("{} {}: {} ({})", entry.acted_at, entry.who, entry.what, entry.outcome);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct AuditLog {
    pool: PgPool,
    statements: AuditStatements,
}

/// Something that an operator did.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AuditEntry {
    /// Its id, a UUID.
    pub audit_id: String,
    /// When, by the clock of the database.
    #[serde(with = "time::serde::rfc3339")]
    pub acted_at: OffsetDateTime,
    /// Who, as the program says, or the name of the session.
    pub who: String,
    /// Another name that the request gave, which nothing proves.
    pub claimed_by: Option<String>,
    /// How it came: `api`, `http`, `cli`.
    pub way: String,
    /// What was done.
    pub what: String,
    /// Why, in the operator's words.
    pub why: String,
    /// What came of it.
    pub outcome: String,
}

/// A page of the audit, the newest first.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AuditPage {
    /// What was done.
    pub entries: Vec<AuditEntry>,
    /// The token of the next page; `None` if this is the last one.
    pub next: Option<String>,
}

/// The audit could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The operator's name or reason cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// `next` is not a token of the audit, or the limit is not from 1 to 1000.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database could not be reached or refused a statement.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl AuditLog {
    /// Of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            statements: AuditStatements::new(&Family::default()),
        }
    }

    /// Of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            pool,
            statements: AuditStatements::new(&Family::new(schema)?),
        })
    }

    /// A page of what was done, the newest first: at most `limit` (1 to 1000), after the page that returned `next`. What
    /// is done meanwhile is on none of the later pages.
    ///
    /// # Errors
    /// The limit or the token is not allowed, or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(&self, limit: u16, next: Option<&str>) -> Result<AuditPage, AuditError> {
        check_limit(limit)?;
        let after = next.map(PageEnd::from_token).transpose()?;
        let mut connection = transaction::acquire(&self.pool).await?;
        let rows = self
            .statements
            .list_audit
            .query()
            .bind(after.as_ref().map(|end| end.acted_at))
            .bind(after.as_ref().map(|end| end.audit_id.to_string()))
            // One more says whether there is a next page.
            .bind(i64::from(limit) + 1)
            .fetch_all(&mut *connection)
            .await?;
        let has_next = rows.len() > usize::from(limit);
        let rows = &rows[..rows.len().min(limit.into())];
        let last = rows.last().filter(|_| has_next);
        let end = last.map(PageEnd::from_row).transpose()?;
        let entries = rows.iter().map(AuditEntry::from_row);
        Ok(AuditPage {
            entries: entries.collect::<Result<_, _>>()?,
            next: end.map(|end| end.token()),
        })
    }

    /// Writes down that an operator sees values that the contracts mark as sensitive: call it before they are shown, and show
    /// nothing if it fails. `what` names the event or the dead letter by its id, without control characters.
    ///
    /// # Errors
    /// [`AuditError::Actor`], or the database failed. Nothing was written then.
    ///
    /// # Cancellation
    /// It is one statement: if the future is dropped, it may or may not have been written.
    pub async fn reveal(&self, what: &str, actor: Actor<'_>) -> Result<(), AuditError> {
        actor.check()?;
        let mut connection = transaction::acquire(&self.pool).await?;
        self.statements
            .insert_audit
            .query()
            .bind(actor.name)
            .bind(actor.way)
            .bind(format!("reveal {what}"))
            .bind(actor.why.unwrap_or_default())
            .bind("shown without masks")
            .bind(actor.claimed)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }
}

impl From<sqlx::Error> for AuditError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl AuditEntry {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            audit_id: row.try_get("audit_id")?,
            acted_at: row.try_get("acted_at")?,
            who: row.try_get("who")?,
            claimed_by: row.try_get("claimed_by")?,
            way: row.try_get("way")?,
            what: row.try_get("what")?,
            why: row.try_get("why")?,
            outcome: row.try_get("outcome")?,
        })
    }
}

/// Where a page ends.
struct PageEnd {
    acted_at: OffsetDateTime,
    audit_id: Uuid,
}

impl PageEnd {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            acted_at: row.try_get("acted_at")?,
            audit_id: Uuid::try_parse(row.try_get("audit_id")?)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
        })
    }

    fn token(&self) -> String {
        // As Postgres keeps it.
        let micros = self.acted_at.unix_timestamp_nanos() / 1000;
        let place = format!("{micros:x}.{}", self.audit_id.simple());
        page_token::seal(&place, &"audit")
    }

    /// # Errors
    /// It was altered, or is the token of another list.
    fn from_token(token: &str) -> Result<Self, ConfigError> {
        let end = page_token::open(token, &"audit").and_then(|place| {
            let (micros, audit_id) = place.split_once('.')?;
            let nanos = i128::from_str_radix(micros, 16).ok()?.checked_mul(1000)?;
            Some(Self {
                acted_at: OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?,
                audit_id: Uuid::try_parse(audit_id).ok()?,
            })
        });
        end.ok_or_else(|| ConfigError::Invalid {
            setting: "next",
            value: token.chars().take(200).collect(),
            expected: "the token of a page of the audit",
        })
    }
}
