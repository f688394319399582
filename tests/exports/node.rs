//! The npm packages, if they are there.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dispatcher_test_fixtures::TestResult;

/// The folder that holds `node_modules`; none where the packages were not fetched.
pub(crate) fn packages() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("exports-node");
    let is_there = folder.join("node_modules/typescript").is_dir();
    if !is_there {
        eprintln!(
            "skipped: run tests/exports/fetch-node-packages, which fetches what this test needs from npm"
        );
    }
    is_there.then_some(folder)
}

/// Runs a script of `node/` with that standard input, and returns its output.
pub(crate) fn run(packages: &Path, script: &str, input: &str) -> TestResult<String> {
    // Node looks for packages beside the script.
    let script_path = packages.join(script);
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("node")
            .join(script),
        &script_path,
    )?;
    let mut child = Command::new("node")
        .arg(script_path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child
        .stdin
        .take()
        .ok_or("a pipe")?
        .write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    assert!(output.status.success(), "{script}: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// What tsc says about the files of a folder, with the strictest options; empty if they are right.
pub(crate) fn tsc(packages: &Path, folder: &Path) -> TestResult<String> {
    let files = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<TestResult<Vec<_>>>()?;
    let output = Command::new("node")
        .arg(packages.join("node_modules/typescript/bin/tsc"))
        .args([
            "--strict",
            "--exactOptionalPropertyTypes",
            "--noUncheckedIndexedAccess",
            "--noEmit",
            "--pretty",
            "false",
        ])
        .args(["--module", "nodenext"])
        .args(files)
        .output()?;
    let found = String::from_utf8(output.stdout)?;
    // Without this check, a tsc that cannot run would find nothing.
    assert_eq!(
        output.status.success(),
        found.is_empty(),
        "tsc: {}",
        output.status
    );
    Ok(found)
}
