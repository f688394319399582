//! What the types hold: for each schema, the keywords that no value of its type can break.
//!
//! Lowering says so at the place where it follows a keyword; whatever it is silent about is the
//! gate's alone. See [`crate::coverage`].

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::Location;

use super::Lowering;

/// The keywords that types hold.
#[derive(Debug, Default)]
pub(crate) struct Held {
    keywords: BTreeMap<Location, BTreeSet<String>>,
    /// Schemas of properties that another schema speaks for in some type.
    overruled: BTreeSet<Location>,
    /// Schemas of which nothing is held, nor of what stands in them: they are read when asked for.
    lazy: BTreeSet<Location>,
}

impl Held {
    pub(crate) fn holds(&self, at: &Location, keyword: &str) -> bool {
        self.keywords
            .get(at)
            .is_some_and(|keywords| keywords.contains(keyword))
            && !self.overruled.contains(at)
            && !self.is_lazy(at)
    }

    pub(in crate::render) fn overrule_below(&mut self, at: impl Iterator<Item = Location>) {
        self.lazy.extend(at);
    }

    fn is_lazy(&self, at: &Location) -> bool {
        let mut at = at.clone();
        while !self.lazy.is_empty() {
            if self.lazy.contains(&at) {
                return true;
            }
            match at.pointer.rfind('/') {
                Some(end) => at.pointer.truncate(end),
                None => break,
            }
        }
        false
    }
}

impl Lowering<'_> {
    /// The type of the schema at `at` cannot break these of its keywords.
    pub(super) fn hold(&mut self, at: &Location, keywords: &[&str]) {
        let Some(schema) = self.schema(at) else {
            return;
        };
        let present = keywords
            .iter()
            .filter(|keyword| schema.contains_key(**keyword));
        let held = &mut self.program.held.keywords;
        held.entry(at.clone())
            .or_default()
            .extend(present.map(|keyword| (*keyword).to_owned()));
    }

    /// Some type has a property of which this schema is not asked.
    pub(super) fn overrule(&mut self, at: Location) {
        let resolved = self.resolved(&at);
        self.program.held.overruled.extend([at, resolved]);
    }
}
