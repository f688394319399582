//! `dispatcher overview`: what is late, why, and what to type.

use std::collections::BTreeMap;

use clap::Args;
use dispatcher_runtime::{FailingWith, Overview, Problem, ProblemKind};
use time::OffsetDateTime;

use crate::database::Connection;
use crate::output::Output;
use crate::screen::{block, name, number, plain, plural, seconds};
use crate::subscriptions::{failing, table};

/// The arguments of `overview`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher overview
  dispatcher overview --json")]
pub(crate) struct OverviewArguments {
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(arguments: &OverviewArguments) -> Output {
    arguments.connection.run(async |session| {
        let overview = session.operator.overview().await?;
        let failing = if session.json {
            BTreeMap::new()
        } else {
            failing(session, &overview.subscriptions).await?
        };
        session.answer(&overview, || text(&overview, &failing))
    })
}

fn text(overview: &Overview, failing: &BTreeMap<usize, FailingWith>) -> String {
    let count = u64::try_from(overview.problems.len()).unwrap_or(u64::MAX);
    let mut text = match count {
        0 => "no problems\n".to_owned(),
        count => format!("{}\n", plural(count, "problem")),
    };
    for problem in &overview.problems {
        text += &one(problem, overview.taken_at);
    }
    text.push('\n');
    if overview.subscriptions.is_empty() {
        text += "no subscriptions: no consumer has been started on these tables yet\n";
    } else {
        text += &table(&overview.subscriptions, failing);
    }
    if !overview.transfers.is_empty() {
        text.push('\n');
        text += &crate::transfers::table(&overview.transfers);
    }
    let readable = match overview.horizon_lag {
        0 => String::new(),
        lag => format!(", of which readers do not see {} yet", number(lag)),
    };
    for blocker in overview.blockers.iter().flatten() {
        text += &block(0, &format!("held back by {}", plain(&blocker.to_string())));
    }
    text += &block(
        0,
        &format!(
            "open dead letters: {}; last position of the log: {}{readable}",
            overview.open_dead_letters,
            number(overview.last_position.get().unsigned_abs())
        ),
    );
    text
}

fn one(problem: &Problem, now: OffsetDateTime) -> String {
    let about = match (&problem.consumer, &problem.subscription) {
        (Some(consumer), Some(subscription)) => format!(" {}", name(consumer, subscription)),
        (Some(consumer), None) => format!(" {}", plain(consumer)),
        _ => match &problem.transfer {
            Some(transfer) => format!(" {}", plain(transfer)),
            None => String::new(),
        },
    };
    let kind = kind(problem.kind);
    let age = problem.since.map(|since| (now - since).as_seconds_f64());
    let age = age.map_or_else(String::new, |age| format!(" for {}", seconds(age)));
    block(2, &format!("{kind}{about}{age}"))
        + &block(4, &plain(&problem.text))
        + &format!("    {}\n", plain(&problem.command))
}

fn kind(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Blocked => "BLOCKED",
        ProblemKind::Stuck => "STUCK",
        ProblemKind::NoHolder => "NO HOLDER",
        ProblemKind::Behind => "BEHIND",
        ProblemKind::Held => "HELD",
        ProblemKind::Retrying => "RETRYING",
        ProblemKind::DeadLetters => "DEAD LETTERS",
        ProblemKind::Paused => "PAUSED",
        ProblemKind::RetentionHeld => "RETENTION HELD",
        _ => "PROBLEM",
    }
}
