//! Why nothing was exported.

use std::io;
use std::path::PathBuf;

use dispatcher_build_support::Report;
use dispatcher_runtime::RegistryError;

use crate::output::Output;

/// An export failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The contracts have faults. The report lists all of them.
    #[error(transparent)]
    Contracts(#[from] Report),
    /// The gate could not read the contracts.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A line of `samples.jsonl` is not a sample.
    #[error("{path}:{line}: {message}", path = .path.display())]
    #[non_exhaustive]
    Sample {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
    },
    /// A file could not be read.
    #[error("cannot read {path}", path = .path.display())]
    #[non_exhaustive]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// No event type has a domain of that name.
    #[error("no event type is produced or consumed by {name:?}; {help}")]
    #[non_exhaustive]
    UnknownDomain {
        /// The name that was given.
        name: String,
        /// The name that was probably meant, or all names.
        help: String,
    },
    /// A file could not be written.
    #[error("cannot write {path}", path = .path.display())]
    #[non_exhaustive]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl ExportError {
    /// What the command prints: faults of the contracts are findings, and anything else is a wrong call.
    pub(super) fn output(&self) -> Output {
        let source = std::error::Error::source(self).map(|source| format!(": {source}"));
        let message = format!("{self}{}", source.unwrap_or_default());
        match self {
            Self::Contracts(report) => Output::faults(report),
            Self::Registry(_) | Self::Sample { .. } => Output::faults(format!("error: {message}")),
            Self::Read { .. } | Self::UnknownDomain { .. } | Self::Write { .. } => {
                Output::wrong_call(message)
            }
        }
    }
}
