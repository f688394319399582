//! `dispatcher contracts …`: the commands on a contracts directory.

mod against;
mod check;
mod compare;
mod coverage;
mod directory;
mod error;
mod event;
mod explain;
mod list;
mod lock;
mod new_version;
#[cfg(feature = "database")]
mod push;
mod show;
mod today;
mod upcast;
mod upcasts;

use std::process::ExitCode;

use clap::Subcommand;

use crate::export;
use crate::output::Output;

/// A command on a contracts directory.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report every fault in the contracts, with its place and remedy
    Check(check::Check),
    /// Report what enforces each keyword of each schema: the generated type or the gate
    Coverage(coverage::Coverage),
    /// List the event types: versions, producer, consumers
    List(list::List),
    /// Show an event type with its versions and fields
    Show(show::Show),
    /// Report everything that changed
    #[command(after_help = EXIT_CODES)]
    Diff(compare::Compare),
    /// Report what the levels refuse, and what a deployment has to heed
    #[command(after_help = EXIT_CODES)]
    Breaking(compare::Compare),
    /// Explain a rule, or list all rules
    Explain(explain::Explain),
    /// Copy the newest schema to a new version, and announce it in the registry
    NewVersion(new_version::NewVersion),
    /// Print the start of the Rust code that reads an older version in a newer one
    Upcast(upcast::Upcast),
    /// Write contracts.lock: what has been published
    #[command(after_help = EXIT_CODES)]
    Lock(lock::Locking),
    /// Write the contracts into the database, for SQL and for consumers of older programs
    #[cfg(feature = "database")]
    Push(push::Push),
    /// Write the contracts in a form that other programs read
    #[command(subcommand)]
    Export(export::Command),
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no finding is an error
  1  there are errors, or the contracts have faults
  2  the command was called wrongly, or could not compare";

/// Runs a command. Exits with 0 on success, 1 if there are findings, 2 if it was called wrongly.
#[must_use]
pub fn run(command: &Command) -> ExitCode {
    let output = match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Coverage(arguments) => coverage::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Diff(arguments) => compare::run(arguments, compare::Show::All),
        Command::Breaking(arguments) => compare::run(arguments, compare::Show::Breaking),
        Command::Explain(arguments) => explain::run(arguments),
        Command::NewVersion(arguments) => new_version::run(arguments),
        Command::Upcast(arguments) => upcast::run(arguments),
        Command::Lock(arguments) => lock::run(arguments),
        #[cfg(feature = "database")]
        Command::Push(arguments) => push::run(arguments),
        Command::Export(form) => Ok(export::run(form)),
    };
    output.unwrap_or_else(Output::from).print()
}
