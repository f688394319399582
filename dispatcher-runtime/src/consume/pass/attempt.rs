//! One attempt: the handler runs between a savepoint and its release.
//!
//! Whatever a handler does (fail, panic, leave its transaction aborted, end it), the consumer's own
//! work in the same transaction stays whole, or the whole pass is abandoned; it is never committed
//! half.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tracing::{Instrument, Span};

use super::error::AbortCause;
use super::report::clock;
use crate::consume::delivery::{Delivery, DeliveryTx};
use crate::consume::handler::Incoming;
use crate::consume::handler_error::{HandlerError, HandlerErrorKind};
use crate::consume::savepoint::{RolledBack, is_handlers_fault};
use crate::consume::span;
use crate::consume::subscription::Subscription;
use crate::contract::bounded_text::error_text;
use crate::log::stored_event::StoredEvent;
use crate::observe::Observers;
use crate::postgres::error::{is_transient, sql_state};
#[cfg(feature = "publish")]
use crate::publish::cause::{self, Cause};

/// The error of a handler that ended its transaction.
pub(crate) const TRANSACTION_ENDED: &str =
    "the handler ended its delivery's transaction: it must not COMMIT or ROLLBACK there";

/// The error of a handler that swallowed one.
pub(crate) const STATEMENT_FAILED: &str = "the handler returned Ok, but a statement had failed in its transaction: pass the error on with `?`";

/// The error of a handler that left its connection out of step.
pub(crate) const LEFT_IN_A_COPY: &str = "the handler left its connection in the middle of a COPY: read it to its end, or call `finish` or `abort`, before the handler returns";

/// An attempt that ended, where the transaction goes on.
#[derive(Debug)]
pub(crate) struct AttemptReport {
    pub(crate) outcome: Outcome,
    /// How long the handler ran; `None` if there is no observer.
    pub(crate) handler_latency: Option<Duration>,
    /// The marker of L6 was rolled back with what the handler did.
    pub(crate) is_unmarked: bool,
}

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Handled,
    Failed(Failure),
}

/// Why an attempt failed, and whether there will be another.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: HandlerErrorKind,
    pub(crate) error: String,
}

impl Failure {
    fn new(kind: HandlerErrorKind, error: String) -> Self {
        // Postgres stores no NUL, and a handler's text must not keep its own dead letter out. Nor may its
        // length, and it is recorded for each attempt.
        Self {
            kind,
            error: error_text(error.replace('\0', "\u{fffd}")),
        }
    }

    pub(crate) fn permanent(error: impl Into<String>) -> Self {
        Self::new(HandlerErrorKind::Permanent, error.into())
    }

    pub(crate) fn invalid(error: impl Into<String>) -> Self {
        Self::new(HandlerErrorKind::Invalid, error.into())
    }

    pub(crate) fn retry(error: impl Into<String>) -> Self {
        Self::new(HandlerErrorKind::Retry, error.into())
    }

    fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<&'static str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("(no message)");
        Self::retry(format!("the handler panicked: {message}"))
    }
}

/// An attempt to handle an event.
pub(crate) struct Attempt<'a, S> {
    pub(crate) subscription: &'a Subscription<S>,
    pub(crate) event: &'a StoredEvent,
    pub(crate) state: &'a S,
    pub(crate) delivery: Delivery,
    /// How long the handler may take.
    pub(crate) timeout: Option<Duration>,
    pub(crate) observers: &'a Observers,
}

impl<S: Send + Sync + 'static> Attempt<'_, S> {
    /// Runs it, within the delivery's transaction if there is one.
    pub(crate) async fn run(
        self,
        mut tx: Option<&mut DeliveryTx>,
    ) -> Result<AttemptReport, AbortCause> {
        if let Some(tx) = tx.as_deref_mut() {
            tx.open().await?;
        }
        let span = span::handle(self.event, &self.delivery);
        let started = clock(self.observers);
        let result = self.call(tx.as_deref_mut(), &span).await;
        let handler_latency = started.map(|started| started.elapsed());
        if tx.as_deref().is_some_and(|tx| !tx.is_open()) {
            // sqlx counts no transaction either where the connection was lost in a nested `begin`.
            return Err(match &result {
                Ok(Err(error)) if error.is_transient() => {
                    crate::observe::span::failed(&span, "database");
                    AbortCause::Lost(error.chain())
                }
                _ => AbortCause::TransactionEnded,
            });
        }
        let failure = match result {
            Ok(Ok(())) => match release(tx.as_deref_mut()).await? {
                Outcome::Failed(failure) => failure,
                Outcome::Handled => {
                    return Ok(AttemptReport {
                        outcome: Outcome::Handled,
                        handler_latency,
                        is_unmarked: false,
                    });
                }
            },
            Ok(Err(error)) => Failure::new(error.kind, error.chain()),
            Err(panic) => Failure::of_panic(panic.as_ref()),
        };
        crate::observe::span::failed(&span, failure.kind.as_str());
        let is_unmarked = match tx {
            Some(tx) => roll_back(tx, &failure).await? == RolledBack::WritesAndMarker,
            None => false,
        };
        Ok(AttemptReport {
            outcome: Outcome::Failed(failure),
            handler_latency,
            is_unmarked,
        })
    }

    /// Calls the handler. The outer error is its panic.
    async fn call(
        self,
        tx: Option<&mut DeliveryTx>,
        span: &Span,
    ) -> Result<Result<(), HandlerError>, Box<dyn Any + Send>> {
        let incoming = Incoming {
            event: self.event,
            tx,
            state: self.state,
            delivery: self.delivery,
        };
        // A handler may also panic before it returns its future.
        let call = async { self.subscription.handle(incoming).await };
        #[cfg(feature = "publish")]
        let call = cause::while_handling(cause_of(self.event), call);
        let call = AssertUnwindSafe(call);
        let mut call = Box::pin(call.catch_unwind().instrument(span.clone()));
        let Some(limit) = self.timeout else {
            return call.await;
        };
        if let Ok(result) = tokio::time::timeout(limit, &mut call).await {
            return result;
        }
        // What the handler holds may panic when it is dropped.
        std::panic::catch_unwind(AssertUnwindSafe(|| drop(call)))?;
        Ok(Err(HandlerError::retry(too_long(limit))))
    }
}

/// In milliseconds where they are not whole seconds.
fn too_long(limit: Duration) -> String {
    let limit = match limit.subsec_nanos() {
        0 => format!("{} s", limit.as_secs()),
        _ => format!("{} ms", limit.as_millis()),
    };
    format!("the handler took longer than {limit}, its `handler_timeout`")
}

/// What the handler publishes follows from the event.
#[cfg(feature = "publish")]
fn cause_of(event: &StoredEvent) -> Cause {
    Cause::handled(
        &event.event_id,
        event.correlation_id.as_deref(),
        event.traceparent.as_deref(),
    )
}

/// After a handler that returned `Ok`, which its transaction may belie.
async fn release(tx: Option<&mut DeliveryTx>) -> Result<Outcome, AbortCause> {
    let Some(tx) = tx else {
        return Ok(Outcome::Handled);
    };
    let Err(error) = tx.release().await else {
        return Ok(Outcome::Handled);
    };
    if is_transient(&error) {
        return Err(error.into());
    }
    match sql_state(&error).as_deref() {
        // in_failed_sql_transaction
        Some("25P02") => Ok(Outcome::Failed(Failure::retry(STATEMENT_FAILED))),
        Some(state) if is_transaction_ended(state) => Err(AbortCause::TransactionEnded),
        // The error of a statement whose future the handler dropped before the answer came.
        Some(_) => Ok(Outcome::Failed(Failure::retry(format!(
            "the handler returned Ok, but a statement had failed: {error}"
        )))),
        None => Err(abort_cause(error)),
    }
}

/// After a handler that failed.
async fn roll_back(tx: &mut DeliveryTx, failure: &Failure) -> Result<RolledBack, AbortCause> {
    let is_shared = tx.is_shared();
    let rolled_back = tx.roll_back_attempt().await;
    if is_shared {
        // Whether it succeeded or not: it has waited for a statement that was still under way, so that the
        // rollback of the whole transaction is sent, and over, before the batch is handled again.
        return Err(AbortCause::SharedSavepoint);
    }
    rolled_back.map_err(|error| {
        if is_transient(&error) {
            return AbortCause::Lost(failure.error.clone());
        }
        abort_cause(error)
    })
}

/// After the last attempt of a transaction, before the consumer's own statements.
pub(super) async fn close(tx: &mut DeliveryTx) -> Result<(), AbortCause> {
    let holds_earlier = tx.holds_earlier();
    match tx.close().await.map_err(abort_cause) {
        Err(AbortCause::Database(error) | AbortCause::Commit(error))
            if holds_earlier && is_handlers_fault(&error) =>
        {
            Err(AbortCause::SharedSavepoint)
        }
        closed => closed,
    }
}

fn abort_cause(error: sqlx::Error) -> AbortCause {
    if let sqlx::Error::Protocol(_) = error {
        // The server's answers are not those to these statements, which is what a handler leaves behind.
        AbortCause::Commit(error)
    } else if sql_state(&error).is_some_and(|state| is_transaction_ended(&state)) {
        AbortCause::TransactionEnded
    } else {
        error.into()
    }
}

/// no_active_sql_transaction, or invalid_savepoint_specification
fn is_transaction_ended(sql_state: &str) -> bool {
    matches!(sql_state, "25P01" | "3B001")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_that_is_cancelled_names_its_limit_and_the_setting() {
        for (limit, said) in [
            (Duration::from_secs(300), "300 s"),
            (Duration::from_millis(50), "50 ms"),
            (Duration::from_millis(1500), "1500 ms"),
        ] {
            let expected = format!("the handler took longer than {said}, its `handler_timeout`");
            assert_eq!(too_long(limit), expected);
        }
    }
}
