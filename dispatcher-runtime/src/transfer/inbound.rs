//! The log as a mirror writes it: events and the mirror's sequence in one transaction (M2, M3).
//!
//! A message never stops a mirror. What Postgres refuses becomes a row without its payload, of which each subscription
//! makes a dead letter, as of any other invalid event.

use std::borrow::Cow;

use sqlx::{Acquire, PgConnection, Row};

use super::event::TransferEvent;
use super::row::{TransferLease, TransferPlace, TransferRow};
use crate::contract::bounded_text::error_text;
use crate::postgres::error::{DatabaseError, sql_state};
use crate::postgres::transaction;

/// Writes for a mirror.
#[derive(Clone, Debug)]
pub struct InboundLog {
    row: TransferRow,
}

/// How many events of an insert are in the log without their payload.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Omissions {
    /// The payload is larger than the log stores.
    pub too_large: usize,
    /// Postgres refused the row as it was.
    pub refused: usize,
}

impl InboundLog {
    /// Of the log that the row belongs to.
    pub fn new(row: TransferRow) -> Self {
        Self { row }
    }

    /// M2 and M3: inserts these events, and moves the mirror from the sequence `from` to `to`. Returns what it left out, or
    /// `None` if it did nothing: the lease is another process's, or the mirror is not at `from`.
    ///
    /// # Errors
    /// The database failed. If the connection broke at the commit, all or nothing was committed.
    ///
    /// # Cancellation
    /// All is done or nothing.
    pub async fn insert(
        &self,
        lease: &TransferLease,
        from: i64,
        to: &TransferPlace,
        events: Vec<TransferEvent>,
    ) -> Result<Option<Omissions>, DatabaseError> {
        match self.insert_with(lease, from, to, &events, false).await {
            Err(error) if is_refused(&error) => {
                tracing::warn!(
                    error = error_text(&error),
                    stream = self.row.stream,
                    "the log refuses an event of the stream; the batch is inserted event by event"
                );
                Ok(self.insert_with(lease, from, to, &events, true).await?)
            }
            outcome => Ok(outcome?),
        }
    }

    async fn insert_with(
        &self,
        lease: &TransferLease,
        from: i64,
        to: &TransferPlace,
        events: &[TransferEvent],
        one_by_one: bool,
    ) -> Result<Option<Omissions>, sqlx::Error> {
        let mut tx = transaction::begin(&self.row.pool).await?;
        let hold = self.row.statements.hold_transfer.query();
        let hold = hold.bind(&*self.row.stream).bind(lease.fence);
        let Some(held) = hold.fetch_optional(&mut *tx).await? else {
            return Ok(None);
        };
        if held.try_get::<i64, _>("sequence")? != from {
            return Ok(None);
        }
        let most: i32 = held.try_get("max_payload_bytes")?;
        let most = usize::try_from(most).unwrap_or_default();
        let events: Vec<_> = events.iter().map(|event| storable(event, most)).collect();
        let is_omitted = |event: &&Cow<'_, TransferEvent>| matches!(event, Cow::Owned(_));
        let mut omissions = Omissions {
            too_large: events.iter().filter(is_omitted).count(),
            refused: 0,
        };
        if one_by_one {
            for event in events {
                let is_whole = self.insert_alone(&mut tx, event.into_owned()).await?;
                omissions.refused += usize::from(!is_whole);
            }
        } else if !events.is_empty() {
            self.insert_rows(&mut tx, &events).await?;
        }
        let (anchor_sequence, anchor_event_id) = to.anchor.clone().unzip();
        let record = self.row.statements.record_mirrored.query();
        let moved = record
            .bind(&*self.row.stream)
            .bind(lease.fence)
            .bind(from)
            .bind(lease.seconds)
            .bind(to.stream_created_at.as_deref())
            .bind(to.sequence)
            .bind(anchor_sequence)
            .bind(anchor_event_id)
            .bind(to.pending)
            .bind(to.reached_at)
            .fetch_optional(&mut *tx)
            .await?;
        if moved.is_none() {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(omissions))
    }

    /// An event in a savepoint of its own. One that is refused loses first its payload, and then all but its id and type.
    /// Returns whether it lost nothing.
    async fn insert_alone(
        &self,
        connection: &mut PgConnection,
        event: TransferEvent,
    ) -> Result<bool, sqlx::Error> {
        let mut next = Some(event);
        let mut refusals = 0;
        while let Some(event) = next.take() {
            let mut savepoint = connection.begin().await?;
            let inserted = self
                .insert_rows(&mut savepoint, &[Cow::Borrowed(&event)])
                .await;
            match inserted {
                Ok(()) => savepoint.commit().await?,
                Err(error) if is_refused(&error) && refusals < 2 => {
                    savepoint.rollback().await?;
                    let reason = format!("the log refuses it: {}", error_text(&error));
                    next = Some(match refusals {
                        0 => event.without_payload(&reason),
                        _ => TransferEvent::unreadable(event.event_id, event.event_type, &reason),
                    });
                    refusals += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(refusals == 0)
    }

    async fn insert_rows(
        &self,
        connection: &mut PgConnection,
        events: &[Cow<'_, TransferEvent>],
    ) -> Result<(), sqlx::Error> {
        macro_rules! column {
            ($event:ident => $value:expr) => {
                events.iter().map(|$event| $value).collect::<Vec<_>>()
            };
        }
        let insert = self.row.statements.mirror_events.query();
        insert
            .bind(column!(event => event.event_id.as_str()))
            .bind(column!(event => event.event_type.as_str()))
            .bind(column!(event => event.schema_version))
            .bind(column!(event => event.occurred_at))
            .bind(column!(event => event.tenant_id.as_str()))
            .bind(column!(event => event.producer.as_str()))
            .bind(column!(event => event.subject.as_deref()))
            .bind(column!(event => event.actor.as_str()))
            .bind(column!(event => event.correlation_id.as_deref()))
            .bind(column!(event => event.causation_id.as_deref()))
            .bind(column!(event => event.traceparent.as_deref()))
            .bind(column!(event => event.payload.as_str()))
            .bind(column!(event => event.erased_at))
            .bind(&*self.row.stream)
            .execute(connection)
            .await
            .map(drop)
    }
}

/// The event, or what a log with that limit can hold of it.
fn storable(event: &TransferEvent, max_payload_bytes: usize) -> Cow<'_, TransferEvent> {
    let bytes = event.payload.len();
    if bytes <= max_payload_bytes {
        return Cow::Borrowed(event);
    }
    let reason = format!("it has {bytes} bytes, and this log stores at most {max_payload_bytes}");
    Cow::Owned(event.clone().without_payload(&reason))
}

/// data_exception, check_violation, not_null_violation, program_limit_exceeded: repeating it changes nothing.
fn is_refused(error: &sqlx::Error) -> bool {
    let state = sql_state(error);
    let state = state.as_deref().unwrap_or_default();
    state.starts_with("22") || state.starts_with("54") || matches!(state, "23502" | "23514")
}
