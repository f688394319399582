//! `dispatcher contracts …`: the commands on a contracts directory.

mod against;
mod check;
mod compare;
mod coverage;
mod directory;
mod error;
mod event;
#[cfg(feature = "database")]
mod example;
mod explain;
mod list;
mod lock;
mod new_version;
#[cfg(feature = "database")]
mod push;
#[cfg(feature = "database")]
mod pushed;
mod show;
mod today;
mod upcast;
mod upcasts;

#[cfg(all(feature = "dev", unix))]
pub(crate) use check::checked;

use std::process::ExitCode;

use clap::Subcommand;

use crate::export;
use crate::output::Output;

/// Examples, and what the exit codes mean.
macro_rules! exit_codes {
    ($examples:literal) => {
        concat!(
            "Examples:\n  ",
            $examples,
            "\n\nExit codes:\n  0  no finding is an error\n  1  there are errors, or the contracts have faults\n  \
             2  the command was called wrongly, or could not compare"
        )
    };
}

/// A command on a contracts directory.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report every fault in the contracts, with its place and remedy
    #[command(
        after_help = "Examples:\n  dispatcher contracts check\n  dispatcher contracts check contracts --locked"
    )]
    Check(check::Check),
    /// Report what enforces each keyword of each schema: the generated type or the gate
    #[command(
        after_help = "Examples:\n  dispatcher contracts coverage\n  dispatcher contracts coverage --json"
    )]
    Coverage(coverage::Coverage),
    /// List the event types: versions, producer, consumers
    #[command(after_help = "Examples:\n  dispatcher contracts list")]
    List(list::List),
    /// Show an event type with its versions and fields
    #[command(after_help = "Examples:\n  dispatcher contracts show credit.locked")]
    Show(show::Show),
    /// Print a payload that the contracts allow, as an example
    #[cfg(feature = "database")]
    #[command(after_help = "Examples:\n  dispatcher contracts example credit.locked")]
    Example(example::Example),
    /// Report everything that changed
    #[command(after_help = exit_codes!("dispatcher contracts diff\n  dispatcher contracts diff --against main"))]
    Diff(compare::Compare),
    /// Report what the levels refuse, and what a deployment has to heed
    #[command(after_help = exit_codes!("dispatcher contracts breaking\n  dispatcher contracts breaking --against main --format json"))]
    Breaking(compare::Compare),
    /// Explain a rule, or list all rules
    #[command(
        after_help = "Examples:\n  dispatcher contracts explain\n  dispatcher contracts explain property-required"
    )]
    Explain(explain::Explain),
    /// Copy the newest schema to a new version, and announce it in the registry
    #[command(after_help = "Examples:\n  dispatcher contracts new-version credit.locked")]
    NewVersion(new_version::NewVersion),
    /// Print the start of the Rust code that reads an older version in a newer one
    #[command(after_help = "Examples:\n  dispatcher contracts upcast order.paid")]
    Upcast(upcast::Upcast),
    /// Write contracts.lock: what has been published
    #[command(after_help = exit_codes!("dispatcher contracts lock"))]
    Lock(lock::Locking),
    /// Write the contracts into the database, for SQL and for consumers of older programs
    #[cfg(feature = "database")]
    Push(push::Push),
    /// List the contracts in the database: what programs have pushed
    #[cfg(feature = "database")]
    Pushed(pushed::Pushed),
    /// Write the contracts in a form that other programs read
    #[command(subcommand)]
    Export(export::Command),
}

/// Runs a command. Exits with 0 on success, 1 if there are findings, 2 if it was called wrongly.
#[must_use]
pub fn run(command: &Command) -> ExitCode {
    let output = match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Coverage(arguments) => coverage::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        #[cfg(feature = "database")]
        Command::Example(arguments) => example::run(arguments),
        Command::Diff(arguments) => compare::run(arguments, compare::Show::All),
        Command::Breaking(arguments) => compare::run(arguments, compare::Show::Breaking),
        Command::Explain(arguments) => explain::run(arguments),
        Command::NewVersion(arguments) => new_version::run(arguments),
        Command::Upcast(arguments) => upcast::run(arguments),
        Command::Lock(arguments) => lock::run(arguments),
        #[cfg(feature = "database")]
        Command::Push(arguments) => push::run(arguments),
        #[cfg(feature = "database")]
        Command::Pushed(arguments) => Ok(pushed::run(arguments)),
        Command::Export(form) => Ok(export::run(form)),
    };
    output.unwrap_or_else(Output::from).print()
}
