//! The relay and the mirror, on a NATS server and databases of their own.
//!
//! Without a nats-server each test says what to do and is skipped; with `CI` set it fails
//! (`tests/launcher/src/nats.rs`). Tests wait for what an observer receives or the row says, never for a time.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod cluster;
mod faults;
mod mirror;
mod move_out;
mod operate;
mod relay;
mod roles;
mod support;
