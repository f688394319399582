//! `cargo run --example quickstart` compiles what it uses, and README.md says how many crates that is.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{TestResult, cargo, workspace};

/// What belongs to the optional features and to other tests, and is not used by the quick start.
const FOREIGN: [&str; 9] = [
    "axum",
    "boon",
    "hyper",
    "metrics",
    "opentelemetry",
    "schemars",
    "stateright",
    "tempfile",
    "trybuild",
];

/// Names and versions of the crates that the quick start is made of, itself and the dependencies of build
/// scripts included. Everything is compiled when `cargo test` gets here, so cargo only lists it.
fn crates() -> TestResult<BTreeSet<String>> {
    let output = cargo("build")
        .args(["--example", "quickstart", "--message-format=json"])
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let mut crates = BTreeSet::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        if message["reason"] == "compiler-artifact" {
            let id = message["package_id"].as_str().ok_or("no package id")?;
            crates.insert(id.to_owned());
        }
    }
    Ok(crates)
}

#[test]
fn it_compiles_no_crate_that_it_does_not_use() -> TestResult {
    let crates = crates()?;
    for foreign in FOREIGN {
        let found = crates.iter().find(|id| {
            let name = id.rsplit(['#', '/']).next().unwrap_or_default();
            name.split('@').next() == Some(foreign)
        });
        assert_eq!(found, None, "the quick start compiles {foreign}");
    }
    // The number depends on the platform; README.md names the one of Linux.
    if cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    )) {
        let readme = std::fs::read_to_string(workspace().join("README.md"))?;
        let said = format!("It compiles {} crates", crates.len());
        assert!(readme.contains(&said), "README.md does not say: {said}");
    }
    Ok(())
}
