//! `dispatcher subscriptions resume`.

use clap::Args;

use crate::database::{Connection, OperatorName};
use crate::names::{self, SubscriptionName};
use crate::output::Output;
use crate::screen::{plain, time};

/// The arguments of `resume`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  dispatcher subscriptions resume coaching/credit_history")]
pub(crate) struct Resume {
    /// The subscription
    #[arg(value_name = "CONSUMER/NAME")]
    name: SubscriptionName,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &Resume) -> Output {
    let wanted = &arguments.name;
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let subscriptions = session.operator.subscriptions();
        let actor = arguments.operator.actor(&name);
        let resumed = subscriptions.resume(&wanted.consumer, &wanted.subscription, actor);
        match resumed.await {
            Ok(pause) => session.answer(&pause, || match &pause {
                Some(pause) => format!(
                    "{wanted} goes on; it was paused by {} at {}",
                    plain(&pause.paused_by),
                    time(pause.paused_at)
                ),
                None => format!("{wanted} was not paused"),
            }),
            Err(error) => Err(names::explained(error, wanted, session).await),
        }
    })
}
