//! What a pass reads before it handles anything, and how that is shared out among lanes.
//!
//! The order is: retries that are due, what queues up behind them, the next events of the log. Events
//! of one subject are in one lane, in this order.

use std::collections::{HashMap, HashSet};

use super::source::Source;
use super::store::Leased;
use super::{Candidate, Idle, Lane, WINDOW};
use crate::consume::delivery::Abandoned;
use crate::consume::handler::DeliveryTx;
use crate::log::{Anchor, Mismatch};

/// A batch.
pub(super) struct Plan {
    pub(super) candidates: Vec<Candidate>,
    /// Where the cursor is when all of them are done.
    pub(super) until: i64,
    /// The last event up to there that was looked at.
    pub(super) anchor: Option<Anchor>,
    /// What a pass without anything to do says.
    pub(super) idle: Idle,
}

/// A batch, shared out.
pub(super) struct Lanes {
    pub(super) candidates: Vec<Vec<Candidate>>,
    pub(super) until: i64,
    pub(super) anchor: Option<Anchor>,
}

impl<S: Send + Sync + 'static> Lane<S> {
    /// Reads the next batch. Transactions are READ COMMITTED, so that R3 has a newer snapshot than R1
    /// and R2.
    ///
    /// `fresh_after`: beyond this position nobody can have handled anything. Where that is not known, it
    /// is first asked whether the log is the one that the cursor has read.
    pub(super) async fn plan(
        &self,
        tx: &mut DeliveryTx,
        leased: &Leased,
        fresh_after: Option<i64>,
        limit: u32,
    ) -> Result<Plan, Abandoned> {
        let cursor = leased.position;
        let mut source = self.source().await?;
        if fresh_after.is_none() {
            self.verify(tx, &mut source).await?;
        }
        let mut candidates = match leased.is_due {
            true => self.retries(tx, &mut source, limit).await?,
            false => Vec::new(),
        };
        let (last_position, horizon) = match leased.horizon {
            Some(horizon) => horizon,
            None => self.horizon(tx, &mut source).await?,
        };
        if cursor > last_position {
            return Err(Mismatch::CursorAhead {
                cursor,
                last_position,
            }
            .into());
        }
        let window = horizon.min(cursor.saturating_add(WINDOW)).max(cursor);
        let (mut until, mut anchor) = (cursor, None);
        let room = limit.saturating_sub(count(&candidates));
        let bytes = self.bound.settings.batch_bytes;
        let bytes = bytes.saturating_sub(bytes_of(&candidates));
        if room > 0 && bytes > 0 && window > cursor {
            let batch = self.receive(tx, &mut source, cursor..window, room, bytes);
            let batch = batch.await?;
            let is_full = batch.is_cut || batch.events.len() >= room as usize;
            let events = batch.events;
            anchor = events.last().map(Anchor::of);
            until = match events.last() {
                Some(last) if is_full => last.position,
                _ => window,
            };
            if events.is_empty() {
                anchor = self.last_event(tx, &mut source, window).await?;
            }
            let fresh_after = fresh_after.unwrap_or(last_position);
            let are_fresh = events
                .first()
                .is_some_and(|first| first.position > fresh_after);
            candidates.extend(match are_fresh && !leased.has_waiting {
                true => events.into_iter().map(Candidate::fresh).collect(),
                false => self.mark(tx, events, fresh_after).await?,
            });
        }
        source.end().await;
        let next_retry = match candidates.len() {
            0 => self.next_retry(tx).await?,
            _ => None,
        };
        Ok(Plan {
            candidates,
            until,
            anchor,
            idle: Idle {
                last_position,
                horizon,
                next_retry,
            },
        })
    }

    /// What is due, and as much of what queues up behind it as there is room for.
    async fn retries(
        &self,
        tx: &mut DeliveryTx,
        source: &mut Source,
        limit: u32,
    ) -> Result<Vec<Candidate>, Abandoned> {
        let mut waiting = self.due_retries(tx, limit).await?;
        // Two of a subject are due where an operator has redriven the earlier one: in order, then.
        waiting.sort_by_key(|waiting| waiting.position);
        let mut subjects = HashSet::new();
        let first: Vec<(String, i64)> = waiting
            .iter()
            .filter_map(|waiting| Some((waiting.subject.clone()?, waiting.position)))
            .filter(|(subject, _)| subjects.insert(subject.clone()))
            .collect();
        let room = limit.saturating_sub(count(&waiting));
        if !first.is_empty() && room > 0 {
            let known: HashSet<_> = waiting.iter().map(|waiting| waiting.position).collect();
            let followers = self.followers(tx, &first, room).await?;
            let followers = followers.into_iter();
            waiting.extend(followers.filter(|follower| !known.contains(&follower.position)));
        }
        self.with_events(tx, source, waiting).await
    }
}

fn bytes_of(candidates: &[Candidate]) -> u64 {
    let payloads = candidates.iter().map(|one| one.event.payload.len() as u64);
    payloads.sum()
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

impl Plan {
    /// Into at most so many lanes, as evenly as subjects allow.
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
            until: self.until,
            anchor: self.anchor,
        }
    }
}
