//! What caused an event, and what it caused.
//!
//! A cause is found by its id. The log has no index by cause, so effects are looked for from the event forwards, in windows of
//! positions and for a limited time; the answer says how far that was. An effect of an effect is found as the ids of effects
//! become known: whatever is caused is published after its cause.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::{PgConnection, Row};

use super::{EventSummary, Events, EventsError, Searched};
use crate::operate::contracts::KnownContracts;
use crate::postgres::transaction;

/// How many positions are read at once.
const WINDOW: i64 = 50_000;
/// How many causes are followed.
const MOST_CAUSES: usize = 20;
/// How many effects are listed.
const MOST_EFFECTS: usize = 200;
/// How often a window is read again because of what was found in it.
const MOST_ROUNDS: usize = 10;

/// As for the search of events: a window is one short read.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL jit = off; \
                     SET LOCAL max_parallel_workers_per_gather = 0";

/// What caused an event, and what it caused.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Causation {
    /// The causes that the log has: that of the event, the cause of this, and so on, 20 at most.
    pub causes: Vec<EventSummary>,
    /// The id of the cause where the log has no such event, so that there is none before it: it is the id of something else,
    /// such as a command, of an event of another log or tenant, or of one that retention has removed.
    pub unknown_cause: Option<String>,
    /// What the event caused, directly or not, and what has its correlation; in the order of the log, 200 at most.
    pub effects: Vec<CausedEvent>,
    /// How far effects were looked for: `from` the event on up `to` a position.
    pub searched: Searched,
}

/// An event that was published because of another one.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CausedEvent {
    /// The event.
    #[serde(flatten)]
    pub event: EventSummary,
    /// The id of what caused it.
    pub causation_id: Option<String>,
}

impl Events {
    /// What caused an event, and what it caused. Effects are looked for in the 50,000 positions after the event, and on for
    /// `look_for`. It needs no index but the log's own.
    ///
    /// # Errors
    /// [`EventsError::NotFound`]; or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn causation(
        &self,
        event_id: &str,
        look_for: Duration,
    ) -> Result<Causation, EventsError> {
        let until = Instant::now() + look_for;
        let mut tx = transaction::begin_with(self.log.pool(), BEGIN).await?;
        let found = self.with_ids(&mut tx, event_id).await?;
        let Some((event, ids)) = found else {
            return Err(EventsError::NotFound(event_id.replace('\0', "\u{FFFD}")));
        };
        let (causes, unknown_cause) = self.causes(&mut tx, &event, ids.causation_id).await?;
        let mut look = Look {
            events: self,
            tenants: self.tenants.ids(),
            known: BTreeSet::from([event.event_id.clone()]),
            correlation_id: ids.correlation_id,
            effects: Vec::new(),
        };
        let searched = look.forwards(&mut tx, &event, until).await?;
        tx.rollback().await?;
        Ok(Causation {
            causes,
            unknown_cause,
            effects: look.effects,
            searched,
        })
    }

    async fn with_ids(
        &self,
        connection: &mut PgConnection,
        event_id: &str,
    ) -> Result<Option<(EventSummary, Ids)>, sqlx::Error> {
        if event_id.contains('\0') {
            return Ok(None);
        }
        let find = self.log.searches.find_event.query().bind(event_id);
        let find = find.bind(self.tenants.ids());
        let Some(row) = find.fetch_optional(connection).await? else {
            return Ok(None);
        };
        let ids = Ids {
            causation_id: row.try_get("causation_id")?,
            correlation_id: row.try_get("correlation_id")?,
        };
        Ok(Some((EventSummary::from_row(&row)?, ids)))
    }

    /// The causes, and the id of the first that the log does not have.
    async fn causes(
        &self,
        connection: &mut PgConnection,
        event: &EventSummary,
        mut next: Option<String>,
    ) -> Result<(Vec<EventSummary>, Option<String>), sqlx::Error> {
        let mut causes: Vec<EventSummary> = Vec::new();
        while let Some(id) = next.take() {
            // Nothing keeps producers from naming causes in a circle.
            let is_known = id == event.event_id || causes.iter().any(|cause| cause.event_id == id);
            if is_known || causes.len() == MOST_CAUSES {
                break;
            }
            match self.with_ids(connection, &id).await? {
                Some((cause, ids)) => {
                    causes.push(cause);
                    next = ids.causation_id;
                }
                None => return Ok((causes, Some(id))),
            }
        }
        Ok((causes, None))
    }
}

/// What an event says of its cause.
struct Ids {
    causation_id: Option<String>,
    correlation_id: Option<String>,
}

/// A look for effects.
struct Look<'e> {
    events: &'e Events,
    tenants: Option<Vec<&'e str>>,
    /// The event, and its effects so far.
    known: BTreeSet<String>,
    correlation_id: Option<String>,
    effects: Vec<CausedEvent>,
}

impl Look<'_> {
    async fn forwards(
        &mut self,
        connection: &mut PgConnection,
        event: &EventSummary,
        until: Instant,
    ) -> Result<Searched, sqlx::Error> {
        let log = &self.events.log;
        let begin = i64::from(event.position);
        let mut after = begin;
        let mut is_complete = true;
        // Over gaps: where positions were handed out and not used, or retention has removed the events.
        while let Some(next) = log.next_event(&mut *connection, after).await? {
            let window = (next - 1, next.saturating_add(WINDOW - 1));
            let is_full = !self.window(&mut *connection, window).await?;
            after = match self.effects.last() {
                Some(last) if is_full => last.event.position.into(),
                _ => window.1,
            };
            if is_full || Instant::now() >= until {
                is_complete = log.next_event(&mut *connection, after).await?.is_none();
                break;
            }
        }
        let last = log.last_event(&mut *connection, after).await?;
        let last = last.map_or(begin, |last| last.position.max(begin));
        Ok(Searched {
            from: begin.into(),
            to: last.into(),
            back_to: None,
            is_complete,
        })
    }

    /// Looks at a window, and again as long as that finds events whose effects were not asked for. Returns whether there is
    /// room for more.
    async fn window(
        &mut self,
        connection: &mut PgConnection,
        (after, until): (i64, i64),
    ) -> Result<bool, sqlx::Error> {
        let mut causes: Vec<String> = self.known.iter().cloned().collect();
        let mut correlation_id = self.correlation_id.clone();
        for _ in 0..MOST_ROUNDS {
            let room = MOST_EFFECTS + 1 - self.effects.len();
            let search = self.events.log.searches.search_effects.query();
            let search = search.bind(after).bind(until).bind(&causes);
            let search = search.bind(correlation_id.take()).bind(&self.tenants);
            let search = search.bind(i64::try_from(room).unwrap_or(i64::MAX));
            let rows = search.fetch_all(&mut *connection).await?;
            causes.clear();
            for row in &rows {
                let event = EventSummary::from_row(row)?;
                if self.known.insert(event.event_id.clone()) {
                    causes.push(event.event_id.clone());
                    self.effects.push(CausedEvent {
                        event,
                        causation_id: row.try_get("causation_id")?,
                    });
                }
            }
            self.effects.sort_by_key(|effect| effect.event.position);
            if self.effects.len() > MOST_EFFECTS {
                self.effects.truncate(MOST_EFFECTS);
                return Ok(false);
            }
            if causes.is_empty() {
                break;
            }
        }
        Ok(true)
    }
}

impl Causation {
    /// The same with subjects as [`EventSummary::masked`] shows them.
    #[must_use]
    pub fn masked(mut self, contracts: &KnownContracts) -> Self {
        let causes = self.causes.into_iter();
        self.causes = causes.map(|cause| cause.masked(contracts)).collect();
        let effects = self.effects.into_iter();
        self.effects = effects
            .map(|effect| CausedEvent {
                event: effect.event.masked(contracts),
                ..effect
            })
            .collect();
        self
    }
}
