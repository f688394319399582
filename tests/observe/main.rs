//! What observers receive, what the two adapters make of it, and the trace from publish to handle.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod hook;
mod horizon;
mod opentelemetry;
mod prometheus;
mod samples;
mod support;
