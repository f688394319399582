//! Handlers that take pieces of the application's state.

#![deny(warnings, missing_docs, clippy::pedantic)]

use acme_contracts::{Coaching, credit_locked::CreditLocked};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeliveryTx, EventEnvelope, FromRef, HandlerError, State, subscribe,
};
use sqlx::PgPool;

/// The application's state.
#[derive(Clone, Debug)]
pub(crate) struct App {
    slots: PgPool,
    limits: Limits,
}

/// A piece that is copied instead of cloned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    most_credits: i64,
}

impl FromRef<App> for PgPool {
    fn from_ref(app: &App) -> Self {
        app.slots.clone()
    }
}

impl FromRef<App> for Limits {
    fn from_ref(app: &App) -> Self {
        app.limits
    }
}

#[subscribe]
async fn one(
    _event: EventEnvelope<CreditLocked>,
    _slots: State<PgPool>,
) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe]
async fn several(
    event: EventEnvelope<CreditLocked>,
    State(limits): State<Limits>,
    _tx: &mut DeliveryTx,
    State(slots): State<PgPool>,
    State(app): State<App>,
) -> Result<(), HandlerError> {
    drop((slots, app));
    if event.payload.locked_credits.get() > limits.most_credits {
        return Err(HandlerError::permanent("more than a lesson can cost"));
    }
    Ok(())
}

/// Its state is the piece itself.
pub(crate) fn of_the_piece(pool: PgPool) -> ConsumerBuilder<Coaching, PgPool> {
    Consumer::builder(pool.clone()).state(pool).subscribe(one)
}

pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, App> {
    let limits = Limits { most_credits: 100 };
    let slots = pool.clone();
    Consumer::builder(pool)
        .state(App { slots, limits })
        .subscribe(one)
        .subscribe(several)
}
