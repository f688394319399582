//! A partition's task, for as long as its lease is ours: passes while there is work, sleep while
//! there is none.
//!
//! The steps of falling asleep, S1 to S5, stand in [`crate::consume::wake`]. A pass that failed is retried
//! after 1, 5, 15 and then every 60 s; the lease is released when the worker stops.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::lease::Stopping;
use super::partition::{Partition, Settings};
use super::pass::{IdleState, Pass, PassExecutor};
use super::poll::Poll;
use super::reconnect::Reconnect;
use super::wake::Sleeper;
use crate::observe::HeldBack;

/// How soon to look again while a writer is in flight that may not notify: at first, at most.
const IN_FLIGHT: (Duration, Duration) = (Duration::from_millis(3), Duration::from_millis(100));

/// How long not to repeat a warning.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(60);

/// The shortest sleep, so that a worker never spins, whatever the tables say.
const SHORTEST: Duration = Duration::from_millis(1);

pub(crate) struct Worker<S> {
    executor: PassExecutor<S>,
    sleeper: Sleeper,
    poll: Poll,
    /// The lease went to another replica.
    lost: bool,
    stopping: Stopping,
    passes: watch::Sender<u64>,
    reconnect: Reconnect,
    /// When it was said last that publishers do not notify.
    told_queue: Option<Instant>,
}

impl<S: Send + Sync + 'static> Worker<S> {
    pub(crate) fn new(
        partition: Partition<S>,
        sleeper: Sleeper,
        passes: watch::Sender<u64>,
    ) -> Self {
        let settings = partition.settings();
        Self {
            poll: Poll::new(settings.poll_interval, settings.may_back_off),
            stopping: partition.stopping.clone(),
            executor: PassExecutor::new(partition),
            sleeper,
            lost: false,
            passes,
            reconnect: Reconnect::default(),
            told_queue: None,
        }
    }

    /// Works until it has to stop or the lease is lost; then the lease is free.
    pub(crate) async fn run(mut self) {
        while !self.is_over() {
            match self.pass().await {
                Some(Pass::Worked(_)) => {}
                Some(Pass::Idle(_)) => self.sleep().await,
                Some(Pass::Lost) => self.lost = true,
                Some(Pass::Stopped) => {}
                None => self.wait_out().await,
            }
        }
        if !self.lost {
            self.executor.partition().release().await; // L5
        }
    }

    fn is_over(&self) -> bool {
        self.lost || self.stopping.is_set()
    }

    /// One pass; `None` if the database failed.
    async fn pass(&mut self) -> Option<Pass> {
        let result = self.executor.pass().await;
        self.passes.send_modify(|passes| *passes += 1);
        match result {
            Ok(pass) => {
                self.reconnect.reset();
                if let Pass::Idle(idle) = &pass {
                    self.watch_horizon(idle).await;
                }
                Some(pass)
            }
            Err(error) => {
                tracing::warn!(
                    consumer = self.settings().consumer,
                    subscription = self.executor.partition().subscription().name,
                    %error,
                    "the pass failed and will be retried; this does not count as an attempt at any event"
                );
                None
            }
        }
    }

    /// Lets the log's watcher know what the pass found; the observers receive what it reports.
    async fn watch_horizon(&self, idle: &IdleState) {
        let settings = self.settings();
        let consumer = settings.consumer;
        let watcher = &settings.standstill;
        for report in watcher
            .seen(idle.horizon, idle.last_position, consumer)
            .await
        {
            settings.observers.tell(|observer| {
                observer.held_back(&HeldBack {
                    consumer,
                    blocker: &report.blocker,
                    standing_for: report.standing_for,
                    positions: report.positions,
                });
            });
        }
    }

    fn settings(&self) -> &Settings {
        self.executor.partition().settings()
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
        let mut flight = InFlight::new();
        // Whether only the poll interval made it look.
        let mut polled = false;
        while !self.stopping.is_set() {
            let Some(idle) = self.look(polled && listening).await else {
                break;
            };
            let poll = self.poll.wait(listening);
            let mut wait = self.until_next(&idle, poll);
            if let Some(soon) = flight.wait(&idle, listening) {
                wait = wait.min(soon);
            }
            polled = wait == poll;
            tokio::select! {
                () = self.sleeper.notified() => {
                    self.poll.notified();
                    if !listening {
                        break; // LISTEN may be up by now: fall asleep again.
                    }
                    // The writer that notified may be behind another one that rolls back and never notifies.
                    flight = InFlight::new();
                    polled = false;
                }
                () = tokio::time::sleep(wait) => {
                    if polled {
                        self.poll.elapsed();
                    }
                }
                () = self.stopping.wait() => {}
            }
        }
        self.sleeper.wake_up(); // S5
    }

    /// S2 and S3: one pass before, or instead of, going on to sleep. `None`: there was something to do, or
    /// the sleep is over for another reason.
    async fn look(&mut self, unnotified: bool) -> Option<IdleState> {
        match self.pass().await {
            Some(Pass::Idle(idle)) => return Some(idle),
            Some(Pass::Worked(found)) => {
                if unnotified && found > 0 {
                    self.tell_queue().await;
                }
                self.poll.found(found, unnotified);
            }
            Some(Pass::Lost) => self.lost = true,
            Some(Pass::Stopped) | None => {}
        }
        None
    }

    /// Says so if publishers are silent because the server's queue of notifications is filling.
    async fn tell_queue(&mut self) {
        let is_due = |told: Instant| told.elapsed() >= BETWEEN_WARNINGS;
        if !self.told_queue.is_none_or(is_due) {
            return;
        }
        let Ok(usage) = self.settings().log.queue_usage().await else {
            return; // The next pass fails as well, and logs the error.
        };
        if usage >= 0.5 {
            self.told_queue = Some(Instant::now());
            tracing::warn!(
                consumer = self.settings().consumer,
                usage,
                "the server's queue of notifications is at least half full, so publishers do not notify and events are \
                 found by polling: a session that listens does not end its transaction; \
                 pg_stat_activity has it, and ending it helps"
            );
        }
    }

    fn until_next(&self, idle: &IdleState, poll: Duration) -> Duration {
        let clock = &self.settings().clock;
        let until_due = idle.next_retry.and_then(|due| clock.until(due));
        // Zero: it became due while the pass looked.
        let until_due = until_due.map_or(poll, |left| left.max(SHORTEST).min(poll));
        let hand_over = idle.next_hand_over.map(|left| left.max(SHORTEST));
        hand_over.map_or(until_due, |left| left.min(until_due))
    }
}

/// Writers that took their positions before S1: they saw no sleeper, so they will not notify.
struct InFlight {
    /// L at S2: those writers had taken their positions by then.
    until: Option<i64>,
    soon: Duration,
}

impl InFlight {
    fn new() -> Self {
        Self {
            until: None,
            soon: IN_FLIGHT.0,
        }
    }

    /// S3: how soon to look again while one of them is in flight.
    fn wait(&mut self, idle: &IdleState, listening: bool) -> Option<Duration> {
        let until = *self.until.get_or_insert(idle.last_position);
        if !listening || idle.horizon >= until {
            return None;
        }
        let soon = self.soon;
        self.soon = (soon * 2).min(IN_FLIGHT.1);
        Some(soon)
    }
}
