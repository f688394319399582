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
    /// What to compare with: a git ref (such as main, HEAD~1 or v1.2), a directory, or the word lock. The lock has
    /// digests and no schemas: against it, only what was edited in place, removed or used again is found
    #[arg(long, value_name = "REF|DIRECTORY|lock", default_value = LOCK)]
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
        if self.against == LOCK {
            return lock(directory);
        }
        let path = Path::new(&self.against);
        if path.is_dir() {
            let absolute = std::path::absolute(path)?;
            let contracts = Contracts::new(absolute).shown_as(self.against.replace('\\', "/"));
            let revision = Revision::read(&contracts).map_err(|report| self.faults(&report))?;
            return Ok(Other::Revision(Box::new(revision), None));
        }
        let folder = git::checkout(directory.path(), &self.against)?;
        let shown = format!(
            "{}:{}",
            self.against,
            directory.path().to_string_lossy().replace('\\', "/")
        );
        let contracts = Contracts::new(folder.path()).shown_as(shown);
        let revision = Revision::read(&contracts).map_err(|report| self.faults(&report))?;
        Ok(Other::Revision(Box::new(revision), Some(folder)))
    }

    fn faults(&self, report: &Report) -> Error {
        let faults = report.to_string();
        // Nothing is ever generated from these.
        let faults = faults.replace("; nothing was generated", "; nothing was compared");
        Error::Call(format!(
            "the contracts of {} have faults\n{faults}",
            self.against
        ))
    }
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
