//! The rows of the log, as consumers read them.
//!
//! The caller holds a connection whose transaction is READ COMMITTED: R1 and R2 are one statement, R3
//! the next, with a newer snapshot (`migrations/0001_create_event_log.sql`).

use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use time::OffsetDateTime;

use super::event_log::EventLog;
use crate::log::stored_event::StoredEvent;

/// How far apart two inserts may be whose order by clock is not that of their positions.
const CLOCK_ORDER: Duration = Duration::from_secs(1);

/// No batch is read with a statement for fewer, so that one is enough for all of the usual sizes.
const USUAL: u32 = 1024;

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
    pub(crate) after: i64,
    pub(crate) until: i64,
    pub(crate) limit: u32,
    /// No more once the payloads have come to so many bytes.
    pub(crate) bytes: u64,
    pub(crate) partitions: i32,
    pub(crate) partition: i32,
}

/// Events in the order of the log.
pub(crate) struct Batch {
    pub(crate) events: Vec<StoredEvent>,
    /// There may be more, which were left because of their bytes.
    pub(crate) is_cut: bool,
}

impl Batch {
    /// Row by row: payloads may be large, and are not to be there twice.
    async fn read(
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

/// The log is not the one that a cursor has read, or not whole. Whoever read on would skip events.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Mismatch {
    #[error(
        "the cursor is at position {cursor}, and the log ends at {last_position}: was the log truncated or restored? \
         Nothing is read, because events would be skipped"
    )]
    CursorAhead { cursor: i64, last_position: i64 },
    #[error(
        "at position {position} this subscription has passed the event {passed}, and the log has {}: \
         is it another log, or was it restored? Nothing is read, because events would be skipped",
        .found.as_deref().unwrap_or("newer events before that and none there")
    )]
    Replaced {
        position: i64,
        passed: String,
        found: Option<String>,
    },
    #[error(
        "the log has an event at position {last_event}, and its sequence stands at {last_position}: \
         rows were restored without it. Run SELECT setval('{sequence}', {last_event})"
    )]
    SequenceBehind {
        last_event: i64,
        last_position: i64,
        sequence: String,
    },
}

impl EventLog {
    /// What has to hold before anybody reads.
    pub(crate) async fn probe(&self) -> Result<PgRow, sqlx::Error> {
        self.statements
            .probe_log
            .query()
            .fetch_one(self.pool())
            .await
    }

    /// R1, R2: the last position that was handed out, and the horizon.
    pub(crate) async fn horizon_in(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(i64, i64), sqlx::Error> {
        let row = self
            .statements
            .read_horizon
            .query()
            .fetch_one(connection)
            .await?;
        Ok((row.try_get("last_position")?, row.try_get("horizon")?))
    }

    /// R3.
    pub(crate) async fn events(
        &self,
        connection: &mut PgConnection,
        selection: &Selection<'_>,
    ) -> Result<Batch, sqlx::Error> {
        let at_most = selection.limit.max(USUAL).checked_next_power_of_two();
        let at_most = at_most.unwrap_or(u32::MAX);
        let query = self
            .statements
            .read_events
            .query_of(at_most)
            .bind(selection.event_types.to_vec())
            .bind(selection.after)
            .bind(selection.until)
            .bind(i64::from(selection.limit))
            .bind(selection.partitions)
            .bind(selection.partition)
            .bind(i64::try_from(selection.bytes).unwrap_or(i64::MAX));
        Batch::read(query.fetch(connection)).await
    }

    /// The events at these positions, as far as they are there, and no more once their payloads have
    /// come to so many bytes.
    pub(crate) async fn events_at(
        &self,
        connection: &mut PgConnection,
        positions: Vec<i64>,
        bytes: u64,
    ) -> Result<Batch, sqlx::Error> {
        let query = self.statements.read_events_at.query().bind(positions);
        let query = query.bind(i64::try_from(bytes).unwrap_or(i64::MAX));
        Batch::read(query.fetch(connection)).await
    }

    /// The last event up to a position.
    pub(crate) async fn last_event(
        &self,
        connection: &mut PgConnection,
        until: i64,
    ) -> Result<Option<Anchor>, sqlx::Error> {
        let query = self.statements.read_last_event.query().bind(until);
        let row = query.fetch_optional(connection).await?;
        row.map(|row| {
            Ok(Anchor {
                position: row.try_get("position")?,
                event_id: row.try_get("event_id")?,
                inserted_at: row.try_get("inserted_at")?,
            })
        })
        .transpose()
    }

    /// Whether this is the log in which a cursor has come so far.
    ///
    /// Positions are handed out once, so the log either still has the event that was passed, or has
    /// removed it with what was older. What is newer and stands before it came after a restore.
    pub(crate) async fn verify(
        &self,
        connection: &mut PgConnection,
        cursor: i64,
        anchor: Option<&Anchor>,
    ) -> Result<Result<(), Mismatch>, sqlx::Error> {
        let ends = self.statements.read_ends.query();
        let ends = ends.fetch_one(&mut *connection).await?;
        let (last_position, last_event) =
            (ends.try_get("last_position")?, ends.try_get("last_event")?);
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
        let same = if found.position == anchor.position {
            found.event_id == anchor.event_id
        } else {
            found.inserted_at <= anchor.inserted_at + CLOCK_ORDER
        };
        Ok(if same {
            Ok(())
        } else {
            Err(Mismatch::Replaced {
                position: anchor.position,
                passed: anchor.event_id.clone(),
                found: (found.position == anchor.position).then_some(found.event_id),
            })
        })
    }
}
