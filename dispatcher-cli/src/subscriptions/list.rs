//! `dispatcher subscriptions list`.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use dispatcher_runtime::{FailingWith, SubscriptionProgress};
use serde::Serialize;

use super::state::{self, Words};
use crate::database::{Connection, Failure, Session, length_of_time};
use crate::output::{End, Output};
use crate::screen::{Table, block, duration, name, number};
use crate::wrap::COLUMNS;

/// The arguments of `list`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher subscriptions list
  dispatcher subscriptions list --consumer coaching --json
  dispatcher subscriptions list --max-lag 365d")]
pub(crate) struct List {
    /// Those of one consumer
    #[arg(long, value_name = "NAME")]
    consumer: Option<String>,
    /// End with 1 if the oldest undelivered event of a subscription is older, or its age is not known: 60s, 5m
    #[arg(long, value_name = "AGE", value_parser = length_of_time)]
    max_lag: Option<Duration>,
    #[command(flatten)]
    connection: Connection,
}

/// For how many subscriptions a list asks with what they fail.
const EXPLAINED: usize = 20;

#[derive(Serialize)]
struct Listed<'a> {
    subscriptions: &'a [SubscriptionProgress],
}

pub(super) fn run(arguments: &List) -> Output {
    arguments.connection.run(async |session| {
        let subscriptions = session.operator.subscriptions();
        let listed = subscriptions.list(arguments.consumer.as_deref()).await?;
        let failing = if session.json {
            BTreeMap::new()
        } else {
            failing(session, &listed).await?
        };
        let document = Listed {
            subscriptions: &listed,
        };
        let output = session.answer(&document, || text(&listed, &failing))?;
        Ok(match arguments.max_lag {
            Some(most) => judged(output, &listed, most),
            None => output,
        })
    })
}

/// The commonest error of each subscription whose events fail, by its place in the list.
pub(crate) async fn failing(
    session: &Session,
    listed: &[SubscriptionProgress],
) -> Result<BTreeMap<usize, FailingWith>, Failure> {
    let mut failing = BTreeMap::new();
    let waiting = listed.iter().enumerate().filter(|(_, it)| it.waiting > 0);
    for (index, one) in waiting.take(EXPLAINED) {
        let subscriptions = session.operator.subscriptions();
        let detail = subscriptions.get(&one.consumer, &one.subscription).await?;
        if let Some(first) = detail.failing_with.into_iter().next() {
            failing.insert(index, first);
        }
    }
    Ok(failing)
}

fn text(listed: &[SubscriptionProgress], failing: &BTreeMap<usize, FailingWith>) -> String {
    if listed.is_empty() {
        return "no subscriptions: no consumer has been started on these tables yet".to_owned();
    }
    let mut text = table(listed, failing);
    if let Some(summary) = state::summary(listed) {
        text += &summary;
    }
    text
}

/// A line for each subscription, and lines below it for a cause that does not fit.
pub(crate) fn table(
    listed: &[SubscriptionProgress],
    failing: &BTreeMap<usize, FailingWith>,
) -> String {
    let words: Vec<_> = listed
        .iter()
        .enumerate()
        .map(|(index, one)| state::words(one, failing.get(&index)))
        .collect();
    let room = COLUMNS.saturating_sub(rendered(listed, |_| String::new()).1);
    let is_narrow = |words: &Words| words.to_string().chars().count() > room;
    let (table, _) = rendered(listed, |index| match words.get(index) {
        Some(words) if is_narrow(words) => words.short.clone(),
        words => words.map(ToString::to_string).unwrap_or_default(),
    });
    let mut text = String::new();
    for (index, line) in table.lines().enumerate() {
        text += &format!("{line}\n");
        let row = index.checked_sub(1).and_then(|row| words.get(row));
        let narrow = row.filter(|words| is_narrow(words));
        if let Some(cause) = narrow.and_then(|words| words.cause.as_ref()) {
            text += &block(2, cause);
        }
    }
    text
}

/// The table, and the column in which the states begin.
fn rendered(listed: &[SubscriptionProgress], state: impl Fn(usize) -> String) -> (String, usize) {
    let mut table = Table::new(&[
        "SUBSCRIPTION",
        "#LAG",
        "#OLDEST",
        "#WAITING",
        "#DEAD",
        "#HOLDERS",
        "STATE",
    ]);
    for (index, one) in listed.iter().enumerate() {
        table.row([
            name(&one.consumer, &one.subscription),
            state::lag(one),
            state::oldest(one),
            number(one.waiting),
            one.open_dead_letters.to_string(),
            one.replicas.to_string(),
            state(index),
        ]);
    }
    let text = table.text();
    let head = text.lines().next().unwrap_or_default();
    let column = head.find("STATE").unwrap_or_default();
    (text, column)
}

/// Ends with 1 if a subscription is later than that, or may be.
fn judged(output: Output, listed: &[SubscriptionProgress], most: Duration) -> Output {
    let late: Vec<_> = listed
        .iter()
        .filter_map(|one| {
            let name = name(&one.consumer, &one.subscription);
            match (one.lag, one.lag_seconds) {
                (_, Some(age)) if age > most.as_secs_f64() => Some(format!(
                    "{name}: its oldest undelivered event is {} old, and --max-lag allows {}",
                    state::oldest(one),
                    duration(most)
                )),
                (_, Some(_)) => None,
                (Some(lag), None) if lag.count == 0 => None,
                _ => Some(format!("{name}: how late it is, is not known")),
            }
        })
        .collect();
    if late.is_empty() {
        return output;
    }
    output.with_note(late.join("\n")).ending(End::Findings)
}
