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
    use super::HeldBack;

    pub(in crate::observe) const NAME: &str = "dispatcher.horizon.standing_ms";
    pub(in crate::observe) const HELP: &str = "For how long an open transaction that has published has kept events from being read; 0 when it has ended.";
    pub(in crate::observe) const APPLICATION: &str = "application";

    pub(in crate::observe) const ROLE: &str = "role";

    /// The role that the session of the transaction connected as.
    pub(in crate::observe) fn role<'a>(held_back: &HeldBack<'a>) -> &'a str {
        held_back.blocker.role.as_deref().unwrap_or("unknown")
    }

    /// The name that the session of the transaction gave itself.
    pub(in crate::observe) fn application<'a>(held_back: &HeldBack<'a>) -> &'a str {
        held_back
            .blocker
            .application
            .as_deref()
            .unwrap_or("unknown")
    }
}
