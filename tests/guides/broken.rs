//! The programs of `docs/fault-tests.md` are run against broken variants of the code: each patch that breaks something still
//! fits the code.

use std::process::Command;

use dispatcher_test_fixtures::TestResult;

use crate::root;

#[test]
fn each_patch_that_breaks_something_applies() -> TestResult {
    let mut faults = Vec::new();
    let mut patches = 0;
    for package in ["chaos", "nats-chaos"] {
        for entry in root()
            .join("tests")
            .join(package)
            .join("broken")
            .read_dir()?
        {
            let path = entry?.path();
            if path.extension().is_none_or(|it| it != "patch") {
                continue;
            }
            patches += 1;
            let mut git = Command::new("git");
            git.args(["apply", "--check"]).arg(&path);
            let output = git.current_dir(root()).output()?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                faults.push(format!("{}: {said}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(patches >= 11, "{patches} patches");
    Ok(())
}
