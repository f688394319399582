//! Where a pass reads the log: in its own transaction, or in one of another database.
//!
//! Two databases have no common snapshot, and need none: the log is read first, and then, in a later
//! snapshot, what the consumer knows about those events. What only this worker writes cannot have
//! changed in between, and what an operator writes (`redrive`) counts as if it had come before.

use std::collections::HashMap;
use std::ops::Range;

use sqlx::{PgConnection, Postgres, Transaction};
use tracing::Instrument;

use super::store::Waits;
use super::{Candidate, Lane};
use crate::consume::delivery::Abandoned;
use crate::consume::handler::DeliveryTx;
use crate::consume::span;
use crate::log::stored_event::StoredEvent;
use crate::log::{Anchor, Batch, Selection};

/// The transaction in which the log is read.
pub(super) enum Source {
    /// The pass's own.
    Own,
    Other(Transaction<'static, Postgres>),
}

impl Source {
    fn connection<'a>(&'a mut self, own: &'a mut DeliveryTx) -> &'a mut PgConnection {
        match self {
            Self::Own => &mut *own,
            Self::Other(other) => &mut *other,
        }
    }

    /// The connection is given back before handlers run.
    pub(super) async fn end(self) {
        if let Self::Other(other) = self {
            // It has only read.
            let _ = other.rollback().await;
        }
    }
}

impl<S: Send + Sync + 'static> Lane<S> {
    pub(super) async fn source(&self) -> Result<Source, sqlx::Error> {
        let settings = &self.bound.settings;
        match settings.is_remote {
            true => settings.log.begin().await.map(Source::Other),
            false => Ok(Source::Own),
        }
    }

    /// Whether the log is the one that the cursor has read.
    pub(super) async fn verify(
        &self,
        tx: &mut DeliveryTx,
        source: &mut Source,
    ) -> Result<(), Abandoned> {
        let Some((cursor, anchor)) = self.read_cursor(tx).await? else {
            return Err(Abandoned::LeaseLost);
        };
        let log = &self.bound.settings.log;
        let connection = source.connection(tx);
        log.verify(connection, cursor, anchor.as_ref()).await??;
        Ok(())
    }

    pub(super) async fn horizon(
        &self,
        tx: &mut DeliveryTx,
        source: &mut Source,
    ) -> Result<(i64, i64), sqlx::Error> {
        let log = &self.bound.settings.log;
        log.horizon_in(source.connection(tx)).await
    }

    /// The next events, in a span if there can be any.
    pub(super) async fn receive(
        &self,
        tx: &mut DeliveryTx,
        source: &mut Source,
        positions: Range<i64>,
        limit: u32,
        bytes: u64,
    ) -> Result<Batch, sqlx::Error> {
        let (settings, subscription) = (&self.bound.settings, &self.bound.subscription);
        let event_types = &subscription.event_types;
        let span = span::receive(event_types, settings.consumer, subscription.name);
        let selection = Selection {
            event_types,
            after: positions.start,
            until: positions.end,
            limit,
            bytes,
            partitions: self.lease.partitions,
            partition: self.lease.partition,
        };
        let read = settings.log.events(source.connection(tx), &selection);
        let batch = read.instrument(span.clone()).await?;
        span::received(&span, batch.events.iter());
        Ok(batch)
    }

    pub(super) async fn last_event(
        &self,
        tx: &mut DeliveryTx,
        source: &mut Source,
        until: i64,
    ) -> Result<Option<Anchor>, sqlx::Error> {
        let log = &self.bound.settings.log;
        log.last_event(source.connection(tx), until).await
    }

    /// The events that wait, with what the log has of them; what comes to more bytes than a batch may
    /// have is left for the next.
    pub(super) async fn with_events(
        &self,
        tx: &mut DeliveryTx,
        source: &mut Source,
        waiting: Vec<Waits>,
    ) -> Result<Vec<Candidate>, Abandoned> {
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let positions = waiting.iter().map(|waits| waits.position).collect();
        let (log, bytes) = (&self.bound.settings.log, self.bound.settings.batch_bytes);
        let batch = log.events_at(source.connection(tx), positions, bytes);
        let batch = batch.await?;
        let last = batch.events.last().map(|event| event.position);
        let until = last.filter(|_| batch.is_cut).unwrap_or(i64::MAX);
        let mut events: HashMap<i64, StoredEvent> = batch
            .events
            .into_iter()
            .map(|event| (event.position, event))
            .collect();
        let waiting = waiting.into_iter();
        let now = waiting.filter(|waits| waits.position <= until);
        let candidates = now.map(|waits| {
            let event = events.remove(&waits.position);
            // The log of this database keeps what waits; another's may have lost it.
            let event = event.filter(|event| event.event_id == waits.event_id);
            Candidate {
                is_gone: event.is_none(),
                event: event.unwrap_or_else(|| {
                    StoredEvent::gone(waits.position, waits.event_id, waits.subject)
                }),
                handled: waits.handled,
                held: false,
                is_retry: true,
                attempts: waits.attempts,
                failures: waits.failures,
            }
        });
        Ok(candidates.collect())
    }
}
