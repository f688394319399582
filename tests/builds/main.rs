//! Tests that run cargo: a workspace outside this one, what the quick start and a service compile, and
//! the tests of the packages that a command without `-p` leaves out.

mod features;
mod optional_features;
mod outside;
mod outside_crate;
mod quickstart;

use std::path::{Path, PathBuf};
use std::process::Command;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The root of this repository.
fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

/// The target folder that this test was built into, wherever it is configured.
fn target() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    folder.parent().unwrap_or(folder).to_owned()
}

/// cargo in this workspace, with the profile and the target folder of this test, so it finds what
/// `cargo test` has already compiled.
fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([command, "--locked"])
        .current_dir(workspace())
        .env("CARGO_TARGET_DIR", target());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    cargo
}
