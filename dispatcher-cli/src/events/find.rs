//! `dispatcher events find`.

use clap::Args;
use dispatcher_runtime::EventPage;
use time::OffsetDateTime;

use super::selection::Selection;
use super::summary;
use crate::database::{Connection, moment};
use crate::output::Output;
use crate::screen::{block, number, plain, time};

/// The arguments of `find`.
#[derive(Args, Debug)]
#[command(after_help = "\
The log is indexed by position and id alone, so a search looks through it backwards for a second at most. It says how far
it looked, and goes on from there with --next.

Examples:
  dispatcher events find --subject per_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e
  dispatcher events find --type credit.locked --from 2h --json")]
pub(crate) struct Find {
    #[command(flatten)]
    selection: Selection,
    /// Those that were inserted then or later: 2026-11-29T08:00:00Z, 2026-11-29, or 2h for two hours ago
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<OffsetDateTime>,
    /// Those that were inserted before
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<OffsetDateTime>,
    /// How many to list at most, from 1 to 1000
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: u16,
    /// Go on where the search ended that returned this token; the other options have to be the same
    #[arg(long, value_name = "TOKEN")]
    next: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Find) -> Output {
    arguments.connection.run(async |session| {
        let mut filter = arguments.selection.filter().limit(arguments.limit);
        if let Some(from) = arguments.from {
            filter = filter.from(from);
        }
        if let Some(to) = arguments.to {
            filter = filter.to(to);
        }
        if let Some(next) = &arguments.next {
            filter = filter.next(next);
        }
        let contracts = session.contracts().await?;
        let mut page = session.operator.events().search(&filter).await?;
        if !contracts.is_empty() {
            let events = page.events.into_iter();
            page.events = events.map(|event| event.masked(&contracts)).collect();
        }
        session.answer(&page, || text(&page))
    })
}

fn text(page: &EventPage) -> String {
    let mut text: String = page.events.iter().map(summary::lines).collect();
    if page.events.is_empty() {
        text += "no event found\n";
    }
    let searched = &page.searched;
    let back_to = match searched.back_to {
        Some(at) => format!(", back to {}", time(at)),
        None => String::new(),
    };
    text += &block(
        0,
        &format!(
            "searched positions {} to {}{back_to}{}",
            number(searched.from.get().unsigned_abs()),
            number(searched.to.get().unsigned_abs()),
            if searched.is_complete {
                "; that is all"
            } else {
                ""
            }
        ),
    );
    if let Some(next) = &page.next {
        text += &format!("more: the same with `--next {}`\n", plain(next));
    }
    text
}
