//! Runs the command, on directories of its own.

// Each test uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// `dispatcher contracts …` in the folder of this package.
pub fn command(arguments: &[&str]) -> Output {
    run_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dispatcher"))
        .arg("contracts")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it runs")
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A folder with contracts in `contracts/`.
pub struct Directory(TempDir);

impl Directory {
    /// An empty one.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    /// With the reference contracts.
    pub fn reference() -> Self {
        let directory = Self::empty();
        let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts");
        copy(&reference, &directory.path().join("contracts"));
        directory
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        run_in(self.path(), arguments)
    }

    pub fn run_below(&self, folder: &str, arguments: &[&str]) -> Output {
        run_in(&self.path().join(folder), arguments)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("readable")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).expect("it is there");
    }

    /// Replaces a text that the file has exactly once.
    #[track_caller]
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(old).count(), 1, "{old} in {path}");
        self.write(path, &text.replace(old, new));
    }

    /// git in this folder, with a name and an address for commits.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@acme.example"])
            .args([
                "-c",
                "init.defaultBranch=main",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .current_dir(self.path())
            .output()
            .expect("git runs");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    }
}

/// Compares a text with a file of `tests/golden`. `UPDATE_EXPECT=1` rewrites the file.
#[track_caller]
pub fn golden(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
        fs::write(&path, found).expect("writable");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}

/// Copies the files of contracts: JSON, Markdown and the lock.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_str().expect("a plain name");
        if path.is_dir() && !["src", "tests", "target"].contains(&name) {
            copy(&path, &to.join(name));
        } else if name.ends_with(".json") || name.ends_with(".lock") {
            fs::copy(&path, to.join(name)).expect("writable");
        }
    }
}
