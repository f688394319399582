//! What redrives leave behind.
//!
//! | what | how it must be |
//! |---|---|
//! | a redrive | ended; its numbers are those of its members |
//! | a letter that is not resolved | open, with no redrive |
//! | a member that was handled | its letter is resolved, and the effect is of this redrive |
//! | an effect of a redrive | of a member that was handled |
//! | the effects of one subject in one redrive | in the order of their positions |
//!
//! That a redriven event has one effect in all, and none while its letter is open, is judged as for any other event.

use std::collections::{HashMap, HashSet};

use super::Judge;
use crate::books::OUTCOMES;
use crate::replica::SUBSCRIPTIONS;

impl Judge<'_> {
    pub(super) fn redrives(&mut self) {
        self.redrive_numbers();
        self.redrive_members();
        self.redrive_effects();
    }

    fn redrive_numbers(&mut self) {
        let books = self.books;
        for redrive in &books.redrives {
            let members = || (books.members.iter()).filter(|it| it.redrive == redrive.id);
            let of = |outcome| members().filter(|it| it.outcome == outcome).count() as i64;
            let counted = OUTCOMES.map(of);
            let sum: i64 = redrive.numbers.iter().sum();
            if counted != redrive.numbers || sum != redrive.total {
                let (numbers, total) = (redrive.numbers, redrive.total);
                let detail = format!(
                    "{OUTCOMES:?} are {numbers:?} of {total}, and its members are {counted:?}"
                );
                self.find("numbers of a redrive", "", &redrive.id, detail);
            }
            if !redrive.has_ended {
                let detail = format!("{OUTCOMES:?} are {:?}", redrive.numbers);
                self.find("redrive not ended", "", &redrive.id, detail);
            }
        }
    }

    fn redrive_members(&mut self) {
        let books = self.books;
        for letter in books.dead.iter().filter(|it| it.is_redriving) {
            let about = self.about(&letter.event_id);
            self.find(
                "still redriving",
                &letter.subscription,
                &letter.event_id,
                about,
            );
        }
        let rows = books.effects.iter().chain(&books.outside);
        let effects: HashSet<_> = rows
            .filter_map(|it| Some((it.redrive.as_deref()?, &*it.subscription, &*it.event_id)))
            .collect();
        for member in &books.members {
            let (subscription, event_id) = (&*member.subscription, &*member.event_id);
            let is_handled = member.outcome == "handled";
            let has_effect = effects.contains(&(&*member.redrive, subscription, event_id));
            // A call outside stays made, whatever becomes of the attempt.
            if is_handled != has_effect && (is_handled || is_in_transaction(subscription)) {
                let about = self.about(event_id);
                let (outcome, redrive) = (&member.outcome, &member.redrive);
                let detail = format!("{outcome} in {redrive}, effect: {has_effect}; {about}");
                self.find(
                    "redriven otherwise than noted",
                    subscription,
                    event_id,
                    detail,
                );
            }
            if is_handled != member.is_resolved {
                let about = self.about(event_id);
                let detail = format!("{} in {}; {about}", member.outcome, member.redrive);
                self.find("letter not as its redrive", subscription, event_id, detail);
            }
        }
    }

    fn redrive_effects(&mut self) {
        let books = self.books;
        let members: HashSet<_> = (books.members.iter())
            .map(|it| (&*it.redrive, &*it.subscription, &*it.event_id))
            .collect();
        let mut last: HashMap<_, i64> = HashMap::new();
        for row in books.effects.iter().chain(&books.outside) {
            let (subscription, event_id) = (&*row.subscription, &*row.event_id);
            let Some(redrive) = row.redrive.as_deref() else {
                continue;
            };
            if !members.contains(&(redrive, subscription, event_id)) {
                let about = self.about(event_id);
                self.find("redriven without a member", subscription, event_id, about);
            }
            let subject = books
                .ledger
                .get(event_id)
                .and_then(|it| it.subject.as_ref());
            let (Some(subject), Some(position)) = (subject, books.log.get(event_id)) else {
                continue;
            };
            if !is_in_transaction(subscription) {
                continue; // A call may be made again.
            }
            let before = last.entry((redrive, subscription, subject)).or_default();
            if position < before {
                let detail = format!("after position {before}; {}", self.about(event_id));
                self.find("out of order in a redrive", subscription, event_id, detail);
            }
            *before = *position.max(before);
        }
    }
}

fn is_in_transaction(subscription: &str) -> bool {
    let mut known = SUBSCRIPTIONS.iter();
    known.any(|it| it.name == subscription && it.is_in_transaction)
}
