//! `dispatcher subscriptions rename`.

use clap::Args;
use serde::Serialize;

use crate::database::{Connection, OperatorName};
use crate::names::{self, SubscriptionName};
use crate::output::Output;
use crate::screen::name;

/// The arguments of `rename`.
#[derive(Args, Debug)]
#[command(after_help = "\
Stop the replicas of the subscription first.

Examples:
  dispatcher subscriptions rename coaching/former_handler new_handler")]
pub(crate) struct Rename {
    /// The subscription
    #[arg(value_name = "CONSUMER/NAME")]
    name: SubscriptionName,
    /// The name that its handler has now
    #[arg(value_name = "NEW_NAME")]
    to: String,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Renamed<'a> {
    consumer: &'a str,
    subscription: &'a str,
    former: &'a str,
}

pub(super) fn run(arguments: &Rename) -> Output {
    let (wanted, to) = (&arguments.name, &arguments.to);
    arguments.connection.run(async |session| {
        let subscriptions = session.operator.subscriptions();
        let who = arguments.operator.name()?;
        let actor = arguments.operator.actor(&who);
        let renamed = subscriptions.rename_as(&wanted.consumer, &wanted.subscription, to, actor);
        if let Err(error) = renamed.await {
            return Err(names::explained(error, wanted, session).await);
        }
        let renamed = Renamed {
            consumer: &wanted.consumer,
            subscription: to,
            former: &wanted.subscription,
        };
        session.answer(&renamed, || {
            format!("{wanted} is {} now", name(&wanted.consumer, to))
        })
    })
}
