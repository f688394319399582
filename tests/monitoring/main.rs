//! The files of docs/monitoring are current, their queries can be answered, and their alerts fire when they should.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod expressions;
mod generated;
mod guide;
mod promtool;
mod runbook;
mod scrape;

use std::path::PathBuf;

/// What a test of this package returns.
type TestResult<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The folder of the generated files.
fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/monitoring"
    ))
}
