//! The launcher: a Postgres for the quick start, the tests and the benchmarks, on a machine without
//! an installed one.
//!
//! [`Server::shared`] takes the first of these that is available, [`Cluster::start`] the first of
//! cases 2 and 3:
//!
//! 1. `DATABASE_URL`: a server that already runs.
//! 2. Server programs on this machine (`search.rs`), as a private cluster in a temporary folder.
//! 3. Server programs from crates.io (`bundled.rs`), in the same way.
//! 4. An error that names what was looked for and the command that installs it.
//!
//! `DISPATCHER_POSTGRES=system` or `=bundled` asks for case 2 or case 3 alone.
//!
//! **Invariant:** what was started here ends with this process, however it ends. A [`Cluster`]
//! removes itself when it is dropped; if nothing is dropped (statics, `process::exit`, `kill -9`)
//! its watchdog removes it (`watchdog.rs`). On a server that was not started here, only databases
//! made here are dropped (`database.rs`).
//!
//! [`NatsServer`] is the same for NATS, whose program a script fetches (`nats.rs`), and [`NatsCluster`] is several of them
//! that replicate their streams (`nats/cluster.rs`). A [`Proxy`] is a path to any of these servers that can be cut.
//!
//! Unix only: it needs signals and process groups.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

mod account;
mod bundled;
mod cache;
mod cluster;
mod database;
mod error;
mod nats;
mod proxy;
mod ready;
mod search;
mod server;
mod settings;
mod watchdog;
mod wrong_clock;

pub use cluster::Cluster;
pub use database::Database;
pub use error::LaunchError;
pub use nats::{NatsCluster, NatsServer};
pub use proxy::{Proxy, Silence};
pub use server::Server;
pub use settings::{Settings, Shutdown};
pub use wrong_clock::{WRONG_CLOCK_NEEDS, wrong_clock};

/// A number that no other process is likely to draw: for names of folders and databases, and for
/// ports.
fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish()
}
