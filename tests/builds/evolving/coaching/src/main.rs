//! Holds a slot for each lesson whose credits were locked, until its input ends.
#![deny(warnings)]

mod contracts {
    dispatcher_runtime::include_contracts!();
}

use std::io::BufRead;

use contracts::Coaching;
use contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, subscribe};

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    println!("handled {:?}", event.payload);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("usage: coaching URL")?;
    let pool = sqlx::PgPool::connect(&url).await?;
    let consumer = Consumer::<Coaching>::builder(pool).subscribe(hold_slot).start().await?;
    println!("started");
    tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().count()).await?;
    consumer.stop().await;
    Ok(())
}
