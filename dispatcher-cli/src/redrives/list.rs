//! `dispatcher redrives list`.

use clap::Args;
use dispatcher_runtime::{RedriveId, RedrivePage};

use super::{counts, state, stopped};
use crate::database::Connection;
use crate::output::Output;
use crate::screen::{block, plain, time};

/// The arguments of `list`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher redrives list
  dispatcher redrives list --limit 5 --json")]
pub(crate) struct List {
    /// How many to list at most, from 1 to 1000
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: u16,
    /// Go on after the page that ended with this token
    #[arg(long, value_name = "TOKEN")]
    next: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &List) -> Output {
    arguments.connection.run(async |session| {
        let redrives = session.operator.redrives();
        let page = redrives.list(arguments.limit, arguments.next.as_deref());
        let page = page.await?;
        session.answer(&page, || text(&page))
    })
}

fn text(page: &RedrivePage) -> String {
    if page.redrives.is_empty() {
        return "no redrives".to_owned();
    }
    let mut text = String::new();
    for redrive in &page.redrives {
        let id: &RedriveId = &redrive.redrive_id;
        text += &block(
            0,
            &format!(
                "{id}  {}: {}{}",
                state(redrive),
                counts(redrive),
                stopped(redrive)
            ),
        );
        let why = match &redrive.why {
            Some(why) => format!(": {}", plain(why)),
            None => String::new(),
        };
        text += &block(
            2,
            &format!(
                "{}, by {} at {}{why}",
                plain(&redrive.selection),
                plain(&redrive.started_by),
                time(redrive.started_at)
            ),
        );
    }
    if let Some(next) = &page.next {
        text += &format!("more: dispatcher redrives list --next {}\n", plain(next));
    }
    text
}
