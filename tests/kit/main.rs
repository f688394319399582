//! The test kit, used as users use it. The launcher brings the server, and the kit makes databases on
//! it.

#![allow(clippy::unwrap_used)] // a test says what it expects by unwrapping it

mod assertions;
mod catching_up;
mod clock;
mod database;
mod deliver;
mod northstar;
mod published;
mod support;
