//! What a pass reads before it handles anything, and how that is shared out among lanes.
//!
//! The order is: retries that are due, what queues up behind them, the next events of the log. Events
//! of one subject are in one lane, in this order.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::time::Duration;

use time::OffsetDateTime;
use tracing::Instrument;

use super::candidate::Candidate;
use super::error::AbortCause;
use super::read::{LeaseState, Reader, WaitingEvent};
use super::record::BatchEnd;
use super::redriven::RedrivenLetters;
use super::source::LogSource;
use crate::consume::delivery::DeliveryTx;
use crate::consume::partition::Partition;
use crate::consume::span;
use crate::log::stored_event::StoredEvent;
use crate::log::{Anchor, Batch, Mismatch, Selection};

/// How far past the cursor one statement looks, so that a log full of other event types is walked
/// in steps and never in one long statement.
const WINDOW: i64 = 100_000;

/// A batch.
pub(super) struct Plan {
    pub(super) candidates: Vec<Candidate>,
    pub(super) end: BatchEnd,
    /// What the pass found, for the case that there is nothing to do.
    pub(super) idle: IdleState,
}

/// A batch, shared out.
pub(super) struct Lanes {
    pub(super) candidates: Vec<Vec<Candidate>>,
    pub(super) end: BatchEnd,
}

/// The log and the queue of retries, as a pass without work leaves them.
#[derive(Debug, Default)]
pub(crate) struct IdleState {
    /// L: the last position that was handed out.
    pub(crate) last_position: i64,
    /// Below L while a writer is in flight.
    pub(crate) horizon: i64,
    /// When the next retry is due.
    pub(crate) next_retry: Option<OffsetDateTime>,
    /// After what time events that are redriven may be handed over.
    pub(crate) next_hand_over: Option<Duration>,
}

/// What a batch has room for.
struct Room {
    events: u32,
    bytes: u64,
}

/// The events beyond the cursor that a batch has room for.
struct Ahead {
    candidates: Vec<Candidate>,
    end: BatchEnd,
}

/// Plans one pass.
pub(super) struct Planner<'a, S> {
    partition: &'a Partition<S>,
    reader: Reader<'a, S>,
    source: LogSource,
    /// At most this many events.
    limit: u32,
}

impl<'a, S> Planner<'a, S> {
    pub(super) async fn begin(
        partition: &'a Partition<S>,
        limit: u32,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self {
            partition,
            reader: Reader::new(partition),
            source: LogSource::begin(partition.settings()).await?,
            limit,
        })
    }

    /// Reads the next batch. Transactions are READ COMMITTED, so that R3 has a newer snapshot than R1
    /// and R2.
    ///
    /// `fresh_after`: beyond this position no event can have been handled. Where that is not known, it
    /// is first asked whether the log is the one that the cursor has read.
    pub(super) async fn plan(
        mut self,
        tx: &mut DeliveryTx,
        lease: &LeaseState,
        fresh_after: Option<i64>,
    ) -> Result<Plan, AbortCause> {
        let cursor = lease.position;
        if lease.is_secured {
            return Err(Mismatch::Hidden.into());
        }
        if fresh_after.is_none() {
            self.verify(tx).await?;
        }
        let mut candidates = if lease.is_due {
            self.retries(tx).await?
        } else {
            Vec::new()
        };
        let (last_position, horizon) = match lease.horizon {
            Some(horizon) => horizon,
            None => self.horizon(tx).await?,
        };
        if cursor > last_position {
            return Err(Mismatch::CursorAhead {
                cursor,
                last_position,
            }
            .into());
        }
        let window = horizon.min(cursor.saturating_add(WINDOW)).max(cursor);
        let room = Room {
            events: self.limit.saturating_sub(count(&candidates)),
            bytes: self
                .partition
                .settings()
                .batch_bytes
                .saturating_sub(bytes_of(&candidates)),
        };
        // An id may come again once its event was swept. In a transaction L3 notices; elsewhere it is too
        // late then.
        let fresh_after = if self.partition.subscription().in_transaction {
            fresh_after.unwrap_or(last_position)
        } else {
            i64::MAX
        };
        let ahead = self
            .ahead(tx, lease, (window, horizon), room, fresh_after)
            .await?;
        candidates.extend(ahead.candidates);
        self.source.end().await;
        let next_retry = if candidates.is_empty() {
            self.reader.next_retry(tx).await?
        } else {
            None
        };
        Ok(Plan {
            candidates,
            end: ahead.end,
            idle: IdleState {
                last_position,
                horizon,
                next_retry,
                next_hand_over: None,
            },
        })
    }

    /// What is due, and as much of what queues up behind it as there is room for.
    async fn retries(&mut self, tx: &mut DeliveryTx) -> Result<Vec<Candidate>, AbortCause> {
        let mut waiting = self.reader.due_retries(tx, self.limit).await?;
        waiting.sort_by_key(|waiting| waiting.position);
        // Of each subject the first only: should another be due, it comes after those between the two.
        let mut subjects = HashSet::new();
        waiting.retain(|waiting| match &waiting.subject {
            Some(subject) => subjects.insert(subject.clone()),
            None => true,
        });
        let first: Vec<(String, i64)> = waiting
            .iter()
            .filter_map(|waiting| Some((waiting.subject.clone()?, waiting.position)))
            .collect();
        let room = self.limit.saturating_sub(count(&waiting));
        if !first.is_empty() && room > 0 {
            let followers = self.reader.followers(tx, &first, room).await?;
            waiting.extend(followers);
        }
        self.with_events(tx, waiting).await
    }

    /// The events that wait, with what the log has of them. Those that come to more bytes than a batch may
    /// have are left for the next one.
    async fn with_events(
        &mut self,
        tx: &mut DeliveryTx,
        waiting: Vec<WaitingEvent>,
    ) -> Result<Vec<Candidate>, AbortCause> {
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let settings = self.partition.settings();
        let positions = waiting.iter().map(|one| one.position).collect();
        let connection = self.source.connection(tx);
        let batch = settings
            .log
            .events_at(connection, positions, settings.batch_bytes)
            .await?;
        let last = batch.events.last().map(|event| event.position);
        let mut until = last.filter(|_| batch.is_cut).unwrap_or(i64::MAX);
        let mut events: HashMap<i64, StoredEvent> = batch
            .events
            .into_iter()
            .map(|event| (event.position, event))
            .collect();
        let mut letters = self.letters(tx, &waiting, &events).await?;
        let missing = letters.left_for_later(&waiting, &events);
        until = missing.map_or(until, |position| until.min(position - 1));
        let candidates = waiting
            .into_iter()
            .filter(|one| one.position <= until)
            .map(|one| {
                let event = events.remove(&one.position);
                let letter = letters.take(&one);
                one.into_candidate(event, letter)
            });
        Ok(candidates.collect())
    }

    /// The dead letters of those that are redriven.
    async fn letters(
        &self,
        tx: &mut DeliveryTx,
        waiting: &[WaitingEvent],
        events: &HashMap<i64, StoredEvent>,
    ) -> Result<RedrivenLetters, AbortCause> {
        let bytes = self.partition.settings().batch_bytes;
        let redriven = waiting.iter().filter_map(|one| {
            let letter = one.redriven.as_ref()?;
            let found = events.get(&one.position);
            let is_gone = found.is_none_or(|event| event.event_id != one.event_id);
            Some((letter, is_gone))
        });
        let (ids, gone): (Vec<_>, Vec<_>) = redriven.unzip();
        Ok(self.reader.redriven_letters(tx, &ids, &gone, bytes).await?)
    }

    /// The next events of the log, with what is known about them.
    async fn ahead(
        &mut self,
        tx: &mut DeliveryTx,
        lease: &LeaseState,
        (window, horizon): (i64, i64),
        room: Room,
        fresh_after: i64,
    ) -> Result<Ahead, AbortCause> {
        let cursor = lease.position;
        if room.events == 0 || room.bytes == 0 || window <= cursor {
            return Ok(Ahead {
                candidates: Vec::new(),
                end: BatchEnd {
                    until: cursor,
                    anchor: None,
                },
            });
        }
        let batch = self.receive(tx, cursor..window, &room).await?;
        let is_full = batch.is_cut || batch.events.len() >= room.events as usize;
        let events = batch.events;
        let (until, anchor) = match events.last() {
            Some(last) if is_full || last.position == window => {
                (last.position, Some(Anchor::of(last)))
            }
            Some(last) if self.partition.records_apart() => {
                let row = self.last_event(tx, window).await?;
                let row = row.filter(|row| row.position > last.position);
                let row = row.unwrap_or_else(|| Anchor::of(last));
                (row.position, Some(row))
            }
            Some(last) => (window, Some(Anchor::of(last))),
            None => {
                let anchor = self.last_event(tx, window).await?;
                let row = anchor.as_ref().map_or(cursor, |row| row.position);
                let end = if self.partition.records_apart() {
                    row.max(cursor)
                } else {
                    horizon
                };
                (self.next_event(tx, (window, horizon), end).await?, anchor)
            }
        };
        let are_fresh = events
            .first()
            .is_some_and(|first| first.position > fresh_after);
        let candidates = if are_fresh && !lease.has_waiting {
            events.into_iter().map(Candidate::fresh).collect()
        } else {
            self.reader.mark(tx, events, fresh_after).await?
        };
        Ok(Ahead {
            candidates,
            end: BatchEnd { until, anchor },
        })
    }

    /// Whether the log is the one that the cursor has read.
    async fn verify(&mut self, tx: &mut DeliveryTx) -> Result<(), AbortCause> {
        let Some((cursor, anchor)) = self.reader.cursor(tx).await? else {
            return Err(AbortCause::LeaseLost);
        };
        let connection = self.source.connection(tx);
        let log = &self.partition.settings().log;
        log.verify(connection, cursor, anchor.as_ref()).await??;
        Ok(())
    }

    /// R1 and R2.
    async fn horizon(&mut self, tx: &mut DeliveryTx) -> Result<(i64, i64), sqlx::Error> {
        let connection = self.source.connection(tx);
        self.partition.settings().log.horizon_in(connection).await
    }

    /// R3, in a span.
    async fn receive(
        &mut self,
        tx: &mut DeliveryTx,
        positions: Range<i64>,
        room: &Room,
    ) -> Result<Batch, sqlx::Error> {
        let settings = self.partition.settings();
        let subscription = self.partition.subscription();
        let event_types = &subscription.event_types;
        let span = span::receive(event_types, settings.consumer, subscription.name);
        let selection = Selection {
            event_types,
            tenants: subscription.tenants.as_deref(),
            after: positions.start,
            until: positions.end,
            limit: room.events,
            bytes: room.bytes,
            partitions: self.partition.lease.partitions,
            partition: self.partition.lease.partition,
        };
        let read = settings.log.events(self.source.connection(tx), &selection);
        let batch = read.instrument(span.clone()).await?;
        span::received(&span, batch.events.iter());
        Ok(batch)
    }

    /// How far an empty window reaches: up to the next event, because positions that no event has are passed over at
    /// once (a sequence may have been set ahead by billions), or to that end if there is none.
    async fn next_event(
        &mut self,
        tx: &mut DeliveryTx,
        (window, horizon): (i64, i64),
        end: i64,
    ) -> Result<i64, sqlx::Error> {
        if window >= horizon {
            return Ok(end);
        }
        let connection = self.source.connection(tx);
        let log = &self.partition.settings().log;
        let next = log.next_event(connection, window).await?;
        Ok(next.map_or(end, |next| (next - 1).clamp(window, horizon)))
    }

    async fn last_event(
        &mut self,
        tx: &mut DeliveryTx,
        until: i64,
    ) -> Result<Option<Anchor>, sqlx::Error> {
        let connection = self.source.connection(tx);
        let log = &self.partition.settings().log;
        log.last_event(connection, until).await
    }
}

impl Plan {
    /// Leaves for later passes what comes from the first event on whose last attempt never ended; if that is
    /// the first of all, only it is left.
    pub(super) fn keep_apart(&mut self, cursor: i64) {
        let mut candidates = self.candidates.iter();
        let Some(begun) = candidates.position(|candidate| candidate.is_begun) else {
            return;
        };
        if begun == 0 && self.candidates.len() == 1 {
            return;
        }
        self.candidates.truncate(begun.max(1));
        self.end = BatchEnd {
            until: cursor,
            anchor: None,
        };
    }

    /// Splits it into at most this many lanes, as evenly as subjects allow.
    pub(super) fn split(self, lanes: u16) -> Lanes {
        let lanes = usize::from(lanes).min(self.candidates.len()).max(1);
        let mut shares: Vec<Vec<Candidate>> = (0..lanes).map(|_| Vec::new()).collect();
        let mut lane_of: HashMap<String, usize> = HashMap::new();
        for candidate in self.candidates {
            let emptiest = || (0..lanes).min_by_key(|&lane| shares[lane].len());
            let lane = match &candidate.event.subject {
                Some(subject) => match lane_of.get(subject) {
                    Some(&lane) => lane,
                    None => {
                        let lane = emptiest().unwrap_or_default();
                        lane_of.insert(subject.clone(), lane);
                        lane
                    }
                },
                None => emptiest().unwrap_or_default(),
            };
            shares[lane].push(candidate);
        }
        shares.retain(|share| !share.is_empty());
        Lanes {
            candidates: shares,
            end: self.end,
        }
    }
}

fn bytes_of(candidates: &[Candidate]) -> u64 {
    let rows = candidates.iter().map(|one| one.event.bytes() as u64);
    rows.sum()
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
