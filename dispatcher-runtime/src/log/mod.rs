//! The log of events: its rows, how far they may be read, and which transaction holds that back.

mod event_log;
mod horizon;
mod rows;
pub(crate) mod standstill;
mod start_from;
mod statements;
pub(crate) mod stored_event;

pub use event_log::EventLog;
pub(crate) use event_log::OUT_OF_ORDER;
pub use horizon::{Blocker, Horizon};
pub(crate) use rows::{Anchor, Batch, Mismatch, Selection};
pub use start_from::StartFrom;
