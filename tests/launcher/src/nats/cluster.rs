//! Three NATS servers on this machine that replicate their streams, each with a store of its own.
//!
//! [`NatsCluster::start_divisible`] starts servers whose routes can be cut: they reach each other through a [`Proxy`] for
//! each pair and direction. They tell each other an address where nothing listens, so they open no further routes, and
//! they tell clients of no other server: a client that connects through a proxy stays on it.

use std::fs;
use std::time::Instant;

use super::{LIMIT, NatsServer, free_port, or_skip};
use crate::{LaunchError, Proxy, Silence, ready};

/// As many as a stream with three replicas needs.
const SERVERS: usize = 3;

/// What a server writes into its log once it knows which of them places streams and consumers.
const HAS_LEADER: [&str; 2] = [
    "JetStream cluster new metadata leader",
    "Self is new JetStream cluster metadata leader",
];

/// Three running servers. Each may be killed, stopped and started again by itself: its ports stay the same.
#[derive(Debug, Default)]
pub struct NatsCluster {
    /// The servers.
    pub servers: Vec<NatsServer>,
    /// Of a divisible cluster.
    routes: Vec<Route>,
}

/// A path between two servers.
#[derive(Debug)]
struct Route {
    ends: [usize; 2],
    proxy: Proxy,
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
        let ports = free_ports(SERVERS)?;
        let mut cluster = Self::default();
        for port in &ports {
            cluster.launch(*port, &ports, "", settings).await?;
        }
        cluster.until_led().await?;
        Ok(cluster)
    }

    /// Starts one server, or three whose routes can be cut, for a test that is skipped where the machine has no program.
    /// The server of number n is called `n` and n.
    ///
    /// # Errors
    ///
    /// As [`start_or_skip`](Self::start_or_skip).
    ///
    /// # Cancellation
    ///
    /// As [`start_with`](Self::start_with).
    pub async fn start_divisible(servers: usize) -> Result<Option<Self>, LaunchError> {
        or_skip(Self::start_with_routes(servers).await)
    }

    async fn start_with_routes(servers: usize) -> Result<Self, LaunchError> {
        let mut cluster = Self::default();
        if servers == 1 {
            cluster.servers.push(NatsServer::start().await?);
            return Ok(cluster);
        }
        let ports = free_ports(servers)?;
        let apart = "advertise: \"127.0.0.1:1\", no_advertise: true, ";
        for (number, port) in ports.iter().enumerate() {
            let mut routes = Vec::new();
            for (other, port) in ports.iter().enumerate() {
                if other == number {
                    continue;
                }
                let proxy = Proxy::open(*port)
                    .await
                    .map_err(LaunchError::os("open a path between two servers"))?;
                routes.push(proxy.port());
                let ends = [number, other];
                cluster.routes.push(Route { ends, proxy });
            }
            cluster.launch(*port, &routes, apart, "").await?;
        }
        cluster.until_led().await?;
        Ok(cluster)
    }

    /// The next server, which listens for the others on that port and looks for them on these.
    async fn launch(
        &mut self,
        port: u16,
        others: &[u16],
        further: &str,
        settings: &str,
    ) -> Result<(), LaunchError> {
        let index = self.servers.len();
        let routes: Vec<_> = others
            .iter()
            .map(|port| format!("\"nats://127.0.0.1:{port}\""))
            .collect();
        let routes = routes.join(", ");
        let cluster = format!(
            "{settings}\nserver_name: \"n{index}\"\n\
             cluster {{ name: \"launched\", listen: \"127.0.0.1:{port}\", {further}routes: [{routes}] }}"
        );
        let mut server = NatsServer::new(&cluster)?;
        server.port = free_port()?;
        server.launch().await?;
        self.servers.push(server);
        Ok(())
    }

    /// Closes the routes of a server of a divisible cluster, and opens none, until [`join`](Self::join).
    pub fn isolate(&self, server: usize) {
        self.routes_of(server).for_each(Proxy::cut);
    }

    /// Forwards nothing on the routes of a server of a divisible cluster, and closes none, until [`join`](Self::join).
    pub fn silence(&self, server: usize) {
        self.routes_of(server)
            .for_each(|proxy| proxy.silence(Silence::All));
    }

    /// Opens the routes of a server again.
    pub fn join(&self, server: usize) {
        self.routes_of(server).for_each(Proxy::restore);
    }

    fn routes_of(&self, server: usize) -> impl Iterator<Item = &Proxy> {
        let routes = self.routes.iter();
        let routes = routes.filter(move |route| route.ends.contains(&server));
        routes.map(|route| &route.proxy)
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

fn free_ports(servers: usize) -> Result<Vec<u16>, LaunchError> {
    (0..servers).map(|_| free_port()).collect()
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
