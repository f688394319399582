//! One attempt: the handler runs between a savepoint and its release.
//!
//! Whatever a handler does (fail, panic, leave its transaction aborted, end it), the consumer's own
//! work in the same transaction stays whole, or the whole pass is abandoned; it is never committed
//! half.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::Executor;

use crate::error::{HandlerError, HandlerErrorKind, is_transient};
use crate::event::StoredEvent;
use crate::handler::{Delivery, DeliveryTx, Handler, Incoming};

/// A handler with its type forgotten.
trait Handle<S>: Send + Sync {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>>;
}

impl<S, H: Handler<S>> Handle<S> for H {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>> {
        Handler::handle(self, incoming)
    }
}

/// A handler with its name.
pub(crate) struct Subscription<S> {
    pub(crate) name: &'static str,
    pub(crate) event_types: Vec<&'static str>,
    handler: Box<dyn Handle<S>>,
}

impl<S> Subscription<S> {
    pub(crate) fn new<H: Handler<S>>(handler: H) -> Self {
        Self {
            name: H::NAME,
            event_types: vec![<H::EventType as crate::private::EventType>::NAME],
            handler: Box::new(handler),
        }
    }
}

/// How an attempt ended, where the transaction goes on.
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
        Self { kind, error: error.replace('\0', "\u{fffd}") }
    }

    pub(crate) fn retry(error: impl Into<String>) -> Self {
        Self::new(HandlerErrorKind::Retry, error.into())
    }
}

/// Why the transaction cannot go on.
#[derive(Debug)]
pub(crate) enum Abandoned {
    /// The database failed, not the handler.
    Database(sqlx::Error),
    /// The handler met a failure of the database that says nothing about the event.
    Transient(String),
    /// The handler ended the transaction.
    TransactionEnded,
    /// The transaction could not be committed.
    Commit(sqlx::Error),
}

impl From<sqlx::Error> for Abandoned {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Runs one attempt.
pub(crate) async fn attempt<S: Send + Sync + 'static>(
    subscription: &Subscription<S>,
    event: &StoredEvent,
    tx: &mut DeliveryTx,
    state: &S,
    delivery: Delivery,
    timeout: Option<Duration>,
) -> Result<Outcome, Abandoned> {
    (&mut **tx).execute("SAVEPOINT dispatcher_delivery").await?;
    let incoming = Incoming { event, tx: &mut *tx, state, delivery };
    // A handler may also panic before it returns its future.
    let call = AssertUnwindSafe(async { subscription.handler.handle(incoming).await }).catch_unwind();
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
    let failure = match result {
        Ok(Ok(())) => match (&mut **tx).execute("RELEASE SAVEPOINT dispatcher_delivery").await {
            Ok(_) => return Ok(Outcome::Handled),
            Err(error) => match sql_state(&error).as_deref() {
                // in_failed_sql_transaction
                Some("25P02") => Failure::retry(
                    "the handler returned Ok, but a statement had failed in its transaction: pass the error on with `?`",
                ),
                // no_active_sql_transaction, invalid_savepoint_specification
                Some("25P01" | "3B001") => return Err(Abandoned::TransactionEnded),
                _ => return Err(error.into()),
            },
        },
        Ok(Err(error)) if error.is_transient() => return Err(Abandoned::Transient(error.chain())),
        Ok(Err(error)) => Failure::new(error.kind, error.chain()),
        Err(panic) => Failure::retry(format!("the handler panicked: {}", panic_message(panic.as_ref()))),
    };
    match (&mut **tx)
        .execute("ROLLBACK TO SAVEPOINT dispatcher_delivery; RELEASE SAVEPOINT dispatcher_delivery")
        .await
    {
        Ok(_) => Ok(Outcome::Failed(failure)),
        Err(error) if matches!(sql_state(&error).as_deref(), Some("25P01" | "3B001")) => {
            Err(Abandoned::TransactionEnded)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether committing failed because of what handlers wrote: a deferred constraint, for instance.
pub(crate) fn is_handlers_fault(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(_)) && !is_transient(error)
}

fn sql_state(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(|code| code.into_owned())
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}
