//! `dispatcher redrives …`: many dead letters handled again.

mod list;
mod preview;
mod show;
mod start;
mod stop;
mod watch;

use clap::Subcommand;
use dispatcher_runtime::{Redrive, RedriveState};

use crate::output::Output;
use crate::screen::{number, plain};
pub(crate) use start::{Pace, start};

/// A command on redrives.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Have dead letters handled again: shows what it would do, asks, starts, and watches
    Start(Box<start::Start>),
    /// List the redrives, the newest first
    List(list::List),
    /// Show a redrive and its dead letters
    Show(show::Show),
    /// Watch a redrive until it has ended
    Watch(watch::Watch),
    /// Stop a redrive: what no consumer has yet is left open
    Stop(stop::Stop),
}

pub(crate) fn run(command: &Command) -> Output {
    match command {
        Command::Start(arguments) => start::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Watch(arguments) => watch::run(arguments),
        Command::Stop(arguments) => stop::run(arguments),
    }
}

/// How it is, in one word.
fn state(redrive: &Redrive) -> &'static str {
    match redrive.state {
        RedriveState::Running => "running",
        RedriveState::Stopped => "stopped",
        RedriveState::Done => "done",
        _ => "unknown to this command",
    }
}

/// `3 of 344 handled, 0 failed again, 341 queued`: what is zero is left out, but for the first two.
fn counts(redrive: &Redrive) -> String {
    let mut text = format!(
        "{} of {} handled, {} failed again",
        number(redrive.handled),
        number(redrive.total),
        number(redrive.failed)
    );
    for (count, what) in [
        (redrive.waiting, "with a consumer"),
        (redrive.queued, "queued"),
        (redrive.left_out, "left open"),
    ] {
        if count > 0 {
            text += &format!(", {} {what}", number(count));
        }
    }
    text
}

/// Why it was stopped, if it was.
fn stopped(redrive: &Redrive) -> String {
    match &redrive.stopped_because {
        Some(because) => format!("; stopped: {}", plain(because)),
        None => String::new(),
    }
}
