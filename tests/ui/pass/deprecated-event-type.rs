//! A deprecated event type can be handled; only the user's own mention of its payload gives a
//! warning.

#![deny(warnings, missing_docs, clippy::pedantic)]
#![expect(deprecated)]

use acme_contracts::{Coaching, lesson_rescheduled};
use dispatcher_runtime::{Consumer, ConsumerBuilder, EventEnvelope, HandlerError, subscribe};
use sqlx::PgPool;

#[subscribe(lesson_rescheduled)]
async fn move_slot(
    _event: EventEnvelope<lesson_rescheduled::LessonRescheduled>,
) -> Result<(), HandlerError> {
    Ok(())
}

pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, ()> {
    Consumer::builder(pool).subscribe(move_slot)
}
