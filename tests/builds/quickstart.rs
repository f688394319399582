//! `cargo run --example quickstart` compiles what it uses, and README.md says how many crates that is.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::{TestResult, cargo, workspace};

/// What other default members make tokio depend on: the crates of its features `process` and
/// `signal`.
const UNUSED: [&str; 2] = ["errno", "signal-hook-registry"];

fn output(command: &mut Command) -> TestResult<String> {
    let output = command.output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Ok(String::from_utf8(output.stdout)?)
}

/// The ids of the packages that are compiled for the quick start, including itself and what build
/// scripts need. Everything has been compiled by the time `cargo test` gets here, so cargo only
/// lists it.
fn compiled() -> TestResult<BTreeSet<String>> {
    let mut build = cargo("build");
    build.args(["--example", "quickstart", "--message-format=json"]);
    let mut ids = BTreeSet::new();
    for line in output(&mut build)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        if message["reason"] == "compiler-artifact" {
            ids.insert(message["package_id"].as_str().ok_or("no id")?.to_owned());
        }
    }
    Ok(ids)
}

/// The name in `registry+https://host/index#name@1.0.0` or `path+file:///folder/name#1.0.0`.
fn name(id: &str) -> &str {
    let (place, fragment) = id.split_once('#').unwrap_or(("", id));
    match fragment.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next().unwrap_or_default(),
    }
}

/// The names of all packages that the quick start's package depends on by itself.
fn used() -> TestResult<BTreeSet<String>> {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(workspace())
        .args(["tree", "--locked", "--package", "dispatcher-examples"])
        .args(["--edges", "normal,build,dev", "--prefix", "none"]);
    let lines = output(&mut tree)?;
    let names = lines.lines().filter_map(|line| line.split(' ').next());
    Ok(names.map(str::to_owned).collect())
}

#[test]
fn it_compiles_no_crate_that_it_does_not_use() -> TestResult {
    let (compiled, used) = (compiled()?, used()?);
    let unused: Vec<_> = compiled
        .iter()
        .map(|id| name(id))
        .filter(|name| !used.contains(*name) && !UNUSED.contains(name))
        .collect();
    assert!(
        unused.is_empty(),
        "it compiles these, and does not use them: {unused:?}"
    );
    // The number depends on the platform.
    if cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    )) {
        let readme = std::fs::read_to_string(workspace().join("README.md"))?;
        let said = format!("compiles {} crates", compiled.len());
        assert!(readme.contains(&said), "README.md does not say: {said}");
    }
    Ok(())
}

#[test]
fn a_package_id_has_a_name() {
    assert_eq!(name("registry+https://host/index#axum@0.8.4"), "axum");
    assert_eq!(name("path+file:///folder/contracts#acme@0.1.0"), "acme");
    assert_eq!(name("path+file:///folder/runtime#0.1.0"), "runtime");
}
