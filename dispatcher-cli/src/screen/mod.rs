//! How what a database holds is shown: as plain text of 80 columns, or as JSON.
//!
//! Everything that is stored is hostile here: an error's text, a subject or a name may hold characters that move the
//! cursor or reorder a line. [`plain`] writes them as escapes, and both forms of output pass a guard that does so again
//! for whatever a command has forgotten.

mod block;
#[cfg(all(feature = "dev", unix))]
mod happening;
mod json;
mod plain;
mod stream;
mod table;
mod words;

pub(crate) use block::block;
#[cfg(all(feature = "dev", unix))]
pub(crate) use happening::{Colour, happened};
pub(crate) use json::{document, line};
pub(crate) use plain::{guarded, plain};
pub(crate) use stream::{Closed, note, print};
pub(crate) use table::Table;
pub(crate) use words::{duration, name, number, plural, quoted, seconds, time};
