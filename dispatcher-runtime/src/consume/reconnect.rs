//! How long to wait for a database that fails.

use std::time::Duration;

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
    fn reconnects_after_1_5_15_60_and_from_the_start_after_a_success() {
        let mut reconnect = Reconnect::default();
        let seconds: Vec<_> = (0..5).map(|_| reconnect.next_delay().as_secs()).collect();
        assert_eq!(seconds, [1, 5, 15, 60, 60]);
        reconnect.reset();
        assert_eq!(reconnect.next_delay().as_secs(), 1);
    }
}
