//! The first consumer of a new user, beside `dispatcher dev`.
//!
//! `DATABASE_URL=… cargo run --example first-handler`, with the URL that `dispatcher dev` prints. It handles `credit.locked`
//! until Ctrl-C. To see a retry and a dead letter, return `Err(HandlerError::retry("no slot"))`.

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, shutdown_signal, subscribe};
use sqlx::PgPool;

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    println!(
        "{credits} credits are held for {}",
        event.payload.lesson_id.as_str()
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("DATABASE_URL")
        .map_err(|_| "set DATABASE_URL to the one that `dispatcher dev` prints")?;
    let pool = PgPool::connect(&url).await?;
    println!("hold_slot handles credit.locked; Ctrl-C ends it");
    Consumer::<Coaching>::builder(pool)
        .subscribe(hold_slot)
        .run_until(shutdown_signal())
        .await?;
    Ok(())
}
