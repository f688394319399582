//! What changed between two revisions of a contracts directory, and what of it breaks a neighbour.
//!
//! ```text
//! two Revisions ─┬─ registry ── findings about names, numbers, producers, consumers
//!                └─ versions ── pairs of schemas ─┬─ compat: does it break, and an example
//!                                                 └─ walk: what changed, and where
//! ```
//!
//! A [`Finding`] has the id of a [`Rule`], a severity, a place, the consumers that it hits, an example and a remedy. The
//! verdict of the comparison decides whether something breaks; the walk over both schemas names what it is. The level
//! of the event type (`x-compatibility`) decides whether that is an error. [`Waivers`] accept a finding until a day.

mod finding;
mod judge;
mod locked;
mod nearest;
mod payload;
mod registry;
mod revision;
pub mod rule;
mod rust;
mod upcasts;
mod versions;
mod waiver;
mod walk;

pub use finding::{Finding, Severity, Spot};
pub use locked::against_lock;
pub use revision::Revision;
pub use rule::Rule;
pub use rust::rust_notes;
pub use upcasts::Upcasts;
pub use versions::{between, edited_in_place};
pub use waiver::{WAIVERS_FILE, Waivers};

#[cfg(test)]
mod tests;
