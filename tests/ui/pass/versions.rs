//! Handlers of event types with several versions: of one that is announced, of any version as it was published, and
//! of a version whose older one is deprecated. Publishing the current version while another one is announced.

#![deny(warnings, missing_docs, clippy::pedantic)]

use acme_contracts::{Growth, order_paid};
use changing_contracts::{Coaching, Office, lesson_booked, lesson_paid};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, Dispatcher, EventEnvelope, EventUnion, HandlerError, PublishError,
    subscribe,
};
use sqlx::PgPool;

/// Version 2 is announced: the producer publishes version 1, which reaches the handler upcast.
#[subscribe(lesson_booked)]
async fn timetable(
    event: EventEnvelope<lesson_booked::v2::LessonBooked>,
) -> Result<(), HandlerError> {
    tracing::info!(event.payload.room);
    Ok(())
}

/// The payload says the event type.
#[subscribe]
async fn rooms(_event: EventEnvelope<lesson_booked::v2::LessonBooked>) -> Result<(), HandlerError> {
    Ok(())
}

#[subscribe(lesson_paid)]
async fn accounts(_event: EventEnvelope<lesson_paid::LessonPaid>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
enum LessonEvent {
    Booked(lesson_booked::v2::LessonBooked),
    Paid(lesson_paid::LessonPaid),
}

#[subscribe(lesson_booked, lesson_paid)]
async fn lessons(event: EventEnvelope<LessonEvent>) -> Result<(), HandlerError> {
    match event.payload {
        LessonEvent::Booked(_) | LessonEvent::Paid(_) => Ok(()),
    }
}

/// Each version as it was published.
#[subscribe(order_paid)]
async fn audit(event: EventEnvelope<order_paid::AnyVersion>) -> Result<(), HandlerError> {
    match event.payload {
        order_paid::AnyVersion::V1(paid) => tracing::info!(code = paid.product_code.as_str()),
        order_paid::AnyVersion::V2(paid) => tracing::info!(lines = paid.lines.len()),
    }
    Ok(())
}

/// Version 1 is the current one.
pub(crate) async fn book(
    dispatcher: &Dispatcher<Office>,
    lesson: lesson_booked::LessonBooked,
) -> Result<(), PublishError> {
    let lesson: lesson_booked::v1::LessonBooked = lesson;
    dispatcher.publish(lesson).await?;
    Ok(())
}

pub(crate) fn coaching(pool: PgPool) -> ConsumerBuilder<Coaching, ()> {
    Consumer::builder(pool)
        .subscribe(timetable)
        .subscribe(rooms)
        .subscribe(accounts)
        .subscribe(lessons)
}

pub(crate) fn growth(pool: PgPool) -> ConsumerBuilder<Growth, ()> {
    Consumer::builder(pool).subscribe(audit)
}
