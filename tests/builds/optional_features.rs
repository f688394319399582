//! The packages whose tests need optional features of the runtime are not default members of the
//! workspace, because cargo would enable those features for the quick start too. So `cargo test`
//! runs them from here. Their output goes where this test's output goes.

use crate::{TestResult, cargo};

#[test]
fn the_tests_with_optional_features_pass() -> TestResult {
    let packages = [
        "dispatcher-bench",
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
    let status = cargo("test")
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .status()?;
    assert!(status.success(), "cargo test of {packages:?}: {status}");
    Ok(())
}
