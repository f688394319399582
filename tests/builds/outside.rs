//! A workspace outside of this repository, which depends on it by path.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tokio::sync::{Mutex, MutexGuard};

use crate::{TestResult, workspace};

/// A copy of a folder of `tests/builds`, beside the target folder.
pub(crate) struct Outside {
    pub(crate) folder: PathBuf,
    /// They share a target folder, in which another build would be seen.
    _turn: MutexGuard<'static, ()>,
}

impl Outside {
    /// Copies the folder `template`, whose `Cargo.toml.in` becomes a `Cargo.toml` with the path of this repository.
    ///
    /// Waits until the test before it is done with its copy.
    pub(crate) async fn new(template: &str, name: &str) -> TestResult<Self> {
        static TURN: Mutex<()> = Mutex::const_new(());
        let turn = TURN.lock().await;
        let root = workspace();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        copy(&root.join("tests/builds").join(template), &folder)?;
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml.in"))?;
        let manifest = manifest.replace("{root}", root.to_str().ok_or("the path is not UTF-8")?);
        std::fs::write(folder.join("Cargo.toml"), manifest)?;
        // The versions that this workspace was tested with, and already has.
        std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self {
            folder,
            _turn: turn,
        })
    }

    /// The target folder. It stands beside the copy, so that the next run of a test finds the dependencies built.
    pub(crate) fn target(&self) -> PathBuf {
        self.folder.with_file_name("outside-target")
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> TestResult<Output> {
        Ok(Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.target())
            .env_remove("RUSTFLAGS")
            .env("CARGO_TERM_COLOR", "never")
            .output()?)
    }

    pub(crate) fn builds(&self) -> TestResult<String> {
        let output = self.cargo(&["build"])?;
        let text = String::from_utf8(output.stderr)?;
        if output.status.success() {
            Ok(text)
        } else {
            Err(text.into())
        }
    }

    pub(crate) fn refused(&self) -> TestResult<String> {
        match self.builds() {
            Ok(_) => Err("it built and should not have".into()),
            Err(text) => Ok(text.to_string()),
        }
    }

    /// Replaces one text in a file; the returned value can undo that.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) -> TestResult<Edited> {
        let path = self.folder.join(file);
        let before = std::fs::read_to_string(&path)?;
        assert!(before.contains(from), "{file} holds no {from:?}");
        std::fs::write(&path, before.replacen(from, to, 1))?;
        Ok(Edited { path, before })
    }
}

/// An edit that can be undone.
pub(crate) struct Edited {
    path: PathBuf,
    before: String,
}

impl Edited {
    pub(crate) fn undo(self) -> TestResult {
        Ok(std::fs::write(self.path, self.before)?)
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
