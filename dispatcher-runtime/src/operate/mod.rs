//! What operators work with: dead letters, subscriptions, retention, and the routes for them.
//!
//! Each part holds a pool and statements, and no state: the tables are what they read and change.

pub(crate) mod actor;
pub(crate) mod audit;
pub(crate) mod contract_detail;
pub(crate) mod contracts;
pub(crate) mod count;
pub(crate) mod dead_letter;
pub(crate) mod doctor;
pub(crate) mod erasure;
pub(crate) mod events;
pub(crate) mod graph;
pub(crate) mod history;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "page")]
pub(crate) mod look;
mod masked;
pub(crate) mod operator;
pub(crate) mod overview;
mod page_token;
pub(crate) mod payload_fault;
pub(crate) mod redrive;
pub(crate) mod retention;
pub(crate) mod sample;
mod statements;
mod stored_contracts;
pub(crate) mod subscriptions;
mod tenants;
#[cfg(feature = "page")]
mod trace_link;
