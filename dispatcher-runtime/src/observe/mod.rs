//! Metrics: a hook that receives what happens to events, and adapters for the usual libraries.
//!
//! Nothing is reported that was rolled back: a pass collects its records and reports them after its commit.
//! An observer cannot harm the engine: it receives only shared references, and if it panics, the panic is
//! caught and logged. Without an observer nothing is collected and no clock is read.
//!
//! | metric | what it measures | labels |
//! |---|---|---|
//! | `dispatcher.publish.count` | publishes | event type, outcome |
//! | `dispatcher.consume.count` | attempts to handle an event | event type, consumer, subscription, outcome |
//! | `dispatcher.dedup_hit.count` | events that were skipped because they had been handled | event type, consumer, subscription, outcome |
//! | `dispatcher.dead_letter.count` | events that were given up on | event type, consumer, subscription, outcome (why) |
//! | `dispatcher.awaited_version.count` | events that wait because the program does not know their version | event type, consumer, subscription, outcome |
//! | `dispatcher.handler_latency_ms` | how long a handler ran | as `dispatcher.consume.count` |
//! | `dispatcher.end_to_end_latency_ms` | from `occurred_at` until it was handled or a dead letter | as `dispatcher.consume.count` |
//! | `dispatcher.end_to_end_latency_since_insert_ms` | the same, from its insert | as `dispatcher.consume.count` |
//! | `dispatcher.subscription.…` | how each subscription is: lag, waiting, held, holders, paused | consumer, subscription |
//! | `dispatcher.dead_letters.…` | how many dead letters are open, and how old the oldest is | consumer, subscription |
//! | `dispatcher.horizon.lag_positions`, `dispatcher.retention.held_seconds`, `dispatcher.sample.timestamp_seconds` | what holds the log back, and when that was measured | consumer |
//! | `dispatcher.transfer.count` | events that relays have sent and mirrors have inserted, those of them that lost their payload, and attempts that did not go on | direction, stream, outcome |
//! | `dispatcher.transfer.…` | how each relay and mirror is: behind, waiting, holders | direction, stream |
//! | `dispatcher.horizon.standing_ms` | for how long an open transaction has kept events from being read; 0 when it has ended | consumer, role, application |
//!
//! The adapters record these, each behind the feature of its name: `MetricsObserver` for the `metrics`
//! facade (Prometheus and others), and `OpenTelemetryObserver`. Labels take few values: names from the
//! contracts and the code, never an id, a subject or the text of an error. Of the names that sessions of the
//! database give themselves the first 20 are told apart; the others are `other`, as are event types that
//! the subscription does not handle.

#[cfg(feature = "consume")]
mod held_back;
#[cfg(any(feature = "metrics", feature = "opentelemetry"))]
mod label;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(any(feature = "publish", feature = "consume"))]
mod observers;
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
mod outcome;
#[cfg(feature = "consume")]
mod sample;
#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) mod span;
#[cfg(all(
    feature = "opentelemetry",
    any(feature = "publish", feature = "consume")
))]
pub(crate) mod trace_context;

#[cfg(feature = "consume")]
mod transfer;

use std::sync::Arc;
use std::time::Duration;

use crate::contract::dead_letter_reason::DeadLetterReason;

#[cfg(feature = "metrics")]
pub use self::metrics::MetricsObserver;
#[cfg(feature = "opentelemetry")]
pub use self::opentelemetry::OpenTelemetryObserver;
#[cfg(feature = "consume")]
pub use held_back::HeldBack;
#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) use observers::Observers;
pub use outcome::{AttemptOutcome, PublishOutcome};
#[cfg(feature = "consume")]
pub use sample::{LogSample, SampleRecord, SubscriptionSample, TransferSample};
#[cfg(feature = "consume")]
pub use transfer::{TransferOutcome, TransferRecord};

/// The label of what is not told apart, because any client can name it as it likes.
#[cfg(feature = "consume")]
pub(crate) const OTHER: &str = "other";

/// Bounds of histogram buckets for the latencies, in milliseconds: from a handler that does one insert to an
/// event that has waited for all of its retries.
pub const LATENCY_BUCKETS_MS: [f64; 16] = [
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0,
    30_000.0, 60_000.0, 300_000.0,
];

/// Receives what happens to events. Every method defaults to doing nothing.
///
/// Give an observer both to [`DispatcherBuilder::observer`](crate::DispatcherBuilder::observer) and to
/// [`ConsumerBuilder::observer`](crate::ConsumerBuilder::observer): each reports its own side. An `Arc` of
/// an observer is an observer too, so that both can share one.
///
/// The methods are called by the tasks that publish and handle events, so they must not block. A panic is
/// caught; the first one of each observer is logged.
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
    /// A publish ended: the events were inserted, were there already, or were refused.
    ///
    /// In a transaction of the dispatcher's own this is called after its commit. In the caller's transaction
    /// it is called at the insert, because the dispatcher does not learn what becomes of that transaction:
    /// if the caller rolls back, events were counted that do not exist.
    fn published(&self, publish: &PublishRecord<'_>) {
        let _ = publish;
    }

    /// An attempt to handle an event ended, and its outcome is committed.
    ///
    /// Attempts that a failure of the database interrupted are not reported; they count against no event
    /// and are repeated. If a commit succeeds and its answer is lost, its attempts are not reported
    /// either.
    fn attempted(&self, attempt: &AttemptRecord<'_>) {
        let _ = attempt;
    }

    /// An event was skipped, because its dedup row says that it was handled before.
    fn dedup_hit(&self, hit: &DedupRecord<'_>) {
        let _ = hit;
    }

    /// An event became a dead letter. Its last attempt is reported to [`attempted`](Self::attempted) as
    /// well.
    fn dead_lettered(&self, dead_letter: &DeadLetterRecord<'_>) {
        let _ = dead_letter;
    }

    /// An event has a newer version than the contracts of this program, so it waits until a program that has the version
    /// works on the subscription. It may be reported again, when an event before it has been handled, say.
    fn awaits_version(&self, awaited: &AwaitedVersionRecord<'_>) {
        let _ = awaited;
    }

    /// A transaction that has published is still open, and consumers wait for it: called after 5 s and
    /// every 5 s while it lasts, and once more, with a time of zero, when it has ended.
    #[cfg(feature = "consume")]
    fn held_back(&self, held_back: &HeldBack<'_>) {
        let _ = held_back;
    }

    /// How all subscriptions are, of this consumer and of others, whether they run or not: called at
    /// [intervals](crate::ConsumerBuilder::sample_interval) by each replica.
    #[cfg(feature = "consume")]
    fn sampled(&self, sample: &SampleRecord<'_>) {
        let _ = sample;
    }

    /// A relay has sent events or a mirror has inserted some, or it did not go on. `dispatcher_nats::Recorded` calls it.
    #[cfg(feature = "consume")]
    fn transferred(&self, transfer: &TransferRecord<'_>) {
        let _ = transfer;
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

    fn awaits_version(&self, awaited: &AwaitedVersionRecord<'_>) {
        (**self).awaits_version(awaited);
    }

    #[cfg(feature = "consume")]
    fn held_back(&self, held_back: &HeldBack<'_>) {
        (**self).held_back(held_back);
    }

    #[cfg(feature = "consume")]
    fn sampled(&self, sample: &SampleRecord<'_>) {
        (**self).sampled(sample);
    }

    #[cfg(feature = "consume")]
    fn transferred(&self, transfer: &TransferRecord<'_>) {
        (**self).transferred(transfer);
    }
}

/// A publish, of one event or of many.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PublishRecord<'a> {
    /// The event type; `unknown` if the contracts have none of that name.
    pub event_type: &'a str,
    /// What became of it.
    pub outcome: PublishOutcome,
    /// How many events this is about. A batch with new and known event ids is reported twice, once for
    /// each. A batch that is refused counts as 1, because validation stops at the first event.
    pub events: u64,
}

/// An attempt to handle an event, with its outcome committed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AttemptRecord<'a> {
    /// The event type; `other` if the subscription does not handle it (any more).
    pub event_type: &'a str,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// 1 for the first attempt. Of an erased event, how many were made before.
    pub attempt: u32,
    /// How long the handler ran, validation included. `None` if it ended its delivery's transaction.
    pub handler_latency: Option<Duration>,
    /// How long the event was on its way; `None` if it will be handled again, or is skipped because its payload was
    /// erased.
    pub end_to_end: Option<EndToEnd>,
}

/// The time from an event's beginning until its effects were committed, by the clock of the consumer. It is
/// zero where it would be negative, because clocks differ or `occurred_at` lies in the future.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EndToEnd {
    /// Since `occurred_at`, which the producer may set to any time.
    pub since_occurred: Duration,
    /// Since the insert, by the clock of the database. It includes the time for which the publishing
    /// transaction stayed open after its insert.
    pub since_inserted: Duration,
}

/// An event that was skipped.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DedupRecord<'a> {
    /// The event type; `other` if the subscription does not handle it (any more).
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
    /// The event type; `other` if the subscription does not handle it (any more).
    pub event_type: &'a str,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
    /// Why the subscription gave up.
    pub reason: DeadLetterReason,
    /// How many attempts were made.
    pub attempts: u32,
}

/// An event that waits for a program that knows its version.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AwaitedVersionRecord<'a> {
    /// The event type; `other` if the subscription does not handle it (any more).
    pub event_type: &'a str,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
    /// The version of the event. It is no label of a metric, because any writer can make up numbers.
    pub schema_version: i32,
}
