//! The routes of an operator, over a real socket.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod answers;
mod bulk;
mod client;
mod documented;
mod faults;
mod guide;
mod health;
mod masked;
mod names;
mod page;
mod page_times;
mod pages;
mod refused_events;
mod requests;
mod resolve;
mod reveal;
mod roles;
mod schemathesis;
mod sessions;
mod sign_in;
mod slow;
mod support;
mod tenants;
mod tokens;
mod walk;
