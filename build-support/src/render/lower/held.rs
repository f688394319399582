//! Which keywords the types hold: those that no value of a schema's type can violate.
//!
//! Lowering records a keyword where it follows it. Whatever it does not record is checked by the
//! gate alone, so an omission here makes the coverage report too modest, never wrong. See
//! [`crate::coverage`].

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::Location;

/// The keywords that types hold.
#[derive(Debug, Default)]
pub(crate) struct Held {
    keywords: BTreeMap<Location, BTreeSet<String>>,
    /// Property schemas that some type replaces by another schema for the same property.
    overruled: BTreeSet<Location>,
    /// Schemas that are read on demand: nothing below them is held.
    deferred: BTreeSet<Location>,
}

impl Held {
    /// Whether the type of the schema at `at` cannot violate this keyword.
    pub(crate) fn holds(&self, at: &Location, keyword: &str) -> bool {
        self.keywords
            .get(at)
            .is_some_and(|keywords| keywords.contains(keyword))
            && !self.overruled.contains(at)
            && !self.is_deferred(at)
    }

    /// Records these keywords of the schema at `at`.
    pub(super) fn add<'k>(&mut self, at: &Location, keywords: impl Iterator<Item = &'k str>) {
        let held = self.keywords.entry(at.clone()).or_default();
        held.extend(keywords.map(str::to_owned));
    }

    /// Records property schemas that some type does not follow.
    pub(super) fn overrule(&mut self, at: impl IntoIterator<Item = Location>) {
        self.overruled.extend(at);
    }

    /// Records schemas that are read on demand.
    pub(super) fn defer_below(&mut self, at: impl Iterator<Item = Location>) {
        self.deferred.extend(at);
    }

    fn is_deferred(&self, at: &Location) -> bool {
        if self.deferred.is_empty() {
            return false;
        }
        let mut at = at.clone();
        loop {
            if self.deferred.contains(&at) {
                return true;
            }
            match at.pointer.rfind('/') {
                Some(end) => at.pointer.truncate(end),
                None => return false,
            }
        }
    }
}
