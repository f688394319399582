//! The log as a relay reads it: in the order of positions, without gaps (R1 to R3), without what a mirror has brought.

use md5::{Digest, Md5};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;

use super::event::TransferEvent;
use super::headers::written_time;
use super::statements::TransferStatements;
use crate::log::{Anchor, EventLog};
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;

/// How much is read at once.
#[derive(Clone, Copy, Debug)]
pub struct OutboundLimits {
    /// Events; more than 1000 count as 1000.
    pub events: u32,
    /// Bytes of payloads, after which no further event is read.
    pub bytes: u64,
    /// Bytes of a payload that can be sent. One that is larger is not read.
    pub payload_bytes: u64,
}

/// An event that was published here.
#[derive(Clone, Debug)]
pub struct OutboundEvent {
    /// Its position.
    pub position: i64,
    /// When it was inserted here.
    pub inserted_at: OffsetDateTime,
    /// From 0 to 63: the same for all events of a subject. It is `dispatcher_partition(subject, event_id, 64)`.
    pub bucket: i32,
    /// How many bytes the payload has, if it is too large to be sent: then the event has a text that says so.
    pub too_large: Option<i64>,
    /// The event.
    pub event: TransferEvent,
}

/// Events in the order of the log.
#[derive(Debug)]
pub struct OutboundBatch {
    /// The events.
    pub events: Vec<OutboundEvent>,
    /// No event up to this position is missing, neither now nor later, nor after a crash of the server.
    pub until: i64,
    /// No event up to this position is missing, unless the server crashes: then it may give out again the positions behind
    /// `until`, whose transactions have rolled back.
    pub horizon: i64,
    /// The last position of the log, which an open transaction may have taken.
    pub last_position: i64,
    /// There may be more.
    pub has_more: bool,
}

/// The log of a table family, for a relay.
#[derive(Clone, Debug)]
pub struct OutboundLog {
    log: EventLog,
    statements: TransferStatements,
}

/// How many events the statement reads at most.
const MOST_EVENTS: u32 = 1000;

impl OutboundLog {
    /// Of the table family in that Postgres schema, or on the search path.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn new(pool: PgPool, schema: Option<&str>) -> Result<Self, ConfigError> {
        let family = schema.map(Family::new).transpose()?.unwrap_or_default();
        Ok(Self {
            log: EventLog::of(pool, &family),
            statements: TransferStatements::new(&family),
        })
    }

    /// The next events.
    ///
    /// # Errors
    /// The database failed, or is a standby.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn read(
        &self,
        after: i64,
        limits: OutboundLimits,
    ) -> Result<OutboundBatch, DatabaseError> {
        let as_bigint = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let limit = limits.events.clamp(1, MOST_EVENTS);
        let mut tx = self.log.begin().await?;
        let (last_position, horizon) = self.log.horizon_in(&mut tx).await?;
        let read = self.statements.read_outbound.query();
        let rows = read
            .bind(after)
            .bind(horizon)
            .bind(i64::from(limit))
            .bind(as_bigint(limits.bytes))
            .bind(as_bigint(limits.payload_bytes))
            .fetch_all(&mut *tx)
            .await?;
        let is_cut = match rows.last() {
            Some(row) => row.try_get("is_cut")?,
            None => false,
        };
        let has_more = is_cut || rows.len() == limit as usize;
        let end: i64 = if has_more {
            after
        } else {
            let end = self.statements.read_outbound_end.query();
            let end = end.bind(after).bind(horizon).fetch_one(&mut *tx).await?;
            end.try_get("position")?
        };
        tx.rollback().await?;
        let events = rows.iter().map(OutboundEvent::from_row);
        let events: Vec<_> = events.collect::<Result<_, _>>()?;
        let until = match events.last() {
            Some(last) if has_more => last.position,
            _ => end,
        };
        Ok(OutboundBatch {
            events,
            until,
            horizon: horizon.max(until),
            last_position,
            has_more,
        })
    }

    /// Why this is not the log from which an event was sent, if it is not.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn mismatch(
        &self,
        position: i64,
        event_id: &str,
        inserted_at: OffsetDateTime,
    ) -> Result<Option<String>, DatabaseError> {
        let anchor = Anchor {
            position,
            event_id: event_id.to_owned(),
            inserted_at,
        };
        let mut tx = self.log.begin().await?;
        let verified = self.log.verify(&mut tx, position, Some(&anchor)).await?;
        tx.rollback().await?;
        Ok(verified.err().map(|mismatch| mismatch.to_string()))
    }

    /// How many events after the first position and up to the second were published here.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn count(&self, after: i64, until: i64) -> Result<i64, DatabaseError> {
        let count = self.statements.count_outbound.query();
        let row = count
            .bind(after)
            .bind(until)
            .fetch_one(self.log.pool())
            .await?;
        Ok(row.try_get("events")?)
    }
}

impl OutboundEvent {
    /// When it was inserted here, as a header has it.
    pub fn inserted_at_text(&self) -> String {
        written_time(self.inserted_at)
    }

    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let payload: Option<String> = row.try_get("payload_text")?;
        let bytes: i32 = row.try_get("payload_bytes")?;
        let too_large = payload.is_none().then_some(i64::from(bytes));
        let event = TransferEvent {
            event_id: row.try_get("event_id")?,
            event_type: row.try_get("event_type")?,
            schema_version: row.try_get("schema_version")?,
            occurred_at: row.try_get("occurred_at")?,
            tenant_id: row.try_get("tenant_id")?,
            producer: row.try_get("producer")?,
            subject: row.try_get("subject")?,
            actor: row.try_get("actor")?,
            correlation_id: row.try_get("correlation_id")?,
            causation_id: row.try_get("causation_id")?,
            traceparent: row.try_get("traceparent")?,
            payload: payload.unwrap_or_default(),
            erased_at: row.try_get("erased_at")?,
        };
        let bucket = bucket(event.subject.as_deref(), &event.event_id);
        let event = match too_large {
            Some(bytes) => event.without_payload(&format!(
                "it has {bytes} bytes, more than a message of the stream may have"
            )),
            None => event,
        };
        Ok(Self {
            position: row.try_get("position")?,
            inserted_at: row.try_get("inserted_at")?,
            bucket,
            too_large,
            event,
        })
    }
}

/// `dispatcher_partition(subject, event_id, 64)` of an event: the first four bytes of an MD5 as a number, of which the
/// remainder is the last six bits. Postgres takes longer for it than for the rest of the row.
fn bucket(subject: Option<&str>, event_id: &str) -> i32 {
    let digest = Md5::digest(subject.unwrap_or(event_id));
    i32::from(digest[3] % 64)
}
