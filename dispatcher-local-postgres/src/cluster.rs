//! A cluster of its own: made, started, killed, started again, stopped.
//!
//! The cluster listens on 127.0.0.1 only. In a temporary folder it trusts every client there; one that is kept wants a
//! password, because other users of the machine could use it for as long as it runs. What can happen before the first
//! answer is in `cluster/start.rs`, and what happens if this process ends without stopping it is in `watchdog.rs`.

mod start;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::{
    account::RunAs,
    error::LocalPostgresError,
    fetched::FETCHED,
    place::{self, Folder, KeptFolder},
    ready,
    search::{Fallback, Programs, Search},
    settings::{Settings, Shutdown},
    watchdog::Watchdog,
};

/// How long a start or a stop may take, each.
const LIMIT: Duration = Duration::from_secs(120);

/// A running Postgres of its own. It is stopped when this is dropped, or when the process ends without dropping it, even
/// by `kill -9`; and then its folder is removed, unless it is one that is kept.
#[derive(Debug)]
pub struct Cluster {
    child: Option<Child>,
    watchdog: Watchdog,
    programs: Programs,
    run_as: RunAs,
    settings: Settings,
    login: Login,
    port: u16,
    started_in: Duration,
}

/// How to log in as the superuser.
struct Login {
    role: String,
    password: Option<String>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({:?})", self.role)
    }
}

impl Cluster {
    /// Makes and starts a temporary cluster. It is ready when this returns.
    ///
    /// # Errors
    ///
    /// If there are no server programs, `initdb` or the server fails, or the server does not answer
    /// within two minutes.
    ///
    /// # Cancellation
    ///
    /// What has been started by then is stopped and removed.
    pub async fn start(settings: Settings) -> Result<Self, LocalPostgresError> {
        Self::start_from(settings, FETCHED).await
    }

    /// The same, with another place to look for programs.
    ///
    /// # Errors
    ///
    /// See [`start`](Self::start).
    ///
    /// # Cancellation
    ///
    /// See [`start`](Self::start).
    #[doc(hidden)]
    pub async fn start_from(
        settings: Settings,
        fallback: Fallback,
    ) -> Result<Self, LocalPostgresError> {
        let began = Instant::now();
        let run_as = RunAs::find()?;
        let programs = Search::from_environment()?.find(&run_as, None, fallback)?;
        let folder = Folder::temporary(&run_as, "postgres")?;
        let login = Login {
            role: "postgres".to_owned(),
            password: None,
        };
        let mut cluster = Self::of(programs, folder, run_as, (settings, login))?;
        cluster.make_data().await?;
        cluster.launch().await?;
        cluster.started_in = began.elapsed();
        Ok(cluster)
    }

    /// Starts the cluster that is kept in a folder, and makes it the first time. It is ready when this returns. One process
    /// at a time may do this with a folder; the caller sees to that.
    ///
    /// Data of an older major version is started with programs of that version, if there are any.
    ///
    /// # Errors
    ///
    /// If there are no server programs, or none of the data's version; the folder cannot be written or reached; the stated
    /// port is in use; `initdb` or the server fails; or the server does not answer within two minutes.
    ///
    /// # Cancellation
    ///
    /// What has been started by then is stopped. The next call goes on.
    pub async fn keep(kept: KeptFolder, settings: Settings) -> Result<Self, LocalPostgresError> {
        let began = Instant::now();
        let run_as = RunAs::find()?;
        let folder = kept.make(&run_as)?;
        let data = folder.path.join("data");
        let major = place::major(&data)?;
        let search = Search::from_environment()?;
        let programs = match (search.find(&run_as, major, FETCHED), major) {
            (Err(LocalPostgresError::NotFound { looked_at }), Some(major)) => {
                let folder = folder.path;
                return Err(LocalPostgresError::OtherMajor {
                    folder,
                    major,
                    looked_at,
                });
            }
            (programs, _) => programs?,
        };
        let login = Login {
            role: kept.role.clone(),
            password: Some(kept.password.clone()),
        };
        let mut cluster = Self::of(programs, folder, run_as, (settings, login))?;
        place::await_end(&data).await;
        cluster.choose_port(kept.port)?;
        cluster.empty_log()?;
        if major.is_none() {
            cluster.make_kept_data().await?;
        }
        cluster.launch().await?;
        cluster.remember_port()?;
        cluster.started_in = began.elapsed();
        Ok(cluster)
    }

    fn of(
        programs: Programs,
        folder: Folder,
        run_as: RunAs,
        (settings, login): (Settings, Login),
    ) -> Result<Self, LocalPostgresError> {
        Ok(Self {
            watchdog: Watchdog::start(folder)?,
            child: None,
            programs,
            run_as,
            settings,
            login,
            port: 0,
            started_in: Duration::ZERO,
        })
    }

    /// The URL of one of the cluster's databases, with the password if there is one. `postgres` exists from the start.
    pub fn url(&self, database: &str) -> String {
        let Login { role, password } = &self.login;
        let password = password.as_ref().map(|password| format!(":{password}"));
        let password = password.unwrap_or_default();
        format!(
            "postgres://{role}{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// The port on which it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the server has ended by itself.
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn has_ended(&mut self) -> Result<bool, LocalPostgresError> {
        let Some(child) = &mut self.child else {
            return Ok(true);
        };
        let ended = child.try_wait();
        if ended
            .map_err(LocalPostgresError::os("look at postgres"))?
            .is_none()
        {
            return Ok(false);
        }
        self.ended()?;
        Ok(true)
    }

    /// The end of the server's log.
    pub fn log_tail(&self) -> String {
        tail(&self.log(), 0)
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

    /// The folder that holds the data and the log.
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
    pub fn kill_9(&mut self) -> Result<(), LocalPostgresError> {
        let Some(child) = &mut self.child else {
            return Ok(());
        };
        child
            .kill()
            .and_then(|()| child.wait())
            .map_err(LocalPostgresError::os("kill postgres"))?;
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
    pub async fn stop(&mut self, how: Shutdown) -> Result<(), LocalPostgresError> {
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
            .map_err(LocalPostgresError::os("run /bin/sh"))?;
        match wait(child, Instant::now() + LIMIT).await? {
            Some(_) => self.ended(),
            None => Err(LocalPostgresError::Late {
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
    pub async fn restart(&mut self) -> Result<(), LocalPostgresError> {
        self.stop(Shutdown::Fast).await?;
        let began = Instant::now();
        self.launch().await?;
        self.started_in = began.elapsed();
        Ok(())
    }

    /// How to connect as the superuser, to the database `postgres`.
    pub fn options(&self) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(&self.login.role)
            .database("postgres")
            .ssl_mode(PgSslMode::Disable);
        match &self.login.password {
            Some(password) => options.password(password),
            None => options,
        }
    }

    fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    fn ended(&mut self) -> Result<(), LocalPostgresError> {
        self.child = None;
        self.watchdog
            .nothing_runs()
            .map_err(LocalPostgresError::os("tell the watchdog"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.watchdog.finish(self.child.take());
    }
}

/// Waits for a child until `deadline`. It polls: a `tokio` child is bound to the runtime that
/// spawned it, and a cluster that many tests share outlives each test's runtime.
///
/// # Errors
/// The operating system refuses it.
pub async fn wait(
    child: &mut Child,
    deadline: Instant,
) -> Result<Option<ExitStatus>, LocalPostgresError> {
    loop {
        let ended = child
            .try_wait()
            .map_err(LocalPostgresError::os("wait for a child"))?;
        if ended.is_some() || Instant::now() > deadline {
            return Ok(ended);
        }
        tokio::time::sleep(ready::PAUSE).await;
    }
}

/// The last 30 lines of a log, of those that begin at `offset`.
pub fn tail(log: &Path, offset: u64) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(text.get(offset as usize..).unwrap_or_default());
    let mut lines: Vec<_> = text.lines().rev().take(30).collect();
    lines.reverse();
    lines.join("\n")
}
