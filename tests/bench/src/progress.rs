//! How far the handlers of a round are: from the first call to the last commit.
//!
//! Handlers count themselves; nothing polls while the clock runs. When the last handler has been
//! called, its transaction may not be committed yet: callers wait for that next.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Error;

/// A round that takes longer than this hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// Shared by the handlers of all subscriptions and replicas.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    expected: AtomicUsize,
    called: AtomicUsize,
    first: Mutex<Option<Instant>>,
    all: Notify,
}

impl Progress {
    /// Begins a round of that many calls. Nothing may be under way.
    pub(super) fn expect(&self, calls: usize) {
        self.0.expected.store(calls, Ordering::SeqCst);
        self.0.called.store(0, Ordering::SeqCst);
    }

    /// A handler was called.
    pub(super) fn called(&self) {
        let before = self.0.called.fetch_add(1, Ordering::SeqCst);
        if before == 0 {
            *self.first() = Some(Instant::now());
        }
        if before + 1 == self.0.expected.load(Ordering::SeqCst) {
            self.0.all.notify_one();
        }
    }

    /// Waits for the last call.
    pub(super) async fn all_called(&self) -> Result<(), Error> {
        let all = tokio::time::timeout(LIMIT, self.0.all.notified()).await;
        all.map_err(|_| {
            let called = self.0.called.load(Ordering::SeqCst);
            let expected = self.0.expected.load(Ordering::SeqCst);
            Error::Figure(format!(
                "{called} of {expected} events were handled in {LIMIT:?}: the consumer hangs, or the \
                 disk is too slow for this section"
            ))
        })
    }

    /// When the first handler of the round was called.
    pub(super) fn began(&self) -> Result<Instant, Error> {
        let began = self.first().take();
        began.ok_or_else(|| Error::Figure("no handler was called in this round".to_owned()))
    }

    fn first(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
