//! The shortest handler.

#![deny(warnings, missing_docs, clippy::pedantic)]

use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
use dispatcher_runtime::{Consumer, ConsumerBuilder, EventEnvelope, HandlerError, subscribe};
use sqlx::PgPool;

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    tracing::info!(event_id = %event.event_id);
    Ok(())
}

pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, ()> {
    Consumer::builder(pool).subscribe(hold_slot)
}
