//! The durations of everything that depends on the clock: those of a real day, all divided by the
//! same factor.

use std::time::Duration;

use dispatcher_runtime::LogRetention;

/// Of a day.
pub(super) const HOURS: u32 = 24;

/// How many hours events, dedup rows and resolved dead letters are kept. Every window has passed
/// once when the second quarter of the day begins.
pub(super) const KEPT: [u32; 3] = [4, 5, 4];

/// A compressed day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// How long a simulated hour takes.
    pub(super) hour: Duration,
}

impl Clock {
    /// A day of that length.
    pub(super) fn of(day: Duration) -> Self {
        Self { hour: day / HOURS }
    }

    /// How many times faster than a real day.
    pub(super) fn factor(&self) -> f64 {
        3600.0 / self.hour.as_secs_f64()
    }

    fn compressed(&self, real: Duration) -> Duration {
        real.div_f64(self.factor())
    }

    pub(super) fn retention(&self) -> LogRetention {
        let [events, handled, dead_letters] = KEPT.map(|hours| self.hour * hours);
        LogRetention::default()
            .events(events)
            .dedup(handled)
            .resolved_dead_letters(dead_letters)
    }

    /// A consumer sweeps once a minute. At least a quarter of a second: a sweep looks at thousands
    /// of rows, and a log does not grow by that many in less.
    pub(super) fn between_sweeps(&self) -> Duration {
        let minute = self.compressed(Duration::from_secs(60));
        minute.max(Duration::from_millis(250))
    }

    /// 1 s, 5 s and 15 s, as a consumer has them by default.
    pub(super) fn retry_delays(&self) -> [Duration; 3] {
        [1, 5, 15].map(|seconds| self.compressed(Duration::from_secs(seconds)))
    }

    /// In seconds. Postgres defaults to a minute, and accepts no less than a second.
    pub(super) fn autovacuum_naptime(&self) -> u64 {
        self.compressed(Duration::from_secs(60)).as_secs().max(1)
    }
}
