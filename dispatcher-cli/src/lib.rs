//! The command `dispatcher`, as a library so that its tests need no process.
//!
//! | folder | what it owns |
//! |---|---|
//! | `wrap.rs` | lines of 80 columns |
//! | `output.rs` | what a command prints, and how it ends |
//! | `report/` | findings as text, JSON, JUnit, GitHub annotations and SARIF |
//! | `export/` | the contracts in other forms: AsyncAPI, TypeScript, a catalogue |
//! | `contract_files.rs` | checked contracts as the runtime describes them |
//! | `screen/` | what is stored, as plain text of 80 columns or as JSON |
//! | `database/` | how the database is named and reached, and what to do about its errors |
//! | `names.rs`, `letters.rs` | names of subscriptions, and which dead letters a command is about |
//! | `contracts/` | the commands on a contracts directory |
//! | `subscriptions/`, `redrives/`, `dlq/`, `events/`, … | the commands on a database, one file each |
//! | `nats/` | relays, mirrors and streams |
//! | `command.rs` | the command line as a whole |
//!
//! The commands on a database ask [`dispatcher_runtime::Operator`], as the routes over HTTP do, and have no statements of
//! their own about what it knows.

mod command;
mod completions;
pub mod contracts;
pub mod export;
mod man;
pub mod output;
mod report;
mod wrap;

#[cfg(feature = "database")]
mod audit;
#[cfg(feature = "database")]
mod contract_files;
#[cfg(feature = "database")]
mod database;
#[cfg(feature = "database")]
mod dlq;
#[cfg(feature = "database")]
mod doctor;
#[cfg(feature = "database")]
mod events;
#[cfg(feature = "database")]
mod letters;
#[cfg(feature = "database")]
mod migrate;
#[cfg(feature = "database")]
mod names;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "database")]
mod overview;
#[cfg(feature = "database")]
mod redrives;
#[cfg(feature = "database")]
mod roles;
#[cfg(feature = "database")]
mod screen;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "serve")]
mod sessions;
#[cfg(feature = "database")]
mod subscriptions;
#[cfg(feature = "database")]
mod transfers;

pub use command::{command, run};
