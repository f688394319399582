//! Several NATS servers as one cluster, whose routes can be cut.
//!
//! Servers reach each other through a [`Proxy`] for each pair and direction. They tell each other an address where
//! nothing listens, so they open no further routes, and they tell clients of no other server: a client that connects
//! through a proxy stays on it.
//!
//! A cluster of one is a server without routes.

use super::nats::{NatsServer, free_port};
use super::{LaunchError, Proxy, Silence};

/// Running NATS servers with JetStream, which are killed and removed when this is dropped.
#[derive(Debug)]
pub struct NatsCluster {
    servers: Vec<NatsServer>,
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    ends: [usize; 2],
    proxy: Proxy,
}

impl NatsCluster {
    /// Starts servers with empty stores. Each answers when this returns; a cluster of several may still have to choose
    /// a leader, and until then refuses to create a stream. `settings` are further lines of their configuration files.
    ///
    /// Where the machine has no program, there is no cluster, and the reason is printed.
    ///
    /// # Errors
    ///
    /// As [`NatsServer::start_or_skip`].
    ///
    /// # Cancellation
    ///
    /// What has been started is killed and removed.
    pub async fn start_or_skip(
        servers: usize,
        settings: &str,
    ) -> Result<Option<Self>, LaunchError> {
        let mut cluster = Self {
            servers: Vec::new(),
            routes: Vec::new(),
        };
        let ports = (0..servers).map(|_| free_port());
        let ports: Vec<_> = ports.collect::<Result<_, _>>()?;
        for (number, port) in ports.iter().enumerate() {
            let mut routes = Vec::new();
            for (other, port) in ports.iter().enumerate() {
                if other == number {
                    continue;
                }
                let proxy = Proxy::open(*port)
                    .await
                    .map_err(LaunchError::os("open a path between two servers"))?;
                routes.push(format!("\"nats://127.0.0.1:{}\"", proxy.port()));
                let ends = [number, other];
                cluster.routes.push(Route { ends, proxy });
            }
            let routes = routes.join(", ");
            let clustered = format!(
                "server_name: n{number}\ncluster {{\n  name: tests\n  listen: \"127.0.0.1:{port}\"\n  advertise: \
                 \"127.0.0.1:1\"\n  no_advertise: true\n  routes: [{routes}]\n}}\n{settings}"
            );
            let settings = if servers == 1 { settings } else { &clustered };
            let Some(server) = NatsServer::start_or_skip(settings).await? else {
                return Ok(None);
            };
            cluster.servers.push(server);
        }
        Ok(Some(cluster))
    }

    /// The servers, to look at.
    pub fn servers(&self) -> &[NatsServer] {
        &self.servers
    }

    /// One of the servers, to kill or to start again.
    ///
    /// # Panics
    ///
    /// If there is none of that number.
    pub fn server(&mut self, number: usize) -> &mut NatsServer {
        &mut self.servers[number]
    }

    /// Closes the routes of a server to all others, and opens none, until [`join`](Self::join).
    pub fn isolate(&self, server: usize) {
        self.routes_of(server).for_each(Proxy::cut);
    }

    /// Forwards nothing on the routes of a server, and closes none, until [`join`](Self::join).
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
}
