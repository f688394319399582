//! The data folder of `dispatcher dev`: `.gitignore`, `lock`, two secrets, and `postgres/` with the cluster.
//!
//! One process at a time has it, by a lock that the system releases when the process ends, however it ends. Only a folder
//! that was made here is used, so that `--fresh` removes nothing else.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::database::Failure;
use crate::screen::plain;

/// What the `.gitignore` begins with, by which the folder is known.
const MARK: &str = "# Made by `dispatcher dev`. Everything in this folder can be removed.";

/// A data folder that this process has alone.
#[derive(Debug)]
pub(super) struct DataFolder {
    path: PathBuf,
    /// Held until the process ends.
    _lock: File,
}

impl DataFolder {
    /// Takes the folder, and makes it if it is not there.
    ///
    /// # Errors
    /// It cannot be written, has other files, or another process has it.
    pub(super) fn take(path: &Path) -> Result<Self, Failure> {
        let refused = |error: io::Error| {
            Failure::Usage(format!(
                "cannot keep data in {}: {error}\n  help: name a folder that you may write to, with `--data`",
                path.display()
            ))
        };
        fs::create_dir_all(path).map_err(refused)?;
        let path = fs::canonicalize(path).map_err(refused)?;
        let mark = path.join(".gitignore");
        let is_marked = fs::read_to_string(&mark).is_ok_and(|text| text.starts_with(MARK));
        if !is_marked {
            let mut entries = fs::read_dir(&path).map_err(refused)?;
            if entries.next().is_some() {
                return Err(Failure::Usage(format!(
                    "{} has files, and not those of `dispatcher dev`\n  help: name a folder that is empty or not \
                     there, with `--data`",
                    path.display()
                )));
            }
            fs::write(&mark, format!("{MARK}\n*\n")).map_err(refused)?;
        }
        let mut lock = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path.join("lock"))
            .map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(&path, &mut lock)),
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(refused)?;
        Ok(Self { path, _lock: lock })
    }

    /// Where the cluster is.
    pub(super) fn postgres(&self) -> PathBuf {
        self.path.join("postgres")
    }

    /// Removes the cluster.
    ///
    /// # Errors
    /// The system refuses it.
    pub(super) fn clear(&self) -> Result<(), Failure> {
        match fs::remove_dir_all(self.postgres()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::Usage(format!(
                "cannot remove {}: {error}\n  help: remove it yourself",
                self.postgres().display()
            ))),
            _ => Ok(()),
        }
    }

    /// The secret of that name, which only this user may read; made if there is none.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub(super) fn secret(&self, name: &str) -> Result<String, Failure> {
        let path = self.path.join(name);
        let refused =
            |error: io::Error| Failure::Usage(format!("the secret {}: {error}", path.display()));
        match fs::read_to_string(&path) {
            Ok(text) if is_secret(text.trim()) => return Ok(text.trim().to_owned()),
            Ok(_) => fs::remove_file(&path).map_err(refused)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refused(error)),
        }
        let secret = random();
        let mut file = File::options()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(refused)?;
        writeln!(file, "{secret}").map_err(refused)?;
        Ok(secret)
    }
}

/// 64 bits, short enough for a URL in a line of 80 columns. Only programs on this machine can guess, one at a time.
pub(super) fn random() -> String {
    let digits = Uuid::new_v4().simple().to_string();
    digits
        .chars()
        .take(8)
        .chain(digits.chars().skip(24))
        .collect()
}

fn is_secret(text: &str) -> bool {
    text.len() == 16 && text.chars().all(|digit| digit.is_ascii_hexdigit())
}

fn taken(path: &Path, lock: &mut File) -> Failure {
    let mut process = String::new();
    // It may be locked and not be written yet.
    let _ = lock.read_to_string(&mut process);
    let process = match process.trim() {
        "" => String::new(),
        process => format!(" (process {})", plain(process)),
    };
    Failure::No(format!(
        "another `dispatcher dev`{process} has the data in {}\n  help: use that one, end it with Ctrl-C, or name another \
         folder with `--data`",
        path.display()
    ))
}
