//! How far relays and mirrors are, as operators see it.

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;

use super::statements::TransferStatements;
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;

/// Which way events go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Direction {
    /// Out of this log, into a stream.
    Relay,
    /// Out of a stream, into this log.
    Mirror,
}

impl Direction {
    /// As the table has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Mirror => "mirror",
        }
    }
}

/// How far a relay or a mirror is, at one moment.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TransferProgress {
    /// Which way events go.
    pub direction: Direction,
    /// The stream.
    pub stream: String,
    /// When the stream was created, as its server says. `None`: nothing was sent to it or read from it.
    pub stream_created_at: Option<String>,
    /// Of a relay the last sequence that the stream has confirmed; of a mirror the last one that it has inserted or
    /// passed over.
    pub sequence: i64,
    /// Of a relay: every event of the log up to this position is in the stream. Of a mirror: 0.
    pub position: i64,
    /// Of a relay: how many positions the log has after that. Not each of them has an event that is sent. Of a mirror: 0.
    pub positions_behind: i64,
    /// Why it does not go on; `None` while it does.
    pub waits_for: Option<String>,
    /// The process that works on it; `None` where no lease is in force.
    pub holder: Option<String>,
    /// When the row changed, by the clock of the database.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

impl TransferProgress {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let direction = match row.try_get("direction")? {
            "relay" => Direction::Relay,
            _ => Direction::Mirror,
        };
        let position = row.try_get("position")?;
        let last_position: i64 = row.try_get("last_position")?;
        Ok(Self {
            direction,
            stream: row.try_get("stream")?,
            stream_created_at: row.try_get("stream_created_at")?,
            sequence: row.try_get("sequence")?,
            position,
            positions_behind: match direction {
                Direction::Relay => (last_position - position).max(0),
                Direction::Mirror => 0,
            },
            waits_for: row.try_get("waits_for")?,
            holder: row.try_get("holder")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

/// The relays and mirrors of a database.
#[derive(Clone, Debug)]
pub struct Transfers {
    pool: PgPool,
    statements: TransferStatements,
}

impl Transfers {
    /// Of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        let statements = TransferStatements::new(&Family::default());
        Self { pool, statements }
    }

    /// Of the table family in that Postgres schema.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        let statements = TransferStatements::new(&Family::new(schema)?);
        Ok(Self { pool, statements })
    }

    /// How far each is, sorted by direction and stream.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(&self) -> Result<Vec<TransferProgress>, DatabaseError> {
        let list = self.statements.list_transfers.query();
        let rows = list.fetch_all(&self.pool).await?;
        let rows = rows.iter().map(TransferProgress::from_row);
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
