//! How replicas of two versions have worked side by side.
//!
//! While a replica of version 2 works, version 1 must not read on in the subscription that takes one event type more:
//! it would pass over what it does not take. While version 1 is alone, it may, and docs/operations.md says
//! how version 2 handles that when it is back.

use super::Judge;
use crate::books::Dead;
use crate::manner::GROWING;

impl Judge<'_> {
    pub(super) fn versions(&mut self) {
        let books = self.books;
        for it in books.moves.iter().filter(|it| it.is_forbidden) {
            let positions = format!("positions {} to {}", it.from + 1, it.to);
            let detail = "it may have passed over what version 2 takes".to_owned();
            self.find(
                "version 1 at work beside version 2",
                GROWING,
                &positions,
                detail,
            );
        }
        for event_id in &books.passed_over {
            let position = books.log.get(event_id).copied().unwrap_or_default();
            let by_version_1 = |from: i64, to: i64| from < position && position <= to;
            let is_locked =
                (books.ledger.get(event_id)).is_some_and(|it| it.event_type == "credit.locked");
            if is_locked || !books.moves.iter().any(|it| by_version_1(it.from, it.to)) {
                let about = self.about(event_id);
                self.find("passed over by version 2", GROWING, event_id, about);
            }
        }
    }

    /// Whether an event waited for another attempt when version 2 had left, and version 1, which was alone, does not
    /// take it.
    pub(super) fn is_left_behind(&self, letter: &Dead) -> bool {
        letter.subscription == GROWING
            && self.books.moves.iter().any(|it| !it.is_forbidden)
            && letter.errors.last().is_some_and(|error| {
                error.contains("this handler handles credit.locked, not credit.released")
            })
    }
}
