//! The files of a contracts directory that is loaded at run time.
//!
//! Someone who can write to the directory must not be able to read other files through it, or stop the program. So a
//! file counts only if it is a regular one, is not larger than [`LARGEST`], and lies in the directory after
//! all links are followed. Links inside of the directory are fine: that is how volumes are mounted.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest file that is read: 16 MiB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A contracts directory.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Where it is, as the caller spelled it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A file by its path below the directory.
    pub(super) fn read(&self, below: impl AsRef<Path>) -> io::Result<String> {
        let path = self.resolve(&self.path.join(below))?;
        let metadata = fs::metadata(&path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        if metadata.len() > LARGEST {
            return Err(too_large());
        }
        let mut text = String::new();
        let read = File::open(&path)?
            .take(LARGEST + 1)
            .read_to_string(&mut text);
        // It may have grown since.
        if text.len() as u64 > LARGEST {
            return Err(too_large());
        }
        read.map(|_| text)
    }

    /// Without links.
    ///
    /// # Errors
    /// It leads out of the directory.
    pub(super) fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        let (folder, resolved) = (fs::canonicalize(&self.path)?, fs::canonicalize(path)?);
        if resolved.starts_with(&folder) {
            return Ok(resolved);
        }
        let problem = format!(
            "it is a link to {}, outside of the contracts directory",
            resolved.display()
        );
        Err(io::Error::other(problem))
    }
}

fn too_large() -> io::Error {
    io::Error::other(format!("it is larger than {} MiB", LARGEST / 1024 / 1024))
}
