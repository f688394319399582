//! Events that wait for an open transaction, as observers and metrics see them.

use std::time::Duration;

use crate::log::Blocker;

/// Events that cannot be read yet, because of a transaction that has published and not ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HeldBack<'a> {
    /// The consuming domain.
    pub consumer: &'static str,
    /// The transaction.
    pub blocker: &'a Blocker,
    /// For how long this consumer has been waiting; zero once the transaction has ended.
    pub standing_for: Duration,
    /// How many positions cannot be read yet because of it.
    pub positions: u64,
}

/// The metric of it, for the adapters.
#[cfg(any(feature = "metrics", feature = "opentelemetry"))]
pub(super) mod metric {
    use std::sync::{Mutex, PoisonError};

    use super::HeldBack;
    use crate::observe::OTHER;

    pub(in crate::observe) const NAME: &str = "dispatcher.horizon.standing_ms";
    pub(in crate::observe) const HELP: &str = "For how long an open transaction that has published has kept events from being read; 0 when it has ended.";
    pub(in crate::observe) const APPLICATION: &str = "application";
    pub(in crate::observe) const ROLE: &str = "role";

    /// The role that the session of the transaction connected as.
    pub(in crate::observe) fn role<'a>(held_back: &HeldBack<'a>) -> &'a str {
        held_back.blocker.role.as_deref().unwrap_or("unknown")
    }

    /// How many applications are told apart.
    const MOST_APPLICATIONS: usize = 20;

    /// The names that sessions gave themselves. Any client may give itself any name, and each becomes a time
    /// series, so only the first ones are labels.
    #[derive(Debug, Default)]
    pub(in crate::observe) struct Applications {
        known: Mutex<Vec<String>>,
    }

    impl Applications {
        /// The name of the transaction's session as a label.
        pub(in crate::observe) fn label<'a>(&self, held_back: &HeldBack<'a>) -> &'a str {
            match held_back.blocker.application.as_deref() {
                None => "unknown",
                Some(name) if self.is_known(name) => name,
                Some(_) => OTHER,
            }
        }

        /// Whether it is one of the first.
        fn is_known(&self, name: &str) -> bool {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.iter().any(|one| one == name) {
                return true;
            }
            let has_room = known.len() < MOST_APPLICATIONS;
            if has_room {
                known.push(name.to_owned());
            }
            has_room
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_the_first_applications_are_told_apart() {
            let applications = Applications::default();
            let known = |number| applications.is_known(&format!("client {number}"));
            let first = (0..1_000).filter(|number| known(*number)).count();
            assert_eq!(first, MOST_APPLICATIONS);
            assert!(known(0), "it keeps its label");
            assert!(!known(999));
        }
    }
}
