//! Whether the comparison of contracts says what is true.

mod collections;
mod program;
mod random;

use std::path::PathBuf;

use dispatcher_conformance::TestResult;

/// A collection of others, if it is here. Otherwise the test says that it is skipped.
fn corpus(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus")
        .join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there is no {}", folder.display());
    None
}
