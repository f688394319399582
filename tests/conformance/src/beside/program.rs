//! The program that runs typify: one process for each document, with a time limit.
//!
//! It is in a workspace of its own, `tests/beside-typify`, and is not built here: if it is missing,
//! the error names the command that builds it.

use std::env;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use serde_json::Value;

use crate::Error;

/// How long typify may take for one document.
const LIMIT: Duration = Duration::from_secs(60);

/// The dependencies of the code that typify generates; the versions are those in the program's
/// Cargo.lock.
const DEPENDENCIES: &str = "\
chrono = { version = \"0.4\", default-features = false, features = [\"serde\", \"std\"] }
regress = \"0.12\"
serde = { version = \"1\", features = [\"derive\"] }
serde_json = \"1\"
uuid = { version = \"1\", features = [\"serde\"] }
";

/// The built program, and the dependencies of the code that it generates.
#[derive(Clone, Debug)]
pub struct Program {
    /// The program.
    pub path: PathBuf,
    /// A document that takes longer counts as one that does not end.
    pub limit: Duration,
    /// The dependencies of generated code, as lines of a manifest.
    pub dependencies: String,
    /// The Cargo.lock with their versions.
    pub lock: PathBuf,
}

impl Program {
    /// The program that was built into `beside-typify` below this target folder.
    ///
    /// # Errors
    /// If it is not there: how to build it.
    pub fn built(target: &Path) -> Result<Self, Error> {
        let target = target.join("beside-typify");
        let path = target.join("release").join("beside-typify");
        let path = path.with_extension(env::consts::EXE_EXTENSION);
        if path.is_file() {
            return Ok(Self {
                path,
                limit: LIMIT,
                dependencies: DEPENDENCIES.to_owned(),
                lock: workspace().join("Cargo.lock"),
            });
        }
        Err(Error::Contracts(format!(
            "--beside typify needs a program that is built by itself: {} does not exist. Build it with\n    \
             cargo build --release --locked --manifest-path {} --target-dir {}\n\
             typify and its dependencies come from crates.io, so this needs the network the first time",
            path.display(),
            workspace().join("Cargo.toml").display(),
            target.display()
        )))
    }

    /// The text of its Cargo.lock.
    pub(crate) fn locked_versions(&self) -> Result<String, Error> {
        std::fs::read_to_string(&self.lock).map_err(Error::file(&self.lock))
    }

    /// The Rust of one job, or why there is none.
    ///
    /// # Errors
    /// When the program cannot be run at all.
    pub(crate) fn generate(&self, job: &Value) -> Result<Result<String, String>, Error> {
        let mut child = Command::new(&self.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Error::file(&self.path))?;
        let (input, output, errors) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let job = job.to_string();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // A program that exits early has printed the reason.
                input.map(|mut input| input.write_all(job.as_bytes()))
            });
            // Nothing is ever sent: it is closed when both outputs are, which a process leaves open until it
            // ends.
            let (output_open, outputs_open) = mpsc::channel();
            let errors_open = output_open.clone();
            let rust = scope.spawn(move || read(output, output_open));
            let reason = scope.spawn(move || read(errors, errors_open));
            let status = self
                .wait(&mut child, &outputs_open)
                .map_err(Error::file(&self.path))?;
            let text = |thread: std::thread::ScopedJoinHandle<'_, String>| {
                thread.join().unwrap_or_default()
            };
            let (rust, reason) = (text(rust), text(reason));
            Ok(match status {
                None => Err(format!("not done after {} s", self.limit.as_secs_f64())),
                Some(status) if status.success() => Ok(rust),
                Some(status) if status.code() == Some(1) => {
                    Err(format!("refused: {}", shown(&reason)))
                }
                Some(status) if status.code() == Some(101) => {
                    Err(format!("panicked: {}", shown(&reason)))
                }
                Some(status) => Err(format!("died: {status}")),
            })
        })
    }

    /// Its exit status; `None` if it was stopped at the time limit.
    fn wait(
        &self,
        child: &mut Child,
        outputs_open: &Receiver<()>,
    ) -> std::io::Result<Option<std::process::ExitStatus>> {
        if outputs_open.recv_timeout(self.limit) == Err(RecvTimeoutError::Timeout) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        child.wait().map(Some)
    }
}

/// The folder of its package.
pub(crate) fn workspace() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    tests.unwrap_or(Path::new("..")).join("beside-typify")
}

/// The version of typify that its Cargo.lock has.
pub(crate) fn version() -> &'static str {
    let lock = include_str!("../../../beside-typify/Cargo.lock");
    let mut lines = lock.lines();
    let found = lines.any(|line| line == "name = \"typify\"");
    let version = found.then(|| lines.next()).flatten();
    version
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .unwrap_or("of an unknown version")
}

/// All of an output; then `_open` is closed.
fn read(from: Option<impl Read>, _open: Sender<()>) -> String {
    let mut bytes = Vec::new();
    // What was read before an error is shown.
    let _ = from.map(|mut from| from.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// On one line of limited length, without what Rust prints about backtraces.
fn shown(reason: &str) -> String {
    let lines = reason
        .lines()
        .filter(|line| !line.starts_with("note: ") && !line.trim().is_empty());
    let words: Vec<_> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_that_of_the_lock_file() {
        assert!(super::version().starts_with("0.8."), "{}", super::version());
    }
}
