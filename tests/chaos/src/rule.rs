//! What a handler does with an event: a function of the seed, the subscription and the event's key.
//!
//! So it is known beforehand which events may become dead letters, and which attempt may leave an
//! effect, however often and wherever an event is delivered.

use std::ops::Range;

use dispatcher_test_fixtures::chance::{For, numbers, of_text};

/// How often an event is tried: one attempt more than there are retries.
pub(super) const ATTEMPTS: u32 = 6;

/// An attempt at an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Attempt {
    /// Counted from 1, and from 1 again in a redrive.
    pub(super) number: u32,
    /// An operator has the event handled again.
    pub(super) is_redriven: bool,
}

impl Attempt {
    /// One before the event became a dead letter.
    pub(super) fn first_time(number: u32) -> Self {
        Self {
            number,
            is_redriven: false,
        }
    }
}

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
    /// The process ends.
    Abort,
}

/// The rules of a run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Rules {
    pub(super) seed: u64,
    /// How many of a million deliveries end their process; a quarter of them always do.
    pub(super) aborts_per_million: u32,
}

/// Of 1000 events in a subscription: they fail for good until an operator has them handled again.
const UNTIL_REDRIVEN: Range<u32> = 110..125;

/// How many subscriptions an event has, on average.
const DELIVERIES: u64 = 3;

impl Rules {
    /// Few events end their process: each costs all replicas a lease or two.
    pub(super) fn of(seed: u64, events: u64) -> Self {
        let aborting = (events / 400).clamp(3, 40);
        let per_million = aborting * 1_000_000 / (events * DELIVERIES).max(1);
        Self {
            seed,
            aborts_per_million: u32::try_from(per_million.min(20_000)).unwrap_or_default(),
        }
    }

    /// The rule for the event of that key in that subscription.
    pub(super) fn for_event(self, subscription: &str, key: &str) -> Rule {
        let path = [of_text(subscription), of_text(key)];
        let mut numbers = numbers(self.seed, For::Handler, &path);
        let few = numbers.u32(1..=2);
        let drawn = numbers.u32(0..1000);
        let (answer, attempts) = match drawn {
            0..40 => (Answer::Fail, few),
            40..55 => (Answer::FailLater, few),
            55..75 => (Answer::Panic, few),
            75..83 => (Answer::SwallowSqlError, 1),
            83..88 => (Answer::Hang, 1),
            88..98 => (Answer::Permanent, u32::MAX),
            98..106 => (Answer::Fail, u32::MAX),
            106..110 => (Answer::Panic, u32::MAX),
            it if UNTIL_REDRIVEN.contains(&it) => (Answer::Permanent, u32::MAX),
            _ => match numbers.u32(0..1_000_000) {
                drawn if drawn < self.aborts_per_million / 4 => (Answer::Abort, u32::MAX),
                drawn if drawn < self.aborts_per_million => (Answer::Abort, 1),
                _ => (Answer::Handle, 0),
            },
        };
        Rule {
            answer,
            attempts,
            until_redriven: UNTIL_REDRIVEN.contains(&drawn),
        }
    }
}

/// How the attempts at one event end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Rule {
    answer: Answer,
    /// How many attempts answer so; later attempts handle the event.
    attempts: u32,
    /// No attempt of a redrive does.
    until_redriven: bool,
}

impl Rule {
    /// How that attempt ends.
    pub(super) fn at(self, attempt: Attempt) -> Answer {
        let is_mended = self.until_redriven && attempt.is_redriven;
        if attempt.number <= self.attempts && !is_mended {
            self.answer
        } else {
            Answer::Handle
        }
    }

    /// Whether only a redrive handles the event.
    pub(super) fn is_handled_when_redriven(self) -> bool {
        self.until_redriven
    }

    /// Whether no attempt handles the event before it is redriven, so it has to become a dead letter.
    pub(super) fn is_deadly(self) -> bool {
        self.attempts >= ATTEMPTS || self.answer == Answer::Permanent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_events_are_handled_and_some_never() {
        let rules = Rules::of(1, 10_000 / DELIVERIES);
        let rules: Vec<_> = (0..10_000)
            .map(|key| rules.for_event("a", &key.to_string()))
            .collect();
        let of = |answer| {
            rules
                .iter()
                .filter(|it| it.at(Attempt::first_time(1)) == answer)
                .count()
        };
        let deadly = rules.iter().filter(|it| it.is_deadly()).count();
        let handled = of(Answer::Handle);
        assert!((8_500..9_300).contains(&handled), "{handled}");
        assert!((200..550).contains(&deadly), "{deadly}");
        let redriven = Attempt {
            number: 1,
            is_redriven: true,
        };
        let mended = |it: &&Rule| it.is_deadly() && it.at(redriven) == Answer::Handle;
        let mended = rules.iter().filter(mended).count();
        assert!((80..250).contains(&mended), "{mended}");
        let aborting = of(Answer::Abort);
        assert!((1..20).contains(&aborting), "{aborting}");
        assert!(
            rules
                .iter()
                .all(|it| it.is_deadly() || it.at(Attempt::first_time(3)) == Answer::Handle)
        );
    }

    #[test]
    fn few_processes_are_ended_however_long_the_run() {
        for (events, expected) in [(300, 3_333), (4_000, 833), (100_000, 133)] {
            assert_eq!(Rules::of(1, events).aborts_per_million, expected);
        }
    }
}
