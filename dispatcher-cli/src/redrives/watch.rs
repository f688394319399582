//! `dispatcher redrives watch`: the progress of a redrive, until it has ended.

use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use dispatcher_runtime::{Redrive, RedriveError, RedriveId, RedriveState};
use indicatif::{ProgressBar, ProgressStyle};

use super::{counts, state, stopped};
use crate::database::{Connection, Failure, Session, listen_for_interrupt};
use crate::output::{End, Output};
use crate::screen::{line, print};

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(500);

/// The arguments of `watch`.
#[derive(Args, Debug)]
#[command(after_help = "\
It ends with 0 when all events were handled, with 1 if some failed again, and with 4 if the redrive was stopped. With
--json there is a line for each change.

Examples:
  dispatcher redrives watch rdr_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e")]
pub(crate) struct Watch {
    /// The redrive
    #[arg(value_name = "REDRIVE_ID")]
    id: RedriveId,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Watch) -> Output {
    arguments.connection.run(async |session| {
        let redrive = session.operator.redrives().get(&arguments.id).await?;
        until_it_ends(session, redrive).await
    })
}

/// Watches a redrive until it has ended.
///
/// # Errors
/// The user interrupts it, or the database fails: the redrive goes on then.
pub(super) async fn until_it_ends(
    session: &Session,
    mut redrive: Redrive,
) -> Result<Output, Failure> {
    let interrupt = listen_for_interrupt().await;
    tokio::pin!(interrupt);
    let bar = bar(&redrive);
    let mut shown = None;
    loop {
        let counts_now = counts(&redrive);
        bar.set_position(redrive.total - redrive.queued.min(redrive.total) - redrive.waiting);
        bar.set_message(counts_now.clone());
        if session.json && shown.as_ref() != Some(&counts_now) {
            print(&line(&redrive)?)?;
        }
        shown = Some(counts_now);
        if has_ended(&redrive) {
            bar.finish_and_clear();
            return Ok(ended(session, &redrive));
        }
        let redrives = session.operator.redrives();
        let later = async {
            tokio::time::sleep(INTERVAL).await;
            redrives.get(&redrive.redrive_id).await
        };
        let later = tokio::select! {
            () = &mut interrupt => {
                bar.abandon();
                return Err(Failure::Interrupted(goes_on(&redrive, "interrupted")));
            }
            later = later => later,
        };
        redrive = match later {
            Ok(redrive) => redrive,
            Err(error @ RedriveError::NotFound(_)) => return Err(error.into()),
            Err(error) => {
                bar.abandon();
                return Err(Failure::HalfWay(goes_on(&redrive, &error.to_string())));
            }
        };
    }
}

/// Whether nothing will change any more.
fn has_ended(redrive: &Redrive) -> bool {
    redrive.state == RedriveState::Done || (redrive.queued == 0 && redrive.waiting == 0)
}

fn ended(session: &Session, redrive: &Redrive) -> Output {
    let end = match (&redrive.stopped_because, redrive.failed) {
        (Some(_), _) => End::HalfWay,
        (None, 0) => End::Success,
        (None, _) => End::Findings,
    };
    let text = format!(
        "{} is {}: {}{}",
        redrive.redrive_id,
        state(redrive),
        counts(redrive),
        stopped(redrive)
    );
    let text = if session.json { String::new() } else { text };
    Output::success(text).ending(end)
}

fn goes_on(redrive: &Redrive, because: &str) -> String {
    let id = &redrive.redrive_id;
    format!(
        "{because}: {}; the redrive goes on\n  help: `dispatcher redrives watch {id}` shows it, and \
         `dispatcher redrives stop {id}` stops it",
        counts(redrive)
    )
}

fn bar(redrive: &Redrive) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(redrive.total);
    match ProgressStyle::with_template("redriving {bar:15} {pos}/{len}, {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
