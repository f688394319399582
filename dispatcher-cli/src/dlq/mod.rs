//! `dispatcher dlq …`: dead letters, and what an operator does with them.

mod groups;
mod list;
mod redrive;
mod resolve;
mod show;

use clap::Subcommand;

use crate::output::Output;
pub(crate) use show::envelope;

/// A command on dead letters.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List dead letters, the newest first
    List(list::List),
    /// Group open dead letters by what they failed with, the largest group first
    Groups(groups::Groups),
    /// Show a dead letter: its event and each attempt that failed
    Show(show::Show),
    /// Mark dead letters as dealt with. Their events are not handled again
    Resolve(resolve::Resolve),
    /// Have the event of a dead letter handled again, or those of many
    Redrive(redrive::Redrive),
}

pub(crate) fn run(command: &Command) -> Output {
    match command {
        Command::List(arguments) => list::run(arguments),
        Command::Groups(arguments) => groups::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Resolve(arguments) => resolve::run(arguments),
        Command::Redrive(arguments) => redrive::run(arguments),
    }
}
