//! What the writers do: for each writer a list of transactions, a function of the seed. So the run knows beforehand which
//! events have to be in the ledger at the end.

use std::time::Duration;

use dispatcher_test_fixtures::chance::{For, numbers};
use serde_json::{Value, json};

/// How many persons the events are about.
pub(super) const SUBJECTS: u32 = 60;

/// The tenants of the events.
pub(super) const TENANTS: [&str; 3] = ["tnt_swim_north", "tnt_swim_south", "tnt_swim_west"];

/// The event types that are published.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum EventType {
    Locked,
    Released,
}

/// One transaction of a writer: events of one type and of one tenant.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) number: u64,
    pub(super) kind: &'static str,
    pub(super) tenant: &'static str,
    pub(super) event_type: EventType,
    pub(super) events: Vec<PlannedEvent>,
    /// How many of them, from the first on, are published in a savepoint that is rolled back.
    pub(super) taken_back: usize,
    /// It locks the rows of its subjects first.
    pub(super) is_ordered: bool,
    pub(super) commits: bool,
    /// How long it stays open after its last insert.
    pub(super) held: Duration,
}

/// One event.
#[derive(Clone, Debug)]
pub(super) struct PlannedEvent {
    /// The reservation's id.
    pub(super) key: String,
    pub(super) person: u32,
}

impl Transaction {
    /// The events that are in the log once it has ended.
    pub(super) fn committed(&self) -> &[PlannedEvent] {
        if self.commits {
            &self.events[self.taken_back..]
        } else {
            &[]
        }
    }
}

impl PlannedEvent {
    pub(super) fn subject(&self) -> String {
        person(self.person)
    }

    pub(super) fn payload(&self, event_type: EventType) -> Value {
        let lesson = format!("les_{}", &self.key["crr_".len()..]);
        let at = "2026-11-23T09:15:02.418Z";
        match event_type {
            EventType::Locked => json!({
                "credit_reservation_id": self.key, "lesson_id": lesson, "person_id": self.subject(),
                "locked_credits": 1 + self.person, "locked_at": at,
            }),
            EventType::Released => json!({
                "credit_reservation_id": self.key, "lesson_id": lesson, "person_id": self.subject(),
                "released_credits": 1 + self.person, "reason": "lock_expired", "released_at": at,
            }),
        }
    }
}

/// The subject of that number.
pub(super) fn person(number: u32) -> String {
    format!("per_0192f3a1-7b64-7c3d-8e21-{number:012x}")
}

/// The list of a writer, until it has committed that many events.
pub(super) fn transactions(
    seed: u64,
    writer: u64,
    events: u64,
) -> impl Iterator<Item = Transaction> {
    let mut committed = 0;
    let mut next = 0;
    std::iter::from_fn(move || {
        let transaction = (committed < events).then(|| transaction(seed, writer, next))?;
        committed += transaction.committed().len() as u64;
        next += 1;
        Some(transaction)
    })
}

fn transaction(seed: u64, writer: u64, number: u64) -> Transaction {
    let mut numbers = numbers(seed, For::Writer, &[writer, number]);
    let (kind, length) = match numbers.u32(0..100) {
        0..20 => ("single", 1..=1),
        20..45 => ("batch", 2..=120),
        45..48 => ("large batch", 200..=900),
        48..70 => ("ordered", 1..=40),
        70..80 => ("slow", 1..=60),
        80..90 => ("savepoint", 2..=60),
        _ => ("rolled back", 1..=100),
    };
    let events = (0..numbers.usize(length)).map(|index| PlannedEvent {
        key: format!("crr_0192f3a1-7b64-7c3d-8e21-{writer:02x}{number:06x}{index:04x}"),
        person: numbers.u32(0..SUBJECTS),
    });
    let events: Vec<_> = events.collect();
    let half = events.len() / 2;
    Transaction {
        number,
        kind,
        tenant: TENANTS[numbers.usize(0..TENANTS.len())],
        event_type: if numbers.bool() {
            EventType::Locked
        } else {
            EventType::Released
        },
        taken_back: if kind == "savepoint" { half } else { 0 },
        is_ordered: kind == "ordered",
        commits: kind != "rolled back",
        held: match kind {
            "slow" => Duration::from_millis(numbers.u64(50..400)),
            _ => Duration::ZERO,
        },
        events,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_plans_the_same_and_at_least_as_many_events_as_asked_for() {
        let list = |seed| format!("{:?}", transactions(seed, 1, 500).collect::<Vec<_>>());
        assert_eq!(list(3), list(3));
        assert_ne!(list(3), list(4));
        let committed: usize = transactions(3, 1, 500).map(|it| it.committed().len()).sum();
        assert!(committed >= 500, "{committed}");
    }
}
