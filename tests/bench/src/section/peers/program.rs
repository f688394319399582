//! The program that drives the peers: built from its own workspace, then run once for each job.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::process::Command;

use super::own::Side;
use super::{Contender, Job, Value};
use crate::{Bench, Error};

/// Longer than the program itself waits before it calls a peer stuck.
const LIMIT: Duration = Duration::from_secs(600);

/// The program, built and ready to run.
pub(super) struct Program {
    path: PathBuf,
    /// Where the versions of the peers are.
    lock: String,
}

impl Program {
    /// Builds it beside this program, in a target folder of its own.
    pub(super) async fn build(bench: &Bench) -> Result<Self, Error> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers");
        let target = target()?.join("peers");
        bench.progress("  builds the peers, which takes minutes when nothing of them is there");
        let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--release", "--locked", "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .stdin(Stdio::null())
            .status()
            .await
            .map_err(Error::os("run cargo to build the peers"))?;
        if !built.success() {
            return Err(Error::Figure(
                "the peers could not be built; cargo says above why. They come from crates.io, so this \
                 section needs the network the first time, and Rust as new as tests/peers/Cargo.toml \
                 says. The other sections need neither"
                    .to_owned(),
            ));
        }
        let lock = folder.join("Cargo.lock");
        Ok(Self {
            path: target
                .join("release")
                .join("../peers")
                .with_extension(std::env::consts::EXE_EXTENSION),
            lock: std::fs::read_to_string(lock).map_err(Error::os("read the peers' Cargo.lock"))?,
        })
    }

    /// The name and version of a peer.
    pub(super) fn label(&self, contender: Contender) -> String {
        match contender {
            Contender::Own(Side::Raw) => "raw SQL".to_owned(),
            Contender::Own(Side::Ours) => format!("**Dispatcher {}**", env!("CARGO_PKG_VERSION")),
            Contender::Peer(name) => match version(&self.lock, name) {
                Some(version) => format!("{name} {version}"),
                None => name.to_owned(),
            },
        }
    }

    /// One round of one job, in a database of its own.
    pub(super) async fn measure(
        &self,
        bench: &Bench,
        peer: &str,
        job: Job,
    ) -> Result<Vec<Value>, Error> {
        let database = bench.server().create_database().await?;
        let run = Command::new(&self.path)
            .args(["--database-url", database.url()])
            .args(["--peer", peer, "--job", job.name(), "--rounds", "1"])
            .args(bench.quick().then_some("--quick"))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(LIMIT, run)
            .await
            .map_err(|_| Error::Figure(format!("it was not done after {LIMIT:?}")))?
            .map_err(Error::os("run the program of the peers"))?;
        database.close().await?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Error::Figure(
                said.split_whitespace().collect::<Vec<_>>().join(" "),
            ));
        }
        let lines = String::from_utf8_lossy(&output.stdout);
        lines.lines().map(read).collect()
    }
}

/// The target folder that this program was built into.
fn target() -> Result<PathBuf, Error> {
    let program = std::env::current_exe().map_err(Error::os("find this program"))?;
    let target = program.parent().and_then(Path::parent);
    let lost = || {
        Error::Figure(format!(
            "{} is in no target folder of cargo",
            program.display()
        ))
    };
    Ok(target.ok_or_else(lost)?.to_owned())
}

/// A line of output: a figure, with a single value because there was one round.
fn read(line: &str) -> Result<Value, Error> {
    let figure: Json = serde_json::from_str(line)?;
    let text = |key: &str| figure[key].as_str();
    match (text("case"), text("unit"), figure["values"][0].as_f64()) {
        (Some(case), Some(unit), Some(value)) => Ok(Value::new(case, unit, value)),
        _ => Err(Error::Figure(format!(
            "the peers' program printed a line that is not a figure: {line}"
        ))),
    }
}

/// The version of that package in a Cargo.lock, where it is on the line below the name.
fn version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_package() {
        let lock = "[[package]]\nname = \"obix-macros\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"obix\"\nversion = \"0.16.0\"\n";
        assert_eq!(version(lock, "obix"), Some("0.16.0"));
        assert_eq!(version(lock, "river"), None);
    }

    #[test]
    fn every_peer_is_in_the_lock_file() {
        let lock = include_str!("../../../../peers/Cargo.lock");
        for (contender, _) in super::super::CONTENDERS {
            if let Contender::Peer(name) = contender {
                assert!(version(lock, name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn a_line_is_a_figure_or_an_error() {
        let line = r#"{"case":"wake-up, p50","unit":"ms","values":[1.5]}"#;
        assert_eq!(read(line).unwrap(), Value::new("wake-up, p50", "ms", 1.5));
        assert!(read(r#"{"case":"wake-up, p50"}"#).is_err());
        assert!(read("stuck").is_err());
    }
}
