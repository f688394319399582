//! How a relay that has sent everything waits for more: woken by publishes, as a subscription is (S1 to S5 in
//! `consume/wake`), with the poll interval as the limit.
//!
//! It sleeps on the event types that the database knows, and on those that it has sent. An event of a type that neither
//! has is found by the next poll, and from then on the type is among them.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::{PgPool, Row};
use tokio::time::Instant;

use super::outbound::OutboundBatch;
use super::statements::TransferStatements;
use crate::consume::wake::{Listener, Sleeper, Sleepers};
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;

/// How soon to look again while a writer is in flight that may not notify: at first, at most.
const IN_FLIGHT: (Duration, Duration) = (Duration::from_millis(3), Duration::from_millis(100));

/// The connection that listens for a relay. It is made when the relay sleeps for the first time.
#[derive(Debug)]
pub struct OutboundWake {
    pool: PgPool,
    statements: TransferStatements,
    sleepers: Option<Sleepers>,
}

/// The sleep of a relay under one lease. Dropping it is S5: publishes need not notify any more.
#[derive(Debug)]
pub struct OutboundSleep {
    sleepers: Sleepers,
    event_types: BTreeSet<String>,
    sleeper: Option<Sleeper>,
    /// Whether S1 is done.
    is_armed: bool,
    is_listening: bool,
    /// What the last read found: up to where nothing is missing, and the last position.
    seen: (i64, i64),
    /// L at S2: writers that saw no sleeper had taken their positions by then.
    in_flight_until: Option<i64>,
    soon: Duration,
    /// When a pause ends that has begun, also if it was dropped meanwhile: a relay that looks at something else more often
    /// than it polls would never poll otherwise.
    ends_at: Option<Instant>,
}

impl OutboundWake {
    /// For the log of the table family in that Postgres schema, or on the search path.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn new(pool: PgPool, schema: Option<&str>) -> Result<Self, ConfigError> {
        let family = schema.map(Family::new).transpose()?.unwrap_or_default();
        Ok(Self {
            pool,
            statements: TransferStatements::new(&family),
            sleepers: None,
        })
    }

    /// The sleep of a relay that begins to read.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn begin(&mut self) -> Result<OutboundSleep, DatabaseError> {
        let list = self.statements.list_event_types.query();
        let rows = list.fetch_all(&self.pool).await?;
        let event_types = rows.iter().map(|row| row.try_get("event_type"));
        let event_types = event_types.collect::<Result<_, sqlx::Error>>()?;
        let sleepers = self.sleepers.get_or_insert_with(|| {
            let (listener, sleepers) = Listener::new();
            // It ends when every sleeper and this are gone.
            tokio::spawn(listener.run(self.pool.clone()));
            sleepers
        });
        Ok(OutboundSleep {
            sleepers: sleepers.clone(),
            event_types,
            sleeper: None,
            is_armed: false,
            is_listening: false,
            seen: (0, 0),
            in_flight_until: None,
            soon: IN_FLIGHT.0,
            ends_at: None,
        })
    }
}

impl OutboundSleep {
    /// What was read: with events in it, the relay is awake (S5).
    pub fn looked(&mut self, batch: &OutboundBatch) {
        self.seen = (batch.horizon, batch.last_position);
        let mut is_new = false;
        for event in &batch.events {
            let event_type = &event.event.event_type;
            if !self.event_types.contains(event_type) {
                is_new |= self.event_types.insert(event_type.clone());
            }
        }
        if is_new {
            self.sleeper = None;
            self.is_armed = false;
        }
        if !batch.events.is_empty() {
            self.wake_up();
        }
    }

    /// Waits until the log has to be read again. The first pause after events returns at once (S1), because what was
    /// published before it was not announced.
    ///
    /// # Cancellation
    /// May be dropped, and called again.
    pub async fn pause(&mut self, poll_interval: Duration) {
        let sleepers = &self.sleepers;
        let event_types = &self.event_types;
        let sleeper = self
            .sleeper
            .get_or_insert_with(|| sleepers.sleeper(event_types.iter().cloned()));
        if !self.is_armed {
            // A pause that was dropped may have said that it sleeps.
            sleeper.wake_up();
            self.is_listening = sleeper.fall_asleep().await;
            self.is_armed = true;
            self.in_flight_until = None;
            self.soon = IN_FLIGHT.0;
            return;
        }
        let (read, last_position) = self.seen;
        let until = *self.in_flight_until.get_or_insert(last_position);
        let is_in_flight = self.is_listening && read < until;
        let soon = &mut self.soon;
        let ends_at = *self.ends_at.get_or_insert_with(|| {
            let mut wait = poll_interval;
            if is_in_flight {
                wait = wait.min(*soon);
                *soon = (*soon * 2).min(IN_FLIGHT.1);
            }
            Instant::now() + wait
        });
        tokio::select! {
            () = sleeper.notified() => {
                // The writer that notified may be behind another one that rolls back and never notifies.
                self.in_flight_until = None;
                self.soon = IN_FLIGHT.0;
                // LISTEN may be up by now: fall asleep again.
                self.is_armed = self.is_listening;
            }
            () = tokio::time::sleep_until(ends_at) => {}
        }
        self.ends_at = None;
    }

    fn wake_up(&mut self) {
        self.ends_at = None;
        if std::mem::take(&mut self.is_armed)
            && let Some(sleeper) = &self.sleeper
        {
            sleeper.wake_up();
        }
    }
}
