//! `dispatcher transfers show`.

use clap::Args;
use dispatcher_runtime::{TransferDirection, TransferProgress, TransferState};

use super::list::{behind_in_words, oldest};
use super::name::{TransferName, find};
use crate::database::Connection;
use crate::output::Output;
use crate::screen::{block, number, plain, time};

/// The arguments of `show`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher transfers show relay/north
  dispatcher transfers show mirror/north --json")]
pub(crate) struct Show {
    /// The relay or the mirror
    #[arg(value_name = "relay|mirror/STREAM")]
    name: TransferName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Show) -> Output {
    arguments.connection.run(async |session| {
        let found = find(&arguments.name, session).await?;
        session.answer(&found, || text(&found))
    })
}

fn text(one: &TransferProgress) -> String {
    let mut text = format!("{}\n", plain(&one.name()));
    let mut line = |name: &str, value: &str| text += &block(2, &format!("{name:<10}{value}"));
    line("state", state(one.state));
    if let Some(reason) = &one.waits_for {
        line("waits for", &plain(reason));
    }
    if let Some(since) = one.waits_since {
        line("since", &time(since));
    }
    let holder = one.holder.as_deref().map(plain);
    line("holder", holder.as_deref().unwrap_or("none"));
    line("behind", &behind_in_words(one));
    line("oldest", &oldest(one));
    line("sequence", &number(one.sequence.unsigned_abs()));
    if one.direction == TransferDirection::Relay {
        line("position", &number(one.position.unsigned_abs()));
    }
    let created = one.stream_created_at.as_deref().map(plain);
    line(
        "stream",
        &format!(
            "created at {}",
            created.as_deref().unwrap_or("a time that is not known yet")
        ),
    );
    line("moved", &time(one.updated_at));
    text
}

fn state(state: TransferState) -> &'static str {
    match state {
        TransferState::Stuck => "stuck",
        TransferState::NoHolder => "no process works on it",
        TransferState::Behind => "behind",
        TransferState::Running => "running",
        _ => "unknown: install a newer command",
    }
}
