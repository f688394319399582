//! A consuming process for tests that kill it, or that set its clock wrong:
//! `crash-consumer URL hang|run|fail|refuse|abort|sweep`.
//!
//! It prints `handling EVENT_ID` after the handler has written its effect and before the delivery
//! commits. With `hang` the handler then waits for ever, so a test that has read the line knows
//! that a kill now falls between the handler and the commit. With `fail` the event is to be tried again in a
//! minute. With `refuse` it fails for good. With `abort` the process ends itself at the event that locks 3 credits. With `sweep` it consumes nothing, removes what is older than a day, prints how many events and
//! dedup rows these were, and ends.

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    Consumer, Delivery, DeliveryTx, EventEnvelope, EventLog, HandlerError, LogRetention, State,
    shutdown_signal, subscribe,
};
use sqlx::postgres::PgPoolOptions;

#[derive(Clone)]
struct Mode(String);

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(Mode(mode)): State<Mode>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, subject, credits) VALUES ($1, $2, $3, $4)",
    )
    .bind(delivery.subscription)
    .bind(event.event_id.as_str())
    .bind(&event.subject)
    .bind(event.payload.locked_credits.get())
    .execute(&mut **tx)
    .await?;
    println!("handling {}", event.event_id);
    match &*mode {
        "hang" => std::future::pending().await,
        "abort" if event.payload.locked_credits.get() == 3 => std::process::abort(),
        "fail" => Err(HandlerError::retry_after(
            std::time::Duration::from_secs(60),
            "it is to be tried again in a minute",
        )),
        "refuse" => Err(HandlerError::permanent("it is refused")),
        _ => Ok(()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(mode)) = (arguments.next(), arguments.next()) else {
        return Err("usage: crash-consumer URL hang|run|fail|refuse|abort|sweep".into());
    };
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .connect(&url)
        .await?;
    if mode == "sweep" {
        let day = std::time::Duration::from_secs(24 * 60 * 60);
        let retention = LogRetention::default().events(day).dedup(day);
        let swept = EventLog::new(pool).sweep(&retention).await?;
        println!("{} events, {} dedup rows", swept.events, swept.dedup_rows);
        return Ok(());
    }
    Consumer::<Coaching>::builder(pool)
        .state(Mode(mode))
        .batch_size(5)
        .retry([std::time::Duration::from_millis(20); 2])
        .lease(std::time::Duration::from_secs(1))
        .subscribe(hold_slot)
        .run_until(shutdown_signal())
        .await?;
    Ok(())
}
