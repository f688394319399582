//! A database, and the command that works on it.

use std::process::Stdio;

use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::{Database, Server};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// A database of its own, and a folder in which the command runs.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) pool: PgPool,
    pub(crate) folder: TempDir,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The JSON on standard output.
    pub(crate) fn json(&self) -> TestResult<serde_json::Value> {
        Ok(serde_json::from_str(&self.stdout)
            .map_err(|error| format!("{error}: {}\n{}", self.stdout, self.stderr))?)
    }

    /// The same, where the command has to have done what it was asked.
    #[track_caller]
    pub(crate) fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self
    }
}

impl World {
    /// Without tables.
    pub(crate) async fn empty() -> TestResult<Self> {
        let database = Server::shared().await?.create_database().await?;
        Ok(Self {
            pool: database.pool(16).await?,
            database,
            folder: tempfile::tempdir()?,
        })
    }

    /// With tables.
    pub(crate) async fn new() -> TestResult<Self> {
        let world = Self::empty().await?;
        dispatcher_runtime::migrate(&world.pool).await?;
        Ok(world)
    }

    /// The command with these arguments.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dispatcher-under-test"));
        for variable in [
            "PGHOST",
            "PGHOSTADDR",
            "PGPORT",
            "PGDATABASE",
            "PGUSER",
            "DISPATCHER_TOKEN",
        ] {
            command.env_remove(variable);
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("DATABASE_URL", self.database.url())
            .env("DISPATCHER_OPERATOR", "mia")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the command, and waits until it has ended.
    pub(crate) async fn run(&self, arguments: &[&str]) -> TestResult<Ran> {
        ended(self.command(arguments)).await
    }

    /// The same with this text on standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> TestResult<Ran> {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn()?;
        let mut stdin = child.stdin.take().ok_or("no standard input")?;
        stdin.write_all(input.as_bytes()).await?;
        drop(stdin);
        let output = child.wait_with_output().await?;
        Ok(Ran::of(&output)?)
    }

    /// Runs the command with `--json`, and reads its document.
    pub(crate) async fn json(&self, arguments: &[&str]) -> TestResult<serde_json::Value> {
        let arguments = [arguments, &["--json"]].concat();
        self.run(&arguments).await?.good().json()
    }
}

impl Ran {
    fn of(output: &std::process::Output) -> Result<Self, std::string::FromUtf8Error> {
        Ok(Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout.clone())?,
            stderr: String::from_utf8(output.stderr.clone())?,
        })
    }
}

/// Waits until a command has ended.
pub(crate) async fn ended(mut command: Command) -> TestResult<Ran> {
    Ok(Ran::of(&command.output().await?)?)
}
