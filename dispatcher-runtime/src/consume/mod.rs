//! The consuming side: handlers, the subscriptions that they make, and the tasks that work on them.

mod builder;
mod claim;
pub(crate) mod clock;
pub(crate) mod delivery;
pub(crate) mod event_union;
pub(crate) mod handler;
pub(crate) mod handler_error;
#[cfg(feature = "testing")]
mod idle;
pub(crate) mod lease;
mod options;
pub(crate) mod pass;
mod readiness;
pub(crate) mod retry;
mod running;
pub(crate) mod span;
mod start;
mod start_error;
pub(crate) mod statements;
mod sweeper;
pub(crate) mod wake;
pub(crate) mod worker;

pub use builder::{Consumer, ConsumerBuilder};
pub use handler_error::HandlerError;
pub use options::SubscriptionOptions;
pub use running::RunningConsumer;
pub use start_error::StartError;
