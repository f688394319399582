//! A handler's error may be anything that converts into a boxed error.

#![deny(warnings, missing_docs, clippy::pedantic)]

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{Consumer, ConsumerBuilder, EventEnvelope, HandlerError, subscribe};
use sqlx::PgPool;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[subscribe(credit_locked)]
async fn boxed(_event: EventEnvelope<CreditLocked>) -> Result<(), BoxError> {
    Err("no slot".into())
}

#[subscribe(credit_locked)]
async fn text(_event: EventEnvelope<CreditLocked>) -> Result<(), String> {
    Err("no slot".to_owned())
}

#[subscribe(credit_locked)]
async fn mixed(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    let _: u32 = "6".parse()?;
    Err::<(), BoxError>("no slot".into())?;
    Err("no slot")?
}

pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, ()> {
    Consumer::builder(pool)
        .subscribe(boxed)
        .subscribe(text)
        .subscribe(mixed)
}
