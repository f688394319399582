//! One attempt: the handler runs between a savepoint and its release.
//!
//! Whatever a handler does (fail, panic, leave its transaction aborted, end it), the consumer's own
//! work in the same transaction stays whole, or the whole pass is abandoned; it is never committed
//! half.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::PgPool;
use tracing::Instrument;

use crate::consume::handler::{Delivery, DeliveryTx, Handler, Incoming, Next, OpenSavepoint};
use crate::consume::handler_error::{HandlerError, HandlerErrorKind};
use crate::consume::retry_policy::Retry;
use crate::consume::span;
use crate::contract::event_type::EventTypes;
use crate::log::Mismatch;
use crate::log::StartFrom;
use crate::log::stored_event::StoredEvent;
use crate::observe::Observers;
use crate::postgres::error::{is_transient, sql_state};
use crate::postgres::transaction;

/// A handler with its type forgotten.
trait Handle<S>: Send + Sync {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>>;
}

/// A handler, as `#[subscribe]` makes it.
struct Typed<H>(H);

impl<S, H: Handler<S>> Handle<S> for Typed<H> {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>> {
        self.0.handle(incoming)
    }
}

/// A handler that was registered before the state, and so takes none.
struct Stateless(Box<dyn Handle<()>>);

impl<S: Sync> Handle<S> for Stateless {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>> {
        self.0.handle(Incoming {
            event: incoming.event,
            tx: incoming.tx,
            state: &(),
            delivery: incoming.delivery,
        })
    }
}

/// A handler with its name.
pub(crate) struct Subscription<S> {
    pub(crate) name: &'static str,
    pub(crate) event_types: Vec<&'static str>,
    /// Whether the handler takes its delivery's transaction.
    pub(crate) in_transaction: bool,
    pub(crate) concurrency: u16,
    pub(crate) partitions: u16,
    /// Its own limit; `None` if it has the consumer's.
    pub(crate) handler_timeout: Option<Duration>,
    /// Its own policy; `None` if it has the consumer's.
    pub(crate) retry: Option<Retry>,
    /// Where it begins when it is new.
    pub(crate) start: StartFrom,
    /// Whether a dead letter holds its subject until it is resolved.
    pub(crate) holds_subjects: bool,
    /// Whether events of a batch have one savepoint, until one of them fails.
    pub(crate) shares_savepoint: bool,
    handler: Box<dyn Handle<S>>,
}

impl<S> Subscription<S> {
    pub(crate) fn new<H: Handler<S>>(handler: H) -> Self {
        Self {
            name: H::NAME,
            event_types: <H::EventTypes as EventTypes>::NAMES.to_vec(),
            in_transaction: H::IN_TRANSACTION,
            concurrency: 1,
            partitions: 1,
            handler_timeout: None,
            retry: None,
            start: StartFrom::Beginning,
            holds_subjects: false,
            shares_savepoint: false,
            handler: Box::new(Typed(handler)),
        }
    }
}

impl Subscription<()> {
    /// The same for a consumer that has been given a state since.
    pub(crate) fn with_state<S: Sync>(self) -> Subscription<S> {
        Subscription {
            name: self.name,
            event_types: self.event_types,
            in_transaction: self.in_transaction,
            concurrency: self.concurrency,
            partitions: self.partitions,
            handler_timeout: self.handler_timeout,
            retry: self.retry,
            start: self.start,
            holds_subjects: self.holds_subjects,
            shares_savepoint: self.shares_savepoint,
            handler: Box::new(Stateless(self.handler)),
        }
    }
}

/// An attempt that ended, where the transaction goes on.
#[derive(Debug)]
pub(crate) struct Attempted {
    pub(crate) outcome: Outcome,
    /// How long the handler ran; `None` if nobody asks.
    pub(crate) handler_latency: Option<Duration>,
    /// The marker of L6 was taken away with what the handler did.
    pub(crate) is_unmarked: bool,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Handled,
    Failed(Failure),
}

/// Why an attempt failed and what is to happen.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: HandlerErrorKind,
    pub(crate) error: String,
}

impl Failure {
    fn new(kind: HandlerErrorKind, error: String) -> Self {
        // Postgres stores no NUL, and a handler's text must not keep its own dead letter out.
        Self {
            kind,
            error: error.replace('\0', "\u{fffd}"),
        }
    }

    pub(crate) fn permanent(error: impl Into<String>) -> Self {
        Self::new(HandlerErrorKind::Permanent, error.into())
    }

    pub(crate) fn retry(error: impl Into<String>) -> Self {
        Self::new(HandlerErrorKind::Retry, error.into())
    }
}

/// What is said of a handler that ended its transaction.
pub(crate) const TRANSACTION_ENDED: &str =
    "the handler ended its delivery's transaction: it must not COMMIT or ROLLBACK there";

/// Why the transaction cannot go on.
#[derive(Debug)]
pub(crate) enum Abandoned {
    /// The database failed, not the handler.
    Database(sqlx::Error),
    /// The handler met a failure of the database that says nothing about the event.
    Transient(String),
    /// The handler ended the transaction.
    TransactionEnded,
    /// An event failed, and what those before it wrote cannot be told from what it wrote.
    Shared,
    /// What was done could not be recorded or committed.
    Commit(sqlx::Error),
    /// Another replica has the lease, or somebody has set the cursor.
    LeaseLost,
    /// The log is not the one that was read.
    Log(Mismatch),
}

impl From<Mismatch> for Abandoned {
    fn from(mismatch: Mismatch) -> Self {
        Self::Log(mismatch)
    }
}

impl From<sqlx::Error> for Abandoned {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Runs one attempt, within the delivery's transaction if there is one.
pub(crate) async fn attempt<S: Send + Sync + 'static>(
    subscription: &Subscription<S>,
    event: &StoredEvent,
    mut tx: Option<&mut DeliveryTx>,
    state: &S,
    delivery: Delivery,
    timeout: Option<Duration>,
    observers: &Observers,
) -> Result<Attempted, Abandoned> {
    let savepoint = Savepoint { timeout };
    if let Some(tx) = tx.as_deref_mut() {
        savepoint.begin(tx).await?;
    }
    let span = span::handle(event, &delivery);
    let incoming = Incoming {
        event,
        tx: tx.as_deref_mut(),
        state,
        delivery,
    };
    // A handler may also panic before it returns its future.
    let call =
        AssertUnwindSafe(async { subscription.handler.handle(incoming).await }).catch_unwind();
    let call = call.instrument(span.clone());
    let started = observers.clock();
    let result = match timeout {
        None => call.await,
        Some(limit) => match tokio::time::timeout(limit, call).await {
            Ok(result) => result,
            Err(_) => Ok(Err(HandlerError::retry(format!(
                "the handler took longer than {} ms",
                limit.as_millis()
            )))),
        },
    };
    let handler_latency = started.map(|started| started.elapsed());
    if tx.as_deref().is_some_and(|tx| !tx.is_open()) {
        return Err(Abandoned::TransactionEnded);
    }
    let failure = match result {
        Ok(Ok(())) => match savepoint.release(tx.as_deref_mut()).await {
            Ok(()) => {
                return Ok(Attempted {
                    outcome: Outcome::Handled,
                    handler_latency,
                    is_unmarked: false,
                });
            }
            Err(error) if is_transient(&error) => return Err(error.into()),
            Err(error) => match sql_state(&error).as_deref() {
                // in_failed_sql_transaction
                Some("25P02") => Failure::retry(
                    "the handler returned Ok, but a statement had failed in its transaction: pass the error on with `?`",
                ),
                // no_active_sql_transaction, invalid_savepoint_specification
                Some("25P01" | "3B001") => return Err(Abandoned::TransactionEnded),
                // What a statement says whose future the handler dropped before it had answered.
                Some(_) => Failure::retry(format!(
                    "the handler returned Ok, but a statement had failed: {error}"
                )),
                None => return Err(error.into()),
            },
        },
        Ok(Err(error)) if error.is_transient() => {
            crate::observe::span::failed(&span, "database");
            return Err(Abandoned::Transient(error.chain()));
        }
        Ok(Err(error)) => Failure::new(error.kind, error.chain()),
        Err(panic) => Failure::retry(format!(
            "the handler panicked: {}",
            panic_message(panic.as_ref())
        )),
    };
    crate::observe::span::failed(&span, failure.kind.as_str());
    let Some(tx) = tx else {
        return Ok(Attempted {
            outcome: Outcome::Failed(failure),
            handler_latency,
            is_unmarked: false,
        });
    };
    if tx.is_used && tx.savepoint.is_some_and(|it| it.holds_earlier) {
        // Whatever it says: a statement that is still under way is waited for, so that the rollback of all
        // is sent, and over, before the batch is handled again.
        let _ = savepoint.roll_back(tx).await;
        return Err(Abandoned::Shared);
    }
    match savepoint.roll_back(tx).await {
        Ok(is_unmarked) => Ok(Attempted {
            outcome: Outcome::Failed(failure),
            handler_latency,
            is_unmarked,
        }),
        Err(error) if matches!(sql_state(&error).as_deref(), Some("25P01" | "3B001")) => {
            Err(Abandoned::TransactionEnded)
        }
        Err(error) => Err(error.into()),
    }
}

/// The savepoint of a delivery: what is to be undone if its handler fails.
///
/// A round trip is what costs, so the first event's savepoint is made with BEGIN, the next one's with the
/// release of the one before; and one that nothing was sent through is left for the next, and for COMMIT.
/// Where events share it, only the last releases it, which also tells whether a handler has swallowed an
/// error or ended the transaction.
///
/// A statement whose future is dropped at the handler's timeout goes on in the server, and the
/// connection waits for it; so the server gets the same limit. It is set outside the savepoint, and so
/// outlives a rollback to it; the consumer's own statements have the session's.
struct Savepoint {
    timeout: Option<Duration>,
}

impl Savepoint {
    /// Before a handler.
    async fn begin(&self, tx: &mut DeliveryTx) -> Result<(), sqlx::Error> {
        if tx.savepoint.is_none() {
            send(tx, self.opening()).await?;
            tx.savepoint = Some(OpenSavepoint::default());
        }
        tx.is_used = false;
        Ok(())
    }

    /// After one that succeeded.
    async fn release(&self, tx: Option<&mut DeliveryTx>) -> Result<(), sqlx::Error> {
        let Some(tx) = tx.filter(|tx| tx.is_used) else {
            return Ok(());
        };
        match tx.next {
            Next::Nothing => self.end(tx).await,
            Next::Apart => {
                let next = format!("{RELEASE}; {}", self.opening());
                send(tx, next).await?;
                tx.savepoint = Some(OpenSavepoint::default());
                Ok(())
            }
            Next::Sharing => {
                if let Some(savepoint) = &mut tx.savepoint {
                    savepoint.holds_earlier = true;
                }
                Ok(())
            }
        }
    }

    /// After one that failed. Whether it has taken the marker of L6 away.
    async fn roll_back(&self, tx: &mut DeliveryTx) -> Result<bool, sqlx::Error> {
        if !tx.is_used {
            return Ok(false);
        }
        let is_before_marker = tx.savepoint.is_some_and(|it| it.is_before_marker);
        let statements = match is_before_marker {
            true => ROLL_BACK_AND_RELEASE,
            false => ROLL_BACK,
        };
        match send(tx, statements).await {
            // sqlx answers with the error of a statement that was still under way, and has not sent this.
            Err(error) if is_handlers_fault(&error) => send(tx, statements).await?,
            result => result?,
        }
        if is_before_marker {
            tx.savepoint = None;
        }
        Ok(is_before_marker)
    }

    /// Before the consumer's own statements.
    async fn end(&self, tx: &mut DeliveryTx) -> Result<(), sqlx::Error> {
        match self.timeout {
            None if !tx.is_used && !tx.savepoint.is_some_and(|it| it.holds_earlier) => {
                return Ok(());
            }
            None => send(tx, RELEASE).await?,
            Some(_) => {
                let end = format!("{RELEASE}; SET LOCAL statement_timeout TO DEFAULT");
                send(tx, end).await?;
            }
        }
        tx.savepoint = None;
        Ok(())
    }

    fn opening(&self) -> String {
        match self.timeout {
            None => SAVEPOINT.to_owned(),
            Some(limit) => {
                let limit = limit.as_millis().clamp(1, i32::MAX as u128);
                format!("SET LOCAL statement_timeout = {limit}; {SAVEPOINT}")
            }
        }
    }
}

async fn send(tx: &mut DeliveryTx, statements: impl Into<String>) -> Result<(), sqlx::Error> {
    // Made of our own constants and a number.
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.into()))
        .execute(&mut **tx)
        .await
        .map(drop)
}

const SAVEPOINT: &str = "SAVEPOINT dispatcher_delivery";
const RELEASE: &str = "RELEASE SAVEPOINT dispatcher_delivery";
const ROLL_BACK: &str = "ROLLBACK TO SAVEPOINT dispatcher_delivery";
const ROLL_BACK_AND_RELEASE: &str =
    "ROLLBACK TO SAVEPOINT dispatcher_delivery; RELEASE SAVEPOINT dispatcher_delivery";
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SAVEPOINT dispatcher_delivery";

/// A transaction for attempts, with the savepoint of the first.
pub(crate) async fn begin(
    pool: &PgPool,
    timeout: Option<Duration>,
) -> Result<DeliveryTx, sqlx::Error> {
    // The limit is set outside the savepoint, and not for what is read before the first handler.
    if timeout.is_some() {
        return transaction::begin(pool).await.map(DeliveryTx::new);
    }
    let mut tx = DeliveryTx::new(transaction::begin_with(pool, BEGIN).await?);
    tx.savepoint = Some(OpenSavepoint {
        is_before_marker: true,
        holds_earlier: false,
    });
    Ok(tx)
}

/// After the last attempt of a transaction, before the consumer's own statements.
pub(crate) async fn end(tx: &mut DeliveryTx, timeout: Option<Duration>) -> Result<(), Abandoned> {
    let Some(savepoint) = tx.savepoint else {
        return Ok(());
    };
    let ended = Savepoint { timeout }.end(tx).await;
    match ended {
        Err(error) if matches!(sql_state(&error).as_deref(), Some("25P01" | "3B001")) => {
            Err(Abandoned::TransactionEnded)
        }
        Err(error) if savepoint.holds_earlier && is_handlers_fault(&error) => {
            Err(Abandoned::Shared)
        }
        result => result.map_err(Abandoned::Database),
    }
}

/// Whether the consumer's own statement or commit failed because of what a handler did: it broke a
/// deferred constraint, changed its role, left a statement behind.
pub(crate) fn is_handlers_fault(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(_)) && !is_transient(error)
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}
