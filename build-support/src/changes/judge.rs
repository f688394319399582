//! The comparison of two versions, where one may have no schema.

use serde_json::json;

use crate::compat::{Counterexample, Mode, Side, Undecided, Verdict};
use crate::schema::{Documents, Location};

/// The comparison of two schemas.
pub(super) struct Judge<'c> {
    compare: &'c dyn Fn(&Side<'_>, &Side<'_>, Mode) -> Verdict,
}

impl<'c> Judge<'c> {
    pub(super) fn new(compare: &'c dyn Fn(&Side<'_>, &Side<'_>, Mode) -> Verdict) -> Self {
        Self { compare }
    }

    /// Whether no payload is valid: it is proved that what the schema accepts is nothing.
    pub(super) fn is_empty(&self, schema: &Side<'_>) -> bool {
        let nothing = Documents::from_values([("nothing.json", json!({ "not": {} }))]);
        let Ok(documents) = nothing else {
            return false;
        };
        let nothing = Side {
            documents: &documents,
            root: Location::root("nothing.json"),
        };
        matches!(
            (self.compare)(schema, &nothing, Mode::Strict),
            Verdict::Compatible
        )
    }

    /// Whether `reader` takes what `writer` may write. Without a schema, a payload is any object.
    pub(super) fn verdict(
        &self,
        writer: Option<&Side<'_>>,
        reader: Option<&Side<'_>>,
        mode: Mode,
    ) -> Answer {
        match (writer, reader) {
            (_, None) => Answer::Takes,
            (None, Some(_)) => Answer::Anything,
            (Some(writer), Some(reader)) => match (self.compare)(writer, reader, mode) {
                Verdict::Compatible => Answer::Takes,
                Verdict::Incompatible(example) => Answer::Refuses(Box::new(example)),
                Verdict::Undecided(reason) => Answer::Unknown(Box::new(reason)),
            },
        }
    }
}

/// Whether one version takes the data of another.
pub(super) enum Answer {
    Takes,
    /// The writer's version has no schema, and the reader's has one.
    Anything,
    Refuses(Box<Counterexample>),
    Unknown(Box<Undecided>),
}
