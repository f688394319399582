//! `dispatcher subscriptions …`: how far each subscription is, and what an operator does with it.

mod give_up;
mod list;
mod pause;
mod remove;
mod rename;
mod resume;
mod rewind;
mod show;
mod state;

use clap::Subcommand;

use crate::output::Output;
pub(crate) use list::{failing, table};

/// A command on subscriptions.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the subscriptions: lag, waiting events, dead letters, and how each of them is
    List(list::List),
    /// Show a subscription: partitions and holders, the errors it fails with, held subjects
    Show(show::Show),
    /// Pause a subscription until it is resumed, also over restarts
    Pause(pause::PauseArguments),
    /// End a pause
    Resume(resume::Resume),
    /// Have events handled again
    Rewind(rewind::Rewind),
    /// Remove a subscription whose handler is gone. Its dead letters stay
    Remove(remove::Remove),
    /// Give a subscription the new name of its handler, with all that is known of it
    Rename(rename::Rename),
    /// Give up on events that wait for a version of their type: they become dead letters
    GiveUp(give_up::GiveUp),
}

pub(crate) fn run(command: &Command) -> Output {
    match command {
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Pause(arguments) => pause::run(arguments),
        Command::Resume(arguments) => resume::run(arguments),
        Command::Rewind(arguments) => rewind::run(arguments),
        Command::Remove(arguments) => remove::run(arguments),
        Command::Rename(arguments) => rename::run(arguments),
        Command::GiveUp(arguments) => give_up::run(arguments),
    }
}
