//! What operators did.

use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;

/// What operators did in a table family. Clones share the pool.
#[derive(Clone, Debug)]
pub struct AuditLog {
    pool: PgPool,
    family: Family,
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

/// The audit could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
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
            family: Family::default(),
        }
    }

    /// Of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            pool,
            family: Family::new(schema)?,
        })
    }

    /// A page of what was done, the newest first: at most `limit` (1 to 1000), after the page that returned `next`.
    ///
    /// # Errors
    /// The limit or the token is not allowed, or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(&self, limit: u16, next: Option<&str>) -> Result<AuditPage, AuditError> {
        todo!("{limit} {next:?} {:?} {:?}", self.pool, self.family)
    }
}
