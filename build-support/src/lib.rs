//! Turns a contracts directory into checked Rust types.
//!
//! A contracts directory holds `event-types-registry.json` and a JSON Schema for each payload. A
//! crate generates its types with two lines: this one in `build.rs`,
//!
//! ```no_run
//! dispatcher_build_support::Contracts::new("contracts").generate_or_exit();
//! ```
//!
//! and `dispatcher_runtime::include_contracts!();` in `src/lib.rs`. Cargo reruns the build script
//! only when a contract is changed, added or removed. A generated file whose text would be the same
//! is not rewritten.
//!
//! Generation has three stages: the registry and the schemas are read, checked, and rendered to
//! Rust. Every stage reports all of its faults at once, each with file, line, column and remedy:
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
//! Each live version of an event type has types of its own, in a module `v1`, `v2` and so on. What is equal in
//! neighbouring versions is one Rust type under both names. A version with the status `upcoming` has types that handlers
//! take and that cannot be published. Handlers take the newest version, and an `Upcast` or `TryUpcast` leads to it from
//! each version before it. [`Contracts::examples`] makes payloads for tests of these.
//!
//! [`Contracts::coverage`] reports for each keyword of each schema whether the generated type or
//! the gate alone enforces it.
//!
//! A directory may have a [`lock`]: `contracts.lock` holds what has been published, and a build fails if it was changed
//! in place. [`changes`] compares two revisions of a directory. The command `dispatcher` of the crate `dispatcher-cli`
//! shows all of this.
//!
//! A struct that was written by hand is held against a contract by [`Contracts::assert_schema`], in a test.
//!
//! This crate has no features.

#![warn(clippy::too_many_lines)]

// What the command and the generator share; not covered by semantic versioning.
#[doc(hidden)]
pub mod changes;
#[doc(hidden)]
pub mod compat;
pub mod coverage;
mod diagnostic;
pub mod lock;

// For the tests of this workspace; not covered by semantic versioning.
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod places;
#[doc(hidden)]
pub mod schema;

mod artifact;
mod check;
mod contracts;
mod examples;
mod files;
mod generated;
mod hand_written;
mod json;
mod panics;
mod proofs;
mod registry;
mod render;

#[doc(hidden)]
pub mod upcast;

pub use contracts::{Contracts, Error, Generated, Rendered};
pub use coverage::Coverage;
pub use diagnostic::{Diagnostic, Report};
pub use examples::Example;
pub use hand_written::{SchemaDifference, SchemaMismatch};
pub use model::Model;
#[doc(hidden)]
pub use proofs::read_as;
