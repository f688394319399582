//! The envelope schema of a contracts directory, where it has one: the fields that it names.
//!
//! What it says of them is checked like a payload schema, and compiled with the others.

use dispatcher_schema::envelope::{self, ENVELOPE_FILE};

use crate::diagnostic::Diagnostic;
use crate::schema::{Documents, Location};

pub(super) fn check(documents: &Documents) -> Vec<Diagnostic> {
    let Some(document) = documents.get(ENVELOPE_FILE) else {
        return Vec::new();
    };
    let root = Location::root(ENVELOPE_FILE);
    envelope::faults(&document.value)
        .into_iter()
        .map(|fault| {
            let at = root.descend(&fault.pointer);
            documents.diagnostic_at(&at, fault.place, fault.message, fault.help)
        })
        .collect()
}
