//! The tasks of a consumer that runs, and what becomes of it when one of them dies.
//!
//! No task ends before the stop signal, so one that does has panicked. The others go on, and a caller that
//! waits for the consumer receives the message of the panic.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::contract::bounded_text::error_text;

#[derive(Debug)]
pub(super) struct Tasks {
    running: JoinSet<()>,
    died: watch::Sender<Option<Arc<str>>>,
}

impl Tasks {
    pub(super) fn new() -> Self {
        Self {
            running: JoinSet::new(),
            died: watch::Sender::new(None),
        }
    }

    pub(super) fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        let died = self.died.clone();
        self.running.spawn(async move {
            if let Err(panic) = AssertUnwindSafe(task).catch_unwind().await {
                let problem =
                    error_text(format_args!("{name} panicked: {}", message(panic.as_ref())));
                tracing::error!(problem, "a task of the consumer has died");
                died.send_replace(Some(problem.into()));
            }
        });
    }

    /// Waits for the first task to die and returns its message; at once if one has died. Never returns while
    /// all of them work.
    pub(super) async fn died(&self) -> Arc<str> {
        let mut died = self.died.subscribe();
        // What `wait_for` returns holds a lock; it may not be held where this future waits, or that cannot be
        // spawned.
        let problem = match died.wait_for(Option::is_some).await {
            Ok(problem) => problem.clone(),
            Err(_) => None,
        };
        match problem {
            Some(problem) => problem,
            // The sender lives as long as `self`.
            None => std::future::pending().await,
        }
    }

    pub(super) fn has_died(&self) -> bool {
        self.died.borrow().is_some()
    }

    /// What says whether one of them has died, also after the consumer is gone.
    #[cfg(feature = "http")]
    pub(super) fn watch(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.died.subscribe()
    }

    /// Waits until all of them have ended.
    pub(super) async fn join(&mut self) {
        while let Some(ended) = self.running.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a task of the consumer was ended from outside");
            }
        }
    }

    /// Ends those that still run.
    pub(super) async fn abort(&mut self) {
        self.running.abort_all();
        while self.running.join_next().await.is_some() {}
    }

    pub(super) fn detach(&mut self) {
        self.running.detach_all();
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_named_to_callers_that_wait_now_or_later() {
        let mut tasks = Tasks::new();
        tasks.spawn("the sweeper", std::future::pending());
        assert!(tasks.died().now_or_never().is_none());
        tasks.spawn("the keeper", async { panic!("no lease") });
        for _ in 0..2 {
            assert_eq!(&*tasks.died().await, "the keeper panicked: no lease");
        }
        assert!(tasks.has_died());
    }

    #[tokio::test]
    async fn a_task_that_ends_after_the_stop_signal_is_not_reported() {
        let mut tasks = Tasks::new();
        tasks.spawn("the keeper", async {});
        tasks.join().await;
        assert!(tasks.died().now_or_never().is_none());
        assert!(!tasks.has_died());
    }
}
