//! The log of a table family: how far it may be read, what stands there, and where a time is.
//!
//! Readers hold a connection whose transaction is READ COMMITTED: R1 and R2 are one statement, R3 the
//! next, with a newer snapshot (`migrations/0001_create_event_log.sql`). Any other way of reading may skip
//! events.
//!
//! Naming the transaction that holds readers back costs a look at `pg_locks` and `pg_stat_activity`, so a
//! consumer does that only while its horizon stands still (`standstill.rs`).

use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};
use time::OffsetDateTime;

use super::horizon::{Blocker, Horizon};
use super::rows::{Anchor, Batch, Mismatch, Selection, bind_row_limits};
use super::start_from::StartFrom;
use super::statements::{LogStatements, SearchStatements, SweepStatements};
use crate::contract::bounded_text::error_text;
use crate::postgres::catalog::ContractsCatalog;
use crate::postgres::error::{ConfigError, DatabaseError, sql_state};
use crate::postgres::family::Family;
use crate::postgres::transaction;

/// How far apart two inserts may be whose order by clock is not that of their positions.
const CLOCK_ORDER: Duration = Duration::from_secs(1);

/// How far apart the clocks of two events may be whose order is not that of their positions, where a
/// subscription begins at a time, or a search ends at one.
pub(crate) const OUT_OF_ORDER: time::Duration = time::Duration::seconds(10);

/// The log of a table family.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::DatabaseError> {
/// let horizon = dispatcher_runtime::EventLog::new(pool).horizon().await?;
/// if let Some(blocker) = horizon.blocker {
///     println!("{} positions wait for {blocker}", horizon.last_position.distance_from(horizon.position));
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct EventLog {
    pool: PgPool,
    pub(crate) statements: LogStatements,
    pub(crate) sweeps: SweepStatements,
    pub(crate) searches: SearchStatements,
    /// The contracts in the same database.
    pub(crate) catalog: ContractsCatalog,
}

impl EventLog {
    /// Of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self::of(pool, &Family::default())
    }

    /// Of the table family in that Postgres schema.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self::of(pool, &Family::new(schema)?))
    }

    pub(crate) fn of(pool: PgPool, family: &Family) -> Self {
        Self {
            catalog: ContractsCatalog::of(pool.clone(), family),
            pool,
            statements: LogStatements::new(family),
            sweeps: SweepStatements::new(family),
            searches: SearchStatements::new(family),
        }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A transaction to read the log in. It ends with `rollback`, or by being dropped.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        transaction::begin(&self.pool).await
    }

    /// How far the log may be read, and what holds that back.
    ///
    /// # Errors
    /// The database failed, or is a standby.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn horizon(&self) -> Result<Horizon, DatabaseError> {
        let mut tx = self.begin().await?;
        let horizon = self.read_in(&mut tx).await?;
        tx.rollback().await?;
        Ok(horizon)
    }

    async fn read_in(&self, connection: &mut PgConnection) -> Result<Horizon, sqlx::Error> {
        let (last_position, position) = self.horizon_in(connection).await?;
        let mut horizon = Horizon {
            last_position: last_position.into(),
            position: position.into(),
            blocker: None,
        };
        if position < last_position {
            // None: the transaction has ended in the meantime.
            horizon.blocker = self.blockers_in(connection, 1).await?.pop();
        }
        Ok(horizon)
    }

    /// The transactions that hold readers back, the one that published first first.
    pub(crate) async fn blockers_in(
        &self,
        connection: &mut PgConnection,
        most: i64,
    ) -> Result<Vec<Blocker>, sqlx::Error> {
        let writers = self.statements.read_writers.query().bind(most);
        let rows = writers.fetch_all(connection).await?;
        rows.iter().map(Blocker::from_row).collect()
    }

    /// The position of the next event, of any type.
    pub(crate) async fn next_event(
        &self,
        connection: &mut PgConnection,
        after: i64,
    ) -> Result<Option<i64>, sqlx::Error> {
        let next = self.next_insert(connection, after).await?;
        Ok(next.map(|(position, _)| position))
    }

    /// The same, and when the event was inserted.
    pub(crate) async fn next_insert(
        &self,
        connection: &mut PgConnection,
        after: i64,
    ) -> Result<Option<(i64, OffsetDateTime)>, sqlx::Error> {
        let next = self.statements.read_next_event.query().bind(after);
        let row = next.fetch_optional(connection).await?;
        row.map(|row| Ok((row.try_get("position")?, row.try_get("inserted_at")?)))
            .transpose()
    }

    /// The clock of the database.
    pub(crate) async fn now(
        &self,
        connection: &mut PgConnection,
    ) -> Result<OffsetDateTime, sqlx::Error> {
        let now = self.sweeps.read_clock.query().fetch_one(connection).await?;
        now.try_get("now")
    }

    /// Which of these versions (event type and number) may be read as which older ones, as the contracts in the log's
    /// database say. None where the tables are missing, or this role may not read them.
    pub(crate) async fn read_as(
        &self,
        versions: &[(&str, i32)],
    ) -> Result<Vec<(String, i32, i32)>, sqlx::Error> {
        let (event_types, numbers): (Vec<_>, Vec<_>) = versions.iter().copied().unzip();
        let read = self.statements.read_read_as.query();
        let read = read.bind(event_types).bind(numbers);
        let mut connection = transaction::acquire(&self.pool).await?;
        let rows = match read.fetch_all(&mut *connection).await {
            // insufficient_privilege, undefined_table
            Err(error) if matches!(sql_state(&error).as_deref(), Some("42501" | "42P01")) => {
                tracing::debug!(
                    error = error_text(&error),
                    "the contracts in the database cannot be read, so events of newer versions wait"
                );
                return Ok(Vec::new());
            }
            rows => rows?,
        };
        let read_as = rows.iter().map(|row| {
            let event_type = row.try_get("event_type")?;
            Ok((
                event_type,
                row.try_get("schema_version")?,
                row.try_get("as_version")?,
            ))
        });
        read_as.collect()
    }

    /// Which part of the server's queue of notifications is in use.
    pub(crate) async fn queue_usage(&self) -> Result<f64, sqlx::Error> {
        let usage = sqlx::query_scalar("SELECT pg_notification_queue_usage()");
        usage.fetch_one(self.pool()).await
    }

    /// The facts about the log that a consumer checks before it reads.
    pub(crate) async fn probe(&self) -> Result<PgRow, sqlx::Error> {
        let probe = self.statements.probe_log.query();
        probe.fetch_one(self.pool()).await
    }

    /// R1, R2: the last position that was handed out, and the horizon.
    pub(crate) async fn horizon_in(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(i64, i64), sqlx::Error> {
        let read = self.statements.read_horizon.query();
        let row = read.fetch_one(connection).await?;
        Ok((row.try_get("last_position")?, row.try_get("horizon")?))
    }

    /// R3.
    pub(crate) async fn events(
        &self,
        connection: &mut PgConnection,
        selection: &Selection<'_>,
    ) -> Result<Batch, sqlx::Error> {
        let query = selection.bind(&self.statements.read_events);
        Batch::read(query.fetch(connection)).await
    }

    /// The events at these positions, as far as they are there. Reading stops once their rows have
    /// reached this many bytes.
    pub(crate) async fn events_at(
        &self,
        connection: &mut PgConnection,
        positions: Vec<i64>,
        bytes: u64,
    ) -> Result<Batch, sqlx::Error> {
        let query = self
            .statements
            .read_events_at
            .query()
            .bind(positions)
            .bind(i64::try_from(bytes).unwrap_or(i64::MAX));
        Batch::read(bind_row_limits(query).fetch(connection)).await
    }

    /// The last event up to a position.
    pub(crate) async fn last_event(
        &self,
        connection: &mut PgConnection,
        until: i64,
    ) -> Result<Option<Anchor>, sqlx::Error> {
        let query = self.statements.read_last_event.query().bind(until);
        let row = query.fetch_optional(connection).await?;
        row.map(|row| Anchor::of_event(&row)).transpose()
    }

    /// Where a cursor is that has read up to a position: at the last event up to there, because one that is recorded
    /// apart from its reading goes no further; at the position while a transaction may still insert before it.
    pub(crate) async fn end_up_to(&self, position: i64) -> Result<i64, sqlx::Error> {
        let mut tx = self.begin().await?;
        let (last_position, horizon) = self.horizon_in(&mut tx).await?;
        // Beyond, the sequence was set back by a crash.
        let position = position.min(last_position);
        let end = if horizon < position {
            position
        } else {
            let last = self.last_event(&mut tx, position).await?;
            last.map_or(0, |last| last.position)
        };
        tx.rollback().await?;
        Ok(end)
    }

    /// Whether this is the log in which a cursor reached its position.
    ///
    /// Positions are handed out once, so the log either still has the event that was passed, or has
    /// removed it together with what was older. An event that is newer and has a smaller position was
    /// inserted after a restore.
    pub(crate) async fn verify(
        &self,
        connection: &mut PgConnection,
        cursor: i64,
        anchor: Option<&Anchor>,
    ) -> Result<Result<(), Mismatch>, sqlx::Error> {
        let read = self.statements.read_ends.query();
        let ends = read.fetch_one(&mut *connection).await?;
        if ends.try_get("secured")? {
            return Ok(Err(Mismatch::Hidden));
        }
        let last_position = ends.try_get("last_position")?;
        let last_event = ends.try_get("last_event")?;
        if last_event > last_position {
            return Ok(Err(Mismatch::SequenceBehind {
                last_event,
                last_position,
                sequence: ends.try_get("sequence")?,
            }));
        }
        if cursor > last_position {
            return Ok(Err(Mismatch::CursorAhead {
                cursor,
                last_position,
            }));
        }
        let Some(anchor) = anchor else {
            return Ok(Ok(()));
        };
        let Some(found) = self.last_event(connection, anchor.position).await? else {
            return Ok(Ok(()));
        };
        let is_same = if found.position == anchor.position {
            found.event_id == anchor.event_id
        } else {
            found.inserted_at <= anchor.inserted_at + CLOCK_ORDER
        };
        if is_same {
            return Ok(Ok(()));
        }
        Ok(Err(Mismatch::Replaced {
            position: anchor.position,
            passed: anchor.event_id.clone(),
            found: (found.position == anchor.position).then_some(found.event_id),
        }))
    }

    /// The cursor of a subscription that begins there.
    pub(crate) async fn find(
        &self,
        connection: &mut PgConnection,
        start: StartFrom,
    ) -> Result<i64, sqlx::Error> {
        match start {
            StartFrom::Beginning => Ok(0),
            // A transaction that is still open counts as published later, so that nothing is skipped.
            // The cursor is committed in another transaction, so it begins at an event (see `Partition::records_apart`).
            StartFrom::End => {
                let horizon = self.horizon_in(&mut *connection).await?.1;
                let last = self.last_event(connection, horizon).await?;
                Ok(last.map_or(0, |last| last.position))
            }
            StartFrom::At(at) => {
                let at = at.saturating_sub(OUT_OF_ORDER);
                let horizon = self.horizon_in(&mut *connection).await?.1;
                self.before(connection, at, horizon).await
            }
        }
    }

    /// The last position before the events of a time, up to the position `high`. The log has no index on time, so this
    /// is a binary search over positions: it is off by as much as clocks disagree, see [`OUT_OF_ORDER`].
    pub(crate) async fn before(
        &self,
        connection: &mut PgConnection,
        at: OffsetDateTime,
        high: i64,
    ) -> Result<i64, sqlx::Error> {
        let find = self.statements.find_position.query().bind(at).bind(high);
        let row = find.fetch_one(connection).await?;
        row.try_get("position")
    }

    /// Positions and ids of the next events.
    pub(crate) async fn event_ids(
        &self,
        connection: &mut PgConnection,
        after: i64,
        until: i64,
        limit: i64,
    ) -> Result<Vec<(i64, String)>, sqlx::Error> {
        let rows = self
            .statements
            .read_event_ids
            .query()
            .bind(after)
            .bind(until)
            .bind(limit)
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| Ok((row.try_get("position")?, row.try_get("event_id")?)))
            .collect()
    }
}
