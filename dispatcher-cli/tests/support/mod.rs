//! Runs the command, on directories of its own.

// Each test uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// `dispatcher contracts …` in the folder of this package.
pub(crate) fn command(arguments: &[&str]) -> Output {
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

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A folder with contracts in `contracts/`.
pub(crate) struct Directory(TempDir);

impl Directory {
    /// An empty one.
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    /// With the reference contracts.
    pub(crate) fn reference() -> Self {
        let directory = Self::empty();
        let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts");
        copy(&reference, &directory.path().join("contracts"));
        directory
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run_in(self.path(), arguments)
    }

    /// The command, where no other program can be found.
    pub(crate) fn run_without_programs(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dispatcher"))
            .arg("contracts")
            .args(arguments)
            .current_dir(self.path())
            .env("PATH", self.path())
            .output()
            .expect("it runs")
    }

    pub(crate) fn run_below(&self, folder: &str, arguments: &[&str]) -> Output {
        run_in(&self.path().join(folder), arguments)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("readable")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).expect("it is there");
    }

    /// Replaces a text that the file has exactly once.
    #[track_caller]
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(old).count(), 1, "{old} in {path}");
        self.write(path, &text.replace(old, new));
    }

    /// git in this folder, with a name and an address for commits.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
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

/// The report with `{…}` for each example of `credit.locked`: which one the comparison finds is not what is tested.
pub(crate) fn without_examples(report: &str) -> String {
    let mut text = String::new();
    let mut rest = report;
    while let Some(at) = rest.find("credit_reservation_id") {
        let (before, found) = rest.split_at(at);
        let start = before.rfind('{').expect("an example is an object");
        let end = found.find(['}', '…']).expect("it ends") + start + (at - start);
        let end = end + rest[end..].chars().next().map_or(0, char::len_utf8);
        text.push_str(&rest[..start]);
        text.push_str("{…}");
        rest = &rest[end..];
    }
    text + rest
}

/// Compares a text with a file of `tests/golden`. `UPDATE_EXPECT=1` rewrites the file.
#[track_caller]
pub(crate) fn golden(name: &str, found: &str) {
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
