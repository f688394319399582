//! `dispatcher dlq resolve`.

use clap::Args;
use dispatcher_runtime::{DeadLetterId, DeadLetterState};
use serde::Serialize;

use crate::database::{Connection, Consent, Failure, OperatorName, Question, Session};
use crate::letters::Selection;
use crate::output::Output;
use crate::screen::{plain, plural};

/// The arguments of `resolve`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher dlq resolve dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e --why refunded
  dispatcher dlq resolve --group 7f3a --dry-run
  dispatcher dlq resolve --consumer coaching --reason permanent --yes")]
pub(crate) struct Resolve {
    /// The dead letter. Without an id, a filter says which
    #[arg(value_name = "DEAD_LETTER_ID")]
    id: Option<DeadLetterId>,
    #[command(flatten)]
    selection: Selection,
    /// All dead letters that are open
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Resolved {
    resolved: u64,
    is_dry_run: bool,
}

pub(super) fn run(arguments: &Resolve) -> Output {
    arguments
        .connection
        .run(async |session| match &arguments.id {
            Some(id) => one(arguments, id, session).await,
            None => many(arguments, session).await,
        })
}

async fn one(arguments: &Resolve, id: &DeadLetterId, session: &Session) -> Result<Output, Failure> {
    super::redrive::no_filter(&arguments.selection, arguments.all)?;
    let letters = session.operator.dead_letters();
    if arguments.consent.is_dry_run() {
        let letter = letters.get(id).await?;
        return session.answer(&letter, || match letter.resolved_at {
            None => format!("{id} would be resolved"),
            Some(_) => format!("{id} is resolved already"),
        });
    }
    let name = arguments.operator.name()?;
    let resolved = letters.resolve_as(id, arguments.operator.actor(&name));
    let resolved = resolved.await?;
    let answer = Resolved {
        resolved: 1,
        is_dry_run: false,
    };
    session.answer(&answer, || {
        let by = resolved.resolved_by.as_deref().unwrap_or_default();
        format!("{id} is resolved by {}", plain(by))
    })
}

async fn many(arguments: &Resolve, session: &Session) -> Result<Output, Failure> {
    let filter = arguments.selection.filter_for_act(arguments.all)?;
    let filter = filter.state(DeadLetterState::Open);
    let letters = session.operator.dead_letters();
    let found = letters.count_open(&filter).await?;
    let is_dry_run = arguments.consent.is_dry_run();
    if is_dry_run || found.count == 0 {
        let answer = Resolved {
            resolved: found.count,
            is_dry_run,
        };
        return session.answer(&answer, || {
            let letters = if found.count == 1 {
                "dead letter"
            } else {
                "dead letters"
            };
            format!("{found} {letters} would be resolved")
        });
    }
    let name = arguments.operator.name()?;
    let shown = found.to_string();
    let question = Question {
        act: &format!("Resolve {shown}"),
        answer: &shown,
    };
    arguments.consent.ask(&question, &session.place)?;
    // Of more than are counted, the number cannot be the one that was seen.
    let expected = (!found.at_least).then_some(found.count);
    let actor = arguments.operator.actor(&name);
    let resolved = letters.resolve_all(&filter, expected, actor).await?;
    let answer = Resolved {
        resolved,
        is_dry_run,
    };
    session.answer(&answer, || {
        format!("{} resolved", plural(resolved, "dead letter"))
    })
}
