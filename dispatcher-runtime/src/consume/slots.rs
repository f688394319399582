//! How many connections of its pool the deliveries of a consumer hold at the same time.
//!
//! Workers and lanes are many: subscriptions times partitions times concurrency. Each of them holds a connection
//! only while it has a transaction open, and for each transaction it takes a slot first. There are fewer slots than
//! connections, so whatever the number of workers, a small pool is enough:
//!
//! ```text
//!   connections = slots + 1 of the keeper of the leases + 1 that listens + 1 for short statements
//! ```
//!
//! * **No deadlock.** A task takes a slot while it holds neither a slot nor a connection, and the connection is then
//!   the only thing that it still waits for. So whatever holds a slot goes on, and gives it back. Reading another log of
//!   the same pool takes a second connection for a moment; that is one of the short statements, which wait for
//!   nothing while they hold it. Code of handlers that uses the same pool is not counted.
//! * **Leases are renewed.** The keeper's connection and the one that listens are not among the slots: where one of
//!   them is lost, a new one does not wait behind handlers.
//! * **None starves.** Slots are given in the order in which they were asked for. A worker gives its slot back with
//!   each batch, and, where others wait, after the event at which it has had it for [`TURN`]. A handler that takes no
//!   transaction has no slot while it runs.
//!
//! If a slot were missing, the pool would make tasks wait without an order, and the keeper behind them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For the keeper of the leases, to listen with, and for short statements.
const OTHERS: u32 = 3;

/// The smallest pool: deliveries need one connection.
pub(super) const SMALLEST_POOL: u32 = OTHERS + 1;

/// For how long a slot is kept, at the next event, while others wait for one.
const TURN: Duration = Duration::from_millis(50);

/// The slots of a consumer.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    free: Arc<Semaphore>,
    /// How many tasks wait for one.
    waiting: Arc<AtomicUsize>,
}

impl Slots {
    /// Of a pool of so many connections.
    pub(super) fn of_pool(connections: u32) -> Self {
        let slots = connections.saturating_sub(OTHERS).max(1);
        let slots = usize::try_from(slots).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(slots.min(Semaphore::MAX_PERMITS))),
            waiting: Arc::default(),
        }
    }

    /// Waits for a slot. The caller holds no other one, and no connection of the pool.
    pub(crate) async fn take(&self) -> Slot {
        let waiting = Waiting::begin(&self.waiting);
        // It fails only where the semaphore is closed, which nothing does.
        let permit = Arc::clone(&self.free).acquire_owned().await.ok();
        drop(waiting);
        Slot {
            _permit: permit,
            since: Instant::now(),
            waiting: Arc::clone(&self.waiting),
        }
    }
}

/// The right to hold a connection. Dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: Option<OwnedSemaphorePermit>,
    since: Instant,
    waiting: Arc<AtomicUsize>,
}

impl Slot {
    /// The turn begins now. What was read before would be read again.
    pub(crate) fn begin_turn(&mut self) {
        self.since = Instant::now();
    }

    /// Whether it is another task's turn.
    pub(crate) fn is_due(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0 && self.since.elapsed() >= TURN
    }
}

/// Counts a task that waits, also where its future is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn is_waited_for(slots: &Slots) -> bool {
        slots.waiting.load(Ordering::Relaxed) > 0
    }

    #[test]
    fn a_pool_keeps_three_connections_for_others_and_one_for_deliveries() {
        for (connections, slots) in [(SMALLEST_POOL, 1), (10, 7), (0, 1), (3, 1)] {
            let of_pool = Slots::of_pool(connections);
            assert_eq!(of_pool.free.available_permits(), slots, "{connections}");
        }
    }

    #[tokio::test]
    async fn slots_are_given_in_the_order_in_which_they_were_asked_for() {
        let slots = Slots::of_pool(SMALLEST_POOL);
        let held = slots.take().await;
        let mut first = Box::pin(slots.take());
        let mut second = Box::pin(slots.take());
        assert!((&mut first).now_or_never().is_none());
        assert!((&mut second).now_or_never().is_none());
        drop(held);
        assert!(
            (&mut second).now_or_never().is_none(),
            "it is the other's turn"
        );
        drop(first.await);
        assert!((&mut second).now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_task_that_no_longer_waits_does_not_count() {
        let slots = Slots::of_pool(SMALLEST_POOL);
        let _held = slots.take().await;
        let mut waiting = Box::pin(slots.take());
        assert!((&mut waiting).now_or_never().is_none());
        assert!(is_waited_for(&slots));
        drop(waiting);
        assert!(!is_waited_for(&slots));
    }
}
