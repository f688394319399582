//! `dispatcher subscriptions show`.

use clap::Args;
use dispatcher_runtime::{SubscriptionDetail, SubscriptionState};

use super::state;
use crate::database::Connection;
use crate::names::{self, SubscriptionName};
use crate::output::Output;
use crate::screen::{Table, block, number, plain, plural, quoted, seconds, time};

/// The arguments of `show`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher subscriptions show coaching/credit_history
  dispatcher subscriptions show coaching/credit_history --json")]
pub(crate) struct Show {
    /// The subscription
    #[arg(value_name = "CONSUMER/NAME")]
    name: SubscriptionName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Show) -> Output {
    let wanted = &arguments.name;
    arguments.connection.run(async |session| {
        let subscriptions = session.operator.subscriptions();
        let detail = subscriptions.get(&wanted.consumer, &wanted.subscription);
        match detail.await {
            Ok(detail) => session.answer(&detail, || text(&detail, wanted)),
            Err(error) => Err(names::explained(error, wanted, session).await),
        }
    })
}

fn text(detail: &SubscriptionDetail, name: &SubscriptionName) -> String {
    let progress = &detail.progress;
    let failing = detail.failing_with.first();
    let mut text = block(0, &format!("{name}: {}", state::words(progress, failing)));
    let types = if progress.event_types.is_empty() {
        "takes: unknown, because no replica has said so yet".to_owned()
    } else {
        format!("takes {}", plain(&progress.event_types.join(", ")))
    };
    text += &block(2, &types);
    text += &block(
        2,
        &format!(
            "lag: {} (oldest: {}); position {} of {}, {} positions of all event types behind",
            state::lag(progress),
            state::oldest(progress),
            number(progress.position.get().unsigned_abs()),
            number(progress.last_position.get().unsigned_abs()),
            number(progress.behind)
        ),
    );
    let mut waiting = format!("waiting: {}", plural(progress.waiting, "event"));
    if let Some(age) = progress.oldest_waiting_seconds {
        waiting += &format!(", the first for {}", seconds(age));
    }
    waiting += &format!(
        "; held subjects: {}; open dead letters: {}",
        progress.held_subjects, progress.open_dead_letters
    );
    text += &block(2, &waiting);
    for awaited in &progress.awaited_versions {
        text += &block(
            2,
            &format!(
                "{} for a program that knows {} v{}",
                match awaited.events {
                    1 => "1 event waits".to_owned(),
                    events => format!("{} events wait", number(events)),
                },
                plain(&awaited.event_type),
                awaited.schema_version
            ),
        );
    }
    text += &partitions(detail);
    text += &failures(detail);
    text += &held(detail);
    if let Some(next) = next(detail, name) {
        text.push('\n');
        text += &block(0, &format!("Next: {next}"));
    }
    text
}

fn partitions(detail: &SubscriptionDetail) -> String {
    let mut table = Table::new(&["#PART", "#POSITION", "HOLDER", "LEASED UNTIL"]);
    for partition in &detail.partitions_held {
        table.row([
            partition.partition.to_string(),
            number(partition.position.get().unsigned_abs()),
            partition.holder.clone().unwrap_or_else(|| "–".to_owned()),
            partition.expires_at.map_or_else(|| "–".to_owned(), time),
        ]);
    }
    format!("\n{}", table.text())
}

fn failures(detail: &SubscriptionDetail) -> String {
    if detail.failing_with.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["#EVENTS", "FAIL WITH"]);
    for failing in &detail.failing_with {
        table.row([failing.events.to_string(), quoted(&failing.error)]);
    }
    format!("\n{}", table.text())
}

fn held(detail: &SubscriptionDetail) -> String {
    if detail.held.is_empty() {
        return String::new();
    }
    let mut text = "\nHELD SUBJECTS\n".to_owned();
    for held in &detail.held {
        let by = match (&held.dead_letter_id, &held.awaited_version) {
            (Some(letter), _) => format!("by the dead letter {}", plain(letter)),
            (None, Some(version)) => format!("until a program knows {}", plain(version)),
            (None, None) => "by an event that waits".to_owned(),
        };
        let subject = match &held.subject {
            Some(subject) => plain(subject),
            None => "an event without a subject".to_owned(),
        };
        let position = number(held.position.get().unsigned_abs());
        text += &block(0, &format!("{subject}: from position {position} on, {by}"));
    }
    text
}

/// The command that helps most.
fn next(detail: &SubscriptionDetail, name: &SubscriptionName) -> Option<String> {
    let progress = &detail.progress;
    let dead = progress.open_dead_letters.count > 0;
    Some(match progress.state {
        SubscriptionState::Paused => format!("dispatcher subscriptions resume {name}"),
        SubscriptionState::NoHolder => format!(
            "start a replica of the consumer, or, if the handler is gone: dispatcher subscriptions remove {name}"
        ),
        _ if dead => format!("dispatcher dlq groups --subscription {name}"),
        SubscriptionState::Held if !progress.awaited_versions.is_empty() => {
            "deploy a consumer that knows the version".to_owned()
        }
        SubscriptionState::Behind | SubscriptionState::Retrying | SubscriptionState::Held => {
            "dispatcher overview".to_owned()
        }
        _ => return None,
    })
}
