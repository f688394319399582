//! Whether the books balance: what was committed against what became of it.
//!
//! | what | where it must be |
//! |---|---|
//! | an event of the writers' lists that commits | in the ledger, once; nothing else is in it |
//! | an event of the ledger | in the log; nothing else is in it |
//! | an event in a subscription whose effects are in the transaction | one effect, or a dead letter that it may be |
//! | an event in a subscription whose calls are outside | one call or more, or such a dead letter |
//! | an effect | of an attempt that by its rule handles the event, and of an event of the ledger |
//! | the effects of one subject in one subscription | in the order of their positions; those of one redrive in an order of their own |
//! | a subscription that was paused | it has no effect until it is resumed, and at the end it is resumed |
//!
//! An event may be a dead letter if its rule says that no attempt handles it. A handler may also be
//! too slow because its process was stopped or its connection was silent, or never end because its process
//! ended; that counts as an attempt, so the rule's failures and such attempts together may kill an event, but
//! nothing else may. Some rules fail an event for good until it is redriven. What redrives leave behind is judged in
//! `redrives.rs`; how versions work side by side is judged in `versions.rs`.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::books::{Books, Dead};
use super::manner::GROWING;
use super::replica::{SUBSCRIPTIONS, Subscription};
use super::rule::{ATTEMPTS, Answer, Attempt, Rule, Rules};

mod redrives;
mod versions;

/// One thing that does not balance.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Imbalance {
    /// The kind of it, such as `missing`.
    pub what: &'static str,
    /// The subscription; empty if it is about the log or the ledger.
    pub subscription: String,
    /// The event: its id, or its key if it has no id.
    pub event: String,
    /// What is known of it.
    pub detail: String,
}

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.event)?;
        if !self.subscription.is_empty() {
            write!(f, " in {}", self.subscription)?;
        }
        write!(f, " ({})", self.detail)
    }
}

/// Finds everything that does not balance. `planned` holds the keys that the writers had to commit.
pub(super) fn judge(books: &Books, rules: Rules, planned: &HashSet<String>) -> Vec<Imbalance> {
    let mut judge = Judge {
        books,
        rules,
        found: Vec::new(),
    };
    judge.ledger_against_plan(planned);
    judge.log_against_ledger();
    for subscription in SUBSCRIPTIONS {
        judge.subscription(subscription);
    }
    judge.strangers();
    judge.versions();
    judge.redrives();
    for subscription in &books.paused {
        let detail = "each pause was to be resumed".to_owned();
        judge.find("still paused", subscription, "the subscription", detail);
    }
    for (subscription, position) in &books.waiting {
        let detail = format!("position {position} still waits to be tried again");
        judge.find("unsettled", subscription, "an event", detail);
    }
    judge.found
}

struct Judge<'a> {
    books: &'a Books,
    rules: Rules,
    found: Vec<Imbalance>,
}

impl<'a> Judge<'a> {
    fn find(&mut self, what: &'static str, subscription: &str, event: &str, detail: String) {
        let (subscription, event) = (subscription.to_owned(), event.to_owned());
        self.found.push(Imbalance {
            what,
            subscription,
            event,
            detail,
        });
    }

    fn rule(&self, subscription: &str, event_id: &str) -> Option<Rule> {
        let entry = self.books.ledger.get(event_id)?;
        Some(self.rules.for_event(subscription, &entry.key))
    }

    /// What an operator would want to know about an event.
    fn about(&self, event_id: &str) -> String {
        let position = match self.books.log.get(event_id) {
            Some(position) => format!("position {position}"),
            None => "not in the log".to_owned(),
        };
        let Some(entry) = self.books.ledger.get(event_id) else {
            return format!("{position}, not in the ledger");
        };
        let subject = entry.subject.as_deref().unwrap_or("none");
        let n = entry
            .n
            .map(|n| format!(" (its event {n})"))
            .unwrap_or_default();
        format!(
            "{}, {position}, subject {subject}{n}, transaction `{}`, key {}",
            entry.event_type, entry.kind, entry.key
        )
    }

    fn ledger_against_plan(&mut self, planned: &HashSet<String>) {
        let entered: HashSet<_> = self.books.ledger.values().map(|entry| &entry.key).collect();
        for key in planned.iter().filter(|key| !entered.contains(key)) {
            self.find(
                "not published",
                "",
                key,
                "a writer had to commit it".to_owned(),
            );
        }
        for (event_id, entry) in &self.books.ledger {
            if !planned.contains(&entry.key) {
                let about = self.about(event_id);
                self.find("published against the plan", "", event_id, about);
            }
        }
    }

    fn log_against_ledger(&mut self) {
        for event_id in self.books.ledger.keys() {
            if !self.books.log.contains_key(event_id) {
                let about = self.about(event_id);
                self.find("missing in the log", "", event_id, about);
            }
        }
        for event_id in self.books.log.keys() {
            if !self.books.ledger.contains_key(event_id) {
                let about = self.about(event_id);
                self.find("invented in the log", "", event_id, about);
            }
        }
    }

    fn subscription(&mut self, subscription: Subscription) {
        let Subscription {
            name,
            is_in_transaction: in_transaction,
            ..
        } = subscription;
        let takes = |event_type: &str| {
            let mut taken = subscription.event_types.iter();
            taken.any(|it| it.name() == event_type)
        };
        let books = self.books;
        let rows = if in_transaction {
            &books.effects
        } else {
            &books.outside
        };
        let mut times: HashMap<&str, u32> = HashMap::new();
        // The last position and count of each subject.
        let mut last: HashMap<&str, (i64, i64)> = HashMap::new();
        for row in rows.iter().filter(|row| row.subscription == name) {
            let event_id = row.event_id.as_str();
            *times.entry(event_id).or_default() += 1;
            let Some(entry) = books.ledger.get(event_id) else {
                continue; // a stranger
            };
            let rule = self.rules.for_event(name, &entry.key);
            let attempt = Attempt {
                number: row.attempt,
                is_redriven: row.redrive.is_some(),
            };
            if !takes(&entry.event_type) || rule.at(attempt) != Answer::Handle {
                let detail = format!("attempt {}; {}", row.attempt, self.about(event_id));
                self.find("effect of an attempt that failed", name, event_id, detail);
            }
            let position = books.log.get(event_id).copied();
            let (Some(subject), Some(position), true) = (&entry.subject, position, in_transaction)
            else {
                continue;
            };
            let redriven = (name.to_owned(), row.event_id.clone());
            if books.redriven.contains(&redriven) {
                continue; // It came after others, when it was redriven.
            }
            if name == GROWING && books.passed_over.contains(event_id) {
                continue; // It came after others, when version 2 was back.
            }
            let (before, count) = last.entry(subject).or_insert((0, 0));
            let n = entry.n.unwrap_or(i64::MAX);
            if position < *before || n < *count {
                let detail = format!("after position {before}; {}", self.about(event_id));
                self.find("out of order", name, event_id, detail);
            }
            *before = position.max(*before);
            *count = entry.n.unwrap_or_default().max(*count);
        }
        if in_transaction {
            for (event_id, times) in times.iter().filter(|(_, times)| **times > 1) {
                let detail = format!("{times} times; {}", self.about(event_id));
                self.find("doubled", name, event_id, detail);
            }
        }
        let mut dead: HashSet<&str> = HashSet::new();
        for letter in books.dead.iter().filter(|it| it.subscription == name) {
            let event_id = letter.event_id.as_str();
            if !dead.insert(event_id) {
                let about = self.about(event_id);
                self.find("two dead letters", name, event_id, about);
            }
            if in_transaction && times.contains_key(event_id) {
                let about = self.about(event_id);
                self.find("handled, and a dead letter", name, event_id, about);
            }
            if !self.may_be_dead(letter) && !self.is_left_behind(letter) {
                let detail = format!("{:?}; {}", letter.errors, self.about(event_id));
                self.find("dead without reason", name, event_id, detail);
            }
        }
        for (event_id, entry) in &books.ledger {
            let id = event_id.as_str();
            if takes(&entry.event_type) && !times.contains_key(id) && !dead.contains(id) {
                let about = self.about(event_id);
                self.find("missing", name, event_id, about);
            }
        }
    }

    fn may_be_dead(&self, letter: &Dead) -> bool {
        let Some(rule) = self.rule(&letter.subscription, &letter.event_id) else {
            return false;
        };
        if rule.is_handled_when_redriven() {
            // Only the attempt before the redrive fails by the rule.
            let by_rule = letter.errors.iter().filter(|error| !is_of_a_fault(error));
            return by_rule.count() <= 1;
        }
        // Those of a redrive count from 1 again.
        let is_redriven = letter.errors.len() as u32 > ATTEMPTS;
        let excused = letter.errors.iter().zip(1..).all(|(error, attempt)| {
            let attempt = if is_redriven { 1 } else { attempt };
            rule.at(Attempt::first_time(attempt)) != Answer::Handle || is_of_a_fault(error)
        });
        rule.is_deadly() || (letter.errors.len() as u32 >= ATTEMPTS && excused)
    }

    /// Effects, calls and dead letters of events that were never committed.
    fn strangers(&mut self) {
        let books = self.books;
        let effects = books.effects.iter().chain(&books.outside);
        let named = effects
            .map(|it| (&it.subscription, &it.event_id))
            .chain(books.dead.iter().map(|it| (&it.subscription, &it.event_id)));
        for (subscription, event_id) in named {
            if !books.ledger.contains_key(event_id) {
                let about = self.about(event_id);
                self.find("invented", subscription, event_id, about);
            }
        }
    }
}

/// Whether an attempt failed because of what was done to its process or its connection.
pub(super) fn is_of_a_fault(error: &str) -> bool {
    ["took longer than", "statement timeout", "never ended"]
        .iter()
        .any(|text| error.contains(text))
}

/// Dead letters caused at least partly by faults: their rules would have let the events live.
pub(super) fn dead_of_faults(books: &Books, rules: Rules) -> u64 {
    let judge = Judge {
        books,
        rules,
        found: Vec::new(),
    };
    let of_faults = |letter: &&Dead| {
        let rule = judge.rule(&letter.subscription, &letter.event_id);
        rule.is_some_and(|rule| !rule.is_deadly())
    };
    books.dead.iter().filter(of_faults).count() as u64
}

#[cfg(test)]
mod tests;
