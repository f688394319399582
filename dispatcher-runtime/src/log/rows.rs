//! The rows of the log, as consumers read them, and the mismatch between a log and a cursor.
//!
//! Events are read row by row and never twice, because payloads may be large. A log that is not the one
//! that a cursor has read is a [`Mismatch`], and nothing is read from it.

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Row};
use time::OffsetDateTime;

use super::stored_event::StoredEvent;
use crate::postgres::sql::Statement;

/// No batch is read with a statement for fewer events, so that one statement is enough for all of the
/// usual sizes.
const USUAL: u32 = 1024;

/// How many bytes the texts around a payload may have together, so that a row is read whole. A dead letter escapes
/// them, which makes them at most six times as long.
const MAX_TEXTS_BYTES: i64 = 1 << 20;

/// How many bytes a payload may have, so that its row is read whole: with the texts it fits into a message and into a
/// column, which Postgres limits to 1 GB.
const MAX_PAYLOAD_BYTES: i64 = 512 << 20;

/// Binds what makes a row too large to be read whole, the last parameters of its statement.
pub(super) fn bind_row_limits<'q>(
    query: Query<'q, Postgres, PgArguments>,
) -> Query<'q, Postgres, PgArguments> {
    query.bind(MAX_TEXTS_BYTES).bind(MAX_PAYLOAD_BYTES)
}

/// An event that a cursor has passed.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    pub(crate) position: i64,
    pub(crate) event_id: String,
    pub(crate) inserted_at: OffsetDateTime,
}

impl Anchor {
    pub(crate) fn of(event: &StoredEvent) -> Self {
        Self {
            position: event.position,
            event_id: event.event_id.clone(),
            inserted_at: event.inserted_at,
        }
    }

    /// Of a row of `dispatcher_event`.
    pub(super) fn of_event(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get("position")?,
            event_id: row.try_get("event_id")?,
            inserted_at: row.try_get("inserted_at")?,
        })
    }

    /// Of a row of `dispatcher_cursor`.
    pub(crate) fn of_cursor(row: &PgRow) -> Result<Option<Self>, sqlx::Error> {
        let Some(position) = row.try_get("anchor_position")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            position,
            event_id: row.try_get("anchor_event_id")?,
            inserted_at: row.try_get("anchor_inserted_at")?,
        }))
    }
}

/// Which events of the log.
pub(crate) struct Selection<'a> {
    pub(crate) event_types: &'a [&'static str],
    /// `None`: of every tenant.
    pub(crate) tenants: Option<&'a [String]>,
    pub(crate) after: i64,
    pub(crate) until: i64,
    pub(crate) limit: u32,
    /// Reading stops once the rows have reached this many bytes.
    pub(crate) bytes: u64,
    pub(crate) partitions: i32,
    pub(crate) partition: i32,
}

impl Selection<'_> {
    /// The statement of `read_events.sql`, with a number for `{at_most}`. There are few such numbers,
    /// because each makes a statement that is prepared by itself.
    pub(super) fn bind(&self, statement: &Statement) -> Query<'static, Postgres, PgArguments> {
        let at_most = self.limit.max(USUAL).checked_next_power_of_two();
        let at_most = at_most.unwrap_or(u32::MAX).to_string();
        let query = sqlx::query(AssertSqlSafe(statement.0.replace("{at_most}", &at_most)))
            .bind(self.event_types.to_vec())
            .bind(self.after)
            .bind(self.until)
            .bind(i64::from(self.limit))
            .bind(self.partitions)
            .bind(self.partition)
            .bind(i64::try_from(self.bytes).unwrap_or(i64::MAX))
            .bind(self.tenants.map(<[String]>::to_vec));
        bind_row_limits(query)
    }
}

/// Events in the order of the log.
pub(crate) struct Batch {
    pub(crate) events: Vec<StoredEvent>,
    /// There may be more events, which were left out because of their size.
    pub(crate) is_cut: bool,
}

impl Batch {
    /// Reads row by row, because payloads may be large and should be in memory only once.
    pub(super) async fn read(
        mut rows: BoxStream<'_, Result<PgRow, sqlx::Error>>,
    ) -> Result<Self, sqlx::Error> {
        let (mut events, mut is_cut) = (Vec::new(), false);
        while let Some(row) = rows.try_next().await? {
            is_cut = row.try_get("is_cut")?;
            events.push(StoredEvent::from_row(&row)?);
        }
        Ok(Self { events, is_cut })
    }
}

/// The log is not the one that a cursor has read, or part of it is missing. Reading on would skip events.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Mismatch {
    #[error(
        "the cursor is at position {cursor}, but the log ends at {last_position}: was the log truncated or restored? \
         Reading has stopped, because it would skip events"
    )]
    CursorAhead { cursor: i64, last_position: i64 },
    #[error(
        "this subscription has passed event {passed} at position {position}, but the log has {}: \
         is it a different log, or was it restored? Reading has stopped, because it would skip events",
        .found.as_deref().unwrap_or("no event there and newer events before it")
    )]
    Replaced {
        position: i64,
        passed: String,
        found: Option<String>,
    },
    #[error(
        "the log has an event at position {last_event}, but its sequence is at {last_position}: \
         rows were restored without the sequence. Run SELECT setval('{sequence}', {last_event})"
    )]
    SequenceBehind {
        last_event: i64,
        last_position: i64,
        sequence: String,
    },
    #[error(
        "row-level security is active for this role on the dispatcher's tables. Reading has stopped, because it \
         would skip events: run ALTER TABLE … DISABLE ROW LEVEL SECURITY, or ALTER ROLE … BYPASSRLS"
    )]
    Hidden,
}
