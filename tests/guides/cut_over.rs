//! The code of docs/cut-over.md, run.

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{Consumer, Dispatcher};
use dispatcher_runtime::{DeliveryTx, EventEnvelope, subscribe};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use dispatcher_test_launcher::Server;
use sqlx::{Executor, PgPool};

/// `reservation.id` is the primary key: backfilled or delivered, it is there once.
#[subscribe(credit_locked)]
async fn project_lock(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO reservation (id, lesson_id, credits, changed_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE
            SET credits = excluded.credits, changed_at = excluded.changed_at
          WHERE reservation.changed_at < excluded.changed_at",
    )
    .bind(event.payload.credit_reservation_id.as_str())
    .bind(event.payload.lesson_id.as_str())
    .bind(event.payload.locked_credits.get())
    .bind(event.occurred_at)
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// As the backfill writes a reservation, at a moment before or after the event.
async fn backfill(pool: &PgPool, lock: &CreditLocked, credits: i64, when: &str) -> TestResult {
    sqlx::query("INSERT INTO reservation VALUES ($1, $2, $3, now() + $4::interval)")
        .bind(lock.credit_reservation_id.as_str())
        .bind(lock.lesson_id.as_str())
        .bind(credits)
        .bind(when)
        .execute(pool)
        .await?;
    Ok(())
}

#[tokio::test]
async fn backfilled_or_delivered_a_reservation_is_there_once_and_the_newer_wins() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(4).await?;
    dispatcher_runtime::migrate(&pool).await?;
    pool.execute(
        "CREATE TABLE reservation (id text PRIMARY KEY, lesson_id text NOT NULL,
                                   credits bigint NOT NULL, changed_at timestamptz NOT NULL)",
    )
    .await?;
    backfill(&pool, &lock(1, 6), 60, "-1 hour").await?;
    backfill(&pool, &lock(2, 6), 61, "1 hour").await?;
    let revenue = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant(TENANT)
        .build()?;
    for person in 1..=3 {
        revenue.publish(lock(person, person)).await?;
    }

    let coaching = Consumer::<Coaching>::builder(pool.clone())
        .subscribe(project_lock)
        .start()
        .await?;
    coaching.wait_caught_up().await?;
    coaching.stop().await;

    let projected: Vec<i64> =
        sqlx::query_scalar("SELECT credits FROM reservation ORDER BY lesson_id")
            .fetch_all(&pool)
            .await?;
    assert_eq!(projected, [1, 61, 3]);
    pool.close().await;
    database.close().await?;
    Ok(())
}
