//! Handlers that a macro writes, whose names and event types it is given.

#![deny(warnings, missing_docs, clippy::pedantic)]

use acme_contracts::{
    Coaching, credit_locked, credit_locked::CreditLocked, credit_released,
    credit_released::CreditReleased,
};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, Delivery, DeliveryTx, EventEnvelope, HandlerError, State, subscribe,
};
use sqlx::PgPool;

macro_rules! written_down {
    ($($handler:ident: $event_type:ident($payload:ty);)+) => {$(
        #[subscribe($event_type)]
        async fn $handler(
            event: EventEnvelope<$payload>,
            tx: &mut DeliveryTx,
            State(()): State<()>,
            delivery: Delivery,
        ) -> Result<(), HandlerError> {
            sqlx::query("SELECT $1, $2")
                .bind(event.subject)
                .bind(delivery.position)
                .execute(&mut **tx)
                .await?;
            Ok(())
        }
    )+};
}

written_down! {
    on_locked: credit_locked(CreditLocked);
    on_released: credit_released(CreditReleased);
}

pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, ()> {
    Consumer::builder(pool)
        .state(())
        .subscribe(on_locked)
        .subscribe(on_released)
}
