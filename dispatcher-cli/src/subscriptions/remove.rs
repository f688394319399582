//! `dispatcher subscriptions remove`.

use clap::Args;
use serde::Serialize;

use crate::database::{Connection, Consent, OperatorName, Question};
use crate::names::{self, SubscriptionName};
use crate::output::Output;

/// The arguments of `remove`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher subscriptions remove coaching/former_handler --dry-run
  dispatcher subscriptions remove coaching/former_handler --yes")]
pub(crate) struct Remove {
    /// The subscription
    #[arg(value_name = "CONSUMER/NAME")]
    name: SubscriptionName,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Removed<'a> {
    consumer: &'a str,
    subscription: &'a str,
    is_removed: bool,
}

pub(super) fn run(arguments: &Remove) -> Output {
    let wanted = &arguments.name;
    let (consumer, subscription) = (&wanted.consumer, &wanted.subscription);
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let subscriptions = session.operator.subscriptions();
        let found = match subscriptions.get(consumer, subscription).await {
            Ok(found) => found.progress,
            Err(error) => return Err(names::explained(error, wanted, session).await),
        };
        let is_dry_run = arguments.consent.is_dry_run();
        let has = format!(
            "{} events that wait; its {} dead letters stay",
            found.waiting, found.open_dead_letters
        );
        if !is_dry_run {
            let act = format!("Remove {wanted} with its cursors, what it has handled and {has},");
            let answer = wanted.to_string();
            let question = Question {
                act: &act,
                answer: &answer,
            };
            arguments.consent.ask(&question, &session.place)?;
            let actor = arguments.operator.actor(&name);
            let removed = subscriptions.remove_as(consumer, subscription, actor);
            if let Err(error) = removed.await {
                return Err(names::explained(error, wanted, session).await);
            }
        }
        let removed = Removed {
            consumer,
            subscription,
            is_removed: !is_dry_run,
        };
        session.answer(&removed, || {
            if is_dry_run {
                format!("{wanted} would be removed, with {has}")
            } else {
                format!("{wanted} is removed")
            }
        })
    })
}
