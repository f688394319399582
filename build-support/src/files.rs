//! The contracts directory: what may be read from it, and what has been.
//!
//! A path is relative to the directory and made of characters that are the same in a file system
//! and in a URI, so that a file has one spelling everywhere. Nothing outside the directory is ever
//! read, not through `..` and not through a link. Every file that was read, or looked for, is
//! remembered: together with the directories they stand in, they are the inputs of the build.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use dispatcher_schema::path::check_path;

/// Larger files are no contracts; reading them would only exhaust the memory.
const LARGEST: u64 = 32 * 1024 * 1024;
/// Where a listing (for did-you-mean, and to find an `$id`) stops.
const LONGEST_LISTING: usize = 20_000;

/// The contracts directory.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    /// As given, for diagnostics.
    shown: String,
    /// Whether this is also the directory of the package that is being built.
    is_package: bool,
    /// Whether there is no directory at all.
    is_empty: bool,
    read: BTreeSet<String>,
    missing: BTreeSet<String>,
    listing: Option<Vec<String>>,
}

/// Why a file cannot be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// It does not exist.
    Missing,
    /// Something else, in words.
    Refused(String),
}

impl Files {
    pub(crate) fn new(root: PathBuf, shown: String) -> Self {
        Self {
            root,
            shown,
            is_package: false,
            is_empty: false,
            read: BTreeSet::new(),
            missing: BTreeSet::new(),
            listing: None,
        }
    }

    /// The same directory, which is also that of the package that is being built.
    pub(crate) fn of_the_package(self) -> Self {
        Self {
            is_package: true,
            ..self
        }
    }

    /// A directory without files, for documents that come from elsewhere.
    pub(crate) fn none() -> Self {
        Self {
            is_empty: true,
            listing: Some(Vec::new()),
            ..Self::new(PathBuf::new(), String::new())
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The directory as given.
    pub(crate) fn root_shown(&self) -> &str {
        &self.shown
    }

    /// A path as a reader would open it.
    pub(crate) fn shown(&self, path: &str) -> String {
        shown(&self.shown, path)
    }

    /// The bytes of a file.
    pub(crate) fn read(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        if self.is_empty || check_path(path).is_err() {
            return Err(ReadError::Missing);
        }
        let refused = |error: io::Error| ReadError::Refused(format!("cannot be read: {error}"));
        let full = self.root.join(path);
        let metadata = match fs::metadata(&full) {
            Ok(metadata) => metadata,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                self.missing.insert(path.to_owned());
                return Err(ReadError::Missing);
            }
            Err(error) => return Err(refused(error)),
        };
        self.read.insert(path.to_owned());
        // Not before: opening a named pipe would wait for ever.
        if !metadata.is_file() {
            return Err(ReadError::Refused("is not a file".to_owned()));
        }
        let (root, target) = (
            fs::canonicalize(&self.root).map_err(refused)?,
            fs::canonicalize(&full).map_err(refused)?,
        );
        if !target.starts_with(&root) {
            return Err(ReadError::Refused(
                "is a link out of the contracts directory".to_owned(),
            ));
        }
        if metadata.len() > LARGEST {
            return Err(ReadError::Refused("is larger than 32 MiB".to_owned()));
        }
        fs::read(&full).map_err(refused)
    }

    /// Every `.json` file below the directory, sorted. Read once.
    pub(crate) fn list(&mut self) -> &[String] {
        let root = &self.root;
        self.listing.get_or_insert_with(|| list(root))
    }

    /// The files that were read.
    pub(crate) fn inputs(&self) -> Vec<PathBuf> {
        self.read.iter().map(|path| self.root.join(path)).collect()
    }

    /// The directories below the root that hold files that were read or looked for in vain, so that
    /// a file that is added or removed is seen. A missing file itself is no input: cargo would take
    /// it for changed for ever. The root is among them unless it is the package's own directory,
    /// where every change to the sources would count.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        let mut directories = BTreeSet::new();
        for path in self.read.iter().chain(&self.missing) {
            let mut directory = path.as_str();
            while let Some((parent, _)) = directory.rsplit_once('/') {
                directories.insert(self.root.join(parent));
                directory = parent;
            }
        }
        if !self.is_package {
            directories.insert(self.root.clone());
        }
        directories.retain(|directory| directory.is_dir());
        directories.into_iter().collect()
    }
}

/// `path` below the contracts directory as it was given.
pub(crate) fn shown(root: &str, path: &str) -> String {
    if path.contains("://") || root.is_empty() || root == "." {
        return path.to_owned();
    }
    format!("{}/{path}", root.trim_end_matches('/'))
}

fn list(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(root.to_owned(), String::new())];
    while let Some((directory, prefix)) = open.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = format!("{prefix}{name}");
            // A link to a directory is not followed: it may lead in a circle.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules"
            {
                open.push((entry.path(), format!("{path}/")));
            } else if name.ends_with(".json") && check_path(&path).is_ok() {
                found.push(path);
            }
        }
        if found.len() > LONGEST_LISTING {
            break;
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(is_package: bool) -> (Vec<String>, Vec<String>) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let root = directory.path();
        fs::create_dir_all(root.join("a/b")).expect("writable");
        fs::create_dir_all(root.join("src")).expect("writable");
        for path in ["registry.json", "a/b/x.json", "a/unread.json"] {
            fs::write(root.join(path), "{}").expect("writable");
        }
        let mut files = Files::new(root.to_owned(), "contracts".to_owned());
        files.is_package = is_package;
        assert!(files.read("registry.json").is_ok());
        assert!(files.read("a/b/x.json").is_ok());
        assert!(files.read("gone/y.json").is_err());
        assert_eq!(
            files.list(),
            ["a/b/x.json", "a/unread.json", "registry.json"]
        );
        let relative = |paths: Vec<PathBuf>| {
            let below = |path: &PathBuf| {
                path.strip_prefix(root)
                    .map(|path| path.display().to_string())
            };
            paths
                .iter()
                .map(|path| below(path).expect("below the root"))
                .collect()
        };
        (relative(files.inputs()), relative(files.directories()))
    }

    #[test]
    fn the_inputs_are_what_was_read_and_where_it_stands() {
        let (files, directories) = inputs(false);
        assert_eq!(files, ["a/b/x.json", "registry.json"]);
        assert_eq!(directories, ["", "a", "a/b"]);
    }

    #[test]
    fn a_package_is_not_an_input_of_itself() {
        assert_eq!(inputs(true).1, ["a", "a/b"]);
    }
}
