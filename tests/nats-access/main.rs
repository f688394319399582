//! The command at NATS servers that ask for TLS and for credentials: it works, and each refusal says what to do.
//!
//! A package of its own, because `--nats-credentials` is in a command only where the feature is, and cargo would give it to
//! the other tests of the command.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod command;
mod encryption;
mod jwt;
mod login;
