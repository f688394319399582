//! The test kit, used as users use it. The launcher provides the server, and the kit creates
//! databases on it.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod assertions;
mod catching_up;
mod clock;
mod database;
mod deliver;
mod northstar;
mod published;
mod support;
mod versions;
