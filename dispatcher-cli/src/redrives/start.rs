//! `dispatcher redrives start`.

use clap::Args;
use dispatcher_runtime::{DeadLetterFilter, Redrive, RedriveOptions};
use serde::Serialize;

use super::preview::{Gate, parts_and_samples, sentence};
use super::watch;
use crate::database::{Connection, Consent, Failure, OperatorName, Question, Session};
use crate::letters::Selection;
use crate::output::Output;
use crate::screen::{block, note, number};

/// The arguments of `start`.
#[derive(Args, Debug)]
#[command(after_help = "\
Consumers run the redrive, so it goes on without this command.

Examples:
  dispatcher redrives start --subscription coaching/credit_history --dry-run
  dispatcher redrives start --group 7f3a --why 'slots are back' --yes --detach
  dispatcher redrives start --all --per-second 10 --yes --detach")]
pub(crate) struct Start {
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

/// How a redrive runs, and whether the command waits for its end.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How many events are handed to consumers in a second at most
    #[arg(long, value_name = "NUMBER", default_value_t = 50.0)]
    per_second: f64,
    /// Also what the gate would refuse again
    #[arg(long)]
    force: bool,
    /// Do not watch it
    #[arg(long)]
    detach: bool,
}

pub(super) fn run(arguments: &Start) -> Output {
    arguments.connection.run(async |session| {
        let filter = arguments.selection.filter_for_act(arguments.all)?;
        let (consent, operator) = (arguments.consent, &arguments.operator);
        start(session, &filter, arguments.pace, consent, operator).await
    })
}

#[derive(Serialize)]
struct Preview<'a, P> {
    preview: &'a P,
}

/// Shows what a redrive would do, asks, starts it, and watches it.
///
/// # Errors
/// There is nothing to redrive, the user does not want it, or the database failed.
pub(crate) async fn start(
    session: &Session,
    filter: &DeadLetterFilter,
    pace: Pace,
    consent: Consent,
    operator: &OperatorName,
) -> Result<Output, Failure> {
    if !(pace.per_second.is_finite() && pace.per_second > 0.0) {
        return Err(Failure::Usage(
            "`--per-second` has to be a number above 0".to_owned(),
        ));
    }
    let name = operator.name()?;
    let contracts = session.contracts().await?;
    let contracts = (!contracts.is_empty()).then_some(&contracts);
    let redrives = session.operator.redrives();
    let preview = redrives.preview(filter, contracts).await?;
    let gate = match (contracts, pace.force) {
        (None, _) => Gate::NotAsked,
        (Some(_), false) => Gate::Heeded,
        (Some(_), true) => Gate::Overruled,
    };
    if consent.is_dry_run() {
        return session.answer(&Preview { preview: &preview }, || {
            block(0, &sentence(&preview, gate)) + &parts_and_samples(&preview)
        });
    }
    if preview.total == 0 {
        return Err(Failure::No(
            sentence(&preview, gate) + " Nothing was started",
        ));
    }
    note(&block(0, &sentence(&preview, gate)));
    let total = number(preview.total);
    let question = Question {
        act: &format!("Redrive {total}"),
        answer: &total,
    };
    consent.ask(&question, &session.place)?;
    let options = RedriveOptions::default()
        .expected(preview.total)
        .per_second(pace.per_second)
        .forced(pace.force);
    let actor = operator.actor(&name);
    let redrive = redrives.start(filter, &options, contracts, actor).await?;
    if pace.detach {
        return session.answer(&redrive, || started(&redrive));
    }
    watch::until_it_ends(session, redrive).await
}

fn started(redrive: &Redrive) -> String {
    let id = &redrive.redrive_id;
    format!(
        "{id} is running: {} queued\nNext: dispatcher redrives watch {id}",
        number(redrive.queued)
    )
}
