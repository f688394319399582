//! `dispatcher events …`: the events of the log, and what became of each.

mod delivery;
mod find;
mod publish;
mod selection;
mod show;
mod summary;
mod tail;

use clap::Subcommand;

use crate::output::Output;

/// A command on events.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look for events by type, subject, tenant and time, the newest first
    Find(find::Find),
    /// Print the events that are published from now on, or the last ones
    Tail(tail::Tail),
    /// Show an event, and what became of it in each subscription
    Show(show::Show),
    /// Publish events from JSON Lines, or an example, after the contracts' gate
    Publish(publish::Publish),
}

pub(crate) fn run(command: &Command) -> Output {
    match command {
        Command::Find(arguments) => find::run(arguments),
        Command::Tail(arguments) => tail::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Publish(arguments) => publish::run(arguments),
    }
}
