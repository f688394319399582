//! Generated types against collections from other projects, against random instances, and against
//! directories that are hard to generate.
//!
//! Missing collections are skipped, with a line that says so.

mod agreement;
#[cfg(unix)]
mod beside;
mod cloudevents;
mod hard;
mod held;
mod program;
mod suite;

use std::path::{Path, PathBuf};

/// A collection next to the project, if it is there.
fn corpus(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus")
        .join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

/// Without the timed check, which would compile the dependencies a second time.
fn options(truth: dispatcher_conformance::Truth) -> dispatcher_conformance::Options {
    let mut options = dispatcher_conformance::Options::new();
    options.timed_check = false;
    options.truth = truth;
    options
}
