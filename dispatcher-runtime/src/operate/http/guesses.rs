//! How often a password may be guessed: a few times at once, and then once in a while, for each name.
//!
//! It holds a fixed number of counters, whatever names are tried; a name's counter is found by an HMAC, so that nobody can
//! choose a name that shares the counter of another. What it costs: while a name is being guessed, its holder cannot sign
//! in either, and stays signed in.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::mac::Key;

/// How many guesses of a name may fail at once.
const AT_ONCE: u32 = 10;
/// How long it takes until one more may.
const EACH: Duration = Duration::from_secs(30);
const COUNTERS: usize = 4096;

pub(super) struct Guesses {
    key: Key,
    /// How many have failed, as of when.
    counters: Mutex<Vec<Option<(u32, Instant)>>>,
}

impl Guesses {
    pub(super) fn new(key: Key) -> Self {
        Self {
            key,
            counters: Mutex::new(vec![None; COUNTERS]),
        }
    }

    /// Counts a guess before it is checked, so that several at once do not pass. Returns after how long to try again, if
    /// there were too many.
    pub(super) fn begin(&self, name: &str, now: Instant) -> Result<(), Duration> {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = &mut counters[self.index(name)];
        let (failed, since) = forgiven(*counter, now);
        if failed >= AT_ONCE {
            return Err(EACH.saturating_sub(now.saturating_duration_since(since)));
        }
        *counter = Some((failed + 1, since));
        Ok(())
    }

    /// The guess was right: its name begins anew.
    pub(super) fn succeeded(&self, name: &str) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters[self.index(name)] = None;
    }

    fn index(&self, name: &str) -> usize {
        let signature = self.key.sign(name.as_bytes());
        usize::from(u16::from_be_bytes([signature[0], signature[1]])) % COUNTERS
    }
}

/// What of a counter is left: one is forgiven for each [`EACH`] that has passed.
fn forgiven(counter: Option<(u32, Instant)>, now: Instant) -> (u32, Instant) {
    let Some((failed, since)) = counter else {
        return (0, now);
    };
    let passed = now.saturating_duration_since(since);
    let forgiven = u32::try_from(passed.as_secs() / EACH.as_secs()).unwrap_or(u32::MAX);
    match failed.checked_sub(forgiven) {
        Some(left) if left > 0 => (left, since + EACH * forgiven),
        _ => (0, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_guessed_ten_times_at_once_and_then_once_in_thirty_seconds() {
        let guesses = Guesses::new(Key::new(&[7; 32]).unwrap());
        let now = Instant::now();
        for _ in 0..AT_ONCE {
            assert_eq!(guesses.begin("mia", now), Ok(()));
        }
        assert_eq!(guesses.begin("mia", now), Err(EACH));
        assert_eq!(guesses.begin("jo", now), Ok(()));
        let later = now + Duration::from_secs(20);
        assert_eq!(guesses.begin("mia", later), Err(Duration::from_secs(10)));
        let later = now + EACH;
        assert_eq!(guesses.begin("mia", later), Ok(()));
        assert_eq!(guesses.begin("mia", later), Err(EACH));
        // All is forgiven once none is left.
        let later = now + EACH * 100;
        for _ in 0..AT_ONCE {
            assert_eq!(guesses.begin("mia", later), Ok(()));
        }
        guesses.succeeded("mia");
        assert_eq!(guesses.begin("mia", later), Ok(()));
    }
}
