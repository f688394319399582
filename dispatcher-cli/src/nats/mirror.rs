//! `dispatcher mirror`: from a stream into the log of this database, until it is asked to stop.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use dispatcher_nats::Mirror;
use dispatcher_runtime::shutdown_signal;

use super::log;
use super::server::Server;
use crate::database::{Connection, Failure, Session, length_of_time};
use crate::output::Output;
use crate::screen::{note, plural};

/// The arguments of `mirror`.
#[derive(Args, Debug)]
#[command(after_help = "\
It takes the event types that the contracts bind to the domains of this database: those of `--contracts`, and those that were
pushed to it. Several processes may run for one stream: one of them works, and the others wait for its lease. It ends at
SIGTERM or Ctrl-C with 0, and with 1 where the stream is not the one that was read, or part of it is missing.

Examples:
  dispatcher mirror --stream north --consumer coaching
  dispatcher mirror --stream north --contracts contracts")]
pub(crate) struct MirrorArguments {
    /// The stream
    #[arg(long, value_name = "NAME")]
    stream: String,
    /// What the subjects of the stream begin with. Defaults to its name
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// A domain whose events to take. May be given several times. Defaults to every domain that has subscriptions here
    #[arg(long = "consumer", value_name = "NAME")]
    consumers: Vec<String>,
    /// After how long without a sign of life another process takes over
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = length_of_time)]
    lease: Duration,
    #[cfg(feature = "serve")]
    #[command(flatten)]
    health: super::health::HealthArguments,
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    connection: Connection,
}

pub(super) fn run(arguments: &MirrorArguments) -> Output {
    log::start();
    arguments.connection.run(async |session| {
        let event_types = event_types(arguments, session).await?;
        let count = u64::try_from(event_types.len()).unwrap_or(u64::MAX);
        let client = arguments.server.connect("mirror").await?;
        let stream = &arguments.stream;
        let mut mirror = Mirror::builder(session.pool.clone(), client, stream)
            .event_types(event_types)
            .lease(arguments.lease);
        if let Some(prefix) = &arguments.prefix {
            mirror = mirror.prefix(prefix);
        }
        if let Some(schema) = arguments.connection.schema() {
            mirror = mirror.schema(schema);
        }
        let mirror = mirror.build()?;
        note(&format!(
            "mirroring {} of the stream {stream} into the {}",
            plural(count, "event type"),
            session.place
        ));
        let ended = mirror.run_until(shutdown_signal());
        #[cfg(feature = "serve")]
        tokio::select! {
            ended = ended => ended?,
            failed = arguments.health.serve(session) => drop(failed?),
        }
        #[cfg(not(feature = "serve"))]
        ended.await?;
        note("ended; the lease is released");
        Ok(Output::success(""))
    })
}

/// The event types that the contracts bind to the domains.
async fn event_types(
    arguments: &MirrorArguments,
    session: &Session,
) -> Result<BTreeSet<String>, Failure> {
    let consumers = consumers(arguments, session).await?;
    let contracts = session.contracts().await?.list();
    for consumer in &consumers {
        let takes = contracts.iter().any(|it| it.consumers.contains(consumer));
        if !takes {
            return Err(Failure::No(format!(
                "the contracts bind no event type to {consumer}\n  help: name the contracts directory with `--contracts`, or \
                 push the contracts: `dispatcher contracts push`"
            )));
        }
    }
    let bound = contracts
        .into_iter()
        .filter(|contract| contract.consumers.iter().any(|it| consumers.contains(it)));
    Ok(bound.map(|contract| contract.event_type).collect())
}

async fn consumers(
    arguments: &MirrorArguments,
    session: &Session,
) -> Result<BTreeSet<String>, Failure> {
    if !arguments.consumers.is_empty() {
        return Ok(arguments.consumers.iter().cloned().collect());
    }
    let listed = session.operator.subscriptions().list(None).await?;
    let consumers: BTreeSet<_> = listed.into_iter().map(|one| one.consumer).collect();
    if consumers.is_empty() {
        return Err(Failure::No(format!(
            "no domain has subscriptions in the {}\n  help: name the domains with `--consumer NAME`, or start a consumer \
             first",
            session.place
        )));
    }
    Ok(consumers)
}
