//! The command, and databases that it works on.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use acme_contracts::Revenue;
use dispatcher_runtime::Dispatcher;
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use dispatcher_test_launcher::{Database, Server};
use sqlx::PgPool;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

/// How long a test waits between two looks at a table.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// A migrated database.
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) pool: PgPool,
}

impl World {
    pub(crate) async fn new() -> TestResult<Self> {
        let database = Server::shared().await?.create_database().await?;
        let pool = database.pool(4).await?;
        dispatcher_runtime::migrate(&pool).await?;
        Ok(Self { database, pool })
    }

    pub(crate) async fn publish(&self, credits: std::ops::Range<u32>) -> TestResult {
        let revenue = Dispatcher::<Revenue>::builder(self.pool.clone()).tenant(TENANT);
        let locks: Vec<_> = credits.map(|credits| lock(credits % 4, credits)).collect();
        revenue.build()?.publish_all(locks).await?;
        Ok(())
    }

    pub(crate) async fn until_logged(&self, events: i64) -> TestResult {
        let count = "SELECT count(*) FROM dispatcher_event";
        while sqlx::query_scalar::<_, i64>(count)
            .fetch_one(&self.pool)
            .await?
            < events
        {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// The command on this database, with these arguments after the ones that name the server.
    pub(crate) fn command(&self, arguments: &[&str], access: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dispatcher-with-credentials"));
        for variable in [
            "PGHOST",
            "PGHOSTADDR",
            "PGPORT",
            "PGDATABASE",
            "PGUSER",
            "NATS_URL",
        ] {
            command.env_remove(variable);
        }
        command
            .args(arguments)
            .args(access)
            .env("DATABASE_URL", self.database.url())
            .env("DISPATCHER_OPERATOR", "mia")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Its exit code, and all that it says, with a space for each line break.
    pub(crate) async fn run(
        &self,
        arguments: &[&str],
        access: &[&str],
    ) -> TestResult<(Option<i32>, String)> {
        let output = self.command(arguments, access).output().await?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text)?;
        let words: Vec<_> = text.split_whitespace().collect();
        Ok((output.status.code(), words.join(" ")))
    }

    pub(crate) fn start(&self, arguments: &[&str], access: &[&str]) -> TestResult<Process> {
        let mut child = self.command(arguments, access).spawn()?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let lines = BufReader::new(stderr).lines();
        Ok(Process {
            _child: child,
            lines,
        })
    }
}

/// A relay or a mirror, which is killed when it is dropped.
pub(crate) struct Process {
    _child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Process {
    /// The next line that has this text.
    pub(crate) async fn until(&mut self, text: &str) -> TestResult<String> {
        let mut seen = Vec::new();
        while let Some(line) = self.lines.next_line().await? {
            if line.contains(text) {
                return Ok(line);
            }
            seen.push(line);
        }
        Err(format!("it has ended, and never said {text:?}: {seen:#?}").into())
    }
}

/// Events go from one database through the stream into another, and the stream is compared with the log.
pub(crate) async fn events_travel([apply, relay, mirror]: [&[&str]; 3]) -> TestResult {
    let (north, south) = (World::new().await?, World::new().await?);
    let stream = ["--stream", "north"];
    let (code, text) = north
        .run(&[&["nats", "apply"][..], &stream].concat(), apply)
        .await?;
    assert_eq!(code, Some(0), "{text}");
    north.publish(1..11).await?;
    let mut relaying = north.start(&[&["relay"][..], &stream].concat(), relay)?;
    let contracts = contracts();
    let contracts = contracts.to_str().unwrap();
    let of = ["--consumer", "coaching", "--contracts", contracts];
    let arguments = [&["mirror"][..], &stream, &of].concat();
    let mut mirroring = south.start(&arguments, mirror)?;
    relaying.until("relaying the ").await?;
    mirroring.until("mirroring ").await?;
    // Whatever is refused would never come.
    tokio::select! {
        logged = south.until_logged(10) => logged?,
        line = relaying.until("NATS refuses") => return Err(format!("relay: {line:?}").into()),
        line = mirroring.until("NATS refuses") => return Err(format!("mirror: {line:?}").into()),
    }
    // With what the relay may, because it reads the stream that it writes.
    let (code, text) = north
        .run(&[&["nats", "plan"][..], &stream].concat(), relay)
        .await?;
    assert_eq!(code, Some(0), "{text}");
    Ok(())
}

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts")
}
