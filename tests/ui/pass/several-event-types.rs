//! Handlers of several event types: paths and aliases, a deprecated type, an older version, a local
//! enum, one enum for two handlers.

#![deny(warnings, missing_docs, clippy::pedantic)]

use acme_contracts::credit_debited::CreditDebited;
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self as released, CreditReleased};
use acme_contracts::{Coaching, Growth, order_paid, refund_issued};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeliveryTx, EventEnvelope, EventUnion, HandlerError, State,
    SubscriptionOptions, subscribe,
};
use sqlx::PgPool;

/// What happened to the credits of a reservation.
#[derive(Clone, Debug, EventUnion)]
enum CreditEvent {
    Locked(CreditLocked),
    /// The end of the reservation.
    Released(CreditReleased),
}

#[subscribe(credit_locked, released)]
async fn credit_board(
    event: EventEnvelope<CreditEvent>,
    tx: &mut DeliveryTx,
) -> Result<(), HandlerError> {
    let reservation = match event.payload {
        CreditEvent::Locked(locked) => locked.credit_reservation_id,
        CreditEvent::Released(released) => released.credit_reservation_id,
    };
    sqlx::query("INSERT INTO board (reservation_id) VALUES ($1)")
        .bind(reservation)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

type Credits = EventEnvelope<CreditEvent>;

/// The order of the variants is the enum's own.
#[subscribe(
    acme_contracts::credit_released,
    self::credit_locked,
    name = "credit-log"
)]
async fn credit_log(event: Credits, State(()): State<()>) -> Result<(), HandlerError> {
    tracing::info!(?event.payload);
    Ok(())
}

/// The payload of `order.paid` is its version 2, which version 1 becomes.
#[derive(EventUnion)]
pub(crate) enum Money {
    /// In.
    Paid(order_paid::OrderPaid),
    /// Out.
    Refunded(refund_issued::RefundIssued),
}

#[subscribe(order_paid, refund_issued)]
async fn takings(event: EventEnvelope<Money>) -> Result<(), HandlerError> {
    match event.payload {
        Money::Paid(_) | Money::Refunded(_) => Ok(()),
    }
}

pub(crate) fn growth(pool: PgPool) -> ConsumerBuilder<Growth, ()> {
    Consumer::builder(pool).subscribe(takings)
}

/// The code generated for the enum mentions the deprecated type without a warning; the user's own
/// mention gives one.
mod deprecated {
    #![expect(deprecated)]

    use super::{EventEnvelope, EventUnion, HandlerError, subscribe};
    use acme_contracts::lesson_rescheduled::LessonRescheduled;
    use acme_contracts::{lesson_rescheduled, lesson_scheduled};

    #[derive(EventUnion)]
    enum Plan {
        Scheduled(lesson_scheduled::LessonScheduled),
        Rescheduled(LessonRescheduled),
    }

    #[subscribe(lesson_scheduled, lesson_rescheduled)]
    pub(super) async fn move_slot(event: EventEnvelope<Plan>) -> Result<(), HandlerError> {
        match event.payload {
            Plan::Scheduled(_) | Plan::Rescheduled(_) => Ok(()),
        }
    }
}

/// What a handler in a function sees is what the function sees.
pub(crate) fn coaching(pool: PgPool) -> ConsumerBuilder<Coaching, ()> {
    use acme_contracts::credit_debited;

    #[derive(EventUnion)]
    enum Local {
        Locked(CreditLocked),
        Released(CreditReleased),
        Debited(CreditDebited),
    }

    #[subscribe(credit_locked, released, credit_debited)]
    async fn local(event: EventEnvelope<Local>) -> Result<(), HandlerError> {
        match event.payload {
            Local::Locked(_) | Local::Released(_) | Local::Debited(_) => Ok(()),
        }
    }

    Consumer::builder(pool)
        .subscribe(credit_board)
        .subscribe(credit_log)
        .subscribe_with(local, SubscriptionOptions::new().concurrency(2))
        .subscribe(deprecated::move_slot)
}
