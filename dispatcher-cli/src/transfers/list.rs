//! `dispatcher transfers list`.

use clap::Args;
use dispatcher_runtime::{TransferDirection, TransferProgress, TransferState};
use serde::Serialize;

use crate::database::Connection;
use crate::output::Output;
use crate::screen::{Table, number, plain, plural, quoted, seconds};

/// The arguments of `list`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher transfers list
  dispatcher transfers list --json")]
pub(crate) struct List {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Listed<'a> {
    transfers: &'a [TransferProgress],
}

pub(super) fn run(arguments: &List) -> Output {
    arguments.connection.run(async |session| {
        let transfers = session.operator.transfers().list().await?;
        let listed = Listed {
            transfers: &transfers,
        };
        session.answer(&listed, || {
            if transfers.is_empty() {
                return "no relays and no mirrors: none has been started on these tables yet"
                    .to_owned();
            }
            table(&transfers)
        })
    })
}

/// A line for each.
pub(crate) fn table(transfers: &[TransferProgress]) -> String {
    let mut table = Table::new(&["TRANSFER", "#BEHIND", "#OLDEST", "#SEQUENCE", "STATE"]);
    for one in transfers {
        table.row([
            plain(&one.name()),
            behind(one),
            oldest(one),
            number(one.sequence.unsigned_abs()),
            state(one),
        ]);
    }
    table.text()
}

/// `1,204`, or `unknown`: never 0 for what is not known.
fn behind(one: &TransferProgress) -> String {
    match left(one) {
        Some(count) => number(count),
        None => "unknown".to_owned(),
    }
}

fn left(one: &TransferProgress) -> Option<u64> {
    let left = match one.direction {
        TransferDirection::Relay => Some(one.positions_behind),
        _ => one.messages_behind,
    };
    left.map(i64::unsigned_abs)
}

/// The same with its unit.
pub(super) fn behind_in_words(one: &TransferProgress) -> String {
    let unit = match one.direction {
        TransferDirection::Relay => "position",
        _ => "message",
    };
    left(one).map_or_else(|| "unknown".to_owned(), |count| plural(count, unit))
}

/// `4m 10s`, `–` where nothing is left, or `unknown`.
pub(super) fn oldest(one: &TransferProgress) -> String {
    match one.seconds_behind {
        Some(age) if age > 0.0 => seconds(age),
        Some(_) => "–".to_owned(),
        None => "unknown".to_owned(),
    }
}

/// How it is, with the cause.
pub(super) fn state(one: &TransferProgress) -> String {
    let waits = one.waits_for.as_deref().map(quoted);
    match (one.state, waits) {
        (TransferState::Stuck, Some(reason)) => format!("stuck: {reason}"),
        (TransferState::Stuck, None) => "stuck".to_owned(),
        (TransferState::NoHolder, _) => "no process works on it".to_owned(),
        (TransferState::Behind, _) => "behind".to_owned(),
        (TransferState::Running, Some(reason)) => format!("running, after {reason}"),
        (TransferState::Running, None) => "running".to_owned(),
        _ => "unknown: install a newer command".to_owned(),
    }
}
