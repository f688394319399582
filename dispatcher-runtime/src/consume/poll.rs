//! The poll interval of a sleeping worker.
//!
//! A poll finds what no notification announced: an event that was inserted past the trigger, or while
//! LISTEN was down. It never becomes rarer than four intervals.

use std::time::Duration;

/// How long to sleep without a notification: the poll interval, and longer while there is nothing to do
/// and notifications can be relied on.
#[derive(Debug)]
pub(super) struct Poll {
    interval: Duration,
    /// By how many intervals the next sleep is limited.
    intervals: u32,
    may_back_off: bool,
}

impl Poll {
    /// The most intervals that a sleep may last.
    const MOST: u32 = 4;

    pub(super) fn new(interval: Duration, may_back_off: bool) -> Self {
        Self {
            interval,
            intervals: 1,
            may_back_off,
        }
    }

    pub(super) fn wait(&self, listening: bool) -> Duration {
        if self.may_back_off && listening {
            self.interval.saturating_mul(self.intervals)
        } else {
            self.interval
        }
    }

    pub(super) fn elapsed(&mut self) {
        self.intervals = (self.intervals * 2).min(Self::MOST);
    }

    pub(super) fn notified(&mut self) {
        self.intervals = 1;
    }

    /// A pass found this many events. `unnotified`: no notification came, although this replica listens.
    pub(super) fn found(&mut self, events: usize, unnotified: bool) {
        if events > 0 {
            self.intervals = 1;
            // The trigger is off, or rows are inserted past it.
            self.may_back_off &= !unnotified;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn polls_become_rare_while_nothing_happens_and_the_replica_listens() {
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
    fn polls_stay_frequent_once_one_found_an_event_without_a_notification() {
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
