//! The connection that listens for all sleepers of a consumer, and holds their locks.
//!
//! Every command of a sleeper is answered at once, also while the connection is down: then the answer is
//! that nothing listens, and the subscription polls.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::postgres::PgListener;
use sqlx::{PgPool, Row};
use tokio::sync::{Notify, mpsc};

use super::PATIENCE;
use super::sleeper::{Command, Sleepers};
use crate::consume::reconnect::Reconnect;
use crate::consume::statements::SleepStatements;
use crate::contract::bounded_text::error_text;
use crate::postgres::family::Family;
use crate::postgres::session;
use crate::postgres::transaction;

/// The channel that writers notify; the payload is the event type.
const CHANNEL: &str = "dispatcher_event_inserted";

/// The task that listens for all sleepers of a consumer.
#[derive(Debug)]
pub(crate) struct Listener {
    commands: mpsc::UnboundedReceiver<Command>,
}

impl Listener {
    pub(crate) fn new() -> (Self, Sleepers) {
        let (sleepers, commands) = Sleepers::new();
        (Self { commands }, sleepers)
    }

    /// Listens until all [`Sleepers`] are gone.
    pub(crate) async fn run(mut self, pool: PgPool) {
        let mut registry = SleeperRegistry {
            statements: SleepStatements::new(&Family::default()),
            asleep: HashMap::new(),
        };
        if let ListenEnd::Unneeded = self.listen(&mut registry, &pool).await {
            return;
        }
        tracing::warn!(
            "the consumer's connections go through a transaction pooler, where LISTEN does not work: \
             subscriptions poll. For prompt wake-ups, connect to the server directly or use a session pool"
        );
        let for_ever = std::future::pending::<()>();
        registry
            .while_connecting(&mut self.commands, for_ever)
            .await;
    }

    /// Listens, and connects again whenever the connection is lost.
    async fn listen(&mut self, registry: &mut SleeperRegistry, pool: &PgPool) -> ListenEnd {
        let commands = &mut self.commands;
        let mut reconnect = Reconnect::default();
        loop {
            let connected = registry.while_connecting(commands, connect(pool)).await;
            let lost = match connected {
                None => return ListenEnd::Unneeded,
                Some(Ok(None)) => return ListenEnd::Pooled,
                Some(Err(error)) => error,
                Some(Ok(Some(mut listener))) => {
                    match registry
                        .until_lost(&mut listener, commands, &mut reconnect)
                        .await
                    {
                        Ok(end) => {
                            if let ListenEnd::Unneeded = end {
                                release(&mut listener).await;
                            }
                            return end;
                        }
                        Err(error) => error,
                    }
                }
            };
            let delay = reconnect.next_delay();
            tracing::warn!(
                error = error_text(&lost),
                retry_in_seconds = delay.as_secs(),
                "LISTEN {CHANNEL} is down; subscriptions poll until it is back"
            );
            let slept = registry.while_connecting(commands, tokio::time::sleep(delay));
            if slept.await.is_none() {
                return ListenEnd::Unneeded;
            }
        }
    }
}

/// Why listening has ended, although the connection is up.
enum ListenEnd {
    /// Every sleeper is gone.
    Unneeded,
    /// The connection has no session of its own.
    Pooled,
}

/// Before the connection goes back to its pool: writers must not notify in vain.
async fn release(listener: &mut PgListener) {
    let unlock = sqlx::query("SELECT pg_advisory_unlock_all()").execute(listener);
    if !matches!(tokio::time::timeout(PATIENCE, unlock).await, Ok(Ok(_))) {
        tracing::debug!("the listening connection was lost, and its locks with it");
    }
}

/// `None`: the connection has no session to listen in.
async fn connect(pool: &PgPool) -> Result<Option<PgListener>, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    transaction::settle(&mut listener).await?;
    if session::is_pooled(&mut listener, pool, PATIENCE).await? {
        return Ok(None);
    }
    // By default it reconnects by itself, and reports a lost connection before it listens again; the locks
    // would be gone unnoticed. So a lost connection is never used again.
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

/// A sleeper that waits for a notification.
struct SleeperEntry {
    event_types: Arc<[String]>,
    notify: Arc<Notify>,
}

/// The sleepers, and the locks that tell writers of them.
struct SleeperRegistry {
    statements: SleepStatements,
    asleep: HashMap<usize, SleeperEntry>,
}

impl SleeperRegistry {
    /// Serves commands and notifications.
    async fn until_lost(
        &mut self,
        listener: &mut PgListener,
        commands: &mut mpsc::UnboundedReceiver<Command>,
        reconnect: &mut Reconnect,
    ) -> Result<ListenEnd, sqlx::Error> {
        let session = session::process(&mut *listener).await?;
        for sleeper in self.asleep.values() {
            self.lock(listener, &sleeper.event_types).await?;
        }
        self.wake_all();
        reconnect.reset();
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    None => return Ok(ListenEnd::Unneeded),
                    Some(Command::Sleep { id, event_types, notify, armed }) => {
                        let locked = self.lock(listener, &event_types).await;
                        // Kept also if that failed: after the reconnect it is locked and woken.
                        self.asleep.insert(id, SleeperEntry { event_types, notify });
                        let _ = armed.send(matches!(&locked, Ok(pid) if *pid == session));
                        if locked? != session {
                            return Ok(ListenEnd::Pooled);
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
                        self.asleep.insert(id, SleeperEntry { event_types, notify });
                        let _ = armed.send(false);
                    }
                    Command::Wake { id } => drop(self.asleep.remove(&id)),
                },
            }
        }
    }

    /// Takes the locks of these event types, and returns the server process that has them. Session locks are
    /// counted, so the lock of an event type goes with its last sleeper.
    async fn lock(
        &self,
        listener: &mut PgListener,
        event_types: &[String],
    ) -> Result<i32, sqlx::Error> {
        let lock = self.statements.lock_sleep.query().bind(event_types);
        patiently(lock.fetch_one(listener)).await?.try_get("pid")
    }

    async fn unlock(
        &self,
        listener: &mut PgListener,
        event_types: &[String],
    ) -> Result<(), sqlx::Error> {
        let unlock = self.statements.unlock_sleep.query().bind(event_types);
        patiently(unlock.execute(listener)).await.map(drop)
    }

    fn wake(&self, event_type: &str) {
        for sleeper in self.asleep.values() {
            if sleeper.event_types.iter().any(|it| it == event_type) {
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
