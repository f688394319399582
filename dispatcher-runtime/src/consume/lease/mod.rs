//! A lease: the right to work on one partition of a subscription, for a while.
//!
//! The steps L1 to L6, and why a stale worker cannot write, stand in
//! `migrations/0004_create_leases.sql`. Whether a write counts is decided by the fence in the database.
//! What is known here about time only keeps a worker from beginning what would not count.

mod assignment;
mod event_types;
pub(crate) mod keeper;
pub(crate) mod partitions;
mod paused;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// The signals that end a worker: the consumer stops, or the partition goes to another replica.
#[derive(Clone, Debug)]
pub(crate) struct Stopping {
    pub(crate) consumer: watch::Receiver<bool>,
    pub(crate) partition: watch::Receiver<bool>,
}

impl Stopping {
    pub(crate) fn is_set(&self) -> bool {
        *self.consumer.borrow() || *self.partition.borrow()
    }

    /// Resolves when it is set.
    pub(crate) async fn wait(&mut self) {
        // A sender that is gone says the same.
        tokio::select! {
            _ = self.consumer.wait_for(|stopping| *stopping) => {}
            _ = self.partition.wait_for(|stopping| *stopping) => {}
        }
    }
}

/// What a worker holds.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) partition: i32,
    /// Into how many the subscription is divided.
    pub(crate) partitions: i32,
    pub(crate) fence: i64,
    pub(crate) validity: Validity,
    /// The replica that had it before did not release it: it may have ended at an event.
    pub(crate) is_after_crash: bool,
}

/// Until when a lease is good, as far as this process knows: counted from before the server was
/// asked, so never later than the server says.
#[derive(Clone, Debug)]
pub(crate) struct Validity {
    since: Instant,
    milliseconds: Arc<AtomicU64>,
}

impl Validity {
    pub(crate) fn new(asked_at: Instant, lease: Duration) -> Self {
        let validity = Self {
            since: asked_at,
            milliseconds: Arc::default(),
        };
        validity.extend(asked_at, lease);
        validity
    }

    pub(crate) fn extend(&self, asked_at: Instant, lease: Duration) {
        let until = asked_at.duration_since(self.since) + lease;
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.fetch_max(until, Ordering::Relaxed);
    }

    /// Whether it has been over for so long.
    pub(crate) fn is_over_for(&self, grace: Duration) -> bool {
        let until = Duration::from_millis(self.milliseconds.load(Ordering::Relaxed));
        self.since.elapsed() > until + grace
    }
}
