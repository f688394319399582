//! The task that keeps the windows of [`Retention`]: every replica has one, and one at a time sweeps.
//!
//! A sweep that fails is tried again a minute later; nothing depends on it but disk space.

use std::time::Duration;

use tokio::sync::watch;

use crate::contract::bounded_text::error_text;
use crate::log::EventLog;
use crate::operate::retention::{Retention, SlowestSubscription};

/// Between two sweeps.
const EVERY: Duration = Duration::from_secs(60);

pub(super) struct Sweeper {
    pub(super) consumer: &'static str,
    /// The table family of the consumer, also where it reads another's log.
    pub(super) family: EventLog,
    pub(super) retention: Retention,
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
