//! dispatcher-runtime behind a facade: no expansion names it by its own name.

#![deny(warnings, missing_docs, clippy::pedantic)]

/// What a company's own crate would re-export.
mod acme {
    pub(crate) use dispatcher_runtime as runtime;
}

use acme::runtime::{
    Consumer, ConsumerBuilder, EventEnvelope, EventUnion, HandlerError, subscribe,
};
use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
use acme_contracts::{credit_released, credit_released::CreditReleased};
use sqlx::PgPool;

/// The contracts, generated under the facade's name.
mod contracts {
    #![allow(missing_docs, reason = "generated")]
    dispatcher_runtime::contracts!("../../contracts", crate = "crate::facade::acme::runtime");

    impl super::acme::runtime::Upcast<order_paid::v1::OrderPaid> for order_paid::v2::OrderPaid {
        fn upcast(_: order_paid::v1::OrderPaid) -> Self {
            unimplemented!("nothing is delivered here")
        }
    }
}

#[subscribe(credit_locked, crate = "acme::runtime")]
async fn hold_slot(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
#[event_union(crate = "acme::runtime")]
enum CreditEvent {
    Locked(CreditLocked),
    Released(CreditReleased),
}

#[subscribe(credit_locked, credit_released, crate = "self::acme::runtime")]
async fn credit_board(event: EventEnvelope<CreditEvent>) -> Result<(), HandlerError> {
    match event.payload {
        CreditEvent::Locked(_) | CreditEvent::Released(_) => Ok(()),
    }
}

#[subscribe(crate = "acme::runtime")]
async fn of_own_contracts(
    _event: EventEnvelope<contracts::credit_locked::CreditLocked>,
) -> Result<(), HandlerError> {
    Ok(())
}

pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, ()> {
    Consumer::builder(pool)
        .subscribe(hold_slot)
        .subscribe(credit_board)
}

pub(crate) fn own_consumer(pool: PgPool) -> ConsumerBuilder<contracts::Coaching, ()> {
    Consumer::builder(pool).subscribe(of_own_contracts)
}
