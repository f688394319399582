//! A slow disk on a fast machine: each `fsync` and `fdatasync` of the server takes longer.
//!
//! A few lines of C that are loaded before libc; neither root nor a setting can do it. Postgres'
//! `commit_delay` does not do it either: it delays a commit only while other transactions are
//! active, which is where a slow disk costs least, because they share one fsync.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::Error;

const SOURCE: &str = include_str!("slow_disk.c");

/// The compiled library; its folder is removed when this is dropped.
#[derive(Debug)]
pub(super) struct SlowDisk {
    folder: PathBuf,
    delay: Duration,
}

impl SlowDisk {
    pub(super) fn compile(delay: Duration) -> Result<Self, Error> {
        if !cfg!(target_os = "linux") {
            return Err(Error::NoSlowDisk("it works on Linux only".to_owned()));
        }
        let name = format!("dispatcher-bench-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).map_err(Error::os("make a temporary folder"))?;
        let disk = Self { folder, delay };
        let source = disk.folder.join("slow_disk.c");
        std::fs::write(&source, SOURCE).map_err(Error::os("write slow_disk.c"))?;
        let output = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2"])
            .arg(format!("-DDELAY_US={}", delay.as_micros()))
            .arg(&source)
            .arg("-o")
            .arg(disk.library())
            .arg("-ldl")
            .output()
            .map_err(|error| Error::NoSlowDisk(format!("cc cannot be run: {error}")))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(Error::NoSlowDisk(format!("cc failed: {}", text.trim())));
        }
        // The server may run under another account.
        for path in [disk.folder.clone(), disk.library().into()] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
                .map_err(Error::os("let the server read slow_disk.so"))?;
        }
        Ok(disk)
    }

    pub(super) fn library(&self) -> OsString {
        self.folder.join("slow_disk.so").into_os_string()
    }

    pub(super) fn delay(&self) -> Duration {
        self.delay
    }
}

impl Drop for SlowDisk {
    fn drop(&mut self) {
        // If this fails, a few kilobytes stay in the temporary folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
