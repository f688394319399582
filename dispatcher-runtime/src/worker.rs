//! A partition's task, for as long as its lease is ours: passes while there is work, sleep while
//! there is none.
//!
//! The steps of falling asleep, S1 to S5, stand in [`crate::wake`].

use std::time::Duration;

use tokio::sync::watch;

use crate::lease::Stopping;
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
    /// The lease went to another replica.
    lost: bool,
    stopping: Stopping,
    passes: watch::Sender<u64>,
    reconnect: Reconnect,
}

impl<S: Send + Sync + 'static> Worker<S> {
    pub(crate) fn new(reader: Reader<S>, sleeper: Sleeper, passes: watch::Sender<u64>) -> Self {
        Self {
            stopping: reader.lane.stopping.clone(),
            reader,
            sleeper,
            lost: false,
            passes,
            reconnect: Reconnect::default(),
        }
    }

    /// Works until it is told to stop or the lease is lost; then the lease is free.
    pub(crate) async fn run(mut self) {
        while !self.is_over() {
            match self.pass().await {
                Some(Pass::Worked) => {}
                Some(Pass::Idle(_)) => self.sleep().await,
                Some(Pass::Lost) => self.lost = true,
                None => self.wait_out().await,
            }
        }
        if !self.lost {
            self.reader.lane.release().await; // L5
        }
    }

    fn is_over(&self) -> bool {
        self.lost || self.stopping.is_set()
    }

    /// One pass; `None` if the database failed.
    async fn pass(&mut self) -> Option<Pass> {
        let result = self.reader.pass().await;
        self.passes.send_modify(|passes| *passes += 1);
        match result {
            Ok(pass) => {
                self.reconnect.reset();
                if let Pass::Idle(idle) = &pass {
                    let settings = &self.reader.lane.bound.settings;
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
                    consumer = self.reader.lane.bound.settings.consumer,
                    subscription = self.reader.lane.bound.subscription.name,
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
            () = self.stopping.wait() => {}
        }
    }

    /// Sleeps until there is something to do.
    async fn sleep(&mut self) {
        let listening = tokio::select! {
            listening = self.sleeper.fall_asleep() => listening, // S1
            () = self.stopping.wait() => false,
        };
        // L at S2: writers that came before S1 have taken their positions by now.
        let mut writers_until = None;
        let mut soon = IN_FLIGHT.0;
        while !self.stopping.is_set() {
            let idle = match self.pass().await {
                Some(Pass::Idle(idle)) => idle, // S2, S3
                Some(Pass::Worked) | None => break,
                Some(Pass::Lost) => {
                    self.lost = true;
                    break;
                }
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
                () = self.stopping.wait() => {}
            }
        }
        self.sleeper.wake_up(); // S5
    }

    fn until_next(&self, idle: &Idle) -> Duration {
        let settings = &self.reader.lane.bound.settings;
        let poll = settings.poll_interval;
        let until_due = idle.next_retry.and_then(|due| settings.clock.until(due));
        // Nothing: it became due while we looked.
        until_due.map_or(poll, |left| left.max(SHORTEST).min(poll))
    }
}
