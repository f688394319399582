//! `dispatcher dlq groups`.

use clap::Args;
use dispatcher_runtime::DeadLetterGroup;
use serde::Serialize;

use crate::database::Connection;
use crate::letters::Selection;
use crate::output::Output;
use crate::screen::{Table, block, name, plain, quoted};

/// The arguments of `groups`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher dlq groups
  dispatcher dlq groups --subscription coaching/credit_history --json")]
pub(crate) struct Groups {
    #[command(flatten)]
    selection: Selection,
    /// How many to list at most, from 1 to 1000
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: u16,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Grouped<'a> {
    groups: &'a [DeadLetterGroup],
}

pub(super) fn run(arguments: &Groups) -> Output {
    arguments.connection.run(async |session| {
        let filter = arguments.selection.filter().limit(arguments.limit);
        let groups = session.operator.dead_letters().groups(&filter).await?;
        session.answer(&Grouped { groups: &groups }, || text(&groups))
    })
}

/// As many digits as a person types.
const SHOWN: usize = 8;

fn text(groups: &[DeadLetterGroup]) -> String {
    let Some(first) = groups.first() else {
        return "no open dead letters".to_owned();
    };
    let mut table = Table::new(&["GROUP", "#DEAD", "SUBSCRIPTION", "FAILED WITH"]);
    for group in groups {
        table.row([
            short(&group.group),
            group.count.to_string(),
            name(&group.consumer, &group.subscription),
            format!(
                "{}, {}: {}",
                group.event_type,
                group.reason,
                quoted(&group.error)
            ),
        ]);
    }
    table.text()
        + &block(
            0,
            &format!(
                "Next: dispatcher redrives start --group {}",
                short(&first.group)
            ),
        )
}

fn short(group: &str) -> String {
    plain(&group.chars().take(SHOWN).collect::<String>())
}
