//! `dispatcher relay`: from the log of this database into a stream, until it is asked to stop.

use std::time::Duration;

use clap::Args;
use dispatcher_nats::Relay;
use dispatcher_runtime::shutdown_signal;

use super::log;
use super::server::Server;
use crate::database::{Connection, length_of_time};
use crate::output::Output;
use crate::screen::note;

/// The arguments of `relay`.
#[derive(Args, Debug)]
#[command(after_help = "\
`dispatcher nats apply` makes the stream. Several processes may run for one stream: one of them works, and the others wait for
its lease. What it waits for is logged, and shown by `dispatcher transfers list`. It ends at SIGTERM or Ctrl-C with 0, and
with 1 where the stream does not belong to this log, or part of it is missing.

Examples:
  dispatcher relay --stream north --nats-url nats://nats.internal
  dispatcher relay --stream north --prefix acme.north --lease 30s")]
pub(crate) struct RelayArguments {
    /// The stream
    #[arg(long, value_name = "NAME")]
    stream: String,
    /// What the subjects of the stream begin with. Defaults to its name
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
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

pub(super) fn run(arguments: &RelayArguments) -> Output {
    log::start();
    arguments.connection.run(async |session| {
        let client = arguments.server.connect("relay").await?;
        let stream = &arguments.stream;
        let mut relay = Relay::builder(session.pool.clone(), client, stream).lease(arguments.lease);
        if let Some(prefix) = &arguments.prefix {
            relay = relay.prefix(prefix);
        }
        if let Some(schema) = arguments.connection.schema() {
            relay = relay.schema(schema);
        }
        let relay = relay.build()?;
        note(&format!(
            "relaying the {} into the stream {stream}",
            session.place
        ));
        let ended = relay.run_until(shutdown_signal());
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
