//! `dispatcher subscriptions give-up`.

use clap::Args;
use serde::Serialize;

use crate::database::{Connection, Consent, OperatorName, Question};
use crate::names::{self, SubscriptionName};
use crate::output::Output;
use crate::screen::{number, plain, plural};

/// The arguments of `give-up`.
#[derive(Args, Debug)]
#[command(after_help = "\
The replica that works on the subscription makes each of them a dead letter of the reason unknown_version.

Examples:
  dispatcher subscriptions give-up coaching/hold_slot credit.locked 2 --dry-run
  dispatcher subscriptions give-up coaching/hold_slot credit.locked 2 --yes")]
pub(crate) struct GiveUp {
    /// The subscription
    #[arg(value_name = "CONSUMER/NAME")]
    name: SubscriptionName,
    /// The event type
    event_type: String,
    /// The version that no program knows
    schema_version: i32,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct GivenUp {
    events: u64,
    is_dry_run: bool,
}

pub(super) fn run(arguments: &GiveUp) -> Output {
    let wanted = &arguments.name;
    let (consumer, subscription) = (&wanted.consumer, &wanted.subscription);
    let (event_type, version) = (arguments.event_type.as_str(), arguments.schema_version);
    arguments.connection.run(async |session| {
        let who = arguments.operator.name()?;
        let subscriptions = session.operator.subscriptions();
        let found = match subscriptions.get(consumer, subscription).await {
            Ok(found) => found.progress,
            Err(error) => return Err(names::explained(error, wanted, session).await),
        };
        let mut waiting = found.awaited_versions.iter();
        let waiting = waiting
            .find(|it| it.event_type == event_type && it.schema_version == version)
            .map_or(0, |it| it.events);
        let what = format!(
            "{} of {} v{version}",
            plural(waiting, "event"),
            plain(event_type)
        );
        let is_dry_run = arguments.consent.is_dry_run();
        if is_dry_run || waiting == 0 {
            let given_up = GivenUp {
                events: waiting,
                is_dry_run,
            };
            return session.answer(&given_up, || {
                format!("{wanted}: {what} would be given up on")
            });
        }
        let act = format!("Give up on {what} in {wanted}");
        let question = Question {
            act: &act,
            answer: &number(waiting),
        };
        arguments.consent.ask(&question, &session.place)?;
        let actor = arguments.operator.actor(&who);
        let given_up =
            subscriptions.give_up_version_as(consumer, subscription, event_type, version, actor);
        match given_up.await {
            Ok(events) => {
                let given_up = GivenUp { events, is_dry_run };
                session.answer(&given_up, || {
                    format!("{wanted} gives up on {}", plural(events, "event"))
                })
            }
            Err(error) => Err(names::explained(error, wanted, session).await),
        }
    })
}
