//! The schema documents of contracts that are loaded at run time: files of a directory, or texts from the database.
//!
//! Someone who can write to the directory must not be able to read other files through it, or stop the program. So a
//! file counts only if it is a regular one, is not larger than [`LARGEST`], and lies in the directory after
//! all links are followed. Links inside of the directory are fine: that is how volumes are mounted.

#[cfg(feature = "consume")]
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dispatcher_schema::address::root_id;
use serde_json::Value;

/// The largest file that is read: 16 MiB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// How deep below the contracts directory an `$id` is looked for: links may lead in circles.
const DEEPEST: u8 = 16;

/// Where documents are read from.
pub(super) enum Files {
    Folder(Folder),
    /// Path → text, such as what was pushed to a database.
    #[cfg(feature = "consume")]
    Texts(BTreeMap<String, String>),
}

impl Files {
    /// A document by its path.
    pub(super) fn read(&self, path: &str) -> io::Result<String> {
        match self {
            Self::Folder(folder) => folder.read(path),
            #[cfg(feature = "consume")]
            Self::Texts(texts) => {
                let text = texts.get(path).cloned();
                text.ok_or_else(|| io::ErrorKind::NotFound.into())
            }
        }
    }

    /// The path of a document as errors show it.
    pub(super) fn shown(&self, path: &str) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.path().join(path),
            #[cfg(feature = "consume")]
            Self::Texts(_) => path.into(),
        }
    }

    /// The path of the document whose root has this `$id`.
    pub(super) fn with_id(&self, id: &str) -> Option<String> {
        match self {
            Self::Folder(folder) => folder.with_id(id),
            #[cfg(feature = "consume")]
            Self::Texts(texts) => {
                let mut texts = texts.iter();
                texts.find_map(|(path, text)| has_id(text, id).then(|| path.clone()))
            }
        }
    }
}

fn has_id(text: &str, id: &str) -> bool {
    let value = serde_json::from_str::<Value>(text);
    value.is_ok_and(|value| root_id(&value) == Some(id))
}

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
    fn path(&self) -> &Path {
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

    /// The path of the file whose root has this `$id`.
    fn with_id(&self, id: &str) -> Option<String> {
        let root = &self.path;
        let mut open = vec![(root.clone(), 0)];
        while let Some((folder, depth)) = open.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let Ok(below) = path.strip_prefix(root) else {
                    continue;
                };
                if path.is_dir() {
                    if depth < DEEPEST && self.resolve(&path).is_ok() {
                        open.push((path, depth + 1));
                    }
                } else if path
                    .extension()
                    .is_some_and(|extension| extension == "json")
                    && self.read(below).is_ok_and(|text| has_id(&text, id))
                {
                    let parts: Option<Vec<_>> = below.iter().map(|part| part.to_str()).collect();
                    return parts.map(|parts| parts.join("/"));
                }
            }
        }
        None
    }

    /// Without links.
    ///
    /// # Errors
    /// It leads out of the directory.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
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
