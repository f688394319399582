//! The names of metrics, labels and their values, which the adapters share.

use std::time::Duration;

pub(super) const PUBLISH_COUNT: &str = "dispatcher.publish.count";
pub(super) const CONSUME_COUNT: &str = "dispatcher.consume.count";
pub(super) const DEDUP_HIT_COUNT: &str = "dispatcher.dedup_hit.count";
pub(super) const DEAD_LETTER_COUNT: &str = "dispatcher.dead_letter.count";
pub(super) const AWAITED_VERSION_COUNT: &str = "dispatcher.awaited_version.count";
#[cfg(feature = "consume")]
pub(super) const TRANSFER_COUNT: &str = "dispatcher.transfer.count";
pub(super) const HANDLER_LATENCY: &str = "dispatcher.handler_latency_ms";
pub(super) const END_TO_END_LATENCY: &str = "dispatcher.end_to_end_latency_ms";
pub(super) const SINCE_INSERT_LATENCY: &str = "dispatcher.end_to_end_latency_since_insert_ms";

pub(super) const PUBLISH_HELP: &str = "Publishes, by what became of them.";
pub(super) const CONSUME_HELP: &str = "Attempts to handle an event, by what became of them.";
pub(super) const DEDUP_HIT_HELP: &str = "Events that were skipped because they had been handled.";
pub(super) const DEAD_LETTER_HELP: &str = "Events that were given up on, by why.";
pub(super) const AWAITED_VERSION_HELP: &str =
    "Events that wait because the program does not know their version.";
#[cfg(feature = "consume")]
pub(super) const TRANSFER_HELP: &str = "Events that relays have sent and mirrors have inserted, those of them that lost their payload, and attempts that did not go on, by what became of them.";
pub(super) const HANDLER_LATENCY_HELP: &str = "How long a handler ran.";
pub(super) const END_TO_END_HELP: &str =
    "From the event's occurred_at until it was handled or a dead letter.";
pub(super) const SINCE_INSERT_HELP: &str =
    "From the event's insert until it was handled or a dead letter.";

pub(super) const EVENT_TYPE: &str = "event_type";
pub(super) const CONSUMER: &str = "consumer";
pub(super) const SUBSCRIPTION: &str = "subscription";
pub(super) const OUTCOME: &str = "outcome";
#[cfg(feature = "consume")]
pub(super) const DIRECTION: &str = "direction";
#[cfg(feature = "consume")]
pub(super) const STREAM: &str = "stream";

/// The outcome of every dedup hit, so that all metrics of a consumer have the same labels.
pub(super) const SKIPPED: &str = "skipped";

/// That of every event that waits for its version.
pub(super) const WAITS: &str = "waits";

pub(super) fn milliseconds(latency: Duration) -> f64 {
    latency.as_secs_f64() * 1_000.0
}
