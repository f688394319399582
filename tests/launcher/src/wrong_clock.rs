//! A clock that is wrong, for a process of its own.

use std::fs;
use std::path::PathBuf;

/// What to install where [`wrong_clock`] finds nothing.
pub const WRONG_CLOCK_NEEDS: &str =
    "`apt-get install libfaketime` provides what sets a process's clock wrong";

/// The environment of a process whose clock is that far off, such as `+10m` or `-40d`. Its monotonic clock
/// stays right. `None` where libfaketime is not installed.
pub fn wrong_clock(by: &str) -> Option<[(&'static str, String); 3]> {
    let library = library()?.to_str()?.to_owned();
    Some([
        ("LD_PRELOAD", library),
        ("FAKETIME", by.to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ])
}

/// libfaketime, which shows a process another time.
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?;
    let mut libraries = folders
        .flatten()
        .map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    libraries.find(|library| library.exists())
}
