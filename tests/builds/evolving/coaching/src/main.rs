//! Holds a slot for each lesson whose credits were locked. For each line of its input it says what waits and what
//! failed, and it stops when the input ends.
#![deny(warnings)]

mod contracts {
    dispatcher_runtime::include_contracts!();
}

use std::io::BufRead;

use contracts::Coaching;
use contracts::credit_locked;
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetters, EventEnvelope, HandlerError, Subscriptions, subscribe,
};

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<credit_locked::CreditLocked>) -> Result<(), HandlerError> {
    println!("handled {}, version {}", event.payload.person_id, event.schema_version);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("usage: coaching URL")?;
    let pool = sqlx::PgPool::connect(&url).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let consumer = Consumer::<Coaching>::builder(pool.clone()).subscribe(hold_slot).start().await?;
    println!("started");
    let (sender, mut lines) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    while lines.recv().await.is_some() {
        let mut waiting = Vec::new();
        for subscription in Subscriptions::new(pool.clone()).list(Some("coaching")).await? {
            for awaited in &subscription.awaited_versions {
                waiting.push(format!("{} of version {}", awaited.event_type, awaited.schema_version));
            }
        }
        let failed = DeadLetters::new(pool.clone()).list(&DeadLetterFilter::default()).await?;
        println!("waiting: {waiting:?}, dead letters: {}", failed.dead_letters.len());
    }
    consumer.stop().await;
    Ok(())
}
