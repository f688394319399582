//! The wake-up: who sleeps on which event type, and the connection that listens for them.
//!
//! A subscription that has nothing to do sleeps in these steps. The writers' side is
//! `dispatcher_event_notify` in the migrations.
//!
//! ```text
//!   S1  take the shared lock of each event type   from here on, writers notify
//!   S2  read the log once more                    finds what was committed before S1
//!   S3  while a writer that came before S1 is     it saw no sleeper, so it will not notify:
//!       in flight (horizon < L at S2): read        3 ms, 6 ms, … 100 ms apart
//!       again soon
//!   S4  wait for a notification, with the poll interval as the limit
//!   S5  give the locks back and read until nothing is left
//! ```
//!
//! When the connection is lost the locks are gone with it. Then: connect and listen again, take
//! the locks again, wake everybody, because what was notified meanwhile is lost. Until that has
//! worked subscriptions poll, so a broken LISTEN costs latency and never an event.
//!
//! Behind a transaction pooler a connection has no session for locks and LISTEN (`session.rs`): that is
//! said once, and polling is all there is.

mod session;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::{PgPool, Row};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::consume::reconnect::Reconnect;
use crate::postgres::config::Family;
use crate::postgres::sql::SleepStatements;
use crate::postgres::transaction;

/// The channel that writers notify; the payload is the event type.
const CHANNEL: &str = "dispatcher_event_inserted";

/// How long a statement of the listening connection may take. Later it counts as lost.
const PATIENCE: Duration = Duration::from_secs(5);

/// A subscription's end of the wake-up. Dropping it is S5 as well: the keeper may end a worker in its
/// sleep.
#[derive(Debug)]
pub(crate) struct Sleeper {
    id: usize,
    event_types: Arc<[&'static str]>,
    notify: Arc<Notify>,
    commands: mpsc::UnboundedSender<Command>,
}

impl Sleeper {
    /// S1. Returns whether somebody listens; if not, or not soon, only polling finds events.
    pub(crate) async fn fall_asleep(&self) -> bool {
        let (armed, answer) = oneshot::channel();
        let command = Command::Sleep {
            id: self.id,
            event_types: Arc::clone(&self.event_types),
            notify: Arc::clone(&self.notify),
            armed,
        };
        // Whoever holds a lock of ours or the network must not keep a subscription from polling.
        self.commands.send(command).is_ok()
            && matches!(tokio::time::timeout(PATIENCE, answer).await, Ok(Ok(true)))
    }

    /// S5. Writers need not notify any more.
    pub(crate) fn wake_up(&self) {
        // Nobody is there to take it only when the consumer stops.
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

#[derive(Debug)]
enum Command {
    Sleep {
        id: usize,
        event_types: Arc<[&'static str]>,
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
    pub(crate) fn sleeper(&self, event_types: Vec<&'static str>) -> Sleeper {
        let notify = Arc::new(Notify::new());
        self.alarm.add(&notify);
        Sleeper {
            id: self.ids.fetch_add(1, Ordering::Relaxed),
            event_types: event_types.into(),
            notify,
            commands: self.commands.clone(),
        }
    }
}

/// Wakes every sleeper. It keeps none of them.
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

/// The other end of the [`Sleepers`].
#[derive(Debug)]
pub(crate) struct Wake {
    receiver: mpsc::UnboundedReceiver<Command>,
}

impl Wake {
    pub(crate) fn new() -> (Self, Sleepers, Alarm) {
        let (commands, receiver) = mpsc::unbounded_channel();
        let alarm = Alarm::default();
        let sleepers = Sleepers {
            commands,
            ids: Arc::default(),
            alarm: alarm.clone(),
        };
        (Self { receiver }, sleepers, alarm)
    }

    /// Listens until all [`Sleepers`] are gone.
    pub(crate) async fn run(self, pool: PgPool) {
        let Self { mut receiver } = self;
        let mut listening = Listening {
            statements: SleepStatements::new(&Family::default()),
            asleep: HashMap::new(),
        };
        let mut reconnect = Reconnect::default();
        loop {
            let lost = match listening
                .while_connecting(&mut receiver, connect(&pool))
                .await
            {
                None => return,
                Some(Ok(None)) => break,
                Some(Ok(Some(mut listener))) => {
                    match listening
                        .until_lost(&mut listener, &mut receiver, &mut reconnect)
                        .await
                    {
                        Ok(Ended::Unneeded) => return release(&mut listener).await,
                        Ok(Ended::Pooled) => break,
                        Err(error) => error,
                    }
                }
                Some(Err(error)) => error,
            };
            let delay = reconnect.next_delay();
            tracing::warn!(
                error = %lost,
                retry_in_seconds = delay.as_secs(),
                "LISTEN {CHANNEL} is down; subscriptions poll until it is back"
            );
            if listening
                .while_connecting(&mut receiver, tokio::time::sleep(delay))
                .await
                .is_none()
            {
                return;
            }
        }
        tracing::warn!(
            "the consumer's connections go through a transaction pooler, where LISTEN does not work: \
             subscriptions poll. For prompt wake-ups give it connections to the server itself, or a session pool"
        );
        let for_ever = std::future::pending::<()>();
        listening.while_connecting(&mut receiver, for_ever).await;
    }
}

/// Why nobody listens any more, though the connection is well.
enum Ended {
    /// Every sleeper is gone.
    Unneeded,
    /// The connection has no session of its own.
    Pooled,
}

/// Before the connection goes back to its pool: writers must not notify for nobody.
async fn release(listener: &mut PgListener) {
    let unlock = sqlx::query("SELECT pg_advisory_unlock_all()").execute(listener);
    if !matches!(tokio::time::timeout(PATIENCE, unlock).await, Ok(Ok(_))) {
        tracing::debug!("the listening connection is gone, and its locks with it");
    }
}

/// `None`: there is no session to listen in.
async fn connect(pool: &PgPool) -> Result<Option<PgListener>, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    transaction::settle(&mut listener).await?;
    if session::is_pooled(&mut listener, pool).await? {
        return Ok(None);
    }
    // It reconnects by itself and reports a lost connection before it listens again; the locks
    // would be gone without anybody knowing. So a lost connection is never used again.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(Some(listener))
}

async fn patiently<T>(
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match tokio::time::timeout(PATIENCE, statement).await {
        Ok(result) => result,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

struct Asleep {
    event_types: Arc<[&'static str]>,
    notify: Arc<Notify>,
}

struct Listening {
    statements: SleepStatements,
    asleep: HashMap<usize, Asleep>,
}

impl Listening {
    /// Serves commands and notifications.
    async fn until_lost(
        &mut self,
        listener: &mut PgListener,
        commands: &mut mpsc::UnboundedReceiver<Command>,
        reconnect: &mut Reconnect,
    ) -> Result<Ended, sqlx::Error> {
        let session = session::process(&mut *listener).await?;
        for sleeper in self.asleep.values() {
            self.lock(listener, &sleeper.event_types).await?;
        }
        self.wake_all();
        reconnect.reset();
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    None => return Ok(Ended::Unneeded),
                    Some(Command::Sleep { id, event_types, notify, armed }) => {
                        let locked = self.lock(listener, &event_types).await;
                        // Kept also if that failed: after the reconnect it is locked and woken.
                        self.asleep.insert(id, Asleep { event_types, notify });
                        let _ = armed.send(matches!(&locked, Ok(pid) if *pid == session));
                        if locked? != session {
                            return Ok(Ended::Pooled);
                        }
                    }
                    Some(Command::Wake { id }) => {
                        if let Some(sleeper) = self.asleep.remove(&id) {
                            self.unlock(listener, &sleeper.event_types).await?;
                        }
                    }
                },
                notification = listener.try_recv() => match notification? {
                    Some(notification) => self.wake(notification.payload()),
                    None => return Err(sqlx::Error::Io(std::io::ErrorKind::ConnectionAborted.into())),
                },
            }
        }
    }

    /// Answers commands while something else is waited for. `None`: every sleeper is gone.
    async fn while_connecting<T>(
        &mut self,
        commands: &mut mpsc::UnboundedReceiver<Command>,
        waited_for: impl Future<Output = T>,
    ) -> Option<T> {
        let mut waited_for = std::pin::pin!(waited_for);
        loop {
            tokio::select! {
                result = &mut waited_for => return Some(result),
                command = commands.recv() => match command? {
                    Command::Sleep { id, event_types, notify, armed } => {
                        self.asleep.insert(id, Asleep { event_types, notify });
                        let _ = armed.send(false);
                    }
                    Command::Wake { id } => drop(self.asleep.remove(&id)),
                },
            }
        }
    }

    // Session locks count: the lock of an event type goes with its last sleeper. The process that has
    // it now.
    async fn lock(
        &self,
        listener: &mut PgListener,
        event_types: &[&str],
    ) -> Result<i32, sqlx::Error> {
        let lock = self.statements.lock_sleep.query().bind(event_types);
        patiently(lock.fetch_one(listener)).await?.try_get("pid")
    }

    async fn unlock(
        &self,
        listener: &mut PgListener,
        event_types: &[&str],
    ) -> Result<(), sqlx::Error> {
        patiently(
            self.statements
                .unlock_sleep
                .query()
                .bind(event_types)
                .execute(listener),
        )
        .await
        .map(drop)
    }

    fn wake(&self, event_type: &str) {
        for sleeper in self.asleep.values() {
            if sleeper.event_types.contains(&event_type) {
                sleeper.notify.notify_one();
            }
        }
    }

    fn wake_all(&self) {
        for sleeper in self.asleep.values() {
            sleeper.notify.notify_one();
        }
    }
}
