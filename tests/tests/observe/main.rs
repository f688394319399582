//! What observers are told, what the two adapters make of it, and the trace from publish to handle.

mod hook;
mod opentelemetry;
mod prometheus;
mod support;
