//! How a [`Cluster`] starts to answer: `initdb` once, and the server each time it is started.
//!
//! The port is below the range from which the kernel assigns ports for outgoing connections (32768
//! and up), and stays the same when the cluster is restarted, so the pools of a test find it. A
//! start ends in one of these ways:
//!
//! ```text
//! spawned ──▶ answers, and its data folder is this one ──▶ ready
//!    │ ends: the port is taken ──────────────────────────▶ spawned again, at first on another port
//!    │ ends: backends of a killed server still run ──────▶ spawned again, for they end by themselves
//!    │ ends for another reason, or does not answer ──────▶ error, with the end of the log
//! ```

use std::{
    fs,
    io::{self, Write},
    net::TcpListener,
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Instant,
};

use sqlx::Connection;

use super::{Cluster, LIMIT, tail, wait};
use crate::{
    cache::{self, For},
    error::LocalPostgresError,
    random::random,
    ready,
};

impl Cluster {
    /// Makes the data folder. The output of `initdb` is kept and copied the next time, which takes
    /// a quarter of the time; it does no harm that clusters then have the same system identifier.
    pub async fn make_data(&mut self) -> Result<(), LocalPostgresError> {
        let data = self.data();
        let name = cache::stamp(&self.programs.postgres)
            .map(|stamp| format!("data-{}-{stamp}", self.programs.version))
            .map_err(LocalPostgresError::os("look at postgres"))?;
        if let Some(made) = cache::find(&name, &self.run_as) {
            return cache::copy(&made, &data, For::Server(&self.run_as))
                .map_err(LocalPostgresError::os(format!("copy {}", made.display())));
        }
        let command = self.initdb_in(&data, &["-A", "trust", "--no-sync"]);
        self.initdb(command).await?;
        // Without a cache each start takes longer; nothing else changes.
        _ = cache::folder(&name, &self.run_as, |kept| {
            cache::copy(&data, kept, For::Everybody)
        });
        Ok(())
    }

    /// Makes the data folder of a cluster that is kept, with a password. It comes to its place when it is complete.
    pub(crate) async fn make_kept_data(&mut self) -> Result<(), LocalPostgresError> {
        let doing = || LocalPostgresError::os("make the data folder");
        let (data, partial) = (self.data(), self.folder().join("data.partial"));
        let password = self.folder().join("password.partial");
        for left in [&data, &partial] {
            if left.exists() {
                fs::remove_dir_all(left).map_err(doing())?;
            }
        }
        _ = fs::remove_file(&password);
        let text = self.login.password.clone().unwrap_or_default();
        fs::File::options()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&password)
            .and_then(|mut file| writeln!(file, "{text}"))
            .and_then(|()| self.run_as.give(&password))
            .map_err(doing())?;
        let mut command = self.initdb_in(&partial, &["-A", "scram-sha-256", "--no-sync"]);
        command.arg("--pwfile").arg(&password);
        let made = self.initdb(command).await;
        _ = fs::remove_file(&password);
        made?;
        fs::rename(&partial, &data).map_err(doing())
    }

    /// The stated port, if it is free; the one of the last time, if that is; otherwise any.
    pub(crate) fn choose_port(&mut self, stated: Option<u16>) -> Result<(), LocalPostgresError> {
        let bound = |port| TcpListener::bind(("127.0.0.1", port)).map(drop);
        if let Some(port) = stated {
            bound(port).map_err(|source| LocalPostgresError::PortTaken { port, source })?;
            self.port = port;
            return Ok(());
        }
        let last = fs::read_to_string(self.folder().join("port")).ok();
        let last = last.and_then(|text| text.trim().parse().ok());
        self.port = last.filter(|port| bound(*port).is_ok()).unwrap_or(0);
        Ok(())
    }

    /// For the next time.
    pub(crate) fn remember_port(&self) -> Result<(), LocalPostgresError> {
        let path = self.folder().join("port");
        fs::write(&path, format!("{}\n", self.port))
            .map_err(LocalPostgresError::os(format!("write {}", path.display())))
    }

    /// The log is that of one run, so that it does not grow without end.
    pub(crate) fn empty_log(&self) -> Result<(), LocalPostgresError> {
        match fs::remove_file(self.log()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let doing = format!("remove {}", self.log().display());
                Err(LocalPostgresError::os(doing)(error))
            }
            _ => Ok(()),
        }
    }

    fn initdb_in(&self, data: &Path, options: &[&str]) -> Command {
        let mut command = self.programs.command(&self.programs.initdb, &self.run_as);
        command.arg("-D").arg(data).args(["-U", &self.login.role]);
        command
            .args(["--encoding=UTF8", "--locale=C"])
            .args(options);
        if let Some(share) = &self.programs.share {
            command.arg("-L").arg(share);
        }
        command
    }

    async fn initdb(&mut self, command: Command) -> Result<(), LocalPostgresError> {
        let child = self.spawn(command)?;
        let pid = child.id();
        let child = self.child.insert(child);
        self.watchdog
            .group_runs(pid)
            .map_err(LocalPostgresError::os("tell the watchdog"))?;
        let status = loop {
            // A minute is long even for a machine that is busy with other tests.
            if let Some(status) = wait(child, Instant::now() + 2 * LIMIT).await? {
                break status;
            }
            child
                .kill()
                .map_err(LocalPostgresError::os("kill initdb"))?;
        };
        self.ended()?;
        let output = tail(&self.log(), 0);
        if status.success() {
            Ok(())
        } else {
            Err(LocalPostgresError::Initdb { status, output })
        }
    }

    /// Starts the server and waits until it answers.
    pub async fn launch(&mut self) -> Result<(), LocalPostgresError> {
        let deadline = Instant::now() + LIMIT;
        let first = self.port == 0;
        loop {
            if first {
                self.port = free_port();
            }
            let log_before = fs::metadata(self.log()).map_or(0, |log| log.len());
            let status = match self.attempt(deadline, log_before).await? {
                None => return Ok(()),
                Some(status) => status,
            };
            let log = tail(&self.log(), log_before);
            let passes = [
                "could not create any TCP/IP sockets",
                "pre-existing shared memory block",
            ];
            if !passes.iter().any(|it| log.contains(it)) || Instant::now() > deadline {
                return Err(LocalPostgresError::Exited { status, log });
            }
            tokio::time::sleep(ready::PAUSE).await;
        }
    }

    /// Starts the server once: `None` if it answers, and how it ended if it does not.
    async fn attempt(
        &mut self,
        deadline: Instant,
        log_before: u64,
    ) -> Result<Option<ExitStatus>, LocalPostgresError> {
        let mut command = self.programs.command(&self.programs.postgres, &self.run_as);
        command.arg("-D").arg(self.data());
        command.args(["-h", "127.0.0.1", "-k", "", "-p", &self.port.to_string()]);
        // In the data folder, so a killed server leaves nothing in /dev/shm, and a container with a
        // small /dev/shm is no obstacle.
        command.args([
            "-c",
            "dynamic_shared_memory_type=mmap",
            "-c",
            "timezone=UTC",
        ]);
        for (name, value) in &self.settings.parameters {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let environment = self.settings.environment.iter();
        command.envs(environment.map(|(name, value)| (name, value)));
        let child = self.spawn(command)?;
        let pid = child.id();
        self.child = Some(child);
        self.watchdog
            .server_runs(pid)
            .map_err(LocalPostgresError::os("tell the watchdog"))?;
        loop {
            let answer = match self.answers().await {
                Ok(()) => return Ok(None),
                Err(error) => error,
            };
            // A server exits on its own if its port is taken, so this check comes after the query.
            let child = self.child.as_mut();
            let ended = child.map_or(Ok(None), Child::try_wait);
            if let Some(status) = ended.map_err(LocalPostgresError::os("wait for postgres"))? {
                self.ended()?;
                return Ok(Some(status));
            }
            if Instant::now() > deadline {
                return Err(LocalPostgresError::Late {
                    what: "answer",
                    limit: LIMIT,
                    answer: answer.to_string(),
                    log: tail(&self.log(), log_before),
                });
            }
            tokio::time::sleep(ready::PAUSE).await;
        }
    }

    /// Whether this cluster answers, and not another one on the same port.
    async fn answers(&self) -> Result<(), sqlx::Error> {
        let mut connection = ready::connect(&self.options()).await?;
        let folder: String = sqlx::query_scalar("SHOW data_directory")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        if Path::new(&folder) == self.data() {
            Ok(())
        } else {
            Err(sqlx::Error::Io(io::Error::other(format!(
                "another server, of {folder}, has the port"
            ))))
        }
    }

    /// Starts a program in its own process group, which a terminal's Ctrl-C does not reach: a quick
    /// start that is interrupted shuts down against a database that still answers.
    fn spawn(&self, mut command: Command) -> Result<Child, LocalPostgresError> {
        let program = command.get_program().to_owned();
        let log = || {
            fs::File::options()
                .create(true)
                .append(true)
                .open(self.log())
        };
        let mut spawn = || {
            command
                .current_dir(self.folder())
                .stdin(Stdio::null())
                .stdout(log()?)
                .stderr(log()?)
                .process_group(0)
                .spawn()
        };
        spawn().map_err(LocalPostgresError::os(format!(
            "start {}",
            program.display()
        )))
    }
}

/// A port that was free a moment ago. If another process takes it first, the server says so.
fn free_port() -> u16 {
    let draw = || 20_000 + (random() % 12_000) as u16;
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(draw)
        .take(100)
        .find(is_free)
        .unwrap_or_else(draw)
}
