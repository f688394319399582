//! The jobs of a consumer. Its subscription is at the end of the log before each job; what it
//! handles is published then, and the time runs from the first handler's call until everything is
//! committed.

use std::time::{Duration, Instant};

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, Delivery, DeliveryTx, EventEnvelope, HandlerError, State, subscribe,
};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::super::super::{Error, percentile};
use super::job::{Side, each};
use dispatcher_test_fixtures::{lock, release};

/// When handlers were called.
type Calls = UnboundedSender<Instant>;

#[subscribe(credit_locked)]
async fn hold_slot(
    _event: EventEnvelope<CreditLocked>,
    _tx: &mut DeliveryTx,
    State(calls): State<Calls>,
) -> Result<(), HandlerError> {
    Ok(calls.send(Instant::now())?)
}

#[subscribe(credit_released)]
async fn free_slot(
    event: EventEnvelope<CreditReleased>,
    tx: &mut DeliveryTx,
    State(calls): State<Calls>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    calls.send(Instant::now())?;
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, subject, credits) VALUES ($1, $2, $3, $4)",
    )
    .bind(delivery.subscription)
    .bind(event.event_id.as_str())
    .bind(&event.subject)
    .bind(event.payload.released_credits.get())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn consumer(side: &Side) -> (ConsumerBuilder<Coaching, Calls>, UnboundedReceiver<Instant>) {
    let (calls, called) = mpsc::unbounded_channel();
    let builder = Consumer::<Coaching>::builder(side.consuming.clone()).state(calls);
    (builder, called)
}

/// Nothing that the other jobs have published is left to handle.
async fn to_the_end(side: &Side) -> Result<(), Error> {
    sqlx::query(
        "UPDATE dispatcher_cursor
            SET position = (SELECT max(position) FROM dispatcher_event), updated_at = now()
          WHERE consumer = 'coaching'",
    )
    .execute(side.pool())
    .await?;
    Ok(())
}

pub(super) async fn without_write(side: &Side, batch: u32) -> Result<f64, Error> {
    to_the_end(side).await?;
    let events = side.times(5_000);
    let publish = (0..events).map(|event| lock(event, 6));
    side.revenue.publish_all(publish).await?;
    let (builder, called) = consumer(side);
    consume(
        builder.batch_size(batch).subscribe(hold_slot),
        called,
        events,
    )
    .await
}

pub(super) async fn with_write(side: &Side) -> Result<f64, Error> {
    to_the_end(side).await?;
    let events = side.times(2_000);
    let publish = (0..events).map(|event| release(event, 6));
    side.revenue.publish_all(publish).await?;
    let (builder, called) = consumer(side);
    consume(builder.batch_size(50).subscribe(free_slot), called, events).await
}

async fn consume(
    builder: ConsumerBuilder<Coaching, Calls>,
    mut called: UnboundedReceiver<Instant>,
    events: u32,
) -> Result<f64, Error> {
    let running = builder.start().await?;
    let began = next(&mut called).await?;
    for _ in 1..events {
        next(&mut called).await?;
    }
    running.wait_caught_up().await?;
    let elapsed = began.elapsed();
    running.stop().await;
    Ok(each(elapsed, events))
}

async fn next(called: &mut UnboundedReceiver<Instant>) -> Result<Instant, Error> {
    let limit = Duration::from_secs(60);
    match tokio::time::timeout(limit, called.recv()).await {
        Ok(Some(at)) => Ok(at),
        _ => Err(Error::Figure(format!(
            "a handler was not called within {limit:?} of its event's publish"
        ))),
    }
}

/// The pause between two events, long enough that the consumer sleeps.
const PAUSE: Duration = Duration::from_millis(15);

pub(super) async fn wake_up(side: &Side) -> Result<f64, Error> {
    to_the_end(side).await?;
    let (builder, mut called) = consumer(side);
    let running = builder.subscribe(hold_slot).start().await?;
    running.wait_caught_up().await?;
    let mut samples = Vec::new();
    for event in 0..side.times(100) {
        tokio::time::sleep(PAUSE).await;
        let began = Instant::now();
        side.revenue.publish(lock(event, 6)).await?;
        let at = next(&mut called).await?;
        samples.push(at.duration_since(began).as_secs_f64() * 1e6);
    }
    running.stop().await;
    Ok(percentile(&mut samples, 50.0).unwrap_or_default())
}

pub(super) async fn start(side: &Side) -> Result<f64, Error> {
    let times = side.times(60);
    let mut elapsed = Duration::ZERO;
    for _ in 0..times {
        let (builder, _called) = consumer(side);
        let builder = builder.subscribe(hold_slot).subscribe(free_slot);
        to_the_end(side).await?;
        let began = Instant::now();
        let running = builder.start().await?;
        elapsed += began.elapsed();
        running.wait_caught_up().await?;
        running.stop().await;
    }
    Ok(each(elapsed, times))
}
