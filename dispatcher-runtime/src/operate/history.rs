//! A day of each subscription in brief: whether its lag grows, how fast it reads, and how fast the log grows.
//!
//! It is made of samples, which are written once a minute. What they do not tell is not known, and never 0.

use serde::Serialize;
use sqlx::Row;
use time::{Duration, OffsetDateTime};

use super::operator::Operator;
use super::sample::Sample;
use crate::operate::subscriptions::Subscriptions;
use crate::postgres::error::DatabaseError;

/// What counts as now: the samples of this time tell trends and rates.
const RECENT: Duration = Duration::minutes(15);

/// The shortest time that a rate is computed over.
const SHORTEST: Duration = Duration::seconds(50);

/// How many samples a trend takes at least.
const FEWEST: usize = 3;

/// How a subscription was in the last 24 hours.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SubscriptionHistory {
    /// The consuming domain.
    pub consumer: String,
    /// Its name.
    pub subscription: String,
    /// Each minute of the last 15, and before that the most of each 10 minutes; the oldest first. What nothing sampled is
    /// missing.
    pub samples: Vec<Sample>,
}

/// Where the lag of a subscription goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trend {
    /// It grows: more is published than handled.
    Growing,
    /// It shrinks.
    Shrinking,
    /// Neither.
    Steady,
    /// There are too few samples of the last 15 minutes, or they were not counted to their end.
    Unknown,
}

/// How fast a subscription is, and where its lag goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubscriptionFlow {
    /// The consuming domain.
    pub consumer: String,
    /// Its name.
    pub subscription: String,
    /// Where its lag went in the last 15 minutes.
    pub trend: Trend,
    /// How many positions of the log it has read in a minute, on average of the last 15 minutes at most, those of other event
    /// types included; `None` where it is not known, or it was rewound.
    pub read_per_minute: Option<f64>,
}

impl Operator {
    /// How each subscription was in the last 24 hours, by consumer and name. One statement reads all of them.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn histories(&self) -> Result<Vec<SubscriptionHistory>, DatabaseError> {
        let Subscriptions {
            pool, statements, ..
        } = self.subscriptions();
        let list = statements.list_recent_samples.query();
        let rows = list.fetch_all(pool).await?;
        let mut histories: Vec<SubscriptionHistory> = Vec::new();
        for row in &rows {
            let (consumer, subscription) = (row.try_get("consumer")?, row.try_get("subscription")?);
            let sample = Sample::from_row(row)?;
            match histories.last_mut() {
                Some(last) if last.is_of(consumer, subscription) => last.samples.push(sample),
                _ => histories.push(SubscriptionHistory {
                    consumer: consumer.to_owned(),
                    subscription: subscription.to_owned(),
                    samples: vec![sample],
                }),
            }
        }
        Ok(histories)
    }
}

impl SubscriptionHistory {
    pub(crate) fn is_of(&self, consumer: &str, subscription: &str) -> bool {
        self.consumer == consumer && self.subscription == subscription
    }

    /// Where the lag goes, and how fast the subscription reads, at this time.
    pub fn flow(&self, now: OffsetDateTime) -> SubscriptionFlow {
        let recent = self.recent(now);
        SubscriptionFlow {
            consumer: self.consumer.clone(),
            subscription: self.subscription.clone(),
            trend: trend(recent),
            read_per_minute: rate(recent, |sample| Some(sample.position.get())),
        }
    }

    fn recent(&self, now: OffsetDateTime) -> &[Sample] {
        let begin = now - RECENT;
        let older = self
            .samples
            .partition_point(|sample| sample.sampled_at < begin);
        &self.samples[older..]
    }
}

/// How many positions of the log were handed out in a minute, on average of the last 15 minutes at most: each event has one,
/// and one that was rolled back too. `None` where it is not known.
pub(crate) fn published_per_minute(
    histories: &[SubscriptionHistory],
    now: OffsetDateTime,
) -> Option<f64> {
    let recent = histories.iter().map(|history| history.recent(now));
    let rates = recent.filter_map(|recent| {
        let rate = rate(recent, |sample| {
            sample.last_position.map(|position| position.get())
        })?;
        Some((recent.len(), rate))
    });
    // All tell of one log: the one with the most samples tells of the longest time.
    rates
        .max_by_key(|(samples, _)| *samples)
        .map(|(_, rate)| rate)
}

/// By how much a position moved in a minute.
fn rate(samples: &[Sample], position: impl Fn(&Sample) -> Option<i64>) -> Option<f64> {
    let known = samples
        .iter()
        .filter_map(|sample| Some((sample.sampled_at, position(sample)?)));
    let known: Vec<_> = known.collect();
    let (&(began_at, first), &(ended_at, last)) = (known.first()?, known.last()?);
    let elapsed = ended_at - began_at;
    let moved = u32::try_from(last.checked_sub(first)?).ok()?;
    // After a rewind the first part says nothing of the last.
    let is_forward = known.windows(2).all(|two| two[0].1 <= two[1].1);
    (elapsed >= SHORTEST && is_forward).then(|| f64::from(moved) * 60.0 / elapsed.as_seconds_f64())
}

/// By the means of the older and of the newer half: a difference counts from a tenth, and from one event.
fn trend(samples: &[Sample]) -> Trend {
    let known = samples.iter().filter_map(|sample| sample.lag);
    let known: Vec<_> = known.filter(|lag| !lag.at_least).collect();
    if known.len() < FEWEST {
        return Trend::Unknown;
    }
    let (older, newer) = known.split_at(known.len() / 2);
    let mean = |part: &[crate::operate::count::Count]| {
        let sum: u64 = part.iter().map(|lag| lag.count).sum();
        sum as f64 / part.len() as f64
    };
    let (before, after) = (mean(older), mean(newer));
    let least = (before.max(after) / 10.0).max(1.0);
    match after - before {
        difference if difference >= least => Trend::Growing,
        difference if -difference >= least => Trend::Shrinking,
        _ => Trend::Steady,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::count::Count;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-30 08:00:30 UTC);

    /// Samples of the last minutes, the newest last: position, and lag.
    fn history(of: &[(i64, Option<u64>)]) -> SubscriptionHistory {
        let samples = of
            .iter()
            .rev()
            .enumerate()
            .map(|(minutes, (position, lag))| Sample {
                sampled_at: datetime!(2026-11-30 08:00 UTC) - Duration::minutes(minutes as i64),
                position: (*position).into(),
                last_position: Some((position * 2).into()),
                lag: lag.map(Count::of),
                lag_seconds: None,
                waiting: 0,
                open_dead_letters: Count::default(),
            });
        let mut samples: Vec<_> = samples.collect();
        samples.reverse();
        SubscriptionHistory {
            consumer: "coaching".to_owned(),
            subscription: "hold_slot".to_owned(),
            samples,
        }
    }

    fn trend_of(lags: &[u64]) -> Trend {
        let of: Vec<_> = lags.iter().map(|lag| (0, Some(*lag))).collect();
        history(&of).flow(NOW).trend
    }

    #[test]
    fn a_trend_is_told_by_samples_and_not_by_one_of_them() {
        for (lags, trend) in [
            (&[1, 10, 30, 60][..], Trend::Growing),
            (&[60, 30, 10, 1], Trend::Shrinking),
            (&[1000, 1010, 1005, 1001], Trend::Steady),
            (&[0, 0, 0], Trend::Steady),
            (&[0, 9], Trend::Unknown),
            (&[20_000, 20_000, 20_000], Trend::Unknown),
        ] {
            assert_eq!(trend_of(lags), trend, "{lags:?}");
        }
        let unknown = [(0, None), (0, Some(1)), (0, None), (0, Some(2))];
        assert_eq!(history(&unknown).flow(NOW).trend, Trend::Unknown);
    }

    #[test]
    fn a_rate_is_that_of_the_last_minutes_and_unknown_where_they_do_not_tell() {
        let one = history(&[(0, None), (60, None), (240, None)]);
        assert_eq!(one.flow(NOW).read_per_minute, Some(120.0));
        assert_eq!(
            published_per_minute(std::slice::from_ref(&one), NOW),
            Some(240.0)
        );
        // What is older says nothing of now.
        let later = NOW + Duration::hours(1);
        assert_eq!(one.flow(later).read_per_minute, None);
        assert_eq!(published_per_minute(&[one], later), None);
        let rewound = history(&[(500, None), (0, None), (600, None)]);
        assert_eq!(rewound.flow(NOW).read_per_minute, None);
        assert_eq!(history(&[(7, None)]).flow(NOW).read_per_minute, None);
        assert_eq!(published_per_minute(&[], NOW), None);
    }
}
