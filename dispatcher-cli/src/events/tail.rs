//! `dispatcher events tail`: the end of the log, as every reader may see it.

use std::time::Duration;

use clap::Args;
use dispatcher_runtime::{EventFilter, EventSummary, KnownContracts, Position};

use super::selection::Selection;
use super::summary;
use crate::database::{Connection, Failure, Session, listen_for_interrupt};
use crate::output::Output;
use crate::screen::{line, print};

/// How often to look for events that came in.
const INTERVAL: Duration = Duration::from_millis(500);

/// The arguments of `tail`.
#[derive(Args, Debug)]
#[command(after_help = "\
Without --follow it prints the last events and ends. With --json there is an event on each line.

Examples:
  dispatcher events tail
  dispatcher events tail --type credit.locked --limit 5 --json")]
pub(crate) struct Tail {
    #[command(flatten)]
    selection: Selection,
    /// Go on with the events that are published from now on, until it is interrupted
    #[arg(long, short)]
    follow: bool,
    /// How many of the last events to print, from 0 to 1000
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    limit: u16,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Tail) -> Output {
    arguments.connection.run(async |session| {
        // Without --follow, the system's own answer to Ctrl-C is right.
        let interrupt = if arguments.follow {
            Some(listen_for_interrupt().await)
        } else {
            None
        };
        let contracts = session.contracts().await?;
        let events = session.operator.events();
        let filter = arguments.selection.filter();
        // The end of the log comes first, so that nothing falls between the two.
        let (_, end) = events.tail(None, &filter).await?;
        if arguments.limit > 0 {
            let last = filter.clone().limit(arguments.limit);
            let mut last = events.search(&last).await?.events;
            last.retain(|event| event.position <= end);
            last.reverse();
            show(last, session, &contracts)?;
        }
        if let Some(interrupt) = interrupt {
            follow(session, &filter, &contracts, end, interrupt).await?;
        }
        Ok(Output::success(""))
    })
}

async fn follow(
    session: &Session,
    filter: &EventFilter,
    contracts: &KnownContracts,
    mut after: Position,
    interrupt: impl Future<Output = ()>,
) -> Result<(), Failure> {
    tokio::pin!(interrupt);
    let filter = filter.clone().limit(1000);
    loop {
        let tail = session.operator.events().tail(Some(after), &filter);
        let (events, next) = tokio::select! {
            _ = &mut interrupt => return Err(Failure::Interrupted("interrupted".to_owned())),
            tail = tail => tail?,
        };
        let has_moved = next != after;
        after = next;
        show(events, session, contracts)?;
        if has_moved {
            continue;
        }
        tokio::select! {
            _ = &mut interrupt => return Err(Failure::Interrupted("interrupted".to_owned())),
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

fn show(
    events: Vec<EventSummary>,
    session: &Session,
    contracts: &KnownContracts,
) -> Result<(), Failure> {
    for event in events {
        let event = if contracts.is_empty() {
            event
        } else {
            event.masked(contracts)
        };
        print(&if session.json {
            line(&event)?
        } else {
            summary::lines(&event)
        })?;
    }
    Ok(())
}
