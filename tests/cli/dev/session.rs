//! A process of `dispatcher dev`: started, read, asked, ended.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::Cluster;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::OnceCell;

use super::PATIENCE;
use crate::examples::copy_contracts;
use crate::world::{Ran, ended};

/// A folder that the server's account can reach, with the reference contracts.
pub(super) fn folder() -> TestResult<TempDir> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755))?;
    let contracts = folder.path().join("contracts");
    copy_contracts(&contracts)?;
    // They are edited in place, as before the first release.
    std::fs::remove_file(contracts.join("contracts.lock"))?;
    Ok(folder)
}

pub(super) fn dispatcher(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dispatcher-under-test"));
    for variable in [
        "DATABASE_URL",
        "PGHOST",
        "PGHOSTADDR",
        "PGPORT",
        "PGDATABASE",
        "PGUSER",
    ] {
        command.env_remove(variable);
    }
    command
        .args(arguments)
        .current_dir(folder)
        .env("DISPATCHER_OPERATOR", "mia")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A machine without Postgres has the programs in its cache afterwards.
pub(super) async fn programs() -> TestResult {
    static BROUGHT: OnceCell<()> = OnceCell::const_new();
    let bring = async || Cluster::start().await.map(drop);
    BROUGHT.get_or_try_init(bring).await?;
    Ok(())
}

/// `dispatcher dev`, once it has said what to type next.
pub(super) struct Dev {
    pub(super) child: Child,
    folder: PathBuf,
    happens: Lines<BufReader<ChildStdout>>,
    notes: Lines<BufReader<ChildStderr>>,
    pub(super) said: String,
    pub(super) url: String,
    address: String,
    key: String,
}

impl Dev {
    pub(super) async fn start(folder: &Path) -> TestResult<Self> {
        Self::start_with(folder, &[]).await
    }

    pub(super) async fn start_with(folder: &Path, arguments: &[&str]) -> TestResult<Self> {
        programs().await?;
        let arguments = [&["dev", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = dispatcher(folder, &arguments).spawn()?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let mut dev = Self {
            child,
            folder: folder.to_owned(),
            happens: BufReader::new(stdout).lines(),
            notes: BufReader::new(stderr).lines(),
            said: String::new(),
            url: String::new(),
            address: String::new(),
            key: String::new(),
        };
        dev.note("Ctrl-C ends it").await?;
        let after = |mark: &str| {
            let line = dev.said.lines().find_map(|line| line.split_once(mark));
            line.map(|(_, rest)| rest.trim().to_owned())
        };
        let url = after("export DATABASE_URL=").unwrap_or_default();
        let link = after("The page: http://").ok_or("no link")?;
        let (address, key) = link.split_once("/open/").ok_or("no key")?;
        (dev.url, dev.address, dev.key) = (url, address.to_owned(), key.to_owned());
        Ok(dev)
    }

    /// The next line on standard error that has this text.
    pub(super) async fn note(&mut self, text: &str) -> TestResult<String> {
        loop {
            let line = tokio::time::timeout(PATIENCE, self.notes.next_line()).await;
            let line = line.map_err(|_| format!("never said {text:?}:\n{}", self.said))??;
            let line = line.ok_or_else(|| format!("it ended:\n{}", self.said))?;
            self.said += &format!("{line}\n");
            assert!(
                line.chars().count() <= 80 || line.contains("data is in"),
                "{line}"
            );
            if line.contains(text) {
                return Ok(line);
            }
        }
    }

    /// The next line on standard output that has these texts.
    pub(super) async fn happens(&mut self, texts: &[&str]) -> TestResult<String> {
        let mut seen = String::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, self.happens.next_line()).await;
            let line = line.map_err(|_| format!("never happened {texts:?}:\n{seen}"))??;
            let line = line.ok_or_else(|| format!("it ended:\n{seen}"))?;
            assert!(line.chars().count() <= 80, "{line}");
            assert!(!line.contains('\u{1b}'), "{line:?}");
            if texts.iter().all(|text| line.contains(text)) {
                return Ok(line);
            }
            seen += &format!("{line}\n");
        }
    }

    /// Runs another command on the same database.
    pub(super) async fn run(&self, arguments: &[&str]) -> TestResult<Ran> {
        let mut command = dispatcher(&self.folder, arguments);
        command.env("DATABASE_URL", &self.url);
        ended(command).await
    }

    pub(super) async fn pool(&self) -> TestResult<PgPool> {
        Ok(PgPool::connect(&self.url).await?)
    }

    /// The answer to a request with these lines of headers.
    pub(super) async fn ask(&self, line: &str, headers: &str) -> TestResult<String> {
        let host = if headers.contains("Host: ") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.address)
        };
        let mut stream = TcpStream::connect(&self.address).await?;
        let request = format!("{line} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// The header with the cookie that the link sets.
    pub(super) async fn sign_in(&self) -> TestResult<String> {
        let answer = self.ask(&format!("GET /open/{}", self.key), "").await?;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let cookie = answer
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "))
            .ok_or("no cookie")?;
        assert!(cookie.ends_with("; HttpOnly; SameSite=Strict"), "{cookie}");
        let value = cookie.split(';').next().unwrap_or_default();
        Ok(format!("Cookie: {value}\r\n"))
    }

    /// The process of the server.
    pub(super) fn server(&self) -> TestResult<u32> {
        let lock = self.folder.join(".dispatcher/postgres/data/postmaster.pid");
        let lock = std::fs::read_to_string(lock)?;
        Ok(lock.lines().next().unwrap_or_default().parse()?)
    }

    pub(super) async fn signal(&self, signal: &str) -> TestResult {
        let process = self.child.id().ok_or("it ended")?.to_string();
        let kill = Command::new("kill").args([signal, &process]).status();
        assert!(kill.await?.success());
        Ok(())
    }

    /// Ends it by a signal, in order.
    pub(super) async fn end(mut self, signal: &str) -> TestResult {
        let server = self.server()?;
        self.signal(signal).await?;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await??;
        assert_eq!(ended.code(), Some(0));
        assert!(!runs(server), "the server is left behind");
        Ok(())
    }
}

pub(super) fn runs(process: u32) -> bool {
    // A process that has not been waited for yet still has its number, and no command line.
    match std::fs::read(format!("/proc/{process}/cmdline")) {
        Ok(command) => !command.is_empty(),
        Err(_) if Path::new("/proc/self").exists() => false,
        Err(_) => std::process::Command::new("ps")
            .args(["-p", &process.to_string()])
            .output()
            .is_ok_and(|output| output.status.success()),
    }
}
