//! The NATS servers of a case: one or three, which sync as they do by default or with each write.

use std::time::{Duration, Instant};

use async_nats::Client;
use async_nats::jetstream::{self, Context};
use dispatcher_nats::{async_nats, stream_config};
use dispatcher_test_launcher::{NatsCluster, NatsServer};

use super::Error;

/// How long a stream may take to find its servers.
const PLACEMENT: Duration = Duration::from_secs(20);

/// Replicas, and when they sync.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copies {
    pub(super) replicas: usize,
    /// Each write, and each batch, is on the disk before it is confirmed.
    pub(super) always: bool,
}

/// In the order in which they are shown.
pub(super) const ALL: [Copies; 4] = [
    copies(1, false),
    copies(1, true),
    copies(3, false),
    copies(3, true),
];

/// The cheapest.
pub(super) const SIMPLE: Copies = copies(1, false);

/// What a company would run.
pub(super) const DURABLE: Copies = copies(3, true);

const fn copies(replicas: usize, always: bool) -> Copies {
    Copies { replicas, always }
}

impl Copies {
    pub(super) fn name(self) -> String {
        let sync = if self.always { "always" } else { "default" };
        format!("R{}, sync {sync}", self.replicas)
    }

    /// Starts the servers.
    pub(super) async fn start(self) -> Result<Nats, Error> {
        let settings = if self.always {
            "jetstream { sync_interval: always }"
        } else {
            ""
        };
        let (servers, urls) = if self.replicas > 1 {
            let cluster = NatsCluster::start_with(settings).await?;
            let urls = cluster.urls();
            (cluster.servers, urls)
        } else {
            let server = NatsServer::start_with(settings).await?;
            let url = server.url();
            (vec![server], vec![url])
        };
        let nats = Nats {
            _servers: servers,
            urls,
            replicas: self.replicas,
        };
        Ok(nats)
    }
}

/// Running servers; they end when this is dropped.
pub(super) struct Nats {
    _servers: Vec<NatsServer>,
    urls: Vec<String>,
    replicas: usize,
}

impl Nats {
    /// A connection of its own.
    pub(super) async fn connect(&self) -> Result<Client, Error> {
        let connect = async_nats::connect(self.urls.clone()).await;
        connect.map_err(Error::nats("connect to NATS"))
    }

    /// Makes a stream as a relay needs it, whose subjects begin with its name.
    pub(super) async fn create_stream(&self, name: &str) -> Result<Context, Error> {
        let context = jetstream::new(self.connect().await?);
        let mut config = stream_config(name, name);
        config.num_replicas = self.replicas;
        let began = Instant::now();
        // For a moment after its start a cluster has a leader that does not know all servers yet.
        while let Err(error) = context.create_stream(config.clone()).await {
            if began.elapsed() > PLACEMENT {
                return Err(Error::nats("create a stream")(error));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(context)
    }
}
