//! A reference projection: coaching keeps which credits are held for which lesson.
//!
//! `cargo run --example coaching-projection`. What to take from it: each handler writes through its
//! delivery's transaction, so each event is applied once; three subscriptions may run ahead of each
//! other, so a row is written in a way that does not care which event comes first; and the projection
//! can be thrown away and built again from the log.

use std::time::Duration;

use acme_contracts::credit_debited::{self, CreditDebited};
use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{
    Consumer, DeliveryTx, Dispatcher, EventEnvelope, RunningConsumer, StartFrom, Subscriptions,
    subscribe,
};
use dispatcher_test_launcher::Server;
use serde_json::json;
use sqlx::{Executor, PgPool, Row};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The reservation may have ended already: the other subscriptions have cursors of their own.
#[subscribe(credit_locked)]
async fn hold(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> std::result::Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO held (reservation_id, lesson_id, credits, state) VALUES ($1, $2, $3, 'held')
             ON CONFLICT (reservation_id) DO UPDATE
            SET lesson_id = excluded.lesson_id, credits = excluded.credits",
    )
    .bind(event.payload.credit_reservation_id.as_str())
    .bind(event.payload.lesson_id.as_str())
    .bind(event.payload.locked_credits.get())
    .execute(&mut **tx)
    .await
    .map(drop)
}

#[subscribe(credit_released)]
async fn release(
    event: EventEnvelope<CreditReleased>,
    tx: &mut DeliveryTx,
) -> std::result::Result<(), sqlx::Error> {
    end(
        tx,
        event.payload.credit_reservation_id.as_str(),
        event.payload.lesson_id.as_str(),
        "released",
    )
    .await
}

#[subscribe(credit_debited)]
async fn debit(
    event: EventEnvelope<CreditDebited>,
    tx: &mut DeliveryTx,
) -> std::result::Result<(), sqlx::Error> {
    end(
        tx,
        event.payload.credit_reservation_id.as_str(),
        event.payload.lesson_id.as_str(),
        "debited",
    )
    .await
}

/// An end is never undone, so it wins over a lock that is handled after it.
async fn end(
    tx: &mut DeliveryTx,
    reservation: &str,
    lesson: &str,
    state: &str,
) -> std::result::Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO held (reservation_id, lesson_id, credits, state) VALUES ($1, $2, 0, $3)
             ON CONFLICT (reservation_id) DO UPDATE SET state = excluded.state",
    )
    .bind(reservation)
    .bind(lesson)
    .bind(state)
    .execute(&mut **tx)
    .await
    .map(drop)
}

async fn start(pool: &PgPool) -> Result<RunningConsumer> {
    Ok(Consumer::<Coaching>::builder(pool.clone())
        .handler_timeout(Duration::from_secs(30))
        .subscribe(hold)
        .subscribe(release)
        .subscribe(debit)
        .start()
        .await?)
}

async fn projection(pool: &PgPool) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query("SELECT state, credits FROM held ORDER BY reservation_id")
        .fetch_all(pool)
        .await?;
    Ok(rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<std::result::Result<_, sqlx::Error>>()?)
}

/// What revenue publishes: three locks; one of them is released and one is debited.
async fn publish(pool: &PgPool) -> Result {
    let revenue = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant("tnt_swim_north")
        .build()?;
    let at = "2026-11-23T09:15:02Z";
    let ids = |n: u32| {
        let number = format!("0192f3a1-7b64-7c3d-8e21-{n:012}");
        (
            format!("crr_{number}"),
            format!("les_{number}"),
            "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817",
        )
    };
    for n in 1..=3 {
        let (reservation, lesson, person) = ids(n);
        let payload = json!({ "credit_reservation_id": reservation, "lesson_id": lesson, "person_id": person,
                              "locked_credits": n, "locked_at": at });
        revenue.publish_untyped("credit.locked", 1, payload).await?;
    }
    let (reservation, lesson, person) = ids(1);
    let payload = json!({ "credit_reservation_id": reservation, "lesson_id": lesson, "person_id": person,
                          "released_credits": 1, "reason": "lesson_cancelled", "released_at": at });
    revenue
        .publish_untyped("credit.released", 1, payload)
        .await?;
    let (reservation, lesson, person) = ids(2);
    let payload = json!({ "credit_reservation_id": reservation, "lesson_id": lesson, "person_id": person,
                          "debited_credits": 2, "balance_after": 4, "reason": "attended", "debited_at": at });
    revenue
        .publish_untyped("credit.debited", 1, payload)
        .await?;
    Ok(())
}

/// Runs the example on a database of its own.
pub(crate) async fn run() -> Result {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(8).await?;
    dispatcher_runtime::migrate(&pool).await?;
    pool.execute(
        "CREATE TABLE held (reservation_id text PRIMARY KEY, lesson_id text NOT NULL,
                            credits bigint NOT NULL, state text NOT NULL)",
    )
    .await?;

    let consumer = start(&pool).await?;
    publish(&pool).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let expected = [
        ("released".to_owned(), 1),
        ("debited".to_owned(), 2),
        ("held".to_owned(), 3),
    ];
    let first = projection(&pool).await?;
    println!("the projection: {first:?}");

    // Built again. Other subscriptions of this database are not touched.
    pool.execute("TRUNCATE held").await?;
    let subscriptions = Subscriptions::new(pool.clone());
    for subscription in ["hold", "release", "debit"] {
        subscriptions
            .rewind("coaching", subscription, StartFrom::Beginning)
            .await?;
    }
    let consumer = start(&pool).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let again = projection(&pool).await?;
    println!("built again from the log: {again:?}");
    pool.close().await;
    database.close().await?;
    if first == expected && again == expected {
        Ok(())
    } else {
        Err("that is not what was expected".into())
    }
}

#[allow(dead_code)] // not called where the tests run it
#[tokio::main]
async fn main() -> Result {
    run().await
}
