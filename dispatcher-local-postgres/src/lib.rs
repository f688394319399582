//! A Postgres on this machine, for development and tests.
//!
//! | file | what it owns |
//! |---|---|
//! | `search` | where the programs `postgres` and `initdb` come from |
//! | `fetched` | programs that a checkout of Dispatcher has put into the user's cache |
//! | `account` | the account that the server runs as, which may not be root |
//! | `cache` | what takes time to make and is the same for every cluster |
//! | `cluster` | a cluster: made, started, killed, started again, stopped |
//! | `place` | its folder: a temporary one, or one that is kept |
//! | `watchdog` | the process that outlives this one to stop the server |
//! | `ready` | whether a server answers |
//!
//! **Invariant:** a server that was started here ends with this process, however it ends. A [`Cluster`] stops when it is
//! dropped; if nothing is dropped (statics, `process::exit`, `kill -9`) its watchdog stops it. A temporary folder is
//! removed then, and a folder that is kept stays.
//!
//! Unix only: it needs signals and process groups. On other systems the crate is empty.

#![cfg(unix)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

mod account;
mod cache;
mod cluster;
mod error;
mod fetched;
mod place;
#[doc(hidden)]
pub mod private;
mod random;
mod ready;
mod search;
mod settings;
mod watchdog;

pub use cluster::Cluster;
pub use error::LocalPostgresError;
pub use place::KeptFolder;
pub use settings::{Settings, Shutdown};
