//! How commands run that need no database.

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
