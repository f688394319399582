//! What the writers do: for each writer a list of transactions, a function of the seed.
//!
//! A restarted writer walks the same list, so the parent knows beforehand which events have to be
//! in the ledger at the end: those that [`Transaction::committed`] names, for all transactions of
//! all writers.

use std::time::Duration;

use fastrand::Rng;

use super::event::{COUNTED, EventType, PlannedEvent, SUBJECTS, person};
use dispatcher_test_fixtures::chance::{For, numbers};

/// Events that are published together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) events: Vec<PlannedEvent>,
    /// All of one type, with `publish_all`; otherwise one after the other.
    pub(super) at_once: bool,
    /// Between a savepoint and the rollback to it.
    pub(super) rolled_back: bool,
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    Commit,
    RollBack,
    /// PREPARE TRANSACTION. Its name determines whether it is committed, and `left` whether the
    /// writer does that or leaves it to the parent.
    Prepare {
        left: bool,
    },
}

/// One transaction of a writer.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) writer: u64,
    pub(super) number: u64,
    pub(super) kind: &'static str,
    pub(super) groups: Vec<Group>,
    /// How long it stays open after its last insert.
    pub(super) held: Duration,
    pub(super) end: End,
    seed: u64,
}

/// The kinds of transactions, as the ledger and the report name them.
pub(super) const KINDS: [&str; 7] = [
    "single",
    "batch",
    "no subject",
    "savepoints",
    "rolled back",
    "slow",
    "prepared",
];

impl Transaction {
    /// The name of the prepared transaction.
    pub(super) fn gid(&self) -> String {
        format!("chaos {} {} {}", self.seed, self.writer, self.number)
    }

    pub(super) fn is_committed(&self) -> bool {
        match self.end {
            End::Commit => true,
            End::RollBack => false,
            End::Prepare { .. } => second_phase_commits(self.seed, self.writer, self.number),
        }
    }

    /// The events that are in the log once it has ended.
    pub(super) fn committed(&self) -> impl Iterator<Item = &PlannedEvent> {
        let commits = self.is_committed();
        self.groups
            .iter()
            .filter(move |group| commits && !group.rolled_back)
            .flat_map(|group| &group.events)
    }

    /// How many events it inserts and rolls back.
    pub(super) fn taken_back(&self) -> u64 {
        let all: usize = self.groups.iter().map(|group| group.events.len()).sum();
        (all - self.committed().count()) as u64
    }

    /// The subjects whose rows it locks, in the order in which all writers lock them.
    pub(super) fn counted_subjects(&self) -> Vec<String> {
        let events = self.groups.iter().flat_map(|group| &group.events);
        let mut subjects: Vec<_> = events
            .filter(|event| event.counted)
            .filter_map(|event| event.subject.clone())
            .collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}

/// Whether the prepared transaction of that name is committed.
pub(super) fn gid_commits(gid: &str) -> Option<bool> {
    let mut parts = gid.strip_prefix("chaos ")?.split(' ').map(str::parse);
    let mut part = || parts.next()?.ok();
    Some(second_phase_commits(part()?, part()?, part()?))
}

fn second_phase_commits(seed: u64, writer: u64, number: u64) -> bool {
    numbers(seed, For::SecondPhase, &[writer, number]).u32(0..3) > 0
}

/// How many events each of `writers` has to commit for a total of `events`.
pub(super) fn share(events: u64, writers: u64, writer: u64) -> u64 {
    events / writers + u64::from(writer < events % writers)
}

/// The transactions of one writer, until it has committed that many events.
pub(super) fn transactions(
    seed: u64,
    writer: u64,
    events: u64,
) -> impl Iterator<Item = Transaction> {
    let mut left = events;
    let mut number = 0;
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let transaction = draw(seed, writer, number, left);
        left -= transaction.committed().count() as u64;
        number += 1;
        Some(transaction)
    })
}

/// A transaction that is held open for longer than this is a slow one.
const BRIEF: Duration = Duration::from_millis(BRIEF_MS);
const BRIEF_MS: u64 = 20;

fn draw(seed: u64, writer: u64, number: u64, most: u64) -> Transaction {
    let mut numbers = numbers(seed, For::Writer, &[writer, number]);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let kind = match numbers.u32(0..100) {
        0..40 => 0,
        40..62 => 1,
        62..70 => 2,
        70..80 => 3,
        80..92 => 4,
        92..94 => 5,
        _ => 6,
    };
    let mut keys = Keys {
        seed,
        writer,
        number,
        next: 0,
    };
    let several = numbers.usize(2..=12).min(most);
    let few = numbers.usize(1..=3).min(most);
    let mut groups = match kind {
        1 => vec![keys.group(&mut numbers, several, true)],
        2 => {
            let mut group = keys.group(&mut numbers, few, false);
            for event in &mut group.events {
                (event.subject, event.counted, event.own_id) = (None, false, false);
            }
            vec![group]
        }
        3 => {
            let mut middle = keys.group(&mut numbers, few, several > 6);
            middle.rolled_back = true;
            let mut groups = vec![keys.group(&mut numbers, 1, false), middle];
            if most > 1 {
                groups.push(keys.group(&mut numbers, few.min(most - 1), false));
            }
            // If the rolled-back group comes first, the floor lock is taken and lost with its
            // savepoint.
            if numbers.bool() {
                groups.swap(0, 1);
            }
            groups
        }
        _ => vec![keys.group(&mut numbers, few, false)],
    };
    let held = match kind {
        5 => Duration::from_millis(numbers.u64(50..=600)),
        4 => Duration::from_millis(numbers.u64(0..=BRIEF_MS)),
        _ => Duration::ZERO,
    };
    let end = match kind {
        4 => End::RollBack,
        6 => End::Prepare {
            left: numbers.u32(0..3) == 0,
        },
        _ => End::Commit,
    };
    if held > BRIEF || end == (End::Prepare { left: true }) {
        // These hold the horizon back. If they held rows as well, they would block the other
        // writers.
        let events = groups.iter_mut().flat_map(|group| &mut group.events);
        for event in events {
            if event.counted {
                let other = numbers.u32(COUNTED + 1..=SUBJECTS);
                (event.subject, event.counted) = (Some(person(other)), false);
            }
        }
    }
    Transaction {
        writer,
        number,
        kind: KINDS[kind],
        groups,
        held,
        end,
        seed,
    }
}

/// Hands out keys that no other event of the run has.
struct Keys {
    seed: u64,
    writer: u64,
    number: u64,
    next: u64,
}

impl Keys {
    fn group(&mut self, numbers: &mut Rng, events: usize, at_once: bool) -> Group {
        let common = event_type(numbers);
        let events = (0..events)
            .map(|_| {
                let of_this_one = event_type(numbers);
                let subject = numbers.u32(1..=SUBJECTS);
                PlannedEvent {
                    key: self.key(),
                    event_type: if at_once { common } else { of_this_one },
                    subject: Some(person(subject)),
                    counted: subject <= COUNTED,
                    own_id: !at_once && numbers.bool(),
                }
            })
            .collect();
        Group {
            events,
            at_once,
            rolled_back: false,
        }
    }

    fn key(&mut self) -> String {
        let path = [self.writer, self.number, self.next];
        let hash = numbers(self.seed, For::Key, &path).u64(..);
        self.next += 1;
        // It contains the number of the event, so two keys cannot collide.
        format!(
            "crr_{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
            self.number & 0xffff_ffff,
            self.writer & 0xffff,
            self.next & 0xfff,
            hash >> 48 & 0xfff,
            hash & 0xffff_ffff_ffff
        )
    }
}

fn event_type(numbers: &mut Rng) -> EventType {
    [EventType::Locked, EventType::Released, EventType::Debited][numbers.usize(0..3)]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_seed_plans_the_same_and_each_key_is_one_events() {
        let plan = |seed| -> Vec<_> { transactions(seed, 1, 500).collect() };
        assert_eq!(format!("{:?}", plan(7)), format!("{:?}", plan(7)));
        assert_ne!(format!("{:?}", plan(7)), format!("{:?}", plan(8)));
        let all = plan(7);
        let committed: usize = all.iter().map(|it| it.committed().count()).sum();
        assert_eq!(committed, 500);
        let events: Vec<_> = all
            .iter()
            .flat_map(|it| &it.groups)
            .flat_map(|it| &it.events)
            .collect();
        let keys: HashSet<_> = events.iter().map(|it| &it.key).collect();
        assert_eq!(keys.len(), events.len());
        for kind in KINDS {
            assert!(all.iter().any(|it| it.kind == kind), "{kind}");
        }
    }

    #[test]
    fn whoever_knows_the_name_knows_the_second_phase() {
        for transaction in transactions(7, 1, 500) {
            if matches!(transaction.end, End::Prepare { .. }) {
                let commits = gid_commits(&transaction.gid());
                assert_eq!(commits, Some(transaction.is_committed()));
            }
        }
        assert_eq!(gid_commits("somebody's"), None);
        assert_eq!(gid_commits("chaos 1 2"), None);
    }

    #[test]
    fn the_shares_are_the_whole() {
        assert_eq!((0..3).map(|it| share(500, 3, it)).sum::<u64>(), 500);
    }
}
