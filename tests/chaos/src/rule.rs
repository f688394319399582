//! What a handler does with an event: a function of the seed, the subscription and the event's key.
//!
//! So it is known beforehand which events may become dead letters, and which attempt may leave an
//! effect, however often and wherever an event is delivered.

use dispatcher_test_fixtures::chance::{For, numbers, of_text};

/// How often an event is tried: one attempt more than there are retries.
pub(super) const ATTEMPTS: u32 = 6;

/// How one attempt ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    Handle,
    Fail,
    FailLater,
    SwallowSqlError,
    Panic,
    Hang,
    Permanent,
}

/// How the attempts at one event end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Rule {
    answer: Answer,
    /// How many attempts answer so; later attempts handle the event.
    attempts: u32,
}

impl Rule {
    /// The rule for the event of that key in that subscription.
    pub(super) fn of(seed: u64, subscription: &str, key: &str) -> Self {
        let path = [of_text(subscription), of_text(key)];
        let mut numbers = numbers(seed, For::Handler, &path);
        let few = numbers.u32(1..=2);
        let (answer, attempts) = match numbers.u32(0..1000) {
            0..40 => (Answer::Fail, few),
            40..55 => (Answer::FailLater, few),
            55..75 => (Answer::Panic, few),
            75..83 => (Answer::SwallowSqlError, 1),
            83..88 => (Answer::Hang, 1),
            88..98 => (Answer::Permanent, u32::MAX),
            98..106 => (Answer::Fail, u32::MAX),
            106..110 => (Answer::Panic, u32::MAX),
            _ => (Answer::Handle, 0),
        };
        Self { answer, attempts }
    }

    /// How the attempt of that number, counted from 1, ends.
    pub(super) fn at(self, attempt: u32) -> Answer {
        if attempt <= self.attempts {
            self.answer
        } else {
            Answer::Handle
        }
    }

    /// Whether no attempt handles the event, so it has to become a dead letter.
    pub(super) fn is_deadly(self) -> bool {
        self.attempts >= ATTEMPTS || self.answer == Answer::Permanent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_events_are_handled_and_some_never() {
        let rules: Vec<_> = (0..10_000)
            .map(|key| Rule::of(1, "a", &key.to_string()))
            .collect();
        let handled = rules.iter().filter(|it| it.at(1) == Answer::Handle).count();
        let deadly = rules.iter().filter(|it| it.is_deadly()).count();
        assert!((8_500..9_300).contains(&handled), "{handled}");
        assert!((120..350).contains(&deadly), "{deadly}");
        assert!(
            rules
                .iter()
                .all(|it| it.is_deadly() || it.at(3) == Answer::Handle)
        );
    }
}
