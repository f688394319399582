//! A private cluster, with the programs from crates.io where this machine has none.

use std::{path::Path, time::Duration};

use dispatcher_local_postgres::{self as local, Settings, Shutdown};

use super::{LaunchError, Server, bundled};

/// A running Postgres of its own, which is stopped and removed when this is dropped, or when the
/// process ends without dropping it, even by `kill -9`.
#[derive(Debug)]
pub struct Cluster {
    cluster: local::Cluster,
}

impl Cluster {
    /// Makes and starts a cluster with the default [`Settings`].
    ///
    /// # Errors
    ///
    /// See [`Cluster::start_with`].
    ///
    /// # Cancellation
    ///
    /// See [`Cluster::start_with`].
    pub async fn start() -> Result<Self, LaunchError> {
        Self::start_with(Settings::default()).await
    }

    /// Makes and starts a cluster. It is ready when this returns.
    ///
    /// # Errors
    ///
    /// If there are no server programs, `initdb` or the server fails, or the server does not answer
    /// within two minutes.
    ///
    /// # Cancellation
    ///
    /// What has been started by then is stopped and removed.
    pub async fn start_with(settings: Settings) -> Result<Self, LaunchError> {
        let cluster = local::Cluster::start_from(settings, bundled::BUNDLED).await?;
        Ok(Self { cluster })
    }

    /// The URL of one of the cluster's databases. `postgres` exists from the start.
    pub fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    /// The same cluster as a server on which databases can be created.
    pub fn server(&self) -> Server {
        let options = self.cluster.options();
        Server::new(self.url("postgres"), options, self.source())
    }

    /// What is running, such as `Postgres 15.18 from /usr/lib/postgresql/15/bin`.
    pub fn source(&self) -> String {
        self.cluster.source()
    }

    /// How long the latest start took; the first start includes making the data folder.
    pub fn started_in(&self) -> Duration {
        self.cluster.started_in()
    }

    /// The port on 127.0.0.1, which stays the same when the server is started again.
    pub fn port(&self) -> u16 {
        self.cluster.port()
    }

    /// The temporary folder that holds the data and the log.
    pub fn folder(&self) -> &Path {
        self.cluster.folder()
    }

    /// The process id of the server, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.cluster.pid()
    }

    /// Kills the server, as a crash would, and waits for its end. Committed data is still there
    /// after [`restart`](Self::restart).
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn kill_9(&mut self) -> Result<(), LaunchError> {
        Ok(self.cluster.kill_9()?)
    }

    /// Stops the server, and waits for its end. Does nothing if it is not running.
    ///
    /// # Errors
    ///
    /// If it still runs after two minutes.
    ///
    /// # Cancellation
    ///
    /// The server still gets the signal; call this again to wait for its end.
    pub async fn stop(&mut self, how: Shutdown) -> Result<(), LaunchError> {
        Ok(self.cluster.stop(how).await?)
    }

    /// Starts the server again, on the same port and with the same data. A running server is
    /// stopped first.
    ///
    /// # Errors
    ///
    /// If the server fails or does not answer within two minutes.
    ///
    /// # Cancellation
    ///
    /// The server may be running or not. Call this again.
    pub async fn restart(&mut self) -> Result<(), LaunchError> {
        Ok(self.cluster.restart().await?)
    }
}
