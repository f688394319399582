//! A cluster of its own: made in a temporary folder, started, killed, started again, removed.
//!
//! The cluster listens on 127.0.0.1 only and trusts every client there. What can happen before the
//! first answer is in `cluster/start.rs`, and what happens if this process ends without stopping it
//! is in `watchdog.rs`.

mod start;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{
    LaunchError, Server, Settings, Shutdown,
    account::RunAs,
    ready,
    search::{Programs, Search},
    watchdog::Watchdog,
};

/// How long a start or a stop may take, each.
const LIMIT: Duration = Duration::from_secs(120);

/// A running Postgres of its own, which is stopped and removed when this is dropped, or when the
/// process ends without dropping it, even by `kill -9`.
#[derive(Debug)]
pub struct Cluster {
    child: Option<Child>,
    watchdog: Watchdog,
    programs: Programs,
    run_as: RunAs,
    settings: Settings,
    port: u16,
    started_in: Duration,
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
        let began = Instant::now();
        let run_as = RunAs::find()?;
        let mut cluster = Self {
            programs: Search::from_environment()?.find(&run_as)?,
            watchdog: Watchdog::start(&run_as, "postgres")?,
            child: None,
            run_as,
            settings,
            port: 0,
            started_in: Duration::ZERO,
        };
        cluster.make_data().await?;
        cluster.launch().await?;
        cluster.started_in = began.elapsed();
        Ok(cluster)
    }

    /// The URL of one of the cluster's databases. `postgres` exists from the start.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The same cluster as a server on which databases can be created.
    pub fn server(&self) -> Server {
        Server::new(self.url("postgres"), self.options(), self.source())
    }

    /// What is running, such as `Postgres 15.18 from /usr/lib/postgresql/15/bin`.
    pub fn source(&self) -> String {
        format!(
            "Postgres {} from {}",
            self.programs.version, self.programs.origin
        )
    }

    /// How long the latest start took; the first start includes making the data folder.
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    /// The port on 127.0.0.1, which stays the same when the server is started again.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The temporary folder that holds the data and the log.
    pub fn folder(&self) -> &Path {
        self.watchdog.folder()
    }

    /// The process id of the server, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Kills the server, as a crash would, and waits for its end. Committed data is still there
    /// after [`restart`](Self::restart).
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn kill_9(&mut self) -> Result<(), LaunchError> {
        let Some(child) = &mut self.child else {
            return Ok(());
        };
        child
            .kill()
            .and_then(|()| child.wait())
            .map_err(LaunchError::os("kill postgres"))?;
        self.ended()
    }

    /// Stops the server, and waits for its end. Does nothing if it is not running.
    ///
    /// # Errors
    ///
    /// If it still runs after 30 seconds.
    ///
    /// # Cancellation
    ///
    /// The server still gets the signal; call this again to wait for its end.
    pub async fn stop(&mut self, how: Shutdown) -> Result<(), LaunchError> {
        let Some(child) = &mut self.child else {
            return Ok(());
        };
        let signal = match how {
            Shutdown::Fast => "INT",
            Shutdown::Immediate => "QUIT",
        };
        // `std` can only send KILL. `kill` identifies a process only by its number, which is its own
        // until it has been waited for.
        Command::new("/bin/sh")
            .args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal])
            .arg(child.id().to_string())
            .status()
            .map_err(LaunchError::os("run /bin/sh"))?;
        match wait(child, Instant::now() + LIMIT).await? {
            Some(_) => self.ended(),
            None => Err(LaunchError::Late {
                what: "stop",
                limit: LIMIT,
                answer: "none".to_owned(),
                log: tail(&self.log(), 0),
            }),
        }
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
        self.stop(Shutdown::Fast).await?;
        let began = Instant::now();
        self.launch().await?;
        self.started_in = began.elapsed();
        Ok(())
    }

    fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username("postgres")
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
    }

    fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    fn ended(&mut self) -> Result<(), LaunchError> {
        self.child = None;
        self.watchdog
            .nothing_runs()
            .map_err(LaunchError::os("tell the watchdog"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.watchdog.finish(self.child.take());
    }
}

/// Waits for a child until `deadline`. It polls: a `tokio` child is bound to the runtime that
/// spawned it, and a cluster that many tests share outlives each test's runtime.
pub(super) async fn wait(
    child: &mut Child,
    deadline: Instant,
) -> Result<Option<ExitStatus>, LaunchError> {
    loop {
        let ended = child
            .try_wait()
            .map_err(LaunchError::os("wait for a child"))?;
        if ended.is_some() || Instant::now() > deadline {
            return Ok(ended);
        }
        tokio::time::sleep(ready::PAUSE).await;
    }
}

/// The last 30 lines of a log, of those that begin at `offset`.
pub(super) fn tail(log: &Path, offset: u64) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(text.get(offset as usize..).unwrap_or_default());
    let mut lines: Vec<_> = text.lines().rev().take(30).collect();
    lines.reverse();
    lines.join("\n")
}
