//! The adapter for OpenTelemetry's metrics.

use ::opentelemetry::KeyValue;
#[cfg(feature = "consume")]
use ::opentelemetry::metrics::Gauge;
use ::opentelemetry::metrics::{Counter, Histogram, Meter};

#[cfg(feature = "consume")]
use super::held_back::HeldBack;
#[cfg(feature = "consume")]
use super::held_back::metric::{self, Applications};
use super::label::{self, milliseconds};
use super::{
    AttemptRecord, AwaitedVersionRecord, DeadLetterRecord, DedupRecord, LATENCY_BUCKETS_MS,
    Observer, PublishRecord,
};

/// Records into instruments of OpenTelemetry.
///
/// Feature `opentelemetry`, which also carries trace context from the producer's span to the
/// consumer's; that needs no observer, only the layer of `tracing-opentelemetry`.
#[derive(Debug)]
pub struct OpenTelemetryObserver {
    publish: Counter<u64>,
    consume: Counter<u64>,
    dedup_hit: Counter<u64>,
    dead_letter: Counter<u64>,
    awaited_version: Counter<u64>,
    handler_latency: Histogram<f64>,
    end_to_end: Histogram<f64>,
    since_insert: Histogram<f64>,
    #[cfg(feature = "consume")]
    horizon_standing: Gauge<f64>,
    #[cfg(feature = "consume")]
    applications: Applications,
}

impl OpenTelemetryObserver {
    /// Makes the instruments of `meter`, such as `opentelemetry::global::meter("dispatcher")`. Set
    /// the global provider before you ask it for a meter, or nothing is recorded.
    pub fn new(meter: &Meter) -> Self {
        let counter = |name, help| meter.u64_counter(name).with_description(help).build();
        let histogram = |name, help| {
            meter
                .f64_histogram(name)
                .with_unit("ms")
                .with_description(help)
                .with_boundaries(LATENCY_BUCKETS_MS.to_vec())
                .build()
        };
        Self {
            publish: counter(label::PUBLISH_COUNT, label::PUBLISH_HELP),
            consume: counter(label::CONSUME_COUNT, label::CONSUME_HELP),
            dedup_hit: counter(label::DEDUP_HIT_COUNT, label::DEDUP_HIT_HELP),
            dead_letter: counter(label::DEAD_LETTER_COUNT, label::DEAD_LETTER_HELP),
            awaited_version: counter(label::AWAITED_VERSION_COUNT, label::AWAITED_VERSION_HELP),
            handler_latency: histogram(label::HANDLER_LATENCY, label::HANDLER_LATENCY_HELP),
            end_to_end: histogram(label::END_TO_END_LATENCY, label::END_TO_END_HELP),
            since_insert: histogram(label::SINCE_INSERT_LATENCY, label::SINCE_INSERT_HELP),
            #[cfg(feature = "consume")]
            horizon_standing: meter
                .f64_gauge(metric::NAME)
                .with_unit("ms")
                .with_description(metric::HELP)
                .build(),
            #[cfg(feature = "consume")]
            applications: Applications::default(),
        }
    }
}

impl Observer for OpenTelemetryObserver {
    fn published(&self, publish: &PublishRecord<'_>) {
        self.publish.add(
            publish.events,
            &[
                KeyValue::new(label::EVENT_TYPE, publish.event_type.to_owned()),
                KeyValue::new(label::OUTCOME, publish.outcome.as_str()),
            ],
        );
    }

    fn attempted(&self, attempt: &AttemptRecord<'_>) {
        let labels = labels(
            attempt.event_type,
            attempt.consumer,
            attempt.subscription,
            attempt.outcome.as_str(),
        );
        self.consume.add(1, &labels);
        if let Some(latency) = attempt.handler_latency {
            self.handler_latency.record(milliseconds(latency), &labels);
        }
        if let Some(end_to_end) = attempt.end_to_end {
            self.end_to_end
                .record(milliseconds(end_to_end.since_occurred), &labels);
            self.since_insert
                .record(milliseconds(end_to_end.since_inserted), &labels);
        }
    }

    fn dedup_hit(&self, hit: &DedupRecord<'_>) {
        self.dedup_hit.add(
            1,
            &labels(
                hit.event_type,
                hit.consumer,
                hit.subscription,
                label::SKIPPED,
            ),
        );
    }

    fn dead_lettered(&self, dead_letter: &DeadLetterRecord<'_>) {
        self.dead_letter.add(
            1,
            &labels(
                dead_letter.event_type,
                dead_letter.consumer,
                dead_letter.subscription,
                dead_letter.reason.as_str(),
            ),
        );
    }

    fn awaits_version(&self, awaited: &AwaitedVersionRecord<'_>) {
        self.awaited_version.add(
            1,
            &labels(
                awaited.event_type,
                awaited.consumer,
                awaited.subscription,
                label::WAITS,
            ),
        );
    }

    #[cfg(feature = "consume")]
    fn held_back(&self, held_back: &HeldBack<'_>) {
        self.horizon_standing.record(
            milliseconds(held_back.standing_for),
            &[
                KeyValue::new(label::CONSUMER, held_back.consumer),
                KeyValue::new(metric::ROLE, metric::role(held_back).to_owned()),
                KeyValue::new(
                    metric::APPLICATION,
                    self.applications.label(held_back).to_owned(),
                ),
            ],
        );
    }
}

fn labels(
    event_type: &str,
    consumer: &'static str,
    subscription: &'static str,
    outcome: &'static str,
) -> [KeyValue; 4] {
    [
        KeyValue::new(label::EVENT_TYPE, event_type.to_owned()),
        KeyValue::new(label::CONSUMER, consumer),
        KeyValue::new(label::SUBSCRIPTION, subscription),
        KeyValue::new(label::OUTCOME, outcome),
    ]
}
