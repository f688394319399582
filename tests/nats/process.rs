//! A relay as a process of its own, which the tests stop and kill: `transfer-process POSTGRES NATS STREAM`.

use std::error::Error;
use std::time::Duration;

use dispatcher_nats::Relay;
use sqlx::PgPool;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| {
        arguments
            .next()
            .ok_or(format!("an argument is missing: {what}"))
    };
    let pool = PgPool::connect(&next("POSTGRES")?).await?;
    let client = async_nats::connect(next("NATS")?).await?;
    let relay = Relay::builder(pool, client, next("STREAM")?)
        .lease(Duration::from_secs(1))
        .confirm_within(Duration::from_secs(2))
        .batch(20)
        .build()?;
    relay.run_until(std::future::pending()).await?;
    Ok(())
}
