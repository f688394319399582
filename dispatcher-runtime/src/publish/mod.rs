//! Publishing: an event is inserted in the producer's own transaction, or it is not published.
//!
//! A publish passes four stages: the contract is looked up ([`contract`]), the payload passes the gate
//! ([`gated_payload`]), the envelope is filled in ([`draft`]), and the row is inserted ([`insert`]).
//! Whatever can be refused is refused before the first statement; after that only the database can fail.
//! An event id that is known already inserts nothing and does not abort the transaction.

mod borrow_payload;
mod builder;
pub(crate) mod cause;
mod contract;
mod deprecated;
mod dispatcher;
mod draft;
mod error;
mod gated_payload;
mod insert;
#[cfg(feature = "testing")]
mod marked;
mod observed;
mod pending;
mod published;
pub(crate) mod settings;
mod span;
mod statements;
#[cfg(feature = "opentelemetry")]
mod trace_context;

pub use borrow_payload::{BorrowPayload, BorrowPublished};
pub use builder::DispatcherBuilder;
pub use dispatcher::Dispatcher;
pub use error::PublishError;
#[cfg(feature = "testing")]
pub(crate) use marked::Marked;
pub use pending::{Publish, PublishAll};
pub use published::Published;
