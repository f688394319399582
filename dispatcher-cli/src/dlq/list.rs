//! `dispatcher dlq list`.

use clap::Args;
use dispatcher_runtime::{DeadLetterPage, DeadLetterSummary};

use crate::database::Connection;
use crate::letters::{Selection, State};
use crate::output::Output;
use crate::screen::{block, name, number, plain, plural, quoted, time};

/// The arguments of `list`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher dlq list
  dispatcher dlq list --subscription coaching/credit_history --from 2h
  dispatcher dlq list --state all --limit 200 --json")]
pub(crate) struct List {
    #[command(flatten)]
    selection: Selection,
    /// Those of one state. Defaults to open and redriving
    #[arg(long, value_enum)]
    state: Option<State>,
    /// How many to list at most, from 1 to 1000
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: u16,
    /// Go on after the page that ended with this token; the other options have to be the same
    #[arg(long, value_name = "TOKEN")]
    next: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &List) -> Output {
    arguments.connection.run(async |session| {
        let mut filter = arguments.selection.filter().limit(arguments.limit);
        if let Some(state) = arguments.state {
            filter = state.apply(filter);
        }
        if let Some(next) = &arguments.next {
            filter = filter.next(next);
        }
        let contracts = session.contracts().await?;
        let mut page = session.operator.dead_letters().list(&filter).await?;
        if !contracts.is_empty() {
            let letters = page.dead_letters.into_iter();
            page.dead_letters = letters.map(|one| one.masked_by(&contracts)).collect();
        }
        session.answer(&page, || text(&page))
    })
}

fn text(page: &DeadLetterPage) -> String {
    if page.dead_letters.is_empty() {
        return "no dead letters".to_owned();
    }
    let mut text: String = page.dead_letters.iter().map(letter).collect();
    match &page.next {
        Some(next) => text += &format!("more: the same with `--next {}`\n", plain(next)),
        None => {
            let count = u64::try_from(page.dead_letters.len()).unwrap_or(u64::MAX);
            text += &plural(count, "dead letter");
        }
    }
    text
}

fn letter(letter: &DeadLetterSummary) -> String {
    let mut text = format!(
        "{}  {}  {}\n",
        letter.dead_letter_id,
        time(letter.created_at),
        super::show::state(
            letter.state,
            letter.redrive_id.as_ref(),
            letter.resolved_by.as_deref()
        )
    );
    let subject = match &letter.subject {
        Some(subject) => format!(", subject {}", plain(subject)),
        None => String::new(),
    };
    text += &block(
        2,
        &format!(
            "{}: {} v{} at position {}{subject}",
            name(&letter.consumer, &letter.subscription),
            plain(&letter.event_type),
            letter.schema_version,
            number(letter.position.get().unsigned_abs())
        ),
    );
    text + &block(
        2,
        &format!(
            "{} after {}: {}",
            letter.reason,
            plural(u64::from(letter.attempts), "attempt"),
            quoted(&letter.error)
        ),
    )
}
