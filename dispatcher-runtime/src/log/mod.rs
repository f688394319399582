//! The log of events: its rows, how far they may be read, and who holds that back.

mod event_log;
mod places;
mod rows;
pub(crate) mod standstill;
mod start_from;
pub(crate) mod stored_event;

pub use event_log::{Blocker, EventLog, Horizon};
pub(crate) use rows::{Anchor, Batch, Mismatch, Selection};
pub use start_from::StartFrom;
