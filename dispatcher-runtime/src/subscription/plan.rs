//! What a pass reads before it handles anything, and how that is shared out among lanes.
//!
//! The order is: retries that are due, what queues up behind them, the next events of the log. Events
//! of one subject are in one lane, in this order.

use std::collections::{HashMap, HashSet};

use super::{Candidate, Idle, Lane, WINDOW};
use crate::delivery::Abandoned;
use crate::handler::DeliveryTx;

/// A batch.
pub(super) struct Plan {
    pub(super) candidates: Vec<Candidate>,
    /// Where the cursor is when all of them are done.
    pub(super) until: i64,
    /// What a pass without anything to do says.
    pub(super) idle: Idle,
}

/// A batch, shared out.
pub(super) struct Lanes {
    pub(super) candidates: Vec<Vec<Candidate>>,
    pub(super) until: i64,
}

impl<S: Send + Sync + 'static> Lane<S> {
    /// Reads the next batch. The transaction is READ COMMITTED, so that R3 has a newer snapshot than
    /// R1 and R2.
    pub(super) async fn plan(
        &self,
        tx: &mut DeliveryTx,
        cursor: i64,
        limit: u32,
    ) -> Result<Plan, Abandoned> {
        let mut candidates = self.due_retries(tx, limit).await?;
        // Two of a subject are due where an operator has redriven the earlier one: in order, then.
        candidates.sort_by_key(|candidate| candidate.event.position);
        let room = |candidates: &Vec<Candidate>| {
            limit.saturating_sub(u32::try_from(candidates.len()).unwrap_or(u32::MAX))
        };
        let mut subjects = HashSet::new();
        let due: Vec<(String, i64)> = candidates
            .iter()
            .filter_map(|candidate| {
                let subject = candidate.event.subject.clone()?;
                Some((subject, candidate.event.position))
            })
            .filter(|(subject, _)| subjects.insert(subject.clone()))
            .collect();
        if !due.is_empty() && room(&candidates) > 0 {
            let known: HashSet<_> = candidates.iter().map(|one| one.event.position).collect();
            let followers = self.followers(tx, &due, room(&candidates)).await?;
            let new = |follower: &Candidate| !known.contains(&follower.event.position);
            candidates.extend(followers.into_iter().filter(new));
        }
        let (last_position, horizon) = self.horizon(tx).await?;
        if cursor > last_position {
            return Err(Abandoned::CursorAhead {
                cursor,
                last_position,
            });
        }
        let window = horizon.min(cursor.saturating_add(WINDOW)).max(cursor);
        let mut until = cursor;
        let room = room(&candidates);
        if room > 0 {
            let events = self.receive(tx, cursor, window, room).await?;
            until = match events.last() {
                Some(last) if events.len() >= room as usize => last.event.position,
                _ => window,
            };
            candidates.extend(events);
        }
        let next_retry = match candidates.len() {
            0 => self.next_retry(tx).await?,
            _ => None,
        };
        Ok(Plan {
            candidates,
            until,
            idle: Idle {
                last_position,
                horizon,
                next_retry,
            },
        })
    }
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
        }
    }
}
