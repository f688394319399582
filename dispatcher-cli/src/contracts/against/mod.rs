//! What contracts are compared with: the lock, a directory, or a revision of git.

mod git;

use clap::Args;
use dispatcher_build_support::changes::Revision;
use dispatcher_build_support::lock::LOCK_FILE;
use dispatcher_build_support::{Contracts, Report};
use std::path::Path;
use tempfile::TempDir;

use super::directory::Directory;
use super::error::Error;

/// The word for the lock.
const LOCK: &str = "lock";

/// The option `--against`.
#[derive(Args, Clone, Debug)]
pub(crate) struct Against {
    /// What to compare with: a git ref, a directory or `lock`.
    ///
    /// A git ref is a branch, a tag or a commit: main, v1.2, HEAD~1.
    /// contracts.lock has digests and no schemas. Against it, only what was
    /// edited in place, removed or used again is found.
    #[arg(long, value_name = "WHAT", default_value = LOCK, verbatim_doc_comment)]
    against: String,
}

/// The other side of a comparison.
#[derive(Debug)]
pub(crate) enum Other {
    /// The lock of the directory itself.
    Lock(dispatcher_build_support::lock::Lock),
    /// A whole revision. The folder is removed with it, if it was made for the comparison.
    Revision(Box<Revision>, Option<TempDir>),
}

impl Against {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Fails if there is no such thing, if git cannot be run, or if its contracts have faults.
    pub(crate) fn read(&self, directory: &Directory) -> Result<Other, Error> {
        read(&self.against, directory)
    }
}

/// Reads what `--against` names.
pub(crate) fn read(against: &str, directory: &Directory) -> Result<Other, Error> {
    if against == LOCK {
        return lock(directory);
    }
    let path = Path::new(against);
    let revision = |path: &Path, shown: String| {
        let contracts = Contracts::new(path).shown_as(shown);
        Revision::read(&contracts)
            .map_err(|report| faults(against, &report))
            .map(Box::new)
    };
    if path.is_dir() {
        let shown = against.replace('\\', "/");
        return Ok(Other::Revision(
            revision(&std::path::absolute(path)?, shown)?,
            None,
        ));
    }
    let folder = git::checkout(directory.path(), against)?;
    let shown = directory.path().to_string_lossy().replace('\\', "/");
    let revision = revision(folder.path(), format!("{against}:{shown}"))?;
    Ok(Other::Revision(revision, Some(folder)))
}

fn faults(against: &str, report: &Report) -> Error {
    // Nothing is ever generated from these.
    let report = report
        .to_string()
        .replace("; nothing was generated", "; nothing was compared");
    Error::Call(format!("the contracts of {against} have faults\n{report}"))
}

fn lock(directory: &Directory) -> Result<Other, Error> {
    match directory.contracts()?.lock()? {
        Some(lock) => Ok(Other::Lock(lock)),
        None => Err(Error::Call(format!(
            "{} has no {LOCK_FILE}\n  help: write it with `dispatcher contracts lock {0}`, or compare with \
             something else: `--against main`",
            directory.path().display()
        ))),
    }
}
