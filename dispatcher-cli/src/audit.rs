//! `dispatcher audit …`: what operators did.

use clap::{Args, Subcommand};
use dispatcher_runtime::AuditPage;

use crate::database::Connection;
use crate::output::Output;
use crate::screen::{block, plain, time};

/// A command on the audit.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what operators did, the newest first
    List(List),
}

/// The arguments of `list`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher audit list
  dispatcher audit list --limit 1000 --json")]
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

pub(crate) fn run(command: &Command) -> Output {
    let Command::List(arguments) = command;
    arguments.connection.run(async |session| {
        let audit = session.operator.audit();
        let page = audit.list(arguments.limit, arguments.next.as_deref());
        let page = page.await?;
        session.answer(&page, || text(&page))
    })
}

fn text(page: &AuditPage) -> String {
    if page.entries.is_empty() {
        return "no operator has done anything yet".to_owned();
    }
    let mut text = String::new();
    for entry in &page.entries {
        let claimed = match &entry.claimed_by {
            Some(claimed) => format!(" (as {})", plain(claimed)),
            None => String::new(),
        };
        text += &block(
            0,
            &format!(
                "{}  {}{claimed} by {}: {}: {}",
                time(entry.acted_at),
                plain(&entry.who),
                plain(&entry.way),
                plain(&entry.what),
                plain(&entry.outcome)
            ),
        );
        if !entry.why.is_empty() {
            text += &block(2, &plain(&entry.why));
        }
    }
    if let Some(next) = &page.next {
        text += &format!("more: dispatcher audit list --next {}\n", plain(next));
    }
    text
}
