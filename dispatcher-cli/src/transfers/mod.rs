//! `dispatcher transfers …`: how far each relay and mirror is.

mod list;
mod name;
mod remove;
mod show;

use clap::Subcommand;

use crate::output::Output;
pub(crate) use list::table;

/// A command on relays and mirrors.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the relays and mirrors: how far behind they are, and what they wait for
    List(list::List),
    /// Show a relay or a mirror
    Show(show::Show),
    /// Remove one that is not needed any more, or whose stream was made anew
    Remove(remove::Remove),
}

pub(crate) fn run(command: &Command) -> Output {
    match command {
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Remove(arguments) => remove::run(arguments),
    }
}
