//! `dispatcher contracts …`: the commands on a contracts directory.

mod check;
mod coverage;
mod directory;
mod error;

use std::process::ExitCode;

use clap::Subcommand;

use crate::output::Output;
use error::Error;

/// A command on a contracts directory.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report every fault in the contracts, with its place and remedy
    Check(check::Check),
    /// Report what enforces each keyword of each schema: the generated type or the gate
    Coverage(coverage::Coverage),
}

/// Runs a command. Exits with 0 on success, 1 if there are findings, 2 if it was called wrongly.
#[must_use]
pub fn run(command: &Command) -> ExitCode {
    output(command).unwrap_or_else(Output::from).print()
}

fn output(command: &Command) -> Result<Output, Error> {
    match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Coverage(arguments) => coverage::run(arguments),
    }
}
