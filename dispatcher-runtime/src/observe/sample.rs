//! How subscriptions are, as observers and metrics see it: also those whose consumer is down.
//!
//! Each replica reports all subscriptions that read its log, so that something does where a consumer is down. Where several
//! replicas report one, take the largest.

use time::OffsetDateTime;

/// How all subscriptions of a log are, at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SampleRecord<'a> {
    /// The consuming domain that reports.
    pub consumer: &'static str,
    /// How the log is.
    pub log: LogSample,
    /// Every subscription, of all consumers. One that was removed is missing from then on.
    pub subscriptions: &'a [SubscriptionSample],
    /// Every relay and mirror of its database. One that was removed is missing from then on.
    pub transfers: &'a [TransferSample],
}

/// How a log is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogSample {
    /// When, by the clock of its database.
    pub taken_at: OffsetDateTime,
    /// How many positions cannot be read yet, because a transaction that has published is open.
    pub horizon_lag: u64,
    /// By how many seconds the oldest event is older than the window of its retention, that is kept because a
    /// subscription has not read it; 0 where none is.
    pub retention_held_seconds: f64,
}

/// How a subscription is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SubscriptionSample {
    /// The consuming domain.
    pub consumer: String,
    /// The subscription.
    pub subscription: String,
    /// How many events of its own types it has not read yet, counted up to 10,000; `None` where it is not known.
    pub lag_events: Option<u64>,
    /// How old the oldest of these is, in seconds: 0 where there is none, `None` where it is not known.
    pub lag_seconds: Option<f64>,
    /// How many events wait.
    pub waiting: u64,
    /// How long the first event has waited that will be tried again, in seconds; 0 where there is none.
    pub oldest_waiting_seconds: f64,
    /// How many subjects are held, counted up to 10,000.
    pub held_subjects: u64,
    /// How many replicas hold one of its partitions.
    pub holders: u32,
    /// Into how many partitions it is divided.
    pub partitions: u32,
    /// Whether it is paused.
    pub is_paused: bool,
    /// How many of its dead letters are open, counted up to 10,000.
    pub open_dead_letters: u64,
    /// How old the oldest of these is, in seconds; 0 where there is none.
    pub oldest_dead_letter_seconds: f64,
}

/// How a relay or a mirror is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TransferSample {
    /// `relay` or `mirror`.
    pub direction: &'static str,
    /// The stream.
    pub stream: String,
    /// Of a relay: how many positions of the log it has not sent. Of a mirror: how many messages the stream had for it, when
    /// it read the stream last. `None` where it is not known.
    pub behind: Option<u64>,
    /// How old the first of these is, in seconds: 0 where there is none, `None` where it is not known.
    pub behind_seconds: Option<f64>,
    /// For how many seconds it has not gone on, although it tries; 0 while it does.
    pub waiting_seconds: f64,
    /// How many processes work on it: 1 or 0.
    pub holders: u32,
    /// When its sequence moved, by the clock of the database.
    pub moved_at: OffsetDateTime,
}

/// The gauges of it, for the adapters.
#[cfg(any(feature = "metrics", feature = "opentelemetry"))]
pub(super) mod gauge {
    use super::{LogSample, SubscriptionSample, TransferSample};

    /// A gauge: its name, what it measures, and its value, unless that is not known.
    pub(in crate::observe) struct Gauge<T> {
        pub(in crate::observe) name: &'static str,
        pub(in crate::observe) help: &'static str,
        pub(in crate::observe) value: fn(&T) -> Option<f64>,
    }

    const fn gauge<T>(
        name: &'static str,
        help: &'static str,
        value: fn(&T) -> Option<f64>,
    ) -> Gauge<T> {
        Gauge { name, help, value }
    }

    /// Those of each subscription, with the labels `consumer` and `subscription`.
    pub(in crate::observe) const OF_SUBSCRIPTIONS: [Gauge<SubscriptionSample>; 10] = [
        gauge(
            "dispatcher.subscription.lag_events",
            "How many events of its own types it has not read yet, counted up to 10,000.",
            |one| one.lag_events.map(number),
        ),
        gauge(
            "dispatcher.subscription.lag_seconds",
            "How old the oldest event is that it has not read yet, in seconds; 0 where there is none.",
            |one| one.lag_seconds,
        ),
        gauge(
            "dispatcher.subscription.waiting",
            "How many events wait: for their next attempt, a version, or behind one that does.",
            |one| Some(number(one.waiting)),
        ),
        gauge(
            "dispatcher.subscription.oldest_waiting_seconds",
            "How long the first event has waited that will be tried again, in seconds; 0 where there is none.",
            |one| Some(one.oldest_waiting_seconds),
        ),
        gauge(
            "dispatcher.subscription.held_subjects",
            "How many subjects are held by a dead letter or wait for a version, counted up to 10,000.",
            |one| Some(number(one.held_subjects)),
        ),
        gauge(
            "dispatcher.subscription.holders",
            "How many replicas hold one of its partitions.",
            |one| Some(f64::from(one.holders)),
        ),
        gauge(
            "dispatcher.subscription.partitions",
            "Into how many partitions it is divided.",
            |one| Some(f64::from(one.partitions)),
        ),
        gauge(
            "dispatcher.subscription.paused",
            "1 while it is paused, and 0 otherwise.",
            |one| Some(f64::from(u8::from(one.is_paused))),
        ),
        gauge(
            "dispatcher.dead_letters.open",
            "How many of its dead letters are open, counted up to 10,000.",
            |one| Some(number(one.open_dead_letters)),
        ),
        gauge(
            "dispatcher.dead_letters.oldest_seconds",
            "How old the oldest of its open dead letters is, in seconds; 0 where there is none.",
            |one| Some(one.oldest_dead_letter_seconds),
        ),
    ];

    /// Those of each relay and mirror, with the labels `direction` and `stream`.
    pub(in crate::observe) const OF_TRANSFERS: [Gauge<TransferSample>; 5] = [
        gauge(
            "dispatcher.transfer.behind",
            "Of a relay how many positions of the log it has not sent, of a mirror how many messages it has not inserted.",
            |one| one.behind.map(number),
        ),
        gauge(
            "dispatcher.transfer.behind_seconds",
            "How old the first event is that a relay has not sent or a mirror has not inserted, in seconds; 0 where there is none.",
            |one| one.behind_seconds,
        ),
        gauge(
            "dispatcher.transfer.waiting_seconds",
            "For how long it has not gone on although it tries, in seconds; 0 while it does.",
            |one| Some(one.waiting_seconds),
        ),
        gauge(
            "dispatcher.transfer.holders",
            "How many processes work on it: 1 or 0.",
            |one| Some(f64::from(one.holders)),
        ),
        gauge(
            "dispatcher.transfer.moved_timestamp_seconds",
            "When its sequence moved last, in seconds since 1970, by the clock of the database.",
            |one| Some(seconds(one.moved_at.unix_timestamp())),
        ),
    ];

    /// Those of the log, with the label `consumer`: the one that reports.
    pub(in crate::observe) const OF_LOG: [Gauge<LogSample>; 3] = [
        gauge(
            "dispatcher.horizon.lag_positions",
            "How many positions cannot be read yet, because a transaction that has published is open.",
            |log| Some(number(log.horizon_lag)),
        ),
        gauge(
            "dispatcher.retention.held_seconds",
            "By how much the oldest event that is kept for a subscription is older than its window, in seconds.",
            |log| Some(log.retention_held_seconds),
        ),
        gauge(
            "dispatcher.sample.timestamp_seconds",
            "When these gauges were measured last, in seconds since 1970, by the clock of the database.",
            |log| Some(seconds(log.taken_at.unix_timestamp())),
        ),
    ];

    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge is a float, and numbers above 2^53 are none that matter"
    )]
    fn number(number: u64) -> f64 {
        number as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
    fn seconds(seconds: i64) -> f64 {
        seconds as f64
    }
}
