//! What must hold of the crates that others wrote.
//!
//! `deny.toml` has the rules for cargo-deny, which is not installed everywhere. These tests read the same
//! file and hold what can be held without cargo-deny: duplicates, licences, hashes. Only cargo-deny looks
//! for advisories.

mod cargo_lock;
mod duplicates;
mod fetch_nats;
mod fetch_postgres;
mod licences;
mod postgres;

use std::path::{Path, PathBuf};

use toml::Table;

/// What a test returns; an error fails it.
type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The root of the repository that contains this package.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A TOML file of the repository.
fn read(file: &str) -> TestResult<Table> {
    let text = std::fs::read_to_string(root().join(file));
    let text = text.map_err(|error| format!("{file}: {error}"))?;
    text.parse()
        .map_err(|error| format!("{file}: {error}").into())
}
