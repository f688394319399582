//! `dispatcher subscriptions pause`.

use clap::Args;

use crate::database::{Connection, OperatorName};
use crate::names::{self, SubscriptionName};
use crate::output::Output;
use crate::screen::{plain, time};

/// The arguments of `pause`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher subscriptions pause coaching/credit_history --why 'slots are down'")]
pub(crate) struct PauseArguments {
    /// The subscription
    #[arg(value_name = "CONSUMER/NAME")]
    name: SubscriptionName,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &PauseArguments) -> Output {
    let wanted = &arguments.name;
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let subscriptions = session.operator.subscriptions();
        let actor = arguments.operator.actor(&name);
        let pause = subscriptions.pause(&wanted.consumer, &wanted.subscription, actor);
        match pause.await {
            Ok(pause) => session.answer(&pause, || {
                format!(
                    "{wanted} is paused by {} since {}, until: dispatcher subscriptions resume {wanted}",
                    plain(&pause.paused_by),
                    time(pause.paused_at)
                )
            }),
            Err(error) => Err(names::explained(error, wanted, session).await),
        }
    })
}
