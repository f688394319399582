//! A NATS server with JetStream of its own: started in a temporary folder, killed, stopped, started again, removed.
//!
//! The program is the first of these that runs and is not too old: `NATS_SERVER_BIN`, which is used or refused and
//! never passed over; PATH; the usual folders; what `tests/launcher/fetch-nats` has fetched. It is never downloaded
//! here. A machine without one gets [`LaunchError::NoNats`], and [`NatsServer::start_or_skip`] makes of that a test
//! that is skipped, except where `CI` is set.
//!
//! A server that runs already (`NATS_URL`) is not used: tests kill theirs, stop it, set its store back and limit it, and name
//! their streams alike.
//!
//! It listens on 127.0.0.1 only, and asks for no credentials. Its port stays the same when it is started again, so
//! clients find it.

mod cluster;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::LaunchError;
use super::account::RunAs;
use super::cluster::{tail, wait};
use super::ready;
use super::watchdog::Watchdog;

pub use cluster::NatsCluster;

/// The oldest version with which all tests can run: 2.15 has `sync_interval: always` for each batch.
const OLDEST: (u32, u32) = (2, 15);

/// How long a start may take. Recovering a store takes longer than starting with an empty one.
const LIMIT: Duration = Duration::from_secs(60);

/// How often another port is tried, where one was taken in the meantime.
const PORTS: u32 = 5;

/// A running NATS server with JetStream, which is killed and removed when this is dropped, or when the process ends
/// without dropping it.
#[derive(Debug)]
pub struct NatsServer {
    child: Option<Child>,
    watchdog: Watchdog,
    program: PathBuf,
    version: String,
    port: u16,
    settings: String,
}

impl NatsServer {
    /// Starts a server with an empty store. It is ready when this returns.
    ///
    /// # Errors
    ///
    /// If there is no program, or the server does not answer within a minute.
    ///
    /// # Cancellation
    ///
    /// What has been started is killed and removed.
    pub async fn start() -> Result<Self, LaunchError> {
        Self::start_with("").await
    }

    /// The same with further lines of its configuration file, such as `max_payload: 65536` or
    /// `jetstream { sync_interval: always }`.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    ///
    /// # Cancellation
    ///
    /// As [`start`](Self::start).
    pub async fn start_with(settings: &str) -> Result<Self, LaunchError> {
        let mut server = Self::new(settings)?;
        let mut tries = 1..PORTS;
        loop {
            server.port = free_port()?;
            match server.launch().await {
                Err(_) if tries.next().is_some() => {}
                outcome => return outcome.map(|()| server),
            }
        }
    }

    /// A server that has not been launched yet.
    fn new(settings: &str) -> Result<Self, LaunchError> {
        let (program, version) = find()?;
        Ok(Self {
            child: None,
            watchdog: Watchdog::start(&RunAs::this_user()?, "nats")?,
            program,
            version,
            port: 0,
            settings: settings.to_owned(),
        })
    }

    /// The same as [`start_with`](Self::start_with), for a test that is skipped where the machine has no program: then
    /// there is no server, and the reason is printed.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start). With the variable `CI` set a missing program is an error too.
    ///
    /// # Cancellation
    ///
    /// As [`start`](Self::start).
    pub async fn start_or_skip(settings: &str) -> Result<Option<Self>, LaunchError> {
        or_skip(Self::start_with(settings).await)
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The port of [`url`](Self::url).
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What is running, such as `nats-server 2.15.0 at /usr/local/bin/nats-server`.
    pub fn source(&self) -> String {
        format!("nats-server {} at {}", self.version, self.program.display())
    }

    /// The folder of its store. While the server does not run, it may be copied or replaced.
    pub fn store(&self) -> PathBuf {
        self.watchdog.folder().join("store")
    }

    /// Kills the server, as a crash would, and waits for its end.
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn kill_9(&mut self) -> Result<(), LaunchError> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        child
            .kill()
            .and_then(|()| child.wait())
            .map_err(LaunchError::os("kill nats-server"))?;
        self.watchdog
            .nothing_runs()
            .map_err(LaunchError::os("tell the watchdog"))
    }

    /// Stops the process without ending it (SIGSTOP), until [`resume`](Self::resume).
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn pause(&self) -> Result<(), LaunchError> {
        self.signal("STOP")
    }

    /// Lets a stopped process go on (SIGCONT).
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn resume(&self) -> Result<(), LaunchError> {
        self.signal("CONT")
    }

    /// The id of its process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    fn signal(&self, signal: &str) -> Result<(), LaunchError> {
        let Some(child) = &self.child else {
            return Ok(());
        };
        Command::new("/bin/sh")
            .args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal])
            .arg(child.id().to_string())
            .status()
            .map(drop)
            .map_err(LaunchError::os("run /bin/sh"))
    }

    /// Starts the server again, on the same port and with the same store. A running server is killed first.
    ///
    /// # Errors
    ///
    /// If the server does not answer within a minute.
    ///
    /// # Cancellation
    ///
    /// The server may be running or not. Call this again.
    pub async fn restart(&mut self) -> Result<(), LaunchError> {
        self.kill_9()?;
        self.launch().await
    }

    async fn launch(&mut self) -> Result<(), LaunchError> {
        let folder = self.watchdog.folder().to_owned();
        let log = folder.join("log");
        let configuration = folder.join("nats.conf");
        let text = format!("listen: \"127.0.0.1:{}\"\n{}\n", self.port, self.settings);
        fs::write(&configuration, text).map_err(LaunchError::os("write nats.conf"))?;
        let output = fs::File::create(&log).map_err(LaunchError::os("make the server's log"))?;
        let child = Command::new(&self.program)
            .arg("-c")
            .arg(&configuration)
            .arg("--jetstream")
            .arg("--store_dir")
            .arg(self.store())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .map_err(LaunchError::os("start nats-server"))?;
        let pid = child.id();
        let child = self.child.insert(child);
        self.watchdog
            .killable_runs(pid)
            .map_err(LaunchError::os("tell the watchdog"))?;
        let began = Instant::now();
        while !answers(self.port) {
            let ended = wait(child, Instant::now()).await?;
            let problem = match ended {
                Some(status) => format!("ended with {status}"),
                None if began.elapsed() > LIMIT => format!("did not answer within {LIMIT:?}"),
                None => {
                    tokio::time::sleep(ready::PAUSE).await;
                    continue;
                }
            };
            let log = tail(&log, 0);
            self.kill_9()?;
            return Err(LaunchError::Nats { problem, log });
        }
        Ok(())
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.watchdog.finish(self.child.take());
    }
}

/// What a start that only lacks a program is for a test.
fn or_skip<T>(outcome: Result<T, LaunchError>) -> Result<Option<T>, LaunchError> {
    match outcome {
        Err(error @ LaunchError::NoNats { .. }) if env::var_os("CI").is_none() => {
            eprintln!("skipped: {error}");
            Ok(None)
        }
        outcome => outcome.map(Some),
    }
}

/// Whether a server with JetStream greets there.
fn answers(port: u16) -> bool {
    let address = ([127, 0, 0, 1], port).into();
    let limit = Duration::from_secs(1);
    let Ok(stream) = TcpStream::connect_timeout(&address, limit) else {
        return false;
    };
    let mut line = String::new();
    stream.set_read_timeout(Some(limit)).is_ok()
        && BufReader::new(stream).read_line(&mut line).is_ok()
        && line.starts_with("INFO ")
        && line.contains("\"jetstream\":true")
}

pub(super) fn free_port() -> Result<u16, LaunchError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(LaunchError::os("find a free port"))
}

/// The program, and its version.
fn find() -> Result<(PathBuf, String), LaunchError> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let mut looked_at = Vec::new();
    let refused = |looked_at: Vec<String>| LaunchError::NoNats {
        looked_at: looked_at.join("\n"),
    };
    if let Some(program) = set("NATS_SERVER_BIN").map(PathBuf::from) {
        return version_of(&program)
            .map(|version| (program.clone(), version))
            .map_err(|why| {
                refused(vec![format!(
                    "  NATS_SERVER_BIN, {}: {why}",
                    program.display()
                )])
            });
    }
    looked_at.push("  NATS_SERVER_BIN: not set".to_owned());
    for folder in folders(&set("PATH").unwrap_or_default()) {
        let program = folder.join("nats-server");
        if !program.is_file() {
            continue;
        }
        match version_of(&program) {
            Ok(version) => return Ok((program, version)),
            Err(why) => looked_at.push(format!("  {}: {why}", program.display())),
        }
    }
    looked_at
        .push("  PATH, the usual folders and the cache: no other nats-server there".to_owned());
    Err(refused(looked_at))
}

fn folders(path: &OsString) -> Vec<PathBuf> {
    let mut folders: Vec<_> = env::split_paths(path)
        .filter(|it| it.is_absolute())
        .collect();
    folders.extend(["/usr/local/bin", "/usr/sbin", "/opt/homebrew/bin"].map(PathBuf::from));
    let caches = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")));
    let kept = caches.and_then(|caches| fs::read_dir(caches.join("dispatcher-nats")).ok());
    let mut kept: Vec<_> = kept.into_iter().flatten().flatten().collect();
    kept.sort_by_key(fs::DirEntry::file_name);
    folders.extend(kept.iter().rev().map(fs::DirEntry::path));
    folders
}

/// Its version, or why it cannot be used.
fn version_of(program: &Path) -> Result<String, String> {
    let output = Command::new(program)
        .arg("--version")
        .output()
        .map_err(|error| format!("it does not run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    supported(&text)
}

/// The version in a text such as `nats-server: v2.15.0`, if it is not too old.
fn supported(text: &str) -> Result<String, String> {
    let version = text.split_once(": v").map(|(_, version)| version.trim());
    let Some(version) = version else {
        return Err(format!("`nats-server --version` says {:?}", text.trim()));
    };
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST => Ok(version.to_owned()),
        _ => Err(format!(
            "version {version} is older than {}.{}",
            OLDEST.0, OLDEST.1
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_too_old_is_refused_with_its_number() {
        assert_eq!(supported("nats-server: v2.15.0\n"), Ok("2.15.0".to_owned()));
        assert_eq!(supported("nats-server: v3.0.1"), Ok("3.0.1".to_owned()));
        let debian = supported("nats-server: v2.9.10\n");
        assert_eq!(debian, Err("version 2.9.10 is older than 2.15".to_owned()));
        assert!(supported("nats: unknown").is_err());
    }

    #[tokio::test]
    async fn a_killed_server_starts_again_on_its_port_and_a_dropped_one_leaves_no_folder() {
        let Some(mut server) = NatsServer::start_or_skip("").await.unwrap() else {
            return;
        };
        let (url, store) = (server.url(), server.store());
        server.kill_9().unwrap();
        assert!(!answers(server.port));
        server.restart().await.unwrap();
        assert!(answers(server.port));
        assert_eq!(server.url(), url);
        assert!(store.is_dir());
        drop(server);
        assert!(!store.exists());
    }
}
