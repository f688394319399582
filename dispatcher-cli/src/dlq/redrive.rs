//! `dispatcher dlq redrive`.

use clap::Args;
use dispatcher_runtime::DeadLetterId;

use crate::database::{Connection, Consent, Failure, OperatorName, Session};
use crate::letters::Selection;
use crate::output::Output;
use crate::redrives::{Pace, start};
use crate::screen::{name, plain};

/// The arguments of `redrive`.
#[derive(Args, Debug)]
#[command(after_help = "\
With a filter it is `dispatcher redrives start`.

Examples:
  dispatcher dlq redrive dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e --as mia
  dispatcher dlq redrive --group 7f3a --dry-run")]
pub(crate) struct Redrive {
    /// The dead letter. Without an id, a filter says which
    #[arg(value_name = "DEAD_LETTER_ID")]
    id: Option<DeadLetterId>,
    #[command(flatten)]
    selection: Selection,
    /// All dead letters that are open
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Redrive) -> Output {
    arguments
        .connection
        .run(async |session| match &arguments.id {
            Some(id) => one(arguments, id, session).await,
            None => {
                let filter = arguments.selection.filter_for_act(arguments.all)?;
                let (consent, operator) = (arguments.consent, &arguments.operator);
                start(session, &filter, arguments.pace, consent, operator).await
            }
        })
}

/// An id says all.
///
/// # Errors
/// There is a filter beside it.
pub(super) fn no_filter(selection: &Selection, all: bool) -> Result<(), Failure> {
    if selection.is_empty() && !all {
        return Ok(());
    }
    Err(Failure::Usage(
        "an id and a filter contradict each other\n  help: leave one of them out".to_owned(),
    ))
}

async fn one(arguments: &Redrive, id: &DeadLetterId, session: &Session) -> Result<Output, Failure> {
    no_filter(&arguments.selection, arguments.all)?;
    let letters = session.operator.dead_letters();
    if arguments.consent.is_dry_run() {
        let letter = letters.get(id).await?;
        return session.answer(&letter, || match letter.resolved_at {
            None => format!(
                "the event {} would be handled again",
                plain(&letter.event_id)
            ),
            Some(_) => format!("{id} is resolved already"),
        });
    }
    let who = arguments.operator.name()?;
    let redriven = letters.redrive_as(id, arguments.operator.actor(&who));
    let redriven = redriven.await?;
    session.answer(&redriven, || {
        format!(
            "{id} is queued: {} handles {} again\nNext: dispatcher events show {}",
            name(&redriven.consumer, &redriven.subscription),
            plain(&redriven.event_id),
            plain(&redriven.event_id)
        )
    })
}
