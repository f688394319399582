//! How the commands run, and what errors of relays and mirrors mean for their ends.

use dispatcher_nats::TransferError;

use crate::database::Failure;
use crate::output::Output;

/// Runs a command that needs no database, on this thread.
pub(super) fn on_this_thread(act: impl Future<Output = Result<Output, Failure>>) -> Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(act),
        Err(error) => Err(Failure::NotAsked(format!(
            "the command cannot run: {error}"
        ))),
    };
    outcome.unwrap_or_else(Failure::output)
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Database(error) => Self::Database(error),
            TransferError::Config(_) => Self::Usage(error.to_string()),
            TransferError::Nats { .. } => Self::NotAsked(error.to_string()),
            _ => Self::No(error.to_string()),
        }
    }
}

impl Failure {
    /// The same, where that many streams have been changed before.
    pub(super) fn after(self, changed: usize, stream: &str) -> Self {
        if changed == 0 {
            return self;
        }
        let problem = match self {
            Self::No(text) | Self::Usage(text) | Self::NotAsked(text) => text,
            other => return other,
        };
        Self::HalfWay(format!(
            "{changed} streams are as planned, and {stream} is not: {problem}\n  help: run it again"
        ))
    }
}
