//! When an event that failed is tried again, and for how often.

use std::time::Duration;

use crate::postgres::error::ConfigError;

/// The delays between attempts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RetryPolicy {
    delays: Vec<Duration>,
    jitter: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            delays: [1, 5, 15].map(Duration::from_secs).to_vec(),
            jitter: 0.3,
        }
    }
}

impl RetryPolicy {
    pub(crate) fn set_delays(&mut self, delays: Vec<Duration>) {
        self.delays = delays;
    }

    pub(crate) fn set_jitter(&mut self, jitter: f64) {
        self.jitter = jitter;
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if (0.0..=1.0).contains(&self.jitter) {
            return Ok(());
        }
        Err(ConfigError::Invalid {
            setting: "jitter",
            value: self.jitter.to_string(),
            expected: "between 0.0 (none) and 1.0 (up to twice the delay)",
        })
    }

    /// How long to wait after `attempt` (from 1) has failed; `None`: it was the last.
    ///
    /// `random` is between 0 and 1: each delay is lengthened by up to the jitter, so that events
    /// that failed together are not all tried again together.
    pub(crate) fn delay_after(&self, attempt: u32, random: f64) -> Option<Duration> {
        let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
        self.delays
            .get(index)
            .map(|delay| delay.mul_f64(1.0 + self.jitter * random))
    }
}

/// The delays of a service that has lost its database: 1 s, 5 s, 15 s, then every 60 s.
#[derive(Debug, Default)]
pub(crate) struct Reconnect {
    failures: usize,
}

impl Reconnect {
    const DELAYS: [Duration; 4] = [
        Duration::from_secs(1),
        Duration::from_secs(5),
        Duration::from_secs(15),
        Duration::from_secs(60),
    ];

    pub(crate) fn next_delay(&mut self) -> Duration {
        let delay = Self::DELAYS[self.failures.min(Self::DELAYS.len() - 1)];
        self.failures += 1;
        delay
    }

    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_retries_after_1_5_and_15_seconds() {
        let policy = RetryPolicy::default();
        let delays: Vec<_> = (1..=4)
            .map(|attempt| policy.delay_after(attempt, 0.0))
            .collect();
        assert_eq!(
            delays,
            [1, 5, 15]
                .map(|s| Some(Duration::from_secs(s)))
                .into_iter()
                .chain([None])
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn jitter_adds_up_to_30_percent() {
        let policy = RetryPolicy::default();
        assert_eq!(
            policy.delay_after(2, 1.0),
            Some(Duration::from_millis(6500))
        );
    }

    #[test]
    fn reconnects_after_1_5_15_60_and_from_the_start_after_a_success() {
        let mut reconnect = Reconnect::default();
        let seconds: Vec<_> = (0..5).map(|_| reconnect.next_delay().as_secs()).collect();
        assert_eq!(seconds, [1, 5, 15, 60, 60]);
        reconnect.reset();
        assert_eq!(reconnect.next_delay().as_secs(), 1);
    }
}
