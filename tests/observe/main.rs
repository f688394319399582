//! What observers are told, what the two adapters make of it, and the trace from publish to handle.

#![allow(clippy::unwrap_used)] // a test says what it expects by unwrapping it

mod hook;
mod opentelemetry;
mod prometheus;
mod support;
