//! The consuming side: handlers, the subscriptions that they make, and the tasks that work on them.
//!
//! A task imports what stands before it: `slots`, `time_limit` and `versions`; `handler`, `delivery` and `savepoint`; `subscription` and
//! `partition`; `pass`; `worker`; `lease::keeper`; `start`.

mod admission;
mod builder;
pub(crate) mod clock;
mod contracts;
pub(crate) mod delivery;
pub(crate) mod erased_events;
pub(crate) mod event_of;
pub(crate) mod event_union;
pub(crate) mod from_ref;
pub(crate) mod handler;
pub(crate) mod handler_error;
#[cfg(feature = "testing")]
mod idle;
pub(crate) mod lease;
mod options;
mod orphans;
mod out_of_step;
pub(crate) mod partition;
pub(crate) mod pass;
mod poll;
mod reader_claim;
mod readiness;
pub(crate) mod reconnect;
pub(crate) mod retry_policy;
mod run_error;
mod running;
mod sampler;
mod savepoint;
mod shutdown;
mod slots;
mod span;
pub(crate) mod stand_in;
mod start;
mod start_error;
pub(crate) mod statements;
pub(crate) mod stop_report;
pub(crate) mod subscription;
mod sweeper;
mod tasks;
mod time_limit;
#[cfg(feature = "opentelemetry")]
mod trace_context;
pub(crate) mod versions;
pub(crate) mod wake;
mod worker;

pub use builder::{Consumer, ConsumerBuilder};
pub use erased_events::ErasedEvents;
pub use handler_error::HandlerError;
pub use options::SubscriptionOptions;
pub use retry_policy::RetryPolicy;
pub use run_error::RunError;
pub use running::RunningConsumer;
pub use shutdown::shutdown_signal;
pub use start_error::StartError;
pub use stop_report::StopReport;
