//! A partition's task, for as long as its lease is ours: passes while there is work, sleep while
//! there is none.
//!
//! The steps of falling asleep, S1 to S5, stand in [`crate::consume::wake`].

use std::time::Duration;

use tokio::sync::watch;

use crate::consume::lease::Stopping;
use crate::consume::pass::{Idle, Pass, Reader};
use crate::consume::reconnect::Reconnect;
use crate::consume::wake::Sleeper;

/// How soon to look again while a writer is in flight that may not notify: at first, at most.
const IN_FLIGHT: (Duration, Duration) = (Duration::from_millis(3), Duration::from_millis(100));

/// Never spin, whatever the tables say.
const SHORTEST: Duration = Duration::from_millis(1);

pub(crate) struct Worker<S> {
    reader: Reader<S>,
    sleeper: Sleeper,
    poll: Poll,
    /// The lease went to another replica.
    lost: bool,
    stopping: Stopping,
    passes: watch::Sender<u64>,
    reconnect: Reconnect,
}

impl<S: Send + Sync + 'static> Worker<S> {
    pub(crate) fn new(reader: Reader<S>, sleeper: Sleeper, passes: watch::Sender<u64>) -> Self {
        let settings = &reader.lane.bound.settings;
        Self {
            poll: Poll::new(settings.poll_interval, settings.may_back_off),
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
                Some(Pass::Worked(_)) => {}
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
        // Whether only the poll interval made it look.
        let mut polled = false;
        while !self.stopping.is_set() {
            let idle = match self.pass().await {
                Some(Pass::Idle(idle)) => idle, // S2, S3
                Some(Pass::Worked(found)) => {
                    self.poll.found(found, polled && listening);
                    break;
                }
                None => break,
                Some(Pass::Lost) => {
                    self.lost = true;
                    break;
                }
            };
            let in_flight = idle.horizon < *writers_until.get_or_insert(idle.last_position);
            let poll = self.poll.wait(listening);
            let mut wait = self.until_next(&idle, poll);
            if listening && in_flight {
                wait = wait.min(soon);
                soon = (soon * 2).min(IN_FLIGHT.1);
            }
            polled = wait == poll;
            tokio::select! {
                () = self.sleeper.notified() => {
                    self.poll.notified();
                    if !listening {
                        break; // Somebody may listen by now: fall asleep anew.
                    }
                    // Whoever notified may be behind a writer that rolls back and says nothing.
                    writers_until = None;
                    soon = IN_FLIGHT.0;
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

    fn until_next(&self, idle: &Idle, poll: Duration) -> Duration {
        let clock = &self.reader.lane.bound.settings.clock;
        let until_due = idle.next_retry.and_then(|due| clock.until(due));
        // Nothing: it became due while we looked.
        until_due.map_or(poll, |left| left.max(SHORTEST).min(poll))
    }
}

/// How long to sleep when nobody calls: the poll interval, and longer while there is nothing to do and
/// notifications can be relied on.
#[derive(Debug)]
struct Poll {
    interval: Duration,
    /// By how many intervals the next sleep is limited.
    intervals: u32,
    may_back_off: bool,
}

impl Poll {
    /// How many intervals it comes to.
    const MOST: u32 = 4;

    fn new(interval: Duration, may_back_off: bool) -> Self {
        Self {
            interval,
            intervals: 1,
            may_back_off,
        }
    }

    fn wait(&self, listening: bool) -> Duration {
        match self.may_back_off && listening {
            true => self.interval.saturating_mul(self.intervals),
            false => self.interval,
        }
    }

    fn elapsed(&mut self) {
        self.intervals = (self.intervals * 2).min(Self::MOST);
    }

    fn notified(&mut self) {
        self.intervals = 1;
    }

    /// A look that found so many events. `unnotified`: nobody called, although somebody listens.
    fn found(&mut self, events: usize, unnotified: bool) {
        if events > 0 {
            self.intervals = 1;
            // The trigger is off, or rows come in past it.
            self.may_back_off &= !unnotified;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn polls_become_rare_while_nothing_happens_and_somebody_listens() {
        let mut poll = Poll::new(SECOND, true);
        let mut waits = Vec::new();
        for _ in 0..4 {
            waits.push(poll.wait(true).as_secs());
            poll.elapsed();
            poll.found(0, true); // events of other types
        }
        assert_eq!(waits, [1, 2, 4, 4]);
        assert_eq!(poll.wait(false), SECOND, "LISTEN is down");
        poll.notified();
        assert_eq!(poll.wait(true), SECOND);
    }

    #[test]
    fn polls_stay_frequent_once_one_found_what_nobody_had_notified() {
        let mut poll = Poll::new(SECOND, true);
        poll.elapsed();
        poll.found(1, false);
        poll.elapsed();
        assert_eq!(poll.wait(true), 2 * SECOND, "it was a retry");
        poll.found(1, true);
        poll.elapsed();
        assert_eq!(poll.wait(true), SECOND);
    }
}
