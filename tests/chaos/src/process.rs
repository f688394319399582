//! The processes of a run: the parent starts, ends, pauses and restarts them.
//!
//! A process reads its orders from standard input and reports what it has done on standard output;
//! it ends when its input closes, so none outlives the parent. A fault holds a lock on its process
//! meanwhile, so two faults of one process come one after the other.
//!
//! A handler may end its replica (`rule.rs`); then it is started again, as an orchestrator would do. Any other end
//! that was not asked for is an error of the run.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use dispatcher_test_launcher::{Proxy, Silence, wrong_clock};
use sqlx::PgPool;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, MutexGuard, mpsc, watch};
use tokio::task::JoinHandle;

use super::manner::Manner;
use super::replica::STOPS_WITHIN;

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
    /// How often the replica has started.
    pub(super) started: u64,
    /// The replica was refused.
    pub(super) refused: bool,
    /// The replica has seen everything handled, when it was asked for the time of that number.
    pub(super) settled: u64,
    /// How often a handler has ended the replica.
    pub(super) aborted: u64,
    /// How often it was told to stop, and did not within [`STOPS_WITHIN`].
    pub(super) late: u64,
    /// An error that ended the process.
    pub(super) error: Option<String>,
}

/// What a life of a process begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Birth {
    /// Its number, among all that the run starts.
    pub(super) life: u64,
    /// Where a writer's list continues.
    pub(super) next: u64,
    /// What a replica is.
    pub(super) manner: Manner,
}

/// How to start a process.
pub(super) type Arguments = Box<dyn Fn(Birth) -> Vec<String> + Send + Sync>;

/// How a process is ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// kill -9.
    Kill,
    /// It is told to stop, and has [`STOPS_WITHIN`] for it.
    Stop,
}

/// One process, across all of its lives.
pub(super) struct Process {
    pub(super) name: String,
    pub(super) proxy: Proxy,
    pub(super) said: watch::Receiver<Said>,
    program: PathBuf,
    arguments: Arguments,
    telling: watch::Sender<Said>,
    ended: mpsc::UnboundedSender<u64>,
    /// For the books: where the run notes when version 2 stopped to work.
    admin: PgPool,
    life: Mutex<Life>,
}

/// One life of a process.
pub(super) struct Life {
    birth: Birth,
    child: Child,
    orders: ChildStdin,
    /// What every further life is ordered too.
    standing: Option<String>,
    /// Set before the process is ended, so that its end is not reported as an error.
    is_ended: Arc<AtomicBool>,
    reading: JoinHandle<()>,
}

static LIVES: AtomicU64 = AtomicU64::new(0);

impl Process {
    pub(super) async fn start(
        name: String,
        program: PathBuf,
        proxy: Proxy,
        arguments: Arguments,
        admin: PgPool,
        manner: Manner,
    ) -> io::Result<Arc<Self>> {
        let (telling, said) = watch::channel(Said::default());
        let (ended, mut ends) = mpsc::unbounded_channel();
        let birth = Birth {
            life: LIVES.fetch_add(1, Ordering::Relaxed),
            next: 0,
            manner,
        };
        let life = Life::begin(
            &program,
            &arguments,
            birth,
            (telling.clone(), ended.clone()),
        )?;
        let process = Arc::new(Self {
            name,
            proxy,
            said,
            program,
            arguments,
            telling,
            ended,
            admin,
            life: Mutex::new(life),
        });
        let minded = Arc::downgrade(&process);
        tokio::spawn(async move {
            while let (Some(life), Some(process)) = (ends.recv().await, minded.upgrade()) {
                process.revive(life).await;
            }
        });
        Ok(process)
    }

    /// Keeps others from doing something with the process.
    pub(super) async fn hold(&self) -> MutexGuard<'_, Life> {
        self.life.lock().await
    }

    /// kill -9, and another process in its place. False if it had already finished.
    pub(super) async fn kill(&self) -> io::Result<bool> {
        let mut life = self.hold().await;
        if self.said.borrow().finished {
            return Ok(false);
        }
        self.end(&mut life, End::Kill).await?;
        if !self.said.borrow().finished {
            let manner = life.manner();
            self.begin(&mut life, manner).await?;
        }
        Ok(true)
    }

    /// Ends the process. One that does not stop in time is killed.
    pub(super) async fn end(&self, life: &mut Life, end: End) -> io::Result<()> {
        self.end_term(life.birth).await;
        life.is_ended.store(true, Ordering::SeqCst);
        if end == End::Stop {
            // It may have ended by itself.
            _ = life.orders.write_all(b"stop\n").await;
            if tokio::time::timeout(STOPS_WITHIN, life.child.wait())
                .await
                .is_err()
            {
                self.telling.send_modify(|said| said.late += 1);
            }
        }
        life.child.kill().await?;
        // Everything that it reported is read first: the next process continues from there.
        _ = (&mut life.reading).await;
        Ok(())
    }

    /// Begins another life.
    pub(super) async fn begin(&self, life: &mut Life, manner: Manner) -> io::Result<()> {
        let birth = Birth {
            life: LIVES.fetch_add(1, Ordering::Relaxed),
            next: self.said.borrow().next,
            manner,
        };
        let telling = (self.telling.clone(), self.ended.clone());
        let standing = life.standing.take();
        *life = Life::begin(&self.program, &self.arguments, birth, telling)?;
        if let Some(order) = standing {
            life.order(order).await;
        }
        Ok(())
    }

    /// Starts a replica again that has ended by itself.
    async fn revive(&self, number: u64) {
        let mut life = self.hold().await;
        if life.birth.life != number || life.is_ended.load(Ordering::SeqCst) {
            return; // It was ended on purpose meanwhile.
        }
        let status = life.child.wait().await;
        let fault = match &status {
            Ok(status) if status.signal() == Some(SIGABRT) => {
                self.end_term(life.birth).await;
                self.telling.send_modify(|said| said.aborted += 1);
                let manner = life.manner();
                self.begin(&mut life, manner).await.err()
            }
            Ok(status) => Some(io::Error::other(format!("it ended by itself: {status}"))),
            Err(_) => status.err(),
        };
        if let Some(fault) = fault {
            self.telling.send_modify(|said| {
                said.error.get_or_insert(fault.to_string());
            });
        }
    }

    /// Notes that this life of version 2 works no longer.
    async fn end_term(&self, Birth { life, manner, .. }: Birth) {
        let note = "INSERT INTO term (life, ended) VALUES ($1, clock_timestamp())
                    ON CONFLICT (life) DO UPDATE SET ended = excluded.ended";
        let life = i64::try_from(life).unwrap_or(i64::MAX);
        while manner.takes_more
            && sqlx::query(note)
                .bind(life)
                .execute(&self.admin)
                .await
                .is_err()
        {
            // Postgres is being restarted.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// SIGSTOP, and SIGCONT after `lasting`.
    pub(super) async fn pause(&self, lasting: Duration) -> io::Result<bool> {
        let life = self.hold().await;
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

    /// Sends the process an order, and every process that comes in its place.
    pub(super) async fn order(&self, order: String) {
        self.hold().await.order(order).await;
    }

    /// Stops the process for good, and waits for its end.
    pub(super) async fn stop(&self) -> io::Result<()> {
        self.end(&mut *self.hold().await, End::Stop).await
    }

    /// The process is told to stop while its connections forward nothing, and another one comes in its place.
    pub(super) async fn stop_unheard(&self) -> io::Result<bool> {
        let mut life = self.hold().await;
        self.proxy.silence(Silence::All);
        self.end(&mut life, End::Stop).await?;
        self.proxy.restore();
        let manner = life.manner();
        self.begin(&mut life, manner).await?;
        Ok(true)
    }

    /// Another process comes in its place, with a clock that is wrong. False where no clock can be.
    pub(super) async fn set_clock(&self, end: End, by: Option<&'static str>) -> io::Result<bool> {
        let mut life = self.hold().await;
        let manner = Manner {
            clock: by,
            ..life.manner()
        };
        if by.is_some_and(|by| wrong_clock(by).is_none()) {
            return Ok(false);
        }
        self.end(&mut life, end).await?;
        self.begin(&mut life, manner).await?;
        Ok(true)
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

/// The signal of `std::process::abort`.
const SIGABRT: i32 = 6;

impl Life {
    fn begin(
        program: &PathBuf,
        arguments: &Arguments,
        birth: Birth,
        telling: (watch::Sender<Said>, mpsc::UnboundedSender<u64>),
    ) -> io::Result<Self> {
        let clock = birth.manner.clock.and_then(wrong_clock);
        let mut child = Command::new(program)
            .args(arguments(birth))
            .envs(clock.into_iter().flatten())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pipe = |name| io::Error::other(format!("the child has no {name}"));
        let orders = child.stdin.take().ok_or_else(|| pipe("stdin"))?;
        let says = child.stdout.take().ok_or_else(|| pipe("stdout"))?;
        let is_ended = Arc::new(AtomicBool::new(false));
        let reading = tokio::spawn(read(says, telling, birth.life, Arc::clone(&is_ended)));
        Ok(Self {
            birth,
            child,
            orders,
            standing: None,
            is_ended,
            reading,
        })
    }

    pub(super) fn manner(&self) -> Manner {
        self.birth.manner
    }

    async fn order(&mut self, order: String) {
        // If it has just ended, the next process is ordered it.
        _ = self.orders.write_all(format!("{order}\n").as_bytes()).await;
        self.standing = Some(order);
    }
}

async fn read(
    says: ChildStdout,
    (telling, ended): (watch::Sender<Said>, mpsc::UnboundedSender<u64>),
    life: u64,
    is_ended: Arc<AtomicBool>,
) {
    let mut lines = BufReader::new(says).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        telling.send_modify(|said| said.hear(&line));
    }
    let is_done = {
        let said = telling.borrow();
        said.finished || said.refused || said.error.is_some()
    };
    if !is_done && !is_ended.load(Ordering::SeqCst) {
        _ = ended.send(life);
    }
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
            ["started"] => self.started += 1,
            ["refused"] => self.refused = true,
            ["settled", number] => {
                self.settled = number.parse().unwrap_or_default();
            }
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
        for line in ["done 0 1 0", "done 1 3 1", "done 2 4", "settled"] {
            said.hear(line);
        }
        assert_eq!((said.next, said.repeated, said.settled_later), (2, 2, 1));
        assert!(said.settled == 0 && !said.finished);
        said.hear("error the disk is full");
        assert_eq!(said.error.as_deref(), Some("the disk is full"));
    }
}
