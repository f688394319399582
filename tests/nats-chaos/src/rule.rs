//! What a handler does with an event: a function of the seed and of the event's key. So it is known beforehand which
//! events become dead letters.

use dispatcher_test_fixtures::chance::{For, numbers, of_text};

/// How often an event is tried again.
pub(super) const RETRIES: usize = 6;

/// How one attempt ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    Handle,
    Fail,
    Permanent,
}

/// The rule of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) seed: u64,
}

impl Rule {
    pub(super) fn answer(self, key: &str, attempt: u32) -> Answer {
        match numbers(self.seed, For::Handler, &[of_text(key)]).u32(0..1000) {
            0..8 if attempt <= 2 => Answer::Fail,
            8..10 => Answer::Fail,
            10..14 => Answer::Permanent,
            _ => Answer::Handle,
        }
    }

    /// Whether the event becomes a dead letter.
    pub(super) fn is_fatal(self, key: &str) -> bool {
        self.answer(key, u32::MAX) != Answer::Handle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_events_fail_and_fewer_for_good() {
        let rule = Rule { seed: 1 };
        let keys: Vec<_> = (0..10_000).map(|key| key.to_string()).collect();
        let first = keys
            .iter()
            .filter(|key| rule.answer(key, 1) != Answer::Handle);
        let fatal = keys.iter().filter(|key| rule.is_fatal(key));
        let (first, fatal) = (first.count(), fatal.count());
        assert!((90..190).contains(&first), "{first}");
        assert!((30..90).contains(&fatal), "{fatal}");
    }
}
