//! From a contracts directory to Rust types, checked.
//!
//! A contracts directory holds `event-types-registry.json` and a JSON Schema for each payload. A
//! crate turns them into types with two lines: this one in `build.rs`,
//!
//! ```no_run
//! dispatcher_build_support::Contracts::new("contracts").generate_or_exit();
//! ```
//!
//! and `dispatcher_runtime::include_contracts!();` in `src/lib.rs`. Cargo runs the build script
//! again when a contract changes, is added or is removed, and only then; a file that would come out
//! the same is not touched.
//!
//! The way of the data: [`registry`](model) and schema files → raw entries with positions → checked
//! [`Model`] → Rust text. Every stage reports all of its faults, each with file, line, column and
//! what to do:
//!
//! ```
//! # let dir = tempfile::tempdir()?;
//! # std::fs::write(dir.path().join("event-types-registry.json"), r#"{ "registry_version": 1, "event_types": [
//! #   { "event_type": "credit.locked", "description": "A credit was locked.", "contract": "credit-ledger",
//! #     "producer": "revenue", "consumer": [], "consumers": ["coaching"], "status": "active",
//! #     "versions": [{ "schema_version": 1, "status": "active" }] }] }"#)?;
//! use dispatcher_build_support::Contracts;
//!
//! let report = Contracts::new(dir.path()).check().expect_err("the registry has an unknown key");
//! assert!(report.to_string().ends_with(
//!     "  \"credit.locked\": unknown key \"consumer\"; did you mean \"consumers\"?\n\
//!      1 fault in the contracts; nothing was generated"
//! ));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! [`Contracts::coverage`] tells of each keyword of each schema whether the type holds it or the gate
//! alone; the program `dispatcher-contracts` of this crate prints it.
//!
//! There are no features.

pub mod coverage;
pub mod diagnostic;
pub mod formats;
pub mod model;
pub mod schema;

mod artifact;
mod check;
mod contracts;
mod files;
mod json;
mod panics;
mod registry;
mod render;

pub(crate) use dispatcher_schema::draft;

pub use contracts::{Contracts, Error, Generated, Rendered};
pub use coverage::Coverage;
pub use diagnostic::{Diagnostic, Report};
pub use model::Model;
