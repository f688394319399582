//! How many events of its own types a subscription has not read yet, and how old the oldest of them is.
//!
//! The log has no index on event types, so they are counted in windows of positions, from where the slowest partition is,
//! until there are enough, the log ends, or the time is over. What was counted by then is a lower bound, and the first
//! event that was found is the oldest. The consumer does not have to run for it.

use std::time::{Duration, Instant};

use sqlx::Row;
use time::OffsetDateTime;

use crate::log::EventLog;
use crate::operate::count::Count;

/// How many positions one statement looks at: 20 to 30 ms.
const WINDOW: i64 = 50_000;

/// Of which subscription, and how far it is.
#[derive(Debug)]
pub(super) struct Unread {
    /// What it takes: event types, or `<event type> of <tenant>`.
    pub(super) takes: Vec<String>,
    /// How far each of its partitions has read.
    pub(super) positions: Vec<i64>,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Lag {
    /// `None`: its types are not known, or none was found in time.
    pub(super) events: Option<Count>,
    /// How old the oldest is; `None` where there is none, or it is not known.
    pub(super) seconds: Option<f64>,
    /// When the oldest was inserted, by the clock of the database.
    pub(super) since: Option<OffsetDateTime>,
}

impl Unread {
    /// How many positions may have to be looked at.
    pub(super) fn span(&self, last_position: i64) -> u64 {
        last_position.abs_diff(self.slowest().min(last_position))
    }

    fn slowest(&self) -> i64 {
        self.positions.iter().copied().min().unwrap_or_default()
    }

    /// The event types, and the tenants unless it takes all of them. A subscription takes each of its types of each of its
    /// tenants.
    fn selection(&self) -> (Vec<&str>, Option<Vec<&str>>) {
        let (mut types, mut tenants) = (Vec::new(), Vec::new());
        for entry in &self.takes {
            match entry.split_once(" of ") {
                Some((event_type, tenant)) => {
                    types.push(event_type);
                    tenants.push(tenant);
                }
                None => types.push(entry),
            }
        }
        for names in [&mut types, &mut tenants] {
            names.sort_unstable();
            names.dedup();
        }
        let of_all = tenants.is_empty();
        (types, (!of_all).then_some(tenants))
    }

    /// Counts until `deadline`.
    async fn count(
        &self,
        log: &EventLog,
        last_position: i64,
        deadline: Instant,
    ) -> Result<Lag, sqlx::Error> {
        let (types, tenants) = self.selection();
        if types.is_empty() {
            return Ok(Lag::default());
        }
        let limit = i64::try_from(Count::LIMIT)
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        let (mut after, mut counted) = (self.slowest(), 0);
        let mut oldest: Option<(OffsetDateTime, OffsetDateTime)> = None;
        if last_position.saturating_sub(after) > WINDOW {
            // Retention may have removed what is next.
            let mut connection = log.pool().acquire().await?;
            let next = log.next_event(&mut connection, after).await?;
            after = next.map_or(last_position, |next| after.max(next - 1));
        }
        while after < last_position && counted < limit && Instant::now() < deadline {
            let until = after.saturating_add(WINDOW).min(last_position);
            let count = log.statements.count_lag.query();
            let row = count
                .bind(after)
                .bind(until)
                .bind(&types)
                .bind(&tenants)
                .bind(&self.positions)
                .bind(limit - counted)
                .fetch_one(log.pool())
                .await?;
            counted += row.try_get::<i64, _>("events")?;
            if let (None, Some(at)) = (oldest, row.try_get("oldest_at")?) {
                oldest = Some((at, row.try_get("now")?));
            }
            after = until;
        }
        let events = Count::of(counted.unsigned_abs());
        let is_whole = after >= last_position || events.at_least;
        Ok(Lag {
            events: match counted {
                0 if !is_whole => None,
                _ => Some(Count {
                    at_least: !is_whole || events.at_least,
                    ..events
                }),
            },
            // Clocks are not in order where the server's was set back.
            seconds: oldest.map(|(at, now)| (now - at).as_seconds_f64().max(0.0)),
            since: oldest.map(|(at, _)| at),
        })
    }
}

/// The lag of each of these, in this order. Those that have the least to look at come first, so that one which is far
/// behind does not hide how the others are; what they leave of the time is shared among the others.
pub(super) async fn measure(
    log: &EventLog,
    subscriptions: &[Unread],
    last_position: i64,
    budget: Duration,
) -> Result<Vec<Lag>, sqlx::Error> {
    let end = Instant::now() + budget;
    let mut order: Vec<usize> = (0..subscriptions.len()).collect();
    order.sort_by_key(|&index| subscriptions[index].span(last_position));
    let mut lags = vec![Lag::default(); subscriptions.len()];
    for (done, &index) in order.iter().enumerate() {
        let now = Instant::now();
        let left = u32::try_from(order.len() - done).unwrap_or(u32::MAX);
        let share = end.saturating_duration_since(now) / left;
        lags[index] = subscriptions[index]
            .count(log, last_position, now + share)
            .await?;
    }
    Ok(lags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_takes_is_types_and_tenants() {
        let unread = |takes: &[&str]| Unread {
            takes: takes.iter().map(|&entry| entry.to_owned()).collect(),
            positions: vec![7, 3],
        };
        let all = unread(&["credit.locked", "credit.released"]);
        assert_eq!(
            all.selection(),
            (vec!["credit.locked", "credit.released"], None)
        );
        let some = unread(&[
            "a.b of tnt_1",
            "a.b of tnt_2",
            "a.c of tnt_1",
            "a.c of tnt_2",
        ]);
        assert_eq!(
            some.selection(),
            (vec!["a.b", "a.c"], Some(vec!["tnt_1", "tnt_2"]))
        );
        assert_eq!((all.span(10), all.span(1)), (7, 0));
    }
}
