//! What handlers answer: a function of the seed, the subscription and the event's key, so it is the
//! same however often an event is delivered.

use super::SEED;
use dispatcher_test_fixtures::chance::{For, numbers, of_text};

/// How the attempts at one event end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Rule {
    Handle,
    /// The attempts up to this one fail.
    FailUntil(u32),
    /// Every attempt fails until the operator has repaired the cause.
    FailUntilRepaired,
    /// The first attempt is the last.
    Permanent,
}

impl Rule {
    /// The rule for the event of that key in that subscription.
    pub(super) fn of(subscription: &str, key: &str) -> Self {
        let path = [of_text(subscription), of_text(key)];
        let mut numbers = numbers(SEED, For::Handler, &path);
        match numbers.u32(0..1000) {
            0..30 => Self::FailUntil(1),
            30..40 => Self::FailUntil(2),
            40..45 => Self::FailUntilRepaired,
            45..50 => Self::Permanent,
            _ => Self::Handle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_events_are_handled_at_once_and_some_need_an_operator() {
        let rules = (0..10_000).map(|key| Rule::of("hold_slot", &key.to_string()));
        let (mut at_once, mut need_help) = (0, 0);
        for rule in rules {
            match rule {
                Rule::Handle => at_once += 1,
                Rule::FailUntil(_) => {}
                Rule::FailUntilRepaired | Rule::Permanent => need_help += 1,
            }
        }
        assert!((9_300..9_700).contains(&at_once), "{at_once}");
        assert!((50..200).contains(&need_help), "{need_help}");
    }
}
