//! Every argument that a handler can take, in a different order.

#![deny(warnings, missing_docs, clippy::pedantic)]

use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, Delivery, DeliveryTx, EventEnvelope, HandlerError, State, subscribe,
};
use sqlx::PgPool;

/// The application's state.
#[derive(Clone, Debug)]
pub(crate) struct App {
    most: u32,
}

/// Holds the slot of a lesson.
#[subscribe(credit_locked, name = "hold-slot")]
pub(crate) async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    State(app): State<App>,
    mut delivery: Delivery,
    tx: &mut DeliveryTx,
) -> Result<(), HandlerError> {
    delivery.attempt += 1;
    if delivery.attempt > app.most {
        return Err(HandlerError::permanent("too often"));
    }
    sqlx::query("SELECT $1")
        .bind(event.subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, App> {
    Consumer::builder(pool)
        .state(App { most: 3 })
        .subscribe(hold_slot)
}
