//! What time it is for a consumer: the one place that decides when a retry is due.
//!
//! Everything that is compared with `due_at` comes from here, so that a test can hold the time still
//! and move it (feature `testing`). Leases are no part of it: they go by the clock of the database.
//! Nothing here can fail.

use std::time::Duration;

use time::OffsetDateTime;

/// The clock of a consumer. The system's unless a test has put another in its place; clones show the
/// same time.
#[derive(Clone, Debug, Default)]
pub(crate) enum Clock {
    #[default]
    System,
    /// Stands still until it is moved.
    #[cfg(feature = "testing")]
    Paused(std::sync::Arc<std::sync::Mutex<OffsetDateTime>>),
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        match self {
            Self::System => OffsetDateTime::now_utc(),
            #[cfg(feature = "testing")]
            Self::Paused(now) => *now
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        }
    }

    /// How long to wait until it is `due`: nothing if that is past, and `None` if waiting does not
    /// bring it about.
    pub(crate) fn until(&self, due: OffsetDateTime) -> Option<Duration> {
        let left = Duration::try_from(due - self.now()).unwrap_or_default();
        match self {
            Self::System => Some(left),
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
        Self::Paused(std::sync::Arc::new(std::sync::Mutex::new(now)))
    }

    /// Moves the time forward. The system's cannot be moved.
    pub(crate) fn advance(&self, by: Duration) {
        if let Self::Paused(now) = self {
            let mut now = now
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
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
