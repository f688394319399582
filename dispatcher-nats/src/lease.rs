//! How one process at a time relays or mirrors a stream, and what happens when it cannot go on.
//!
//! ```text
//! wait for the lease ──▶ session ──▶ lease lost, or not renewed in time ──▶ wait for the lease
//!         ▲                 │ ▲
//!         │                 ▼ │ error: note it, wait, begin a new session
//!         └── stop: release  mismatch: note it, release, return it
//! ```
//!
//! The lease only saves work: a relay without it is refused by the stream, a mirror by the row. A session always begins
//! with what the stream and the row say, so any error may end it at any place.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use dispatcher_runtime::transfer::{TransferDirection, TransferLease, TransferRow};
use dispatcher_runtime::uuid::Uuid;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::error::TransferError;
use crate::observer::{TransferObserver, Waiting};

/// After the first error; it doubles with each further one, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What relays and mirrors have in common.
pub(crate) struct Work {
    pub(crate) row: TransferRow,
    pub(crate) direction: TransferDirection,
    pub(crate) stream: String,
    pub(crate) lease: Duration,
    pub(crate) observer: Arc<dyn TransferObserver>,
}

/// The work under a lease.
pub(crate) trait Session: Send {
    /// Works until something fails. It may be dropped at any place.
    fn go(
        &mut self,
        lease: TransferLease,
    ) -> impl Future<Output = Result<Infallible, TransferError>> + Send;

    /// Whether anything was done since this was last asked.
    fn has_progressed(&mut self) -> bool;
}

/// Works until `stop` is ready.
pub(crate) async fn run(
    work: Work,
    mut session: impl Session,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), TransferError> {
    let holder = format!("{}-{}", std::process::id(), Uuid::now_v7());
    let mut stop = std::pin::pin!(stop);
    let mut pause = FIRST_PAUSE;
    loop {
        let acquired = tokio::select! {
            () = &mut stop => return Ok(()),
            acquired = work.row.acquire(&holder, work.lease) => acquired,
        };
        let rest = match acquired {
            Ok(Some(lease)) => {
                if let Some(outcome) = work.lead(lease, &mut session, stop.as_mut()).await {
                    return outcome;
                }
                tracing::warn!(
                    stream = work.stream,
                    direction = work.direction.as_str(),
                    "the lease was lost; waiting for it"
                );
                pause = FIRST_PAUSE;
                pause
            }
            Ok(None) => work.lease / 4,
            Err(error) => {
                tracing::warn!(error = %error, stream = work.stream, "the lease cannot be asked for; retrying");
                pause = (pause * 2).min(LONGEST_PAUSE);
                pause
            }
        };
        tokio::select! {
            () = &mut stop => return Ok(()),
            () = tokio::time::sleep(rest) => {}
        }
    }
}

impl Work {
    /// Works under a lease. None: it was lost.
    async fn lead<S: Future<Output = ()> + Send>(
        &self,
        lease: TransferLease,
        session: &mut impl Session,
        mut stop: Pin<&mut S>,
    ) -> Option<Result<(), TransferError>> {
        let mut keeper = Keeper::start(self.row.clone(), lease, self.lease);
        let mut pause = FIRST_PAUSE;
        loop {
            let error = tokio::select! {
                () = &mut stop => break,
                () = keeper.lost() => return None,
                Err(error) = session.go(lease) => error,
            };
            if session.has_progressed() {
                pause = FIRST_PAUSE;
            }
            if matches!(error, TransferError::LeaseLost) {
                return None;
            }
            self.report(&lease, &error).await;
            if error.is_final() {
                self.release(&lease).await;
                return Some(Err(error));
            }
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
        self.release(&lease).await;
        Some(Ok(()))
    }

    /// Tells the log, the observer and operators.
    async fn report(&self, lease: &TransferLease, error: &TransferError) {
        let reason = error.to_string();
        tracing::warn!(
            error = reason,
            stream = self.stream,
            direction = self.direction.as_str(),
            "cannot go on"
        );
        self.observer.waiting(&Waiting {
            direction: self.direction,
            stream: &self.stream,
            reason: &reason,
        });
        // Without the note operators see that the row does not change.
        if let Err(error) = self.row.note(lease, Some(&reason)).await {
            tracing::debug!(error = %error, "the reason could not be written down");
        }
    }

    async fn release(&self, lease: &TransferLease) {
        if let Err(error) = self.row.release(lease).await {
            tracing::debug!(error = %error, "the lease could not be released, and expires");
        }
    }
}

/// Renews a lease (L4) while it lives.
struct Keeper {
    is_lost: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

impl Keeper {
    fn start(row: TransferRow, lease: TransferLease, length: Duration) -> Self {
        let (lost, is_lost) = watch::channel(false);
        let task = tokio::spawn(async move {
            let mut renewed = Instant::now();
            loop {
                tokio::time::sleep(length / 3).await;
                let asked = Instant::now();
                let answer = tokio::time::timeout(length / 3, row.renew(&lease)).await;
                match answer {
                    Ok(Ok(true)) => renewed = asked,
                    Ok(Ok(false)) => break,
                    // It may have expired meanwhile; nothing is lost by asking for it again.
                    _ if renewed.elapsed() >= length => break,
                    _ => {}
                }
            }
            _ = lost.send(true);
        });
        Self { is_lost, task }
    }

    /// Ready once the lease is another process's, or could not be renewed in time.
    async fn lost(&mut self) {
        // An error is the end of the task.
        _ = self.is_lost.wait_for(|is_lost| *is_lost).await;
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}
