//! For the launcher of Dispatcher's tests. Not part of the interface: it changes without notice.

pub use crate::account::RunAs;
pub use crate::cache::{For, copy, folder};
pub use crate::cluster::{tail, wait};
pub use crate::place::Folder;
pub use crate::random::random;
pub use crate::ready::{PAUSE, connect, connect_within};
pub use crate::search::{Fallback, Programs, Refusal, Search};
pub use crate::watchdog::Watchdog;
