//! What operators work with: dead letters, subscriptions, retention, and the routes for them.
//!
//! Each part holds a pool and statements, and no state: the tables are what they read and change.

pub(crate) mod dead_letter;
pub(crate) mod erasure;
#[cfg(feature = "http")]
pub mod http;
pub(crate) mod operator;
pub(crate) mod retention;
mod statements;
pub(crate) mod subscriptions;
