//! What changed between two schemas, place by place.
//!
//! Both schemas are walked side by side: a property beside the property of the same name, an item beside an item, an
//! alternative beside the one that has the same tag. The walk names changes; whether one of them breaks anything, it
//! only guesses. It follows references once for each pair of schemas, so it ends also where they lead in circles.

mod array;
mod branches;
mod change;
mod object;
mod value;
mod view;

use std::collections::{BTreeSet, VecDeque};

use crate::compat::Side;
use crate::schema::Location;

pub(in crate::changes) use change::Change;
pub(in crate::changes) use view::View;

use change::{Direction, rule_of};

/// More changes than that are not told apart: the schemas have nothing in common.
const MOST: usize = 500;

/// How messages call the two schemas: `version 1`, `version 2`.
#[derive(Clone, Debug)]
pub(in crate::changes) struct Names {
    pub(in crate::changes) old: String,
    pub(in crate::changes) new: String,
}

/// Every change, in the order of the walk: from the root down.
pub(in crate::changes) fn changes(old: &Side<'_>, new: &Side<'_>, names: &Names) -> Vec<Change> {
    let mut walk = Walk {
        names,
        seen: BTreeSet::new(),
        open: VecDeque::new(),
        changes: Vec::new(),
    };
    walk.enter(Pair {
        old: View::of(old.documents, vec![old.root.clone()]),
        new: View::of(new.documents, vec![new.root.clone()]),
        at: String::new(),
    });
    while let Some(pair) = walk.open.pop_front()
        && walk.changes.len() < MOST
    {
        if pair.old.is_false() || pair.new.is_false() {
            value::impossible(&mut walk, &pair);
            continue;
        }
        value::compare(&mut walk, &pair);
        object::compare(&mut walk, &pair);
        array::compare(&mut walk, &pair);
        branches::compare(&mut walk, &pair);
    }
    walk.changes
}

/// Two schemas at one place of a payload.
struct Pair<'d> {
    old: View<'d>,
    new: View<'d>,
    /// The place: a JSON pointer with `*` for any property or item.
    at: String,
}

impl Pair<'_> {
    /// Where a keyword is in both, or the schemas that lack it.
    fn places(&self, keyword: &str) -> (Option<Location>, Option<Location>) {
        (self.old.place(keyword), self.new.place(keyword))
    }
}

struct Walk<'d, 'n> {
    names: &'n Names,
    seen: BTreeSet<(Vec<Location>, Vec<Location>)>,
    open: VecDeque<Pair<'d>>,
    changes: Vec<Change>,
}

impl<'d> Walk<'d, '_> {
    /// Looks at a pair later, unless that was done.
    fn enter(&mut self, pair: Pair<'d>) {
        let key = (pair.old.parts().to_vec(), pair.new.parts().to_vec());
        if self.seen.insert(key) {
            self.open.push_back(pair);
        }
    }

    /// Looks at subschemas later, at a place below that of `pair`.
    fn below(&mut self, pair: &Pair<'d>, old: Vec<Location>, new: Vec<Location>, step: &str) {
        self.enter(Pair {
            old: View::of(pair.old.documents(), old),
            new: View::of(pair.new.documents(), new),
            at: format!("{}{step}", pair.at),
        });
    }

    /// Notes that a keyword of a family was widened, narrowed or changed. Comparing the two schemas by themselves
    /// decides what that breaks.
    fn directed(
        &mut self,
        pair: &Pair<'_>,
        family: &str,
        keyword: &str,
        direction: Direction,
        says: String,
    ) {
        let (old, new) = pair.places(keyword);
        self.changes.push(Change {
            rule: rule_of(family, direction),
            old,
            new,
            at: pair.at.clone(),
            says,
            breaks: direction.into(),
            alone: pair.old.start().cloned().zip(pair.new.start().cloned()),
        });
    }
}

#[cfg(test)]
mod tests;
