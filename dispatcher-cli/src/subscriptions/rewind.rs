//! `dispatcher subscriptions rewind`.

use clap::Args;
use dispatcher_runtime::{Rewound, StartFrom};

use crate::database::{Connection, Consent, OperatorName, Question, moment};
use crate::names::{self, SubscriptionName};
use crate::output::Output;
use crate::screen::{number, plural};

/// The arguments of `rewind`.
#[derive(Args, Debug)]
#[command(after_help = "\
What the handler wrote the first time is still there: empty a projection first.

Examples:
  dispatcher subscriptions rewind coaching/credit_history --to 365d --dry-run
  dispatcher subscriptions rewind coaching/credit_history --to beginning --yes")]
pub(crate) struct Rewind {
    /// The subscription
    #[arg(value_name = "CONSUMER/NAME")]
    name: SubscriptionName,
    /// From where on: `beginning`, 2026-11-29T08:00:00Z, 2026-11-29, or 2h for two hours ago
    #[arg(long, value_name = "TIME", value_parser = place)]
    to: StartFrom,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

fn place(text: &str) -> Result<StartFrom, String> {
    match text {
        "beginning" => Ok(StartFrom::Beginning),
        time => moment(time).map(StartFrom::At),
    }
}

pub(super) fn run(arguments: &Rewind) -> Output {
    let wanted = &arguments.name;
    let (consumer, subscription) = (&wanted.consumer, &wanted.subscription);
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let subscriptions = session.operator.subscriptions();
        let preview = subscriptions.preview_rewind(consumer, subscription, arguments.to);
        let preview = match preview.await {
            Ok(preview) => preview,
            Err(error) => return Err(names::explained(error, wanted, session).await),
        };
        if arguments.consent.is_dry_run() {
            return session.answer(&preview, || words("would go", wanted, &preview));
        }
        let act = format!(
            "Rewind {wanted} from position {} to {} and have {} handled again",
            number(preview.from.get().unsigned_abs()),
            number(preview.to.get().unsigned_abs()),
            plural(preview.forgotten, "event")
        );
        let question = Question {
            act: &act,
            answer: &number(preview.forgotten),
        };
        arguments.consent.ask(&question, &session.place)?;
        let actor = arguments.operator.actor(&name);
        let rewound = subscriptions.rewind_as(consumer, subscription, arguments.to, actor);
        match rewound.await {
            Ok(rewound) => session.answer(&rewound, || words("goes", wanted, &rewound)),
            Err(error) => Err(names::explained(error, wanted, session).await),
        }
    })
}

fn words(verb: &str, name: &SubscriptionName, rewound: &Rewound) -> String {
    format!(
        "{name} {verb} back from position {} to {}: {} handled again{}",
        number(rewound.from.get().unsigned_abs()),
        number(rewound.to.get().unsigned_abs()),
        match rewound.forgotten {
            1 => "1 event is".to_owned(),
            events => format!("{} events are", number(events)),
        },
        match rewound.dead_letters {
            0 => String::new(),
            1 =>
                ", and 1 open dead letter is resolved, because its event is one of them".to_owned(),
            letters => format!(
                ", and {} open dead letters are resolved, because their events are among them",
                number(letters)
            ),
        }
    )
}
