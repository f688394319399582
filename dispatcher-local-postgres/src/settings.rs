//! The settings with which a cluster runs, and the ways to stop it.

use std::ffi::OsString;

/// How a [`Cluster`](super::Cluster) is run.
///
/// By default with `fsync` off, which loses nothing if the server is killed, only if the machine
/// crashes; and with room for 200 connections.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) environment: Vec<(String, OsString)>,
}

impl Default for Settings {
    fn default() -> Self {
        let settings = Self {
            parameters: vec![],
            environment: vec![],
        };
        settings.fsync(false).set("max_connections", "200")
    }
}

impl Settings {
    /// Whether commits wait for the disk, as they do in production. Benchmarks need this.
    #[must_use]
    pub fn fsync(self, on: bool) -> Self {
        self.set("fsync", if on { "on" } else { "off" })
    }

    /// Sets a parameter of `postgresql.conf`, such as `max_prepared_transactions`. The last value
    /// wins.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a variable in the environment of the server and its processes, such as `LD_PRELOAD`.
    #[must_use]
    pub fn environment(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }
}

/// How [`Cluster::stop`](super::Cluster::stop) stops the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Ends the sessions, rolls back what they had open and writes a checkpoint.
    Fast,
    /// Ends at once; the next start recovers.
    Immediate,
}
