//! The task that samples how subscriptions are: every replica has one, and reports all subscriptions of its log to its
//! observers, also those of consumers that are down. Once a minute the first of them writes the samples of the table family.
//!
//! A sample that fails is tried again at the next interval, and said once. Nothing depends on it but gauges and trends; that
//! they are old is told by `dispatcher.sample.timestamp_seconds`.

use std::time::Duration;

use sqlx::{PgPool, Row};
use time::OffsetDateTime;
use tokio::sync::watch;

use super::partition::Settings;
use crate::contract::bounded_text::error_text;
use crate::observe::{LogSample, Observers, SampleRecord, SubscriptionSample, TransferSample};
use crate::operate::overview::log_state::LogState;
use crate::operate::sample;
use crate::operate::subscriptions::{SubscriptionError, SubscriptionProgress, Subscriptions};
use crate::operate::transfers::{TransferDirection, TransferProgress, Transfers};
use crate::postgres::family::Family;

pub(super) struct Sampler {
    consumer: &'static str,
    subscriptions: Subscriptions,
    transfers: Transfers,
    observers: Observers,
    interval: Duration,
    stopping: watch::Receiver<bool>,
}

impl Sampler {
    pub(super) fn new(
        settings: &Settings,
        pool: &PgPool,
        family: &Family,
        interval: Duration,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let mut subscriptions = Subscriptions::of(pool.clone(), family);
        if settings.is_remote {
            subscriptions = subscriptions.events_from(settings.log.clone());
        }
        Self {
            consumer: settings.consumer,
            subscriptions,
            transfers: Transfers::of(pool.clone(), family),
            observers: settings.observers.clone(),
            interval,
            stopping,
        }
    }

    /// Samples until the consumer stops, for the first time after an interval.
    pub(super) async fn run(mut self) {
        let mut works = true;
        let mut stopping = self.stopping.clone();
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.interval) => {}
                _ = self.stopping.wait_for(|stopping| *stopping) => return,
            }
            let sampled = tokio::select! {
                sampled = self.sample() => sampled,
                _ = stopping.wait_for(|stopping| *stopping) => return,
            };
            match sampled {
                Ok(()) => works = true,
                Err(error) if std::mem::replace(&mut works, false) => tracing::warn!(
                    consumer = self.consumer,
                    error = error_text(&error),
                    "how subscriptions are could not be sampled, and is tried again: until then gauges stand still"
                ),
                Err(_) => {}
            }
        }
    }

    async fn sample(&self) -> Result<(), SubscriptionError> {
        let is_due = !self.is_sampled().await?;
        if !is_due && self.observers.is_empty() {
            return Ok(());
        }
        let progress = self.subscriptions.sampled().await?;
        if !self.observers.is_empty() {
            let log = LogState::read(&self.subscriptions.log).await?;
            let transfers = self.transfers.list().await?;
            self.report(&progress, &transfers, &log);
        }
        if is_due {
            sample::write(&self.subscriptions, &progress).await?;
        }
        Ok(())
    }

    /// Whether a replica has written the samples of this minute.
    async fn is_sampled(&self) -> Result<bool, sqlx::Error> {
        let Subscriptions {
            pool, statements, ..
        } = &self.subscriptions;
        let read = statements.read_sampled.query().bind(self.consumer);
        read.fetch_one(pool).await?.try_get("sampled")
    }

    fn report(
        &self,
        progress: &[SubscriptionProgress],
        transfers: &[TransferProgress],
        log: &LogState,
    ) {
        let of_transfer = |one| transfer_sample_of(one, log.now);
        let transfers: Vec<_> = transfers.iter().map(of_transfer).collect();
        let subscriptions: Vec<_> = progress.iter().map(sample_of).collect();
        let held = log.retention.as_ref().map(|held| held.beyond);
        let sample = SampleRecord {
            consumer: self.consumer,
            log: LogSample {
                taken_at: log.now,
                horizon_lag: log.horizon_lag(),
                retention_held_seconds: held.unwrap_or_default().as_secs_f64(),
            },
            subscriptions: &subscriptions,
            transfers: &transfers,
        };
        self.observers.tell(|observer| observer.sampled(&sample));
    }
}

fn transfer_sample_of(progress: &TransferProgress, now: OffsetDateTime) -> TransferSample {
    let behind = match progress.direction {
        TransferDirection::Relay => Some(progress.positions_behind),
        TransferDirection::Mirror => progress.messages_behind,
    };
    let waits = progress.waits_since.map(|since| now - since);
    TransferSample {
        direction: progress.direction.as_str(),
        stream: progress.stream.clone(),
        behind: behind.map(i64::unsigned_abs),
        behind_seconds: progress.seconds_behind,
        waiting_seconds: waits.map_or(0.0, |waits| waits.as_seconds_f64().max(0.0)),
        holders: u32::from(progress.holder.is_some()),
        moved_at: progress.updated_at,
    }
}

fn sample_of(progress: &SubscriptionProgress) -> SubscriptionSample {
    let is_caught_up = progress
        .lag
        .is_some_and(|lag| lag.count == 0 && !lag.at_least);
    SubscriptionSample {
        consumer: progress.consumer.clone(),
        subscription: progress.subscription.clone(),
        lag_events: progress.lag.map(|lag| lag.count),
        lag_seconds: if is_caught_up {
            Some(0.0)
        } else {
            progress.lag_seconds
        },
        waiting: progress.waiting,
        oldest_waiting_seconds: progress.oldest_waiting_seconds.unwrap_or_default(),
        held_subjects: progress.held_subjects.count,
        holders: progress.replicas,
        partitions: progress.partitions,
        is_paused: progress.pause.is_some(),
        open_dead_letters: progress.open_dead_letters.count,
        oldest_dead_letter_seconds: progress.oldest_dead_letter_seconds.unwrap_or_default(),
    }
}
