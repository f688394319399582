//! The routes of an operator, over a real socket.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod client;
mod documented;
mod faults;
mod health;
mod masked;
mod names;
mod pages;
mod requests;
mod resolve;
mod roles;
mod sessions;
mod sign_in;
mod support;
mod tenants;
mod tokens;
mod walk;
