//! Which streams a command is about, and how they have to be.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use dispatcher_nats::{StreamPlan, StreamSettings};

use super::server::Server;
use crate::contract_files::registry_of;
use crate::database::{Failure, length_of_time};

/// The streams.
#[derive(Args, Clone, Debug)]
pub(super) struct Streams {
    /// A stream, and a prefix of its subjects that differs from its name. May be given several times. Defaults to a stream
    /// for each domain that publishes, as --contracts says: name them where several domains publish into one log
    #[arg(long = "stream", value_name = "NAME[=PREFIX]")]
    streams: Vec<String>,
    /// The contracts directory, for the domains that publish
    #[arg(long, value_name = "DIRECTORY")]
    contracts: Option<PathBuf>,
    /// On how many servers a stream is stored. Defaults to what it has; of a new one to 3, or 1 without a cluster
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: Option<u8>,
    /// After how long a message is removed: longer than the longest outage of a mirror. 0s for never. Defaults to what it
    /// has; of a new one to never
    #[arg(long, value_name = "AGE", value_parser = length_of_time)]
    max_age: Option<Duration>,
    /// How many bytes a stream may have; -1 for any number. Defaults to what it has; of a new one to any number
    #[arg(long, value_name = "BYTES", allow_negative_numbers = true)]
    max_bytes: Option<i64>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    server: Server,
}

impl Streams {
    /// Connects, and compares each stream with the server's.
    ///
    /// # Errors
    /// No stream was named, or the server does not answer.
    pub(super) async fn plans(
        &self,
    ) -> Result<(dispatcher_nats::async_nats::Client, Vec<StreamPlan>), Failure> {
        let settings = self.settings()?;
        let client = self.server.connect("nats").await?;
        let mut plans = Vec::with_capacity(settings.len());
        for one in settings {
            plans.push(one.plan(&client).await?);
        }
        Ok((client, plans))
    }

    fn settings(&self) -> Result<Vec<StreamSettings>, Failure> {
        let named: Vec<_> = if self.streams.is_empty() {
            let domains = self.publishing_domains()?.into_iter();
            domains.map(|name| (name.clone(), name)).collect()
        } else {
            let named = self.streams.iter();
            named
                .map(|text| match text.split_once('=') {
                    Some((name, prefix)) => (name.to_owned(), prefix.to_owned()),
                    None => (text.clone(), text.clone()),
                })
                .collect()
        };
        let settings = named.into_iter().map(|(name, prefix)| {
            StreamSettings::new(name)
                .prefix(prefix)
                .replicas(self.replicas.map(usize::from))
                .max_age(self.max_age)
                .max_bytes(self.max_bytes)
        });
        Ok(settings.collect())
    }

    fn publishing_domains(&self) -> Result<BTreeSet<String>, Failure> {
        let Some(path) = &self.contracts else {
            return Err(Failure::Usage(
                "no stream was named\n  help: give it as `--stream NAME`, or name the contracts with `--contracts`: there is a \
                 stream for each domain that publishes"
                    .to_owned(),
            ));
        };
        let registry = registry_of(path).map_err(Failure::Usage)?;
        let domains = registry.events().map(|event| event.producer.to_owned());
        Ok(domains.collect())
    }
}
