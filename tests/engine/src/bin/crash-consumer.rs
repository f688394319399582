//! A consuming process for tests that kill it: `crash-consumer URL hang|run`.
//!
//! It prints `handling EVENT_ID` after the handler has written its effect and before the delivery
//! commits. With `hang` the handler then waits for ever, so a test that has read the line knows
//! that a kill now falls between the handler and the commit.

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    Consumer, Delivery, DeliveryTx, EventEnvelope, HandlerError, State, shutdown_signal, subscribe,
};
use sqlx::postgres::PgPoolOptions;

#[derive(Clone, Copy)]
struct Hang(bool);

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(Hang(hang)): State<Hang>,
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
    if hang {
        std::future::pending::<()>().await;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(mode)) = (arguments.next(), arguments.next()) else {
        return Err("usage: crash-consumer URL hang|run".into());
    };
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .connect(&url)
        .await?;
    Consumer::<Coaching>::builder(pool)
        .state(Hang(mode == "hang"))
        .batch_size(5)
        .lease(std::time::Duration::from_secs(1))
        .subscribe(hold_slot)
        .run_until(shutdown_signal())
        .await?;
    Ok(())
}
