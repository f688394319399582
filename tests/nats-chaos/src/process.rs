//! The processes of a run: the parent starts, kills, pauses and restarts them. Each has paths of its own to its Postgres
//! and to each NATS server, and ends when its input closes, so none outlives the parent.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dispatcher_test_launcher::Proxy;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::role::{Role, Task};
use super::trace::Trace;

/// What a process has said, over all its lives.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// Why a relay or a mirror has ended by itself.
    pub(super) ended: Vec<String>,
    /// How often it waited.
    pub(super) waits: u64,
    /// Why it waited last.
    pub(super) last: Option<String>,
}

/// One process, across all of its lives.
pub(super) struct Process {
    pub(super) name: String,
    pub(super) role: Role,
    trace: Trace,
    pub(super) postgres: Proxy,
    pub(super) nats: Vec<Proxy>,
    program: PathBuf,
    arguments: [String; 4],
    said: Arc<Mutex<Said>>,
    life: tokio::sync::Mutex<Life>,
}

struct Life {
    child: Child,
    reading: JoinHandle<()>,
}

impl Process {
    /// Starts a process between a Postgres and NATS servers on these ports.
    pub(super) async fn start(
        role: Role,
        number: usize,
        postgres: u16,
        nats: &[u16],
        seed: u64,
        trace: Trace,
    ) -> io::Result<Self> {
        let postgres = Proxy::open(postgres).await?;
        let mut paths = Vec::new();
        for port in nats {
            paths.push(Proxy::open(*port).await?);
        }
        let task = Task {
            role,
            postgres: format!(
                "postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable",
                postgres.port()
            ),
            nats: paths
                .iter()
                .map(|path| format!("nats://127.0.0.1:{}", path.port()))
                .collect(),
            seed,
        };
        let (program, arguments) = (std::env::current_exe()?, task.arguments());
        let said = Arc::default();
        let name = format!("{} {number}", role.name());
        let life = Life::begin(&program, &arguments, &said, (&name, trace))?;
        Ok(Self {
            name,
            trace,
            role,
            postgres,
            nats: paths,
            program,
            arguments,
            said,
            life: life.into(),
        })
    }

    pub(super) fn said(&self) -> Said {
        let said = self.said.lock();
        said.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// kill -9, and another process in its place.
    pub(super) async fn kill(&self) -> io::Result<()> {
        let mut life = self.life.lock().await;
        life.end().await?;
        let trace = (&*self.name, self.trace);
        *life = Life::begin(&self.program, &self.arguments, &self.said, trace)?;
        Ok(())
    }

    /// kill -9.
    pub(super) async fn stop(&self) -> io::Result<()> {
        self.life.lock().await.end().await
    }

    /// SIGSTOP, and SIGCONT after `lasting`.
    pub(super) async fn pause(&self, lasting: Duration) -> io::Result<()> {
        let life = self.life.lock().await;
        let Some(pid) = life.child.id() else {
            return Ok(());
        };
        // One shell does both, so that no process stays stopped when the parent is killed.
        let script = "kill -STOP \"$1\" && sleep \"$2\"; kill -CONT \"$1\"";
        Command::new("/bin/sh")
            .args(["-c", script, "sh"])
            .arg(pid.to_string())
            .arg(format!("{:.3}", lasting.as_secs_f64()))
            .status()
            .await
            .map(drop)
    }

    /// Opens all its paths again.
    pub(super) fn restore(&self) {
        self.postgres.restore();
        self.nats.iter().for_each(Proxy::restore);
    }
}

impl Life {
    fn begin(
        program: &PathBuf,
        arguments: &[String; 4],
        said: &Arc<Mutex<Said>>,
        (name, trace): (&str, Trace),
    ) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let says = child.stdout.take();
        let says = says.ok_or_else(|| io::Error::other("the child has no stdout"))?;
        let said = Arc::clone(said);
        let name = name.to_owned();
        let reading = tokio::spawn(async move {
            let mut lines = BufReader::new(says).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                trace.line(&name, &line);
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                said.hear(&line);
            }
        });
        Ok(Self { child, reading })
    }

    async fn end(&mut self) -> io::Result<()> {
        self.child.kill().await?;
        _ = (&mut self.reading).await;
        Ok(())
    }
}

impl Said {
    fn hear(&mut self, line: &str) {
        match line.split_once(' ') {
            Some(("ended", reason)) => self.ended.push(reason.to_owned()),
            Some(("waits", reason)) => {
                self.waits += 1;
                self.last = Some(reason.to_owned());
            }
            _ => {}
        }
    }
}

/// How often the processes of each role waited.
pub(super) fn waits(processes: &[Arc<Process>]) -> BTreeMap<&'static str, u64> {
    let mut waits = BTreeMap::new();
    for process in processes {
        *waits.entry(process.role.name()).or_default() += process.said().waits;
    }
    waits
}
