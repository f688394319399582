//! A subscription's task: passes while there is work, sleep while there is none.
//!
//! The steps of falling asleep, S1 to S5, stand in [`crate::wake`].

use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::retry::Reconnect;
use crate::subscription::{Idle, Pass, Reader};
use crate::wake::Sleeper;

/// How soon to look again while a writer is in flight that may not notify: at first, at most.
const IN_FLIGHT: (Duration, Duration) = (Duration::from_millis(3), Duration::from_millis(100));

/// Never spin, whatever the tables say.
const SHORTEST: Duration = Duration::from_millis(1);

pub(crate) struct Worker<S> {
    reader: Reader<S>,
    sleeper: Sleeper,
    stopping: watch::Receiver<bool>,
    passes: watch::Sender<u64>,
    reconnect: Reconnect,
}

impl<S: Send + Sync + 'static> Worker<S> {
    pub(crate) fn new(
        reader: Reader<S>,
        sleeper: Sleeper,
        stopping: watch::Receiver<bool>,
        passes: watch::Sender<u64>,
    ) -> Self {
        Self {
            reader,
            sleeper,
            stopping,
            passes,
            reconnect: Reconnect::default(),
        }
    }

    pub(crate) async fn run(mut self) {
        while !*self.stopping.borrow() {
            match self.pass().await {
                Some(Pass::Worked) => {}
                Some(Pass::Idle(_)) => self.sleep().await,
                None => self.wait_out().await,
            }
        }
    }

    /// One pass; `None` if the database failed.
    async fn pass(&mut self) -> Option<Pass> {
        let result = self.reader.pass(&self.stopping).await;
        self.passes.send_modify(|passes| *passes += 1);
        match result {
            Ok(pass) => {
                self.reconnect.reset();
                if let Pass::Idle(idle) = &pass {
                    let settings = &self.reader.settings;
                    let consumer = settings.consumer;
                    settings
                        .standstill
                        .seen(idle, consumer, &settings.observers)
                        .await;
                }
                Some(pass)
            }
            Err(error) => {
                tracing::warn!(
                    consumer = self.reader.settings.consumer,
                    subscription = self.reader.subscription.name,
                    %error,
                    "a pass came to nothing and will be repeated; it does not count against any event"
                );
                None
            }
        }
    }

    async fn wait_out(&mut self) {
        let delay = self.reconnect.next_delay();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = self.stopping.wait_for(|stopping| *stopping) => {}
        }
    }

    /// Sleeps until there is something to do.
    async fn sleep(&mut self) {
        let listening = tokio::select! {
            listening = self.sleeper.fall_asleep() => listening, // S1
            _ = self.stopping.wait_for(|stopping| *stopping) => false,
        };
        // L at S2: writers that came before S1 have taken their positions by now.
        let mut writers_until = None;
        let mut soon = IN_FLIGHT.0;
        while !*self.stopping.borrow() {
            let idle = match self.pass().await {
                Some(Pass::Idle(idle)) => idle, // S2, S3
                Some(Pass::Worked) | None => break,
            };
            let in_flight = idle.horizon < *writers_until.get_or_insert(idle.last_position);
            let mut wait = self.until_next(&idle);
            if listening && in_flight {
                wait = wait.min(soon);
                soon = (soon * 2).min(IN_FLIGHT.1);
            }
            tokio::select! {
                () = self.sleeper.notified() => {
                    // Whoever notified may be behind a writer that rolls back and says nothing.
                    writers_until = None;
                    soon = IN_FLIGHT.0;
                }
                () = tokio::time::sleep(wait) => {}
                _ = self.stopping.wait_for(|stopping| *stopping) => {}
            }
        }
        self.sleeper.wake_up(); // S5
    }

    fn until_next(&self, idle: &Idle) -> Duration {
        let poll = self.reader.settings.poll_interval;
        match idle.next_retry {
            None => poll,
            // In the past: it became due while we looked.
            Some(due) => Duration::try_from(due - OffsetDateTime::now_utc())
                .unwrap_or_default()
                .max(SHORTEST)
                .min(poll),
        }
    }
}
