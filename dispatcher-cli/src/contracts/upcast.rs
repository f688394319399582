//! `dispatcher contracts upcast`: the start of the code that reads an older version in a newer one.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use dispatcher_build_support::model::{Event, Version};
use dispatcher_build_support::upcast::upcast;

use super::directory::Directory;
use super::error::Error;
use super::event;
use crate::output::Output;

/// The arguments of `upcast`.
#[derive(Args, Debug)]
pub struct Upcast {
    /// The event type, such as credit.locked
    #[arg(value_name = "EVENT")]
    event: String,
    #[command(flatten)]
    directory: Directory,
    /// The version that is read. Defaults to the one before the newest
    #[arg(long, value_name = "NUMBER")]
    from: Option<u32>,
    /// The version that it becomes. Defaults to the one after it
    #[arg(long, value_name = "NUMBER")]
    to: Option<u32>,
    /// Append the code to this file instead of printing it
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
}

pub(super) fn run(arguments: &Upcast) -> Result<Output, Error> {
    let contracts = arguments.directory.contracts()?.ignore_lock();
    let model = contracts.check()?;
    let event = event::find(&model, &arguments.event)?;
    let (from, to) = versions(event, arguments.from, arguments.to)?;
    let code = upcast(&contracts, event, from, to)?;
    let Some(file) = &arguments.append else {
        return Ok(Output::success(code));
    };
    let cannot =
        |error: std::io::Error| Error::Call(format!("cannot write {}: {error}", file.display()));
    let mut open = OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .map_err(cannot)?;
    write!(open, "\n{code}").map_err(cannot)?;
    let todos = code.matches("todo!(").count();
    let left = match todos {
        0 => "nothing is left to write; read it, and compile".to_owned(),
        1 => "1 `todo!` is left to write".to_owned(),
        count => format!("{count} `todo!`s are left to write"),
    };
    Ok(Output::success(format!(
        "appended to {}: {left}",
        file.display()
    )))
}

/// Two live versions next to each other, or the ones that were asked for.
fn versions(
    event: &Event,
    from: Option<u32>,
    to: Option<u32>,
) -> Result<(&Version, &Version), Error> {
    let live: Vec<_> = event.live_versions().collect();
    let numbers = || {
        live.iter()
            .map(|version| version.number.to_string())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if live.len() < 2 {
        return Err(Error::Call(format!(
            "{} has {} live version, so there is nothing to upcast\n  help: add one: `dispatcher contracts \
             new-version {}`",
            event.name,
            if live.is_empty() { "no" } else { "one" },
            event.name
        )));
    }
    let find = |number: u32| {
        let found = live
            .iter()
            .copied()
            .find(|version| version.number == number);
        found.ok_or_else(|| {
            Error::Call(format!(
                "{} has no live version {number}\n  help: live versions: {}",
                event.name,
                numbers()
            ))
        })
    };
    let before = |number: u32| {
        live.iter()
            .copied()
            .rfind(|version| version.number < number)
    };
    let after = |number: u32| live.iter().copied().find(|version| version.number > number);
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => (Some(find(from)?), Some(find(to)?)),
        (Some(from), None) => (Some(find(from)?), after(from)),
        (None, Some(to)) => (before(to), Some(find(to)?)),
        (None, None) => (live.get(live.len() - 2).copied(), live.last().copied()),
    };
    match (from, to) {
        (Some(from), Some(to)) if from.number < to.number => Ok((from, to)),
        _ => Err(Error::Call(format!(
            "an upcast leads from a lower version to a higher one\n  help: live versions: {}",
            numbers()
        ))),
    }
}
