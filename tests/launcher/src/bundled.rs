//! Server programs from crates.io, for a machine without Postgres.
//!
//! The parts of `liboliphaunt-native-*` together hold one installation, below `files/runtime`. They
//! are merged into one folder of the cache, because the server looks for its files beside its own
//! program, and made executable, because a crate does not preserve modes.
//!
//! Not every machine can run them: [`programs`] says why not, without trying.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use dispatcher_local_postgres::private::{self as local, Fallback, For, Programs, Refusal, RunAs};

/// Where to look after the usual places of this machine.
pub(super) const BUNDLED: Fallback = Fallback {
    place: "crates.io",
    find: |run_as, _major| programs(run_as),
};

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
mod parts {
    pub(super) const ROOTS: &[&str] = &[
        liboliphaunt_native_linux_x64_gnu_part_001::PAYLOAD_ROOT,
        liboliphaunt_native_linux_x64_gnu_part_002::PAYLOAD_ROOT,
        liboliphaunt_native_linux_x64_gnu_part_003::PAYLOAD_ROOT,
    ];
    pub(super) const NAME: &str = "liboliphaunt-0.3.2-linux-x64-gnu";
}

#[cfg(all(target_os = "linux", target_arch = "aarch64", target_env = "gnu"))]
mod parts {
    pub(super) const ROOTS: &[&str] = &[
        liboliphaunt_native_linux_arm64_gnu_part_001::PAYLOAD_ROOT,
        liboliphaunt_native_linux_arm64_gnu_part_002::PAYLOAD_ROOT,
        liboliphaunt_native_linux_arm64_gnu_part_003::PAYLOAD_ROOT,
    ];
    pub(super) const NAME: &str = "liboliphaunt-0.3.2-linux-arm64-gnu";
}

#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
mod parts {
    pub(super) const ROOTS: &[&str] = &[
        liboliphaunt_native_macos_arm64_part_001::PAYLOAD_ROOT,
        liboliphaunt_native_macos_arm64_part_002::PAYLOAD_ROOT,
        liboliphaunt_native_macos_arm64_part_003::PAYLOAD_ROOT,
    ];
    pub(super) const NAME: &str = "liboliphaunt-0.3.2-macos-arm64";
}

#[cfg(not(any(
    all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"),
    all(target_os = "linux", target_arch = "aarch64", target_env = "gnu"),
    all(target_os = "macos", target_arch = "aarch64"),
)))]
mod parts {
    pub(super) const ROOTS: &[&str] = &[];
    pub(super) const NAME: &str = "";
}

/// The programs were linked against this version of glibc: Debian 13, Ubuntu 24.04, Fedora 39.
#[cfg(target_env = "gnu")]
const OLDEST_GLIBC: (u32, u32) = (2, 38);

/// The merged programs.
fn programs(run_as: &RunAs) -> Result<Programs, Refusal> {
    if parts::ROOTS.is_empty() {
        let reason = "there is nothing for this system and processor; for Linux with glibc on \
                      x86-64 or arm64, and for macOS on arm64, there is";
        return Err(Refusal::Other(reason.to_owned()));
    }
    #[cfg(target_env = "gnu")]
    glibc::check(OLDEST_GLIBC)?;
    let runtime = local::folder(parts::NAME, run_as, merge).map_err(|error| {
        let first = parts::ROOTS[0];
        Refusal::Other(format!(
            "could not merge {first} and its other parts: {error}"
        ))
    })?;
    Programs::merged(&runtime, "crates.io").with_version(run_as)
}

fn merge(folder: &Path) -> io::Result<()> {
    for root in parts::ROOTS {
        local::copy(
            &Path::new(root).join("files/runtime"),
            folder,
            For::Everybody,
        )?;
    }
    for program in fs::read_dir(folder.join("bin"))? {
        fs::set_permissions(program?.path(), PermissionsExt::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(target_env = "gnu")]
mod glibc {
    //! The version of this machine's glibc. Asking the library itself takes an `unsafe` call.

    use std::process::Command;

    use super::Refusal;

    pub(super) fn check(oldest: (u32, u32)) -> Result<(), Refusal> {
        let answer = |program, argument| {
            let output = Command::new(program).arg(argument).output().ok()?;
            version(&String::from_utf8_lossy(&output.stdout))
        };
        let found = answer("getconf", "GNU_LIBC_VERSION").or_else(|| answer("ldd", "--version"));
        let needed = format!("glibc {}.{} or later", oldest.0, oldest.1);
        match found {
            Some(found) if found >= oldest => Ok(()),
            Some((major, minor)) => Err(Refusal::Other(format!(
                "it needs {needed}, and this machine has {major}.{minor}"
            ))),
            None => Err(Refusal::Other(format!(
                "it needs {needed}, and neither getconf nor ldd says what this machine has"
            ))),
        }
    }

    /// The last word of the first line, as both programs print it.
    fn version(answer: &str) -> Option<(u32, u32)> {
        let (major, minor) = answer
            .lines()
            .next()?
            .split_whitespace()
            .last()?
            .split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    }

    #[test]
    fn the_version_is_the_last_word() {
        assert_eq!(version("glibc 2.36\n"), Some((2, 36)));
        let ldd = "ldd (Debian GLIBC 2.36-9+deb12u14) 2.36\nCopyright (C) 2022\n";
        assert_eq!(version(ldd), Some((2, 36)));
        assert_eq!(version("ldd (GNU libc) 2.41"), Some((2, 41)));
        assert_eq!(version(""), None);
    }
}
