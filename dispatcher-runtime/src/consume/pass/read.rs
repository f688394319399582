//! What a pass reads in the consumer's own database: the lease, the events that wait, and what is known
//! about events of the log.
//!
//! A row that is missing means that the lease or the cursor is gone; nothing is done then.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::candidate::Candidate;
use super::redriven::{RedrivenLetter, RedrivenLetters};
use crate::consume::delivery::DeliveryTx;
use crate::consume::partition::Partition;
use crate::log::Anchor;
use crate::log::stored_event::StoredEvent;

/// The state of a lease that is still ours, as L2 finds it.
pub(super) struct LeaseState {
    pub(super) position: i64,
    /// Events of the subscription wait.
    pub(super) has_waiting: bool,
    /// One of them may be due.
    pub(super) is_due: bool,
    /// Row-level security may hide events, or what is known of them.
    pub(super) is_secured: bool,
    /// The key of the marker of L6.
    pub(super) marker: i64,
    /// The newest redrive of which events of the subscription are to be handed over.
    pub(super) newest_redrive: Option<String>,
    /// R1 and R2, where the log is in the same database.
    pub(super) horizon: Option<(i64, i64)>,
}

/// A row of `dispatcher_retry`.
pub(super) struct WaitingEvent {
    pub(super) position: i64,
    pub(super) event_id: String,
    pub(super) subject: Option<String>,
    pub(super) attempts: u32,
    pub(super) failures: Vec<serde_json::Value>,
    /// A dedup row says that it was handled nevertheless.
    pub(super) handled: bool,
    pub(super) is_begun: bool,
    pub(super) is_abandoned: bool,
    /// Of one that is redriven.
    pub(super) redriven: Option<RedrivenEvent>,
}

/// Which letter and redrive an event waits for.
pub(super) struct RedrivenEvent {
    pub(super) dead_letter_id: String,
    pub(super) redrive_id: String,
}

impl WaitingEvent {
    /// With what the log has at its position. The log of this database keeps what waits; another
    /// database's log may have lost it.
    /// What is gone from the log is read from its dead letter, if it is redriven.
    pub(super) fn into_candidate(
        self,
        found: Option<StoredEvent>,
        letter: Option<RedrivenLetter>,
    ) -> Candidate {
        let redriven = self
            .redriven
            .as_ref()
            .map(|event| event.with(letter.as_ref()));
        let mut event = found.filter(|event| event.event_id == self.event_id);
        if let Some(event) = &mut event
            && event.lengths.is_some()
        {
            // Its subject may be what was too long to be read, and others wait behind it.
            event.subject.clone_from(&self.subject);
        }
        let event = event.or_else(|| letter?.kept(&self.event_id, self.position, &self.subject));
        Candidate {
            redriven,
            is_gone: event.is_none(),
            event: event
                .unwrap_or_else(|| StoredEvent::gone(self.position, self.event_id, self.subject)),
            handled: self.handled,
            held: false,
            is_retry: true,
            attempts: self.attempts,
            failures: self.failures,
            is_begun: self.is_begun,
            is_noted: false,
            awaits: None,
            is_abandoned: self.is_abandoned,
        }
    }

    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get("position")?,
            event_id: row.try_get("event_id")?,
            subject: row.try_get("subject")?,
            attempts: attempts(row)?,
            failures: serde_json::from_str(row.try_get("failures")?).unwrap_or_default(),
            handled: row.try_get("handled")?,
            is_begun: row.try_get("is_begun")?,
            is_abandoned: row.try_get("is_abandoned")?,
            redriven: redriven(row)?,
        })
    }
}

fn redriven(row: &PgRow) -> Result<Option<RedrivenEvent>, sqlx::Error> {
    let dead_letter_id: Option<String> = row.try_get("redriven_letter_id")?;
    let redrive_id: Option<String> = row.try_get("redrive_id")?;
    let event = dead_letter_id.zip(redrive_id);
    Ok(event.map(|(dead_letter_id, redrive_id)| RedrivenEvent {
        dead_letter_id,
        redrive_id,
    }))
}

fn attempts(row: &PgRow) -> Result<u32, sqlx::Error> {
    Ok(u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default())
}

/// Reads what the consumer knows about a partition.
pub(super) struct Reader<'a, S> {
    partition: &'a Partition<S>,
}

impl<'a, S> Reader<'a, S> {
    pub(super) fn new(partition: &'a Partition<S>) -> Self {
        Self { partition }
    }

    /// L2; `None` if the lease is lost. `to_read`: the log is read next, so the same statement asks how far
    /// it may be read.
    pub(super) async fn lease(
        &self,
        tx: &mut DeliveryTx,
        to_read: bool,
    ) -> Result<Option<LeaseState>, sqlx::Error> {
        let settings = self.partition.settings();
        let row = self
            .partition
            .query_of_lease(&self.partition.statements().read_lease)
            .bind(settings.clock.now())
            .bind(to_read && !settings.is_remote)
            .fetch_optional(&mut **tx)
            .await?;
        row.map(|row| {
            let last_position: Option<i64> = row.try_get("last_position")?;
            let horizon: Option<i64> = row.try_get("horizon")?;
            Ok(LeaseState {
                position: row.try_get("position")?,
                has_waiting: row.try_get("waiting")?,
                is_due: row.try_get("due")?,
                is_secured: row.try_get("secured")?,
                marker: row.try_get("marker")?,
                newest_redrive: row.try_get("newest_redrive")?,
                horizon: last_position.zip(horizon),
            })
        })
        .transpose()
    }

    /// The cursor, and an event that it has passed.
    pub(super) async fn cursor(
        &self,
        tx: &mut DeliveryTx,
    ) -> Result<Option<(i64, Option<Anchor>)>, sqlx::Error> {
        let query = self.partition.statements().read_cursors.query();
        let row = query
            .bind(self.partition.settings().consumer)
            .bind([self.partition.subscription().name])
            .bind(self.partition.lease.partition)
            .fetch_optional(&mut **tx)
            .await?;
        row.map(|row| Ok((row.try_get("position")?, Anchor::of_cursor(&row)?)))
            .transpose()
    }

    /// Events that wait and are due.
    pub(super) async fn due_retries(
        &self,
        tx: &mut DeliveryTx,
        limit: u32,
    ) -> Result<Vec<WaitingEvent>, sqlx::Error> {
        let rows = self
            .partition
            .query(&self.partition.statements().read_due_retries)
            .bind(self.partition.settings().clock.now())
            .bind(i64::from(limit))
            .bind(self.partition.lease.partitions)
            .bind(self.partition.lease.partition)
            .fetch_all(&mut **tx)
            .await?;
        rows.iter().map(WaitingEvent::from_row).collect()
    }

    /// What queues up behind the first waiting events of these subjects.
    pub(super) async fn followers(
        &self,
        tx: &mut DeliveryTx,
        first: &[(String, i64)],
        limit: u32,
    ) -> Result<Vec<WaitingEvent>, sqlx::Error> {
        let (subjects, positions): (Vec<_>, Vec<_>) = first.iter().cloned().unzip();
        let rows = self
            .partition
            .query(&self.partition.statements().read_followers)
            .bind(subjects)
            .bind(positions)
            .bind(i64::from(limit))
            .fetch_all(&mut **tx)
            .await?;
        rows.iter().map(WaitingEvent::from_row).collect()
    }

    /// The dead letters of events that are redriven, with the envelopes of those that are `gone` from the log: as many as come to
    /// that many bytes, and the first one.
    pub(super) async fn redriven_letters(
        &self,
        tx: &mut DeliveryTx,
        letters: &[&RedrivenEvent],
        gone: &[bool],
        bytes: u64,
    ) -> Result<RedrivenLetters, sqlx::Error> {
        if letters.is_empty() {
            return Ok(RedrivenLetters::default());
        }
        let ids = || letters.iter().map(|letter| letter.dead_letter_id.as_str());
        let gone = ids().zip(gone).filter(|(_, is_gone)| **is_gone);
        let gone: Vec<_> = gone.map(|(id, _)| id).collect();
        let read = self.partition.statements().read_redriven.query();
        let rows = read
            .bind(ids().collect::<Vec<_>>())
            .bind(gone)
            .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
            .fetch_all(&mut **tx)
            .await?;
        RedrivenLetters::from_rows(&rows)
    }

    /// How often an event that waits was attempted; `None` if it does not wait any more.
    pub(super) async fn attempts_of(
        &self,
        tx: &mut DeliveryTx,
        position: i64,
    ) -> Result<Option<u32>, sqlx::Error> {
        let query = self
            .partition
            .query(&self.partition.statements().read_retry)
            .bind(position);
        let row = query.fetch_optional(&mut **tx).await?;
        row.map(|row| attempts(&row)).transpose()
    }

    /// Events of the log, with what this subscription knows about them.
    pub(super) async fn mark(
        &self,
        tx: &mut DeliveryTx,
        events: Vec<StoredEvent>,
        fresh_after: i64,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let of = || events.iter();
        let rows = self
            .partition
            .query(&self.partition.statements().read_marks)
            .bind(of().map(|event| event.position).collect::<Vec<_>>())
            .bind(
                of().map(|event| event.event_id.as_str())
                    .collect::<Vec<_>>(),
            )
            .bind(
                of().map(|event| event.subject.as_deref())
                    .collect::<Vec<_>>(),
            )
            .bind(fresh_after)
            .fetch_all(&mut **tx)
            .await?;
        let mut marks = HashMap::with_capacity(rows.len());
        for row in &rows {
            let position: i64 = row.try_get("position")?;
            let (handled, held): (bool, bool) = (row.try_get("handled")?, row.try_get("held")?);
            let waiting: bool = row.try_get("waiting")?;
            marks.insert(position, (!waiting).then_some((handled, held)));
        }
        let candidates = events.into_iter().filter_map(|event| {
            let (handled, held) = marks.remove(&event.position).flatten()?;
            Some(Candidate {
                handled,
                held,
                ..Candidate::fresh(event)
            })
        });
        Ok(candidates.collect())
    }

    /// When the next event that waits is due.
    pub(super) async fn next_retry(
        &self,
        tx: &mut DeliveryTx,
    ) -> Result<Option<OffsetDateTime>, sqlx::Error> {
        self.partition
            .query(&self.partition.statements().next_retry)
            .bind(self.partition.lease.partitions)
            .bind(self.partition.lease.partition)
            .fetch_one(&mut **tx)
            .await?
            .try_get("due_at")
    }
}
