//! Relays and mirrors that run in a task, and how far they are.

use std::sync::Arc;

use dispatcher_nats::{Mirrored, Relayed, TransferError, TransferObserver};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::Error;

/// Receives the last sequence that is done.
#[derive(Clone, Debug)]
pub(super) struct Reached(Arc<watch::Sender<i64>>);

impl Default for Reached {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl TransferObserver for Reached {
    fn relayed(&self, relayed: &Relayed<'_>) {
        self.0.send_replace(relayed.sequence);
    }

    fn mirrored(&self, mirrored: &Mirrored<'_>) {
        self.0.send_replace(mirrored.sequence);
    }
}

/// A relay or a mirror in a task. Dropping it ends the task wherever it is.
#[derive(Debug)]
pub(super) struct Running {
    reached: Reached,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), TransferError>>,
}

impl Running {
    /// Starts what tells that observer.
    pub(super) fn start<F>(reached: &Reached, run: impl FnOnce(BoxFuture<'static, ()>) -> F) -> Self
    where
        F: Future<Output = Result<(), TransferError>> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        Self {
            reached: reached.clone(),
            stop,
            task: tokio::spawn(run(stopped.map(drop).boxed())),
        }
    }

    /// Waits until that sequence is done.
    pub(super) async fn until(&mut self, sequence: i64) -> Result<(), Error> {
        let mut reached = self.reached.0.subscribe();
        tokio::select! {
            done = reached.wait_for(|reached| *reached >= sequence) => {
                done.map(drop).map_err(|_| ended())
            }
            outcome = &mut self.task => {
                outcome??;
                Err(ended())
            }
        }
    }

    /// Ends it, and waits until its lease is released.
    pub(super) async fn stop(self) -> Result<(), Error> {
        // An error is the end of the task.
        _ = self.stop.send(());
        Ok(self.task.await??)
    }
}

fn ended() -> Error {
    Error::Figure("a relay or a mirror ended while it was measured".to_owned())
}
