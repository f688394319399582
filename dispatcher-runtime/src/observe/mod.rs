//! What happens to events, told to whoever counts: the hook, and what it is told.
//!
//! Nobody is told of what was rolled back: a pass keeps what it did and tells it after its commit.
//! An observer cannot harm the engine: it gets nothing but shared references, and a panic of it is
//! caught and logged. Without an observer nothing is kept and no clock is read for one.
//!
//! | metric | what it counts | labels |
//! |---|---|---|
//! | `dispatcher.publish.count` | publishes | event type, outcome |
//! | `dispatcher.consume.count` | attempts to handle an event | event type, consumer, subscription, outcome |
//! | `dispatcher.dedup_hit.count` | events that were skipped because they had been handled | event type, consumer, subscription, outcome |
//! | `dispatcher.dead_letter.count` | events that were given up on | event type, consumer, subscription, outcome (why) |
//! | `dispatcher.handler_latency_ms` | how long a handler ran | as `dispatcher.consume.count` |
//! | `dispatcher.end_to_end_latency_ms` | from `occurred_at` until it was handled or a dead letter | as `dispatcher.consume.count` |
//! | `dispatcher.end_to_end_latency_since_insert_ms` | the same, from its insert | as `dispatcher.consume.count` |
//! | `dispatcher.horizon.standing_ms` | for how long an open transaction has kept events from being read; 0 when it has ended | consumer, application |
//!
//! The adapters, each behind the feature of its name, record these: `MetricsObserver` for the
//! `metrics` facade (Prometheus and others) and `OpenTelemetryObserver`. Labels take few values:
//! names of the contracts and the code, never an id, a subject or a text of an error.

#[cfg(feature = "consume")]
mod kept;
mod label;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
pub(crate) mod span;
mod tell;
#[cfg(feature = "opentelemetry")]
pub(crate) mod trace_context;

use std::sync::Arc;
use std::time::Duration;

use crate::contract::dead_letter_reason::DeadLetterReason;
#[cfg(feature = "consume")]
use crate::log::Blocker;

#[cfg(feature = "metrics")]
pub use self::metrics::MetricsObserver;
#[cfg(feature = "opentelemetry")]
pub use self::opentelemetry::OpenTelemetryObserver;
#[cfg(feature = "consume")]
pub(crate) use kept::{Ended, Kept};
#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) use tell::Observers;

/// Bounds of histogram buckets for both latencies, in milliseconds: from a handler that does one
/// insert to an event that waited out its retries.
pub const LATENCY_BUCKETS_MS: [f64; 16] = [
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0,
    30_000.0, 60_000.0, 300_000.0,
];

/// Is told what happens to events. Every method does nothing unless it is written.
///
/// Give it to [`DispatcherBuilder::observer`](crate::DispatcherBuilder::observer) and to
/// [`ConsumerBuilder::observer`](crate::ConsumerBuilder::observer), both: each tells of its own side.
/// An `Arc` of an observer is one too, so that both can have the same.
///
/// The methods are called where events are published and handled, one after the other: they must
/// not block. A panic is caught; the first of each observer is logged.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use dispatcher_runtime::observe::{AttemptRecord, Observer};
///
/// /// Attempts that failed.
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Observer for Failures {
///     fn attempted(&self, attempt: &AttemptRecord<'_>) {
///         if !attempt.outcome.is_handled() {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Events were published, or were not.
    ///
    /// In a transaction of the dispatcher's own this is told after its commit. In the caller's it is
    /// told at the insert, because nobody tells the dispatcher what becomes of that transaction: if
    /// the caller rolls back, the events were counted and do not exist.
    fn published(&self, publish: &PublishRecord<'_>) {
        let _ = publish;
    }

    /// A handler was given an event, and what became of that is committed.
    ///
    /// Attempts that the database cut short are not told; they count against no event and are made
    /// again. Should a commit succeed and its answer be lost, its attempts are not told either.
    fn attempted(&self, attempt: &AttemptRecord<'_>) {
        let _ = attempt;
    }

    /// An event had been handled before and was skipped: its dedup row was there.
    fn dedup_hit(&self, hit: &DedupRecord<'_>) {
        let _ = hit;
    }

    /// An event became a dead letter. Its last attempt is told too, by
    /// [`attempted`](Self::attempted).
    fn dead_lettered(&self, dead_letter: &DeadLetterRecord<'_>) {
        let _ = dead_letter;
    }

    /// A transaction that has published has been open for so long that its consumers stand still:
    /// told after 5 s and every 5 s while it lasts, and once more, with a time of zero, when it has
    /// ended.
    #[cfg(feature = "consume")]
    fn held_back(&self, held_back: &HeldBack<'_>) {
        let _ = held_back;
    }
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn published(&self, publish: &PublishRecord<'_>) {
        (**self).published(publish);
    }

    fn attempted(&self, attempt: &AttemptRecord<'_>) {
        (**self).attempted(attempt);
    }

    fn dedup_hit(&self, hit: &DedupRecord<'_>) {
        (**self).dedup_hit(hit);
    }

    fn dead_lettered(&self, dead_letter: &DeadLetterRecord<'_>) {
        (**self).dead_lettered(dead_letter);
    }

    #[cfg(feature = "consume")]
    fn held_back(&self, held_back: &HeldBack<'_>) {
        (**self).held_back(held_back);
    }
}

/// Events that cannot be read yet, because of a transaction that has published and not ended.
#[cfg(feature = "consume")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HeldBack<'a> {
    /// The consuming domain.
    pub consumer: &'static str,
    /// The transaction.
    pub blocker: &'a Blocker,
    /// For how long this consumer has seen the horizon stand still; zero once the transaction has ended.
    pub standing_for: Duration,
    /// How many positions lie beyond it.
    pub positions: i64,
}

/// A publish, of one event or of many.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PublishRecord<'a> {
    /// The event type; `unknown` where the contracts have none of that name.
    pub event_type: &'a str,
    /// What became of it.
    pub outcome: PublishOutcome,
    /// How many events this is about. A batch with new and known event ids is told twice; of a batch
    /// that is refused, one is told, because the others were not looked at.
    pub events: u64,
}

/// What became of a publish.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PublishOutcome {
    /// Inserted.
    Published,
    /// An event of that id was there already; nothing was inserted.
    Duplicate,
    /// The contracts refused it: the payload, the event type or the envelope.
    Refused,
    /// The database failed.
    Failed,
}

/// An attempt to handle an event, with its outcome committed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AttemptRecord<'a> {
    /// The event type.
    pub event_type: &'a str,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// How long the handler ran, the gate included. `None` where it took its transaction with it.
    pub handler_latency: Option<Duration>,
    /// How long the event has been on its way; `None` while it will be tried again.
    pub end_to_end: Option<EndToEnd>,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The event is handled and its effects are visible.
    Handled,
    /// It failed and will be tried again.
    Retried,
    /// It failed for the last time.
    DeadLettered,
}

impl AttemptOutcome {
    /// Whether the event is handled.
    pub fn is_handled(self) -> bool {
        matches!(self, Self::Handled)
    }
}

/// From an event's beginnings until its effects were committed, by the clock of the consumer. What
/// is negative, because clocks differ or `occurred_at` lies in the future, is zero.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EndToEnd {
    /// Since `occurred_at`, which the producer may set to whatever it likes.
    pub since_occurred: Duration,
    /// Since the insert, by the clock of the database. A transaction that stays open after its
    /// insert counts.
    pub since_inserted: Duration,
}

/// An event that was skipped.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DedupRecord<'a> {
    /// The event type.
    pub event_type: &'a str,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
}

/// An event that was given up on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeadLetterRecord<'a> {
    /// The event type.
    pub event_type: &'a str,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
    /// Why.
    pub reason: DeadLetterReason,
    /// How often it was tried.
    pub attempts: u32,
}
