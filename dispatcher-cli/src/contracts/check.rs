//! `dispatcher contracts check`: faults, and what the lock does not have yet.

use clap::Args;
use dispatcher_build_support::changes::Waivers;
use dispatcher_build_support::lock::LOCK_FILE;
use dispatcher_build_support::{Contracts, Model, Report};

use super::directory::Directory;
use super::error::Error;
use crate::output::{End, Output};

/// The arguments of `check`.
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    directory: Directory,
    /// Fail if contracts.lock is missing, or does not have what was published since
    #[arg(long)]
    locked: bool,
}

/// The contracts, if they have no fault.
pub(crate) fn checked(contracts: &Contracts) -> Result<Model, Report> {
    let model = contracts.check()?;
    // Its faults; what it accepts is a question for a comparison.
    Waivers::read(contracts)?;
    Ok(model)
}

pub(super) fn run(arguments: &Check) -> Result<Output, Error> {
    let contracts = arguments.directory.contracts()?;
    let model = checked(&contracts)?;
    let mut output = Output::success(format!(
        "no faults in {} event types of {} domains",
        model.events.len(),
        model.domains.len()
    ));
    let kind = if arguments.locked { "error" } else { "note" };
    let notes: Vec<_> = match contracts.lock()? {
        Some(lock) => {
            let outdated = lock.outdated(&model);
            outdated
                .iter()
                .map(|line| format!("{kind}: {LOCK_FILE}: {line}"))
                .collect()
        }
        None if arguments.locked => vec![format!("{kind}: there is no {LOCK_FILE}")],
        None => Vec::new(),
    };
    if notes.is_empty() {
        return Ok(output);
    }
    if arguments.locked {
        output.end = End::Findings;
    }
    let path = arguments.directory.path().display();
    let help = format!("  help: run `dispatcher contracts lock {path}` and commit the file");
    Ok(output.with_note(notes.join("\n")).with_note(help))
}
