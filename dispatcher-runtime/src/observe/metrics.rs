//! The adapter for the `metrics` facade. Prometheus writes the dots of the names as underscores.

use ::metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
#[cfg(feature = "consume")]
use ::metrics::{describe_gauge, gauge};

#[cfg(feature = "consume")]
use std::collections::HashSet;
#[cfg(feature = "consume")]
use std::sync::{Mutex, PoisonError};

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
    AttemptRecord, AwaitedVersionRecord, DeadLetterRecord, DedupRecord, Observer, PublishRecord,
};

/// Records into the `metrics` facade: whatever recorder is installed gets it.
///
/// Feature `metrics`.
#[derive(Debug)]
pub struct MetricsObserver {
    #[cfg(feature = "consume")]
    applications: Applications,
    /// The subscriptions that have gauges.
    #[cfg(feature = "consume")]
    sampled: Mutex<HashSet<(String, String)>>,
    /// The relays and mirrors that have gauges.
    #[cfg(feature = "consume")]
    transfers: Mutex<HashSet<(&'static str, String)>>,
}

impl MetricsObserver {
    /// Describes the metrics to the recorder that is installed, so install it before.
    #[expect(
        clippy::new_without_default,
        reason = "it tells the recorder something, which a default should not"
    )]
    pub fn new() -> Self {
        describe_counter!(label::PUBLISH_COUNT, label::PUBLISH_HELP);
        describe_counter!(label::CONSUME_COUNT, label::CONSUME_HELP);
        describe_counter!(label::DEDUP_HIT_COUNT, label::DEDUP_HIT_HELP);
        describe_counter!(label::DEAD_LETTER_COUNT, label::DEAD_LETTER_HELP);
        describe_counter!(label::AWAITED_VERSION_COUNT, label::AWAITED_VERSION_HELP);
        #[cfg(feature = "consume")]
        {
            describe_gauge!(metric::NAME, Unit::Milliseconds, metric::HELP);
            let of_subscriptions = gauge::OF_SUBSCRIPTIONS.map(|gauge| (gauge.name, gauge.help));
            let of_log = gauge::OF_LOG.map(|gauge| (gauge.name, gauge.help));
            let of_transfers = gauge::OF_TRANSFERS.map(|gauge| (gauge.name, gauge.help));
            describe_counter!(label::TRANSFER_COUNT, label::TRANSFER_HELP);
            let gauges = of_subscriptions.into_iter().chain(of_transfers);
            for (name, help) in gauges.chain(of_log) {
                describe_gauge!(name, help);
            }
        }
        for (name, help) in [
            (label::HANDLER_LATENCY, label::HANDLER_LATENCY_HELP),
            (label::END_TO_END_LATENCY, label::END_TO_END_HELP),
            (label::SINCE_INSERT_LATENCY, label::SINCE_INSERT_HELP),
        ] {
            describe_histogram!(name, Unit::Milliseconds, help);
        }
        Self {
            #[cfg(feature = "consume")]
            applications: Applications::default(),
            #[cfg(feature = "consume")]
            sampled: Mutex::default(),
            #[cfg(feature = "consume")]
            transfers: Mutex::default(),
        }
    }
}

impl Observer for MetricsObserver {
    fn published(&self, publish: &PublishRecord<'_>) {
        counter!(
            label::PUBLISH_COUNT,
            label::EVENT_TYPE => publish.event_type.to_owned(),
            label::OUTCOME => publish.outcome.as_str(),
        )
        .increment(publish.events);
    }

    fn attempted(&self, attempt: &AttemptRecord<'_>) {
        let labels = [
            (label::EVENT_TYPE, attempt.event_type.to_owned().into()),
            (label::CONSUMER, attempt.consumer.into()),
            (label::SUBSCRIPTION, attempt.subscription.into()),
            (label::OUTCOME, attempt.outcome.as_str().into()),
        ]
        .map(|(name, value): (_, ::metrics::SharedString)| ::metrics::Label::new(name, value))
        .to_vec();
        if let Some(latency) = attempt.handler_latency {
            histogram!(label::HANDLER_LATENCY, labels.clone()).record(milliseconds(latency));
        }
        if let Some(end_to_end) = attempt.end_to_end {
            histogram!(label::END_TO_END_LATENCY, labels.clone())
                .record(milliseconds(end_to_end.since_occurred));
            histogram!(label::SINCE_INSERT_LATENCY, labels.clone())
                .record(milliseconds(end_to_end.since_inserted));
        }
        counter!(label::CONSUME_COUNT, labels).increment(1);
    }

    fn dedup_hit(&self, hit: &DedupRecord<'_>) {
        counter!(
            label::DEDUP_HIT_COUNT,
            label::EVENT_TYPE => hit.event_type.to_owned(),
            label::CONSUMER => hit.consumer,
            label::SUBSCRIPTION => hit.subscription,
            label::OUTCOME => label::SKIPPED,
        )
        .increment(1);
    }

    fn dead_lettered(&self, dead_letter: &DeadLetterRecord<'_>) {
        counter!(
            label::DEAD_LETTER_COUNT,
            label::EVENT_TYPE => dead_letter.event_type.to_owned(),
            label::CONSUMER => dead_letter.consumer,
            label::SUBSCRIPTION => dead_letter.subscription,
            label::OUTCOME => dead_letter.reason.as_str(),
        )
        .increment(1);
    }

    fn awaits_version(&self, awaited: &AwaitedVersionRecord<'_>) {
        counter!(
            label::AWAITED_VERSION_COUNT,
            label::EVENT_TYPE => awaited.event_type.to_owned(),
            label::CONSUMER => awaited.consumer,
            label::SUBSCRIPTION => awaited.subscription,
            label::OUTCOME => label::WAITS,
        )
        .increment(1);
    }

    #[cfg(feature = "consume")]
    fn held_back(&self, held_back: &HeldBack<'_>) {
        gauge!(
            metric::NAME,
            label::CONSUMER => held_back.consumer,
            metric::ROLE => metric::role(held_back).to_owned(),
            metric::APPLICATION => self.applications.label(held_back).to_owned(),
        )
        .set(milliseconds(held_back.standing_for));
    }

    #[cfg(feature = "consume")]
    fn transferred(&self, transfer: &TransferRecord<'_>) {
        counter!(
            label::TRANSFER_COUNT,
            label::DIRECTION => transfer.direction,
            label::STREAM => transfer.stream.to_owned(),
            label::OUTCOME => transfer.outcome.as_str(),
        )
        .increment(transfer.count);
    }

    /// A value that is not known, or of a subscription that was removed, is NaN, because a recorder keeps a gauge for ever:
    /// no comparison holds for it, and `max` passes it over.
    #[cfg(feature = "consume")]
    fn sampled(&self, sample: &SampleRecord<'_>) {
        for one in &gauge::OF_LOG {
            gauge!(one.name, label::CONSUMER => sample.consumer)
                .set((one.value)(&sample.log).unwrap_or(f64::NAN));
        }
        self.sample_transfers(sample);
        let mut known = self.sampled.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *known);
        for subscription in sample.subscriptions {
            let name = (
                subscription.consumer.clone(),
                subscription.subscription.clone(),
            );
            for one in &gauge::OF_SUBSCRIPTIONS {
                of_subscription(one.name, &name).set((one.value)(subscription).unwrap_or(f64::NAN));
            }
            known.insert(name);
        }
        for gone in before.difference(&known) {
            for one in &gauge::OF_SUBSCRIPTIONS {
                of_subscription(one.name, gone).set(f64::NAN);
            }
        }
    }
}

#[cfg(feature = "consume")]
impl MetricsObserver {
    fn sample_transfers(&self, sample: &SampleRecord<'_>) {
        let transfers = &self.transfers;
        let mut known = transfers.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *known);
        for transfer in sample.transfers {
            let name = (transfer.direction, transfer.stream.clone());
            for one in &gauge::OF_TRANSFERS {
                of_transfer(one.name, &name).set((one.value)(transfer).unwrap_or(f64::NAN));
            }
            known.insert(name);
        }
        for gone in before.difference(&known) {
            for one in &gauge::OF_TRANSFERS {
                of_transfer(one.name, gone).set(f64::NAN);
            }
        }
    }
}

#[cfg(feature = "consume")]
fn of_transfer(
    name: &'static str,
    (direction, stream): &(&'static str, String),
) -> ::metrics::Gauge {
    gauge!(
        name,
        label::DIRECTION => *direction,
        label::STREAM => stream.clone(),
    )
}

#[cfg(feature = "consume")]
fn of_subscription(
    name: &'static str,
    (consumer, subscription): &(String, String),
) -> ::metrics::Gauge {
    gauge!(
        name,
        label::CONSUMER => consumer.clone(),
        label::SUBSCRIPTION => subscription.clone(),
    )
}
