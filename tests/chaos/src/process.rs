//! The processes of a run: started, killed, paused and started again by the parent.
//!
//! A process is told what to do on its standard input and says on its standard output what it has
//! done; a closed input ends it, so none outlives the parent. Whoever injects a fault holds the
//! process meanwhile, so that two faults of one process come one after the other.

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

/// What a process has said, over all its lives.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// The number of the writer's next transaction.
    pub(super) next: u64,
    /// Tries of transactions that came to nothing.
    pub(super) repeated: u64,
    /// Transactions of which only the ledger knew that they were over.
    pub(super) settled_later: u64,
    /// The writer has come to the end of its list.
    pub(super) finished: bool,
    /// The replica has seen everything handled.
    pub(super) settled: bool,
    /// What the process ended with that it should not have.
    pub(super) error: Option<String>,
}

/// How to start a process, given where its list goes on.
pub(super) type Arguments = Box<dyn Fn(u64) -> Vec<String> + Send + Sync>;

/// One process, whichever of its lives it is in.
pub(super) struct Process {
    pub(super) name: String,
    pub(super) proxy: Proxy,
    pub(super) said: watch::Receiver<Said>,
    program: PathBuf,
    arguments: Arguments,
    telling: watch::Sender<Said>,
    life: Mutex<Life>,
}

/// One of them.
struct Life {
    child: Child,
    orders: ChildStdin,
    /// Set before it is killed: then its end is none to tell of.
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

    /// kill -9, and another in its place. False if it had come to its end before.
    pub(super) async fn kill(&self) -> io::Result<bool> {
        let mut life = self.life.lock().await;
        if self.said.borrow().finished {
            return Ok(false);
        }
        life.is_killed.store(true, Ordering::SeqCst);
        life.child.kill().await?;
        // What it had said is read to the end: from there the next one goes on.
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

    /// Tells the process something.
    pub(super) async fn order(&self, order: &str) -> io::Result<()> {
        let mut life = self.life.lock().await;
        life.orders.write_all(format!("{order}\n").as_bytes()).await
    }

    /// Ends the process gracefully, and waits for its end for so long.
    pub(super) async fn stop(&self, limit: Duration) -> io::Result<bool> {
        let mut life = self.life.lock().await;
        life.is_killed.store(true, Ordering::SeqCst);
        life.orders.write_all(b"stop\n").await?;
        match tokio::time::timeout(limit, life.child.wait()).await {
            Ok(status) => Ok(status?.success()),
            Err(_) => Ok(false),
        }
    }

    /// Waits until what the process said is so, or it has ended as it should not.
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
                // A line that a kill has cut off is as good as none.
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
