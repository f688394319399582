//! The routes of the dead letters, over a real socket.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod client;
mod faults;
mod masked;
mod names;
mod pages;
mod requests;
mod resolve;
mod roles;
mod sessions;
mod support;
mod tenants;
