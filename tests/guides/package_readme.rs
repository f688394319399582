//! The code of dispatcher-runtime/README.md, run.

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{Consumer, Dispatcher};
use dispatcher_runtime::{DeliveryTx, EventEnvelope, HandlerError, subscribe};
use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::Server;
use sqlx::Executor;

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> Result<(), HandlerError> {
    sqlx::query("INSERT INTO slot (lesson_id) VALUES ($1)")
        .bind(event.payload.lesson_id.as_str())
        .execute(&mut **tx)
        .await?; // an error: retried
    Ok(())
}

#[tokio::test]
async fn the_example_of_the_package_publishes_and_handles() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(4).await?;
    pool.execute("CREATE TABLE slot (lesson_id text PRIMARY KEY)")
        .await?;
    let locked = lock(1, 6);

    dispatcher_runtime::migrate(&pool).await?;
    let revenue = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant("tnt_swim_north")
        .build()?;

    let mut tx = pool.begin().await?;
    revenue.publish(locked).within(&mut tx).await?;
    tx.commit().await?;

    let coaching = Consumer::<Coaching>::builder(pool.clone())
        .subscribe(hold_slot)
        .start()
        .await?;

    coaching.wait_caught_up().await?;
    coaching.stop().await;
    let slots: i64 = sqlx::query_scalar("SELECT count(*) FROM slot")
        .fetch_one(&pool)
        .await?;
    assert_eq!(slots, 1);
    pool.close().await;
    database.close().await?;
    Ok(())
}
