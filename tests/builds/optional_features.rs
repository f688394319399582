//! The packages whose tests need optional features of the runtime are not default members of the
//! workspace, because cargo would enable those features for the quick start too. So `cargo test`
//! runs them from here. Their output goes where this test's output goes.

use crate::{TestResult, cargo};

#[test]
fn the_tests_with_optional_features_pass() -> TestResult {
    let packages = [
        "dispatcher-bench",
        "dispatcher-browser-tests",
        "dispatcher-cli",
        "dispatcher-cli-tests",
        "dispatcher-cloudevents-tests",
        "dispatcher-exports-tests",
        "dispatcher-guide-tests",
        "dispatcher-http-tests",
        "dispatcher-json-schema-tests",
        "dispatcher-monitoring-tests",
        "dispatcher-nats",
        "dispatcher-nats-chaos",
        "dispatcher-nats-tests",
        "dispatcher-observe-tests",
        "dispatcher-runtime",
        "dispatcher-tls-tests",
    ];
    test(&packages)
}

/// By itself, because the other tests of the command are of one without the feature.
#[test]
fn the_tests_of_a_command_with_credentials_pass() -> TestResult {
    test(&["dispatcher-nats-access-tests"])
}

fn test(packages: &[&str]) -> TestResult {
    let status = cargo("test")
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .status()?;
    assert!(status.success(), "cargo test of {packages:?}: {status}");
    Ok(())
}
