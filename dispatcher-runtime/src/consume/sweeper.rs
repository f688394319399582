//! The task that keeps the windows of [`LogRetention`]: every replica has one, and one at a time sweeps.
//!
//! A sweep that fails is tried again a minute later; nothing depends on it but disk space.

use std::time::Duration;

use sqlx::{PgPool, Row};
use tokio::sync::watch;

use super::partition::Settings;
use crate::contract::bounded_text::error_text;
use crate::log::EventLog;
use crate::operate::retention::{LogRetention, SlowestSubscription};

/// Between two sweeps.
const EVERY: Duration = Duration::from_secs(60);

pub(super) struct Sweeper {
    pub(super) consumer: &'static str,
    /// The table family of the consumer, also where it reads another's log.
    pub(super) family: EventLog,
    pub(super) retention: LogRetention,
    pub(super) stopping: watch::Receiver<bool>,
}

impl Sweeper {
    /// Sweeps until the consumer stops.
    pub(super) async fn run(mut self) {
        let mut named = None;
        loop {
            let swept = tokio::select! {
                swept = self.family.sweep(&self.retention) => swept,
                _ = self.stopping.wait_for(|stopping| *stopping) => return,
            };
            match swept {
                Ok(swept) if swept.is_elsewhere => {}
                Ok(swept) => {
                    if swept.events + swept.dedup_rows + swept.dead_letters > 0 {
                        tracing::debug!(
                            consumer = self.consumer,
                            events = swept.events,
                            dedup_rows = swept.dedup_rows,
                            dead_letters = swept.dead_letters,
                            "removed old rows"
                        );
                    }
                    warn_once(&swept.held_by, &mut named);
                }
                Err(error) => tracing::warn!(
                    consumer = self.consumer,
                    error = error_text(&error),
                    "the removal of old rows failed and will be retried in a minute"
                ),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = self.stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }
}

/// Logs at the start which other consumers that run remove rows by other windows. Of several windows the shortest counts,
/// for all consumers, which a person who sets a longer one does not expect.
pub(super) async fn warn_of_other_windows(
    pool: &PgPool,
    settings: &Settings,
) -> Result<(), sqlx::Error> {
    let Some(ours) = &settings.retention else {
        return Ok(());
    };
    let read = settings.statements.read_retentions.query();
    let read = read.bind(settings.consumer).bind(ours);
    for row in read.fetch_all(pool).await? {
        tracing::warn!(
            consumer = settings.consumer,
            keeps = ours,
            other_consumer = row.try_get::<String, _>("consumer")?,
            other_keeps = row.try_get::<String, _>("retention")?,
            "two consumers remove old rows of the same tables by different windows: the shortest window counts for both; \
             call `log_retention` on one of them only, or with the same windows"
        );
    }
    Ok(())
}

/// Logs once for which subscription events are kept beyond their window.
fn warn_once(held_by: &Option<SlowestSubscription>, named: &mut Option<(String, String)>) {
    let Some(slow) = held_by else {
        *named = None;
        return;
    };
    let name = (slow.consumer.clone(), slow.subscription.clone());
    if named.replace(name.clone()).as_ref() != Some(&name) {
        tracing::warn!(
            consumer = slow.consumer,
            subscription = slow.subscription,
            position = slow.position.get(),
            "events are kept beyond their window because a subscription has not read them: \
             start it, or remove it with `Subscriptions::remove`"
        );
    }
}
