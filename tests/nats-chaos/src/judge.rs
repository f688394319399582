//! Whether the books balance: the log, the stream and the consuming log have the same events in the same order, and each
//! event has one outcome.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::books::{Books, Entry, Place};
use super::rule::Rule;

/// What does not balance.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imbalance {
    /// Its kind.
    pub what: &'static str,
    /// The event, or the place.
    pub detail: String,
}

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// What one place is called, if its events are not those of the ledger.
struct Words {
    missing: &'static str,
    twice: &'static str,
    invented: &'static str,
    disorder: &'static str,
    altered: &'static str,
}

const STREAM: Words = Words {
    missing: "missing in the stream",
    twice: "twice in the stream",
    invented: "in the stream and never committed",
    disorder: "out of order in the stream",
    altered: "altered in the stream",
};

const LOG: Words = Words {
    missing: "missing in the consuming log",
    twice: "twice in the consuming log",
    invented: "in the consuming log and never committed",
    disorder: "out of order in the consuming log",
    altered: "altered in the consuming log",
};

/// All that does not balance. `planned` has the keys that the writers were to commit.
pub(super) fn judge(books: &Books, rule: Rule, planned: &HashSet<String>) -> Vec<Imbalance> {
    let mut found = Vec::new();
    ledger(books, planned, &mut found);
    let stream = books.stream.iter().map(|message| {
        let is_whole = move |entry: &Entry| {
            entry.position == message.position && entry.payload == message.payload
        };
        (message.event_id.as_str(), is_whole)
    });
    compare(&books.ledger, stream, &STREAM, &mut found);
    replicas(books, &mut found);
    let arrivals = books.arrivals.iter().map(|arrival| {
        let is_whole = move |entry: &Entry| entry.event == arrival.event;
        (arrival.event_id.as_str(), is_whole)
    });
    compare(&books.ledger, arrivals, &LOG, &mut found);
    sequences(books, &mut found);
    places(books, &mut found);
    outcomes(books, rule, &mut found);
    order_of_effects(books, &mut found);
    found
}

fn add(found: &mut Vec<Imbalance>, what: &'static str, detail: impl Into<String>) {
    let detail = detail.into();
    found.push(Imbalance { what, detail });
}

/// What was committed is what was planned, in the order of each subject, and nothing else is in the log.
fn ledger(books: &Books, planned: &HashSet<String>, found: &mut Vec<Imbalance>) {
    let committed: HashSet<_> = books.ledger.iter().map(|entry| &entry.key).collect();
    for key in planned.iter().filter(|key| !committed.contains(key)) {
        add(found, "committed and not in the ledger", key);
    }
    for entry in &books.ledger {
        if !planned.contains(&entry.key) {
            add(found, "in the ledger and not to be committed", &entry.key);
        }
    }
    for event_id in &books.invented {
        add(
            found,
            "in the producing log and not in the ledger",
            event_id,
        );
    }
    let mut numbers: HashMap<&str, i64> = HashMap::new();
    for entry in &books.ledger {
        let Some(n) = entry.n else { continue };
        let last = numbers.entry(&entry.subject).or_default();
        if n != *last + 1 {
            let Entry { subject, .. } = entry;
            let detail = format!("{subject}: {n} after {last}");
            add(found, "out of order in the producing log", detail);
        }
        *last = n;
    }
}

/// Each event of the ledger once, in its order, and unaltered.
fn compare<'a, F: Fn(&Entry) -> bool>(
    ledger: &[Entry],
    events: impl Iterator<Item = (&'a str, F)>,
    words: &Words,
    found: &mut Vec<Imbalance>,
) {
    let places: HashMap<&str, usize> = ledger
        .iter()
        .enumerate()
        .map(|(place, entry)| (entry.event_id.as_str(), place))
        .collect();
    let mut seen = vec![false; ledger.len()];
    let mut last = None;
    for ((event_id, is_whole), number) in events.zip(1..) {
        let Some(place) = places.get(event_id).copied() else {
            add(found, words.invented, event_id);
            continue;
        };
        if std::mem::replace(&mut seen[place], true) {
            let detail = format!("{event_id}, again as number {number}");
            add(found, words.twice, detail);
            continue;
        }
        if last > Some(place) {
            add(found, words.disorder, event_id);
        }
        last = last.max(Some(place));
        if !is_whole(&ledger[place]) {
            add(found, words.altered, event_id);
        }
    }
    for (entry, _) in ledger.iter().zip(seen).filter(|(_, seen)| !seen) {
        let detail = format!("{} at position {}", entry.event_id, entry.position);
        add(found, words.missing, detail);
    }
}

/// Every server has the same stream.
fn replicas(books: &Books, found: &mut Vec<Imbalance>) {
    for (server, replica) in &books.replicas {
        let length = replica.len().max(books.stream.len());
        let differs = (0..length).find(|place| replica.get(*place) != books.stream.get(*place));
        if let Some(place) = differs {
            let (has, others) = (replica.get(place), books.stream.get(place));
            let detail = format!("{server} has {has:?} where the first server has {others:?}");
            add(found, "another stream on a server", detail);
        }
    }
}

/// Sequences have no gap, a mirror never goes back, and a message has the sequence that it had at any time before.
fn sequences(books: &Books, found: &mut Vec<Imbalance>) {
    for (message, sequence) in books.stream.iter().zip(1..) {
        if message.sequence != sequence {
            let detail = format!("{} instead of {sequence}", message.sequence);
            add(found, "gap in the stream", detail);
            break;
        }
    }
    for observation in &books.observations {
        let (was, sequence) = (observation.was, observation.sequence);
        if observation.direction == "mirror" && sequence < was {
            let detail = format!("from {was} to {sequence}");
            add(found, "mirror went back", detail);
        }
        let Some((sequence, event_id)) = &observation.anchor else {
            continue;
        };
        let place = usize::try_from(sequence - 1).ok();
        let message = place.and_then(|place| books.stream.get(place));
        if message.is_none_or(|message| message.event_id != *event_id) {
            let detail = format!("{sequence} was {event_id} to a {}", observation.direction);
            add(found, "another event under a sequence", detail);
        }
    }
}

/// One relay and one mirror have a row, and both rows say that everything was sent and has arrived.
fn places(books: &Books, found: &mut Vec<Imbalance>) {
    let sequence = books.stream.last().map_or(0, |it| it.sequence);
    let position = books.ledger.last().map_or(0, |it| it.position);
    for (direction, expected) in [("relay", position), ("mirror", 0)] {
        let rows = books.places.iter().filter(|it| it.direction == direction);
        let rows: Vec<_> = rows.collect();
        let is_at_the_end = |place: &&Place| {
            u64::try_from(place.sequence) == Ok(sequence) && place.position == expected
        };
        if rows.len() != 1 || !rows.iter().all(is_at_the_end) {
            let detail = format!(
                "{direction}: {rows:?} instead of sequence {sequence} and position {expected}"
            );
            add(found, "row of a transfer not at the end", detail);
        }
    }
}

/// Each event has one effect, or is a dead letter where the rule says so.
fn outcomes(books: &Books, rule: Rule, found: &mut Vec<Imbalance>) {
    let mut effects: HashMap<&str, u32> = HashMap::new();
    for (_, event_id) in &books.effects {
        *effects.entry(event_id).or_default() += 1;
    }
    let mut dead: HashMap<&str, u32> = HashMap::new();
    for event_id in &books.dead {
        *dead.entry(event_id).or_default() += 1;
    }
    for entry in &books.ledger {
        let effects = effects.remove(entry.event_id.as_str()).unwrap_or(0);
        let dead = dead.remove(entry.event_id.as_str()).unwrap_or(0);
        let what = match (rule.is_fatal(&entry.key), effects, dead) {
            (true, 0, 1) | (false, 1, 0) => continue,
            (_, 2.., _) => "applied more than once",
            (_, _, 2..) => "more than one dead letter",
            (true, 1, _) => "applied although it fails for good",
            (false, 0, 1) => "dead letter without a reason",
            (_, 1, 1) => "applied and a dead letter",
            _ => "without an outcome",
        };
        add(found, what, &entry.event_id);
    }
    for event_id in effects.keys().chain(dead.keys()) {
        add(found, "outcome of what was never committed", *event_id);
    }
}

/// In each subscription, effects of a subject follow the order of the log.
fn order_of_effects(books: &Books, found: &mut Vec<Imbalance>) {
    let entries: HashMap<&str, &Entry> = books
        .ledger
        .iter()
        .map(|entry| (entry.event_id.as_str(), entry))
        .collect();
    let mut last: HashMap<(&str, &str), i64> = HashMap::new();
    for (subscription, event_id) in &books.effects {
        let Some(entry) = entries.get(event_id.as_str()) else {
            continue;
        };
        let last = last.entry((subscription, &entry.subject)).or_default();
        if entry.position < *last {
            let detail = format!("{event_id} in {subscription}, after position {last}");
            add(found, "applied out of order", detail);
        }
        *last = entry.position.max(*last);
    }
}

#[cfg(test)]
mod tests;
