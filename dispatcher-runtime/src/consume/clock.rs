//! What time it is for a consumer: the one place that decides when a retry is due, and when something was
//! done.
//!
//! It is the server's time, so that processes whose clocks differ agree. The server is asked at the start and
//! with every look at the leases; in between, the time since then is added, so that it does not matter
//! when this machine's clock is set.
//! A test can hold the time still and move it (feature `testing`). Leases are no part of it: the server
//! itself compares them. Nothing here can fail.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

/// The clock of a consumer. The server's unless a test has put another in its place; clones show the
/// same time.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// When the server was asked last, and what it said.
    Server(Arc<RwLock<Answer>>),
    /// Stands still until it is moved.
    #[cfg(feature = "testing")]
    Paused(Arc<std::sync::Mutex<OffsetDateTime>>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    at: Instant,
    server: OffsetDateTime,
}

impl Answer {
    fn now(self) -> OffsetDateTime {
        let since = time::Duration::try_from(self.at.elapsed());
        self.server
            .saturating_add(since.unwrap_or(time::Duration::MAX))
    }
}

/// Until the server has been asked, it is this machine's time.
impl Default for Clock {
    fn default() -> Self {
        Self::Server(Arc::new(RwLock::new(Answer {
            at: Instant::now(),
            server: OffsetDateTime::now_utc(),
        })))
    }
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        match self {
            Self::Server(answer) => answer.read().unwrap_or_else(PoisonError::into_inner).now(),
            #[cfg(feature = "testing")]
            Self::Paused(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The server answered now, to a question of `asked_at`, that it is `server`. A test's clock stays as it is.
    pub(crate) fn set(&self, asked_at: Instant, server: OffsetDateTime) {
        match self {
            Self::Server(answer) => {
                let at = asked_at + asked_at.elapsed() / 2;
                *answer.write().unwrap_or_else(PoisonError::into_inner) = Answer { at, server };
            }
            #[cfg(feature = "testing")]
            Self::Paused(_) => {}
        }
    }

    /// How long to wait until it is `due`: nothing if that is past, and `None` if waiting does not
    /// bring it about.
    pub(crate) fn until(&self, due: OffsetDateTime) -> Option<Duration> {
        let left = Duration::try_from(due - self.now()).unwrap_or_default();
        match self {
            Self::Server(_) => Some(left),
            #[cfg(feature = "testing")]
            Self::Paused(_) => left.is_zero().then_some(left),
        }
    }
}

#[cfg(feature = "testing")]
impl Clock {
    /// A clock that stands at the present, to the microsecond: what Postgres stores comes back equal.
    pub(crate) fn paused() -> Self {
        let now = OffsetDateTime::now_utc();
        let now = now.replace_microsecond(now.microsecond()).unwrap_or(now);
        Self::Paused(Arc::new(std::sync::Mutex::new(now)))
    }

    /// Moves the time forward. The server's cannot be moved.
    pub(crate) fn advance(&self, by: Duration) {
        if let Self::Paused(now) = self {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            let by = time::Duration::try_from(by).unwrap_or(time::Duration::MAX);
            *now = now.saturating_add(by);
        }
    }

    /// Moves the time to `due`, if that is to come.
    pub(crate) fn advance_to(&self, due: OffsetDateTime) {
        self.advance(Duration::try_from(due - self.now()).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_past_is_due_at_once() {
        let clock = Clock::default();
        let past = clock.now() - time::Duration::SECOND;
        assert_eq!(clock.until(past), Some(Duration::ZERO));
        let future = clock.now() + time::Duration::HOUR;
        assert!(clock.until(future) > Some(Duration::from_secs(3000)));
    }

    #[test]
    fn it_shows_the_servers_time() {
        let clock = Clock::default();
        let days = time::Duration::days(40);
        clock.set(Instant::now(), OffsetDateTime::now_utc() - days);
        let shown = clock.clone().now() - (OffsetDateTime::now_utc() - days);
        assert!(shown.abs() < time::Duration::SECOND, "{shown}");
    }

    #[cfg(feature = "testing")]
    #[test]
    fn a_paused_clock_shows_what_it_was_moved_to_and_clones_with_it() {
        let clock = Clock::paused();
        let start = clock.now();
        let due = start + time::Duration::SECOND;
        assert_eq!(clock.until(due), None);
        clock.clone().advance(Duration::from_secs(1));
        assert_eq!(clock.now(), due);
        assert_eq!(clock.until(due), Some(Duration::ZERO));
        clock.advance_to(start);
        assert_eq!(clock.now(), due, "it does not go back");
    }
}
