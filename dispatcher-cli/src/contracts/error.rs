//! Why a command did not do its work.

use std::io;

use dispatcher_build_support::Report;

use crate::output::Output;

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The contracts have faults, which come first.
    #[error(transparent)]
    Faults(#[from] Report),
    /// The command line asks for what there is not.
    #[error("{0}")]
    Call(String),
    /// The operating system refused something.
    #[error(transparent)]
    System(#[from] io::Error),
    /// A report could not be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl From<Error> for Output {
    fn from(error: Error) -> Self {
        match error {
            Error::Faults(report) => Self::faults(report),
            other => Self::wrong_call(other),
        }
    }
}
