//! One attempt of one handler, by the code that runs in production: the payload passes the gate, a panic
//! becomes an error, and a failure is rolled back.

use sqlx::PgPool;

use super::event::TestEvent;
use super::handler_failed::HandlerFailed;
use crate::consume::delivery::{Delivery, DeliveryTx};
use crate::consume::handler::Handler;
use crate::consume::handler_error::HandlerError;
use crate::consume::pass::attempt::{Attempt, Outcome, TRANSACTION_ENDED};
use crate::consume::pass::error::AbortCause;
use crate::consume::subscription::Subscription;
use crate::contract::event_type::{EventType, EventTypes};
use crate::contract::payload::Payload;
use crate::observe::Observers;
use crate::postgres::transaction;

/// Hands an event to a handler, without a database.
///
/// The event is a payload, or what [`event`](super::event) makes of one, with fields of the envelope set.
/// `state` is what `.state(…)` of a consumer takes, and `()` for a handler that takes none. A handler that
/// takes `Delivery` receives the first consumer that the registry names.
///
/// ```
/// # use acme_contracts::{credit_locked, credit_locked::CreditLocked};
/// # use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};
/// use dispatcher_runtime::testing;
///
/// #[subscribe(credit_locked)]
/// async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
///     if event.payload.locked_credits.get() > 100 {
///         return Err(HandlerError::permanent("more than a lesson can cost"));
///     }
///     Ok(())
/// }
///
/// # async fn example(lock: CreditLocked, too_much: CreditLocked) -> Result<(), testing::HandlerFailed> {
/// testing::deliver(hold_slot, (), lock).await?;
///
/// let refused = testing::deliver(hold_slot, (), too_much).await.unwrap_err();
/// assert!(refused.is_permanent());
/// assert_eq!(refused.to_string(), "more than a lesson can cost");
/// # Ok(()) }
/// ```
///
/// A handler that takes `&mut DeliveryTx` needs a database, and a test that calls this does not build:
///
/// ```compile_fail,E0080
/// # use acme_contracts::{credit_locked, credit_locked::CreditLocked};
/// # use dispatcher_runtime::{DeliveryTx, EventEnvelope, HandlerError, Payload, subscribe, testing};
/// #[subscribe(credit_locked)]
/// async fn hold_slot(event: EventEnvelope<CreditLocked>, tx: &mut DeliveryTx) -> Result<(), HandlerError> {
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), HandlerError> {
/// # let lock = CreditLocked::from_json(serde_json::json!({}))?;
/// testing::deliver(hold_slot, (), lock).await?; // `deliver_within` is what builds
/// # Ok(()) }
/// ```
///
/// # Errors
/// The handler failed or panicked, it does not handle this event type, or the gate refused the payload.
///
/// # Cancellation
/// The handler is dropped where it is.
pub async fn deliver<S, H, P>(
    handler: H,
    state: S,
    event: impl Into<TestEvent<P>>,
) -> Result<(), HandlerFailed>
where
    S: Send + Sync + 'static,
    H: Handler<S>,
    P: Payload,
{
    const {
        assert!(
            !H::IN_TRANSACTION,
            "this handler takes `&mut DeliveryTx`, which needs a database: use `deliver_within(&pool, …)`"
        );
    }
    Ok(run(handler, &state, event.into(), None).await?)
}

/// Like [`deliver`], for a handler that takes `&mut DeliveryTx`: in a transaction of `pool`, which is
/// committed if the handler succeeds and rolled back if it does not.
///
/// The database needs none of the dispatcher's tables, only those that the handler uses; the pool of
/// `#[sqlx::test]` will do. No dedup row is written: the same event is handled as often as it is
/// delivered.
///
/// ```no_run
/// # use acme_contracts::{credit_locked, credit_locked::CreditLocked};
/// # use dispatcher_runtime::{DeliveryTx, EventEnvelope, HandlerError, subscribe, testing};
/// # #[subscribe(credit_locked)]
/// # async fn hold_slot(event: EventEnvelope<CreditLocked>, tx: &mut DeliveryTx) -> Result<(), HandlerError> { Ok(()) }
/// # async fn example(pool: sqlx::PgPool, lock: CreditLocked) -> Result<(), testing::HandlerFailed> {
/// testing::deliver_within(&pool, hold_slot, (), lock).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// As [`deliver`]; or the database failed, or refused to commit what the handler wrote.
///
/// # Cancellation
/// The handler is dropped where it is, and its transaction rolled back.
pub async fn deliver_within<S, H, P>(
    pool: &PgPool,
    handler: H,
    state: S,
    event: impl Into<TestEvent<P>>,
) -> Result<(), HandlerFailed>
where
    S: Send + Sync + 'static,
    H: Handler<S>,
    P: Payload,
{
    let tx = transaction::begin(pool)
        .await
        .map_err(HandlerError::retry)?;
    let mut tx = DeliveryTx::new(tx);
    let result = run(handler, &state, event.into(), Some(&mut tx)).await;
    match result {
        Ok(()) => tx.commit().await.map_err(|error| {
            let error = HandlerError::from(error).chain();
            HandlerError::retry(format!(
                "what the handler wrote could not be committed: {error}"
            ))
            .into()
        }),
        Err(error) => {
            // The connection may be gone; then there is nothing to roll back.
            let _ = tx.give_up(pool).await;
            Err(error.into())
        }
    }
}

async fn run<S, H, P>(
    handler: H,
    state: &S,
    event: TestEvent<P>,
    tx: Option<&mut DeliveryTx>,
) -> Result<(), HandlerError>
where
    S: Send + Sync + 'static,
    H: Handler<S>,
    P: Payload,
{
    let (event, attempt, redrive) = event.store()?;
    event.expect_type(<H::EventTypes as EventTypes>::NAMES)?;
    let delivery = Delivery {
        attempt,
        consumer: P::EventType::CONSUMERS.first().copied().unwrap_or("test"),
        subscription: H::NAME,
        position: event.position.into(),
        inserted_at: event.inserted_at,
        redrive,
    };
    let observers = Observers::default();
    let subscription = Subscription::new(handler);
    let attempt = Attempt {
        subscription: &subscription,
        event: &event,
        state,
        delivery,
        timeout: None,
        observers: &observers,
    };
    match attempt.run(tx).await {
        Ok(report) => match report.outcome {
            Outcome::Handled => Ok(()),
            Outcome::Failed(failure) => Err(HandlerError {
                kind: failure.kind,
                source: failure.error.into(),
            }),
        },
        Err(AbortCause::Lost(error)) => Err(HandlerError::retry(error)),
        Err(AbortCause::Database(error) | AbortCause::Commit(error)) => Err(error.into()),
        Err(AbortCause::TransactionEnded) => Err(HandlerError::retry(TRANSACTION_ENDED)),
        // An attempt knows nothing of leases and cursors.
        Err(
            AbortCause::LeaseLost
            | AbortCause::HandledBefore
            | AbortCause::Log(_)
            | AbortCause::NotPermitted(_)
            | AbortCause::SharedSavepoint
            | AbortCause::StatementFailed,
        ) => {
            unreachable!()
        }
    }
}
