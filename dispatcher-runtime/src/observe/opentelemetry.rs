//! The adapter for OpenTelemetry's metrics.

#[cfg(feature = "consume")]
use std::sync::{Arc, Mutex, PoisonError, Weak};

use ::opentelemetry::KeyValue;
#[cfg(feature = "consume")]
use ::opentelemetry::metrics::Gauge;
use ::opentelemetry::metrics::{Counter, Histogram, Meter};

#[cfg(feature = "consume")]
use super::held_back::HeldBack;
#[cfg(feature = "consume")]
use super::held_back::metric::{self, Applications};
use super::label::{self, milliseconds};
#[cfg(feature = "consume")]
use super::sample::{SampleRecord, gauge};
#[cfg(feature = "consume")]
use super::transfer::TransferRecord;
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
    #[cfg(feature = "consume")]
    transfer: Counter<u64>,
    handler_latency: Histogram<f64>,
    end_to_end: Histogram<f64>,
    since_insert: Histogram<f64>,
    #[cfg(feature = "consume")]
    horizon_standing: Gauge<f64>,
    #[cfg(feature = "consume")]
    applications: Applications,
    /// What an export reads of the last sample.
    #[cfg(feature = "consume")]
    sampled: Arc<Mutex<Points>>,
}

/// The gauges of the last sample: the name of each, its value, and its labels.
#[cfg(feature = "consume")]
type Points = Vec<(&'static str, f64, Vec<KeyValue>)>;

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
        #[cfg(feature = "consume")]
        let sampled = Arc::default();
        #[cfg(feature = "consume")]
        observe_samples(meter, &sampled);
        Self {
            publish: counter(label::PUBLISH_COUNT, label::PUBLISH_HELP),
            consume: counter(label::CONSUME_COUNT, label::CONSUME_HELP),
            dedup_hit: counter(label::DEDUP_HIT_COUNT, label::DEDUP_HIT_HELP),
            dead_letter: counter(label::DEAD_LETTER_COUNT, label::DEAD_LETTER_HELP),
            awaited_version: counter(label::AWAITED_VERSION_COUNT, label::AWAITED_VERSION_HELP),
            #[cfg(feature = "consume")]
            transfer: counter(label::TRANSFER_COUNT, label::TRANSFER_HELP),
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
            #[cfg(feature = "consume")]
            sampled,
        }
    }
}

/// Gauges that are observed at each export, so that those of a subscription that was removed are not exported any more,
/// and none is once the consumer has stopped.
#[cfg(feature = "consume")]
fn observe_samples(meter: &Meter, sampled: &Arc<Mutex<Points>>) {
    let of_subscriptions = gauge::OF_SUBSCRIPTIONS.map(|gauge| (gauge.name, gauge.help));
    let of_log = gauge::OF_LOG.map(|gauge| (gauge.name, gauge.help));
    let of_transfers = gauge::OF_TRANSFERS.map(|gauge| (gauge.name, gauge.help));
    let gauges = of_subscriptions.into_iter().chain(of_transfers);
    for (name, help) in gauges.chain(of_log) {
        let sampled: Weak<Mutex<Points>> = Arc::downgrade(sampled);
        let gauge = meter.f64_observable_gauge(name).with_description(help);
        gauge
            .with_callback(move |observer| {
                let Some(sampled) = sampled.upgrade() else {
                    return;
                };
                let points = sampled.lock().unwrap_or_else(PoisonError::into_inner);
                for (_, value, labels) in points.iter().filter(|(of, ..)| *of == name) {
                    observer.observe(*value, labels);
                }
            })
            .build();
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

    #[cfg(feature = "consume")]
    fn transferred(&self, transfer: &TransferRecord<'_>) {
        let labels = [
            KeyValue::new(label::DIRECTION, transfer.direction),
            KeyValue::new(label::STREAM, transfer.stream.to_owned()),
            KeyValue::new(label::OUTCOME, transfer.outcome.as_str()),
        ];
        self.transfer.add(transfer.count, &labels);
    }

    /// A value that is not known is not exported.
    #[cfg(feature = "consume")]
    fn sampled(&self, sample: &SampleRecord<'_>) {
        let mut points = Points::new();
        for one in &gauge::OF_LOG {
            let labels = vec![KeyValue::new(label::CONSUMER, sample.consumer)];
            points.extend((one.value)(&sample.log).map(|value| (one.name, value, labels)));
        }
        for subscription in sample.subscriptions {
            let labels = vec![
                KeyValue::new(label::CONSUMER, subscription.consumer.clone()),
                KeyValue::new(label::SUBSCRIPTION, subscription.subscription.clone()),
            ];
            for one in &gauge::OF_SUBSCRIPTIONS {
                let value = (one.value)(subscription);
                points.extend(value.map(|value| (one.name, value, labels.clone())));
            }
        }
        for transfer in sample.transfers {
            let labels = vec![
                KeyValue::new(label::DIRECTION, transfer.direction),
                KeyValue::new(label::STREAM, transfer.stream.clone()),
            ];
            for one in &gauge::OF_TRANSFERS {
                let value = (one.value)(transfer);
                points.extend(value.map(|value| (one.name, value, labels.clone())));
            }
        }
        *self.sampled.lock().unwrap_or_else(PoisonError::into_inner) = points;
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
