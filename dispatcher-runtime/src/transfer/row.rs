//! The row of a relay or a mirror: its lease, and how far it is known to be.

use std::time::Duration;

use sqlx::{PgPool, Row};
use time::OffsetDateTime;

use super::statements::TransferStatements;
use crate::operate::transfers::{READER, TransferDirection};
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;

/// The row of one relay or one mirror.
#[derive(Clone, Debug)]
pub struct TransferRow {
    pub(super) pool: PgPool,
    pub(super) statements: TransferStatements,
    direction: TransferDirection,
    pub(super) stream: String,
}

/// A lease. Whether it is still in force is decided where a row is written.
#[derive(Clone, Copy, Debug)]
pub struct TransferLease {
    pub(super) fence: i64,
    pub(super) seconds: f64,
}

/// How far a relay or a mirror is known to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransferPlace {
    /// When the stream was created, as its server writes it; `None` if nothing was sent or read.
    pub stream_created_at: Option<String>,
    /// The last sequence.
    pub sequence: i64,
    /// The position in the log, of a relay.
    pub position: i64,
    /// A message that was passed: its sequence and the id of its event.
    pub anchor: Option<(i64, String)>,
    /// Of a mirror: how many messages for it the stream has after the sequence; `None` where that was not read.
    pub pending: Option<i64>,
    /// Of a mirror: when the stream stored the last message that was inserted; `None` where none was.
    pub reached_at: Option<OffsetDateTime>,
}

impl TransferRow {
    /// The row of that stream, in the table family of that Postgres schema or of the search path.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn new(
        pool: PgPool,
        schema: Option<&str>,
        direction: TransferDirection,
        stream: &str,
    ) -> Result<Self, ConfigError> {
        let family = schema.map(Family::new).transpose()?.unwrap_or_default();
        Ok(Self {
            pool,
            statements: TransferStatements::new(&family),
            direction,
            stream: stream.to_owned(),
        })
    }

    /// L1. No lease: another process has it.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// The lease may have been taken; then it expires.
    pub async fn acquire(
        &self,
        holder: &str,
        length: Duration,
    ) -> Result<Option<TransferLease>, DatabaseError> {
        let (direction, seconds) = (self.direction.as_str(), length.as_secs_f64());
        let join = self.statements.join_transfers.query();
        let join = join.bind(direction).bind(&*self.stream);
        join.execute(&self.pool).await?;
        if self.direction == TransferDirection::Mirror {
            let evict = self.statements.evict_transfer.query();
            let evict = evict.bind(direction).bind(&*self.stream);
            evict.execute(&self.pool).await?;
        }
        let acquire = self.statements.acquire_transfer.query();
        let acquire = acquire.bind(direction).bind(&*self.stream);
        let row = acquire
            .bind(holder)
            .bind(seconds)
            .fetch_optional(&self.pool)
            .await?;
        let fence = row.map(|row| row.try_get("fence")).transpose()?;
        Ok(fence.map(|fence| TransferLease { fence, seconds }))
    }

    /// L4. Whether the lease is still ours.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// The lease may have been renewed.
    pub async fn renew(&self, lease: &TransferLease) -> Result<bool, DatabaseError> {
        let renew = self.statements.renew_transfer.query();
        let renew = renew.bind(self.direction.as_str()).bind(&*self.stream);
        let renew = renew.bind(lease.fence).bind(lease.seconds);
        let row = renew.fetch_optional(&self.pool).await?;
        let is_ours = row.map(|row| row.try_get("is_ours")).transpose()?;
        Ok(is_ours.unwrap_or(false))
    }

    /// L5.
    ///
    /// # Errors
    /// The database failed; then the lease expires.
    ///
    /// # Cancellation
    /// The lease may have been released.
    pub async fn release(&self, lease: &TransferLease) -> Result<(), DatabaseError> {
        let release = self.statements.release_transfer.query();
        let release = release.bind(self.direction.as_str()).bind(&*self.stream);
        release.bind(lease.fence).execute(&self.pool).await?;
        Ok(())
    }

    /// Writes down why it does not go on, or that it does.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// It may have been written.
    pub async fn note(
        &self,
        lease: &TransferLease,
        waits_for: Option<&str>,
    ) -> Result<(), DatabaseError> {
        let note = self.statements.note_transfer.query();
        let note = note.bind(self.direction.as_str()).bind(&*self.stream);
        let note = note.bind(lease.fence).bind(waits_for);
        note.execute(&self.pool).await?;
        Ok(())
    }

    /// How far it is known to be.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn place(&self) -> Result<TransferPlace, DatabaseError> {
        let read = self.statements.read_transfer.query();
        let read = read.bind(self.direction.as_str()).bind(&*self.stream);
        let Some(row) = read.fetch_optional(&self.pool).await? else {
            return Ok(TransferPlace::default());
        };
        let anchor: Option<i64> = row.try_get("anchor_sequence")?;
        let anchor_event_id: Option<String> = row.try_get("anchor_event_id")?;
        Ok(TransferPlace {
            stream_created_at: row.try_get("stream_created_at")?,
            sequence: row.try_get("sequence")?,
            position: row.try_get("position")?,
            anchor: anchor.zip(anchor_event_id),
            pending: None,
            reached_at: None,
        })
    }

    /// T3, and what retention keeps for this relay. Whether the lease was still ours.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// It may have been written.
    pub async fn record_relayed(
        &self,
        lease: &TransferLease,
        place: &TransferPlace,
    ) -> Result<bool, DatabaseError> {
        let record = self.statements.record_relayed.query();
        let (sequence, event_id) = place.anchor.clone().unzip();
        let row = record
            .bind(&*self.stream)
            .bind(lease.fence)
            .bind(READER)
            .bind(place.stream_created_at.as_deref())
            .bind(place.sequence)
            .bind(place.position)
            .bind(sequence)
            .bind(event_id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }
}
