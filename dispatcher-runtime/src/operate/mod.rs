//! What operators do: dead letters, subscriptions, retention, and the routes for them.

pub(crate) mod dead_letter;
#[cfg(feature = "http")]
pub mod http;
pub(crate) mod retention;
mod statements;
pub(crate) mod subscriptions;
