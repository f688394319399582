//! Three NATS servers on this machine that replicate their streams, each with a store of its own.

use std::fs;
use std::time::Instant;

use super::{LIMIT, NatsServer, free_port, or_skip};
use crate::LaunchError;
use crate::ready;

/// As many as a stream with three replicas needs.
const SERVERS: usize = 3;

/// What a server writes into its log once it knows which of them places streams and consumers.
const HAS_LEADER: [&str; 2] = [
    "JetStream cluster new metadata leader",
    "Self is new JetStream cluster metadata leader",
];

/// Three running servers. Each may be killed, stopped and started again by itself: its ports stay the same.
#[derive(Debug)]
pub struct NatsCluster {
    /// The servers.
    pub servers: Vec<NatsServer>,
}

impl NatsCluster {
    /// Starts three servers with empty stores, with further lines of their configuration files. They have chosen the one
    /// that places streams and consumers when this returns.
    ///
    /// # Errors
    ///
    /// If there is no program, or the servers have not found each other within a minute.
    ///
    /// # Cancellation
    ///
    /// What has been started is killed and removed.
    pub async fn start_with(settings: &str) -> Result<Self, LaunchError> {
        let mut ports = Vec::new();
        for _ in 0..SERVERS {
            ports.push(free_port()?);
        }
        let routes: Vec<_> = ports
            .iter()
            .map(|port| format!("\"nats://127.0.0.1:{port}\""))
            .collect();
        let routes = routes.join(", ");
        let mut servers = Vec::new();
        for (index, port) in ports.iter().enumerate() {
            let cluster = format!(
                "{settings}\nserver_name: \"n{index}\"\n\
                 cluster {{ name: \"launched\", listen: \"127.0.0.1:{port}\", routes: [{routes}] }}"
            );
            let mut server = NatsServer::new(&cluster)?;
            server.port = free_port()?;
            server.launch().await?;
            servers.push(server);
        }
        let cluster = Self { servers };
        cluster.until_led().await?;
        Ok(cluster)
    }

    /// The same, for a test that is skipped where the machine has no program: then there are no servers, and the reason
    /// is printed.
    ///
    /// # Errors
    ///
    /// As [`start_with`](Self::start_with). With the variable `CI` set a missing program is an error too.
    ///
    /// # Cancellation
    ///
    /// As [`start_with`](Self::start_with).
    pub async fn start_or_skip(settings: &str) -> Result<Option<Self>, LaunchError> {
        or_skip(Self::start_with(settings).await)
    }

    /// Where clients connect: they choose one, and find the others if it goes.
    pub fn urls(&self) -> Vec<String> {
        self.servers.iter().map(NatsServer::url).collect()
    }

    async fn until_led(&self) -> Result<(), LaunchError> {
        let began = Instant::now();
        loop {
            let logs = self.servers.iter().map(|server| {
                let log = server.watchdog.folder().join("log");
                fs::read_to_string(log).unwrap_or_default()
            });
            let logs: Vec<_> = logs.collect();
            if logs
                .iter()
                .all(|log| HAS_LEADER.iter().any(|text| log.contains(text)))
            {
                return Ok(());
            }
            if began.elapsed() > LIMIT {
                let within = LIMIT.as_secs();
                return Err(LaunchError::Nats {
                    problem: format!("chose no leader of the cluster within {within} s"),
                    log: logs.join("\n"),
                });
            }
            tokio::time::sleep(ready::PAUSE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn three_servers_know_their_leader_and_leave_no_folders() {
        let Some(mut cluster) = NatsCluster::start_or_skip("").await.unwrap() else {
            return;
        };
        let stores: Vec<_> = cluster.servers.iter().map(NatsServer::store).collect();
        assert_eq!(cluster.urls().len(), SERVERS);
        let urls = cluster.urls();
        cluster.servers[0].kill_9().unwrap();
        cluster.servers[0].restart().await.unwrap();
        assert_eq!(cluster.urls(), urls);
        drop(cluster);
        assert!(stores.iter().all(|store| !store.exists()));
    }
}
