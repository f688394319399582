//! The subscriptions' end of the wake-up: a sleeper for each worker, and the alarm that wakes all of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Notify, mpsc, oneshot};

use super::PATIENCE;

/// A subscription's end of the wake-up. Dropping it is S5 as well: the keeper may end a worker in its
/// sleep.
#[derive(Debug)]
pub(crate) struct Sleeper {
    id: usize,
    event_types: Arc<[String]>,
    notify: Arc<Notify>,
    commands: mpsc::UnboundedSender<Command>,
}

impl Sleeper {
    /// S1. Returns whether the listener listens; if not, or not soon, only polling finds events.
    pub(crate) async fn fall_asleep(&self) -> bool {
        let (armed, answer) = oneshot::channel();
        let command = Command::Sleep {
            id: self.id,
            event_types: Arc::clone(&self.event_types),
            notify: Arc::clone(&self.notify),
            armed,
        };
        // Neither a lock that another session holds nor the network may keep a subscription from polling.
        self.commands.send(command).is_ok()
            && matches!(tokio::time::timeout(PATIENCE, answer).await, Ok(Ok(true)))
    }

    /// S5. Writers need not notify any more.
    pub(crate) fn wake_up(&self) {
        // The listener is gone only when the consumer stops.
        let _ = self.commands.send(Command::Wake { id: self.id });
    }

    /// S4.
    pub(crate) async fn notified(&self) {
        self.notify.notified().await;
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.wake_up();
    }
}

/// What a sleeper asks of the listener.
#[derive(Debug)]
pub(super) enum Command {
    Sleep {
        id: usize,
        event_types: Arc<[String]>,
        notify: Arc<Notify>,
        armed: oneshot::Sender<bool>,
    },
    Wake {
        id: usize,
    },
}

/// Hands out the ends of the subscriptions.
#[derive(Clone, Debug)]
pub(crate) struct Sleepers {
    commands: mpsc::UnboundedSender<Command>,
    ids: Arc<AtomicUsize>,
    alarm: Alarm,
}

impl Sleepers {
    /// Together with what the listener receives.
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<Command>) {
        let (commands, receiver) = mpsc::unbounded_channel();
        let sleepers = Self {
            commands,
            ids: Arc::default(),
            alarm: Alarm::default(),
        };
        (sleepers, receiver)
    }

    pub(crate) fn alarm(&self) -> Alarm {
        self.alarm.clone()
    }

    pub(crate) fn sleeper<T: Into<String>>(
        &self,
        event_types: impl IntoIterator<Item = T>,
    ) -> Sleeper {
        let notify = Arc::new(Notify::new());
        self.alarm.add(&notify);
        Sleeper {
            id: self.ids.fetch_add(1, Ordering::Relaxed),
            event_types: event_types.into_iter().map(Into::into).collect(),
            notify,
            commands: self.commands.clone(),
        }
    }
}

/// Wakes every sleeper. It does not keep them alive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alarm(Arc<Mutex<Vec<Weak<Notify>>>>);

impl Alarm {
    fn add(&self, notify: &Arc<Notify>) {
        let mut sleepers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sleepers.retain(|sleeper| sleeper.strong_count() > 0);
        sleepers.push(Arc::downgrade(notify));
    }

    /// Makes every subscription look at the log now.
    pub(crate) fn ring(&self) {
        let sleepers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for sleeper in sleepers.iter().filter_map(Weak::upgrade) {
            sleeper.notify_one();
        }
    }
}
