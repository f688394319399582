//! The routes of the dead letters, over a real socket.

#![allow(clippy::unwrap_used)] // a test says what it expects by unwrapping it

mod client;
mod faults;
mod requests;
mod resolve;
mod sessions;
mod support;
