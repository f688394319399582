//! The processes of a run: the parent starts, kills, pauses and restarts them.
//!
//! A process reads its orders from standard input and reports what it has done on standard output;
//! it ends when its input closes, so none outlives the parent. A fault holds a lock on its process
//! meanwhile, so two faults of one process come one after the other.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::proxy::Proxy;

/// What a process has reported, over all its lives.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// The number of the writer's next transaction.
    pub(super) next: u64,
    /// Attempts at transactions that failed.
    pub(super) repeated: u64,
    /// Transactions that only the ledger showed to be finished.
    pub(super) settled_later: u64,
    /// The writer has reached the end of its list.
    pub(super) finished: bool,
    /// The replica has seen everything handled.
    pub(super) settled: bool,
    /// An error that ended the process.
    pub(super) error: Option<String>,
}

/// How to start a process, given where its list continues.
pub(super) type Arguments = Box<dyn Fn(u64) -> Vec<String> + Send + Sync>;

/// One process, across all of its lives.
pub(super) struct Process {
    pub(super) name: String,
    pub(super) proxy: Proxy,
    pub(super) said: watch::Receiver<Said>,
    program: PathBuf,
    arguments: Arguments,
    telling: watch::Sender<Said>,
    life: Mutex<Life>,
}

/// One life of a process.
struct Life {
    child: Child,
    orders: ChildStdin,
    /// Set before the process is killed, so that its end is not reported as an error.
    is_killed: Arc<AtomicBool>,
    reading: JoinHandle<()>,
}

impl Process {
    pub(super) async fn start(
        name: String,
        program: PathBuf,
        proxy: Proxy,
        arguments: Arguments,
    ) -> io::Result<Self> {
        let (telling, said) = watch::channel(Said::default());
        let life = Life::begin(&program, arguments(0), telling.clone())?;
        Ok(Self {
            name,
            proxy,
            said,
            program,
            arguments,
            telling,
            life: Mutex::new(life),
        })
    }

    /// kill -9, and another process in its place. False if it had already finished.
    pub(super) async fn kill(&self) -> io::Result<bool> {
        let mut life = self.life.lock().await;
        if self.said.borrow().finished {
            return Ok(false);
        }
        life.is_killed.store(true, Ordering::SeqCst);
        life.child.kill().await?;
        // Everything that it reported is read first: the next process continues from there.
        _ = (&mut life.reading).await;
        let next = self.said.borrow().next;
        if self.said.borrow().finished {
            return Ok(true);
        }
        *life = Life::begin(&self.program, (self.arguments)(next), self.telling.clone())?;
        Ok(true)
    }

    /// SIGSTOP, and SIGCONT after `lasting`.
    pub(super) async fn pause(&self, lasting: Duration) -> io::Result<bool> {
        let life = self.life.lock().await;
        let Some(pid) = life.child.id() else {
            return Ok(false);
        };
        // One shell does both, so that no process stays stopped when the parent is killed.
        let status = Command::new("/bin/sh")
            .args([
                "-c",
                "kill -STOP \"$1\" && sleep \"$2\"; kill -CONT \"$1\"",
                "sh",
            ])
            .arg(pid.to_string())
            .arg(format!("{:.3}", lasting.as_secs_f64()))
            .status()
            .await?;
        Ok(status.success())
    }

    /// Sends the process an order.
    pub(super) async fn order(&self, order: &str) -> io::Result<()> {
        let mut life = self.life.lock().await;
        life.orders.write_all(format!("{order}\n").as_bytes()).await
    }

    /// Stops the process gracefully, and waits up to `limit` for its end.
    pub(super) async fn stop(&self, limit: Duration) -> io::Result<bool> {
        let mut life = self.life.lock().await;
        life.is_killed.store(true, Ordering::SeqCst);
        life.orders.write_all(b"stop\n").await?;
        match tokio::time::timeout(limit, life.child.wait()).await {
            Ok(status) => Ok(status?.success()),
            Err(_) => Ok(false),
        }
    }

    /// Waits until the process has reported `so`, or has failed.
    pub(super) async fn has(&self, so: impl Fn(&Said) -> bool) -> Result<(), String> {
        let mut said = self.said.clone();
        let said = said
            .wait_for(|said| so(said) || said.error.is_some())
            .await
            .map_err(|_| format!("{} is gone", self.name))?;
        match &said.error {
            Some(error) => Err(format!("{}: {error}", self.name)),
            None => Ok(()),
        }
    }
}

impl Life {
    fn begin(
        program: &PathBuf,
        arguments: Vec<String>,
        telling: watch::Sender<Said>,
    ) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pipe = |name| io::Error::other(format!("the child has no {name}"));
        let orders = child.stdin.take().ok_or_else(|| pipe("stdin"))?;
        let says = child.stdout.take().ok_or_else(|| pipe("stdout"))?;
        let is_killed = Arc::new(AtomicBool::new(false));
        let reading = tokio::spawn(read(says, telling, Arc::clone(&is_killed)));
        Ok(Self {
            child,
            orders,
            is_killed,
            reading,
        })
    }
}

async fn read(says: ChildStdout, telling: watch::Sender<Said>, is_killed: Arc<AtomicBool>) {
    let mut lines = BufReader::new(says).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        telling.send_modify(|said| said.hear(&line));
    }
    telling.send_if_modified(|said| {
        let is_fault = !is_killed.load(Ordering::SeqCst) && !said.finished && said.error.is_none();
        if is_fault {
            said.error = Some("it ended by itself".to_owned());
        }
        is_fault
    });
}

impl Said {
    fn hear(&mut self, line: &str) {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["done", number, tries, settled] => {
                // A line that a kill has cut off does not count.
                if let (Ok(number), Ok(tries)) = (number.parse::<u64>(), tries.parse::<u64>()) {
                    self.next = number + 1;
                    self.repeated += tries.saturating_sub(1);
                    self.settled_later += u64::from(settled == "1");
                }
            }
            ["finished"] => self.finished = true,
            ["settled"] => self.settled = true,
            ["error", ..] => self.error = Some(line["error ".len()..].to_owned()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_says_is_understood_and_what_is_cut_off_is_not() {
        let mut said = Said::default();
        for line in ["done 0 1 0", "done 1 3 1", "done 2 4", "settl"] {
            said.hear(line);
        }
        assert_eq!((said.next, said.repeated, said.settled_later), (2, 2, 1));
        assert!(!said.settled && !said.finished);
        said.hear("error the disk is full");
        assert_eq!(said.error.as_deref(), Some("the disk is full"));
    }
}
