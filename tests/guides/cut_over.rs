//! The code of docs/cut-over.md, run.

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{Consumer, Dispatcher, RunningConsumer, StartFrom, Subscriptions};
use dispatcher_runtime::{DeliveryTx, EventEnvelope, subscribe};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use dispatcher_test_launcher::Server;
use sqlx::{Executor, PgPool};
use std::sync::atomic::{AtomicU64, Ordering};

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

/// A reader of coaching, while the domain moves.
struct Reader {
    pool: PgPool,
    differences: AtomicU64,
}

impl Reader {
    /// Revenue's API, which reads the table of revenue.
    async fn ask_revenue(&self, lesson: &str) -> Result<i64, sqlx::Error> {
        let sum = "SELECT coalesce(sum(credits), 0)::bigint FROM revenue_reservation WHERE lesson_id = $1";
        sqlx::query_scalar(sum)
            .bind(lesson)
            .fetch_one(&self.pool)
            .await
    }

    async fn ask_projection(&self, lesson: &str) -> Result<i64, sqlx::Error> {
        let sum = "SELECT coalesce(sum(credits), 0)::bigint FROM reservation WHERE lesson_id = $1";
        sqlx::query_scalar(sum)
            .bind(lesson)
            .fetch_one(&self.pool)
            .await
    }

    /// Step 4: revenue answers, and the projection is compared with it.
    async fn dual_read(&self, lesson: &str) -> Result<i64, sqlx::Error> {
        let theirs = self.ask_revenue(lesson).await?;
        match self.ask_projection(lesson).await {
            Ok(ours) if ours == theirs => {}
            _ => {
                self.differences.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(theirs)
    }

    /// Step 5: the projection answers; revenue is asked if it cannot.
    async fn read(&self, lesson: &str) -> Result<i64, sqlx::Error> {
        match self.ask_projection(lesson).await {
            Ok(ours) => Ok(ours),
            Err(_) => self.ask_revenue(lesson).await,
        }
    }

    /// How often both differed since the last call, over the lessons of these people.
    async fn differences(&self, people: std::ops::RangeInclusive<u32>) -> TestResult<u64> {
        for person in people {
            let theirs = self.dual_read(lock(person, 1).lesson_id.as_str()).await?;
            assert_eq!(theirs, i64::from(person), "revenue answers");
        }
        Ok(self.differences.swap(0, Ordering::Relaxed))
    }
}

/// Revenue locks as many credits as the person's number, and from step 1 on publishes it.
async fn lock_credits(pool: &PgPool, person: u32, publishes: bool) -> TestResult {
    let locked = lock(person, person);
    let mut tx = pool.begin().await?;
    sqlx::query("INSERT INTO revenue_reservation VALUES ($1, $2, $3, now())")
        .bind(locked.credit_reservation_id.as_str())
        .bind(locked.lesson_id.as_str())
        .bind(i64::from(person))
        .execute(&mut *tx)
        .await?;
    if publishes {
        let revenue = Dispatcher::<Revenue>::builder(pool.clone())
            .tenant(TENANT)
            .build()?;
        revenue.publish(locked).within(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Step 3, of everything that revenue has.
async fn backfill_all(pool: &PgPool) -> TestResult {
    pool.execute(
        "INSERT INTO reservation SELECT * FROM revenue_reservation
             ON CONFLICT (id) DO UPDATE
            SET credits = excluded.credits, changed_at = excluded.changed_at
          WHERE reservation.changed_at < excluded.changed_at",
    )
    .await?;
    Ok(())
}

async fn start(pool: &PgPool) -> TestResult<RunningConsumer> {
    let coaching = Consumer::<Coaching>::builder(pool.clone()).subscribe(project_lock);
    Ok(coaching.start().await?)
}

#[tokio::test]
async fn a_domain_is_moved_switched_over_returned_and_built_again() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(8).await?;
    dispatcher_runtime::migrate(&pool).await?;
    for table in ["reservation", "revenue_reservation"] {
        let create = format!(
            "CREATE TABLE {table} (id text PRIMARY KEY, lesson_id text NOT NULL,
                                   credits bigint NOT NULL, changed_at timestamptz NOT NULL)"
        );
        pool.execute(sqlx::AssertSqlSafe(create)).await?;
    }
    let reader = Reader {
        pool: pool.clone(),
        differences: AtomicU64::new(0),
    };
    // Steps 1 to 3. The first is older than the log.
    lock_credits(&pool, 1, false).await?;
    lock_credits(&pool, 2, true).await?;
    let coaching = start(&pool).await?;
    lock_credits(&pool, 3, true).await?;
    coaching.wait_caught_up().await?;
    assert_eq!(reader.differences(1..=3).await?, 1, "the first is missing");
    backfill_all(&pool).await?;

    // Step 4: equal, until the projection is wrong.
    assert_eq!(reader.differences(1..=3).await?, 0);
    pool.execute("UPDATE reservation SET credits = credits + 1")
        .await?;
    assert_eq!(reader.differences(1..=3).await?, 3);
    coaching.stop().await;
    pool.execute("TRUNCATE reservation").await?;
    Subscriptions::new(pool.clone())
        .rewind("coaching", "project_lock", StartFrom::Beginning)
        .await?;
    let coaching = start(&pool).await?;
    coaching.wait_caught_up().await?;
    assert_eq!(
        reader.differences(1..=3).await?,
        1,
        "the first is not in the log"
    );
    backfill_all(&pool).await?;
    assert_eq!(reader.differences(1..=3).await?, 0);

    // Step 5, and back to step 4 while the consumer runs.
    let first = lock(1, 1).lesson_id;
    assert_eq!(reader.read(first.as_str()).await?, 1);
    pool.execute("ALTER TABLE reservation RENAME TO reservation_that_is_gone")
        .await?;
    assert_eq!(
        reader.read(first.as_str()).await?,
        1,
        "revenue is the fallback"
    );
    pool.execute("ALTER TABLE reservation_that_is_gone RENAME TO reservation")
        .await?;
    lock_credits(&pool, 4, true).await?;
    coaching.wait_caught_up().await?;
    assert_eq!(reader.differences(1..=4).await?, 0);

    // Step 6: nothing asks revenue.
    pool.execute("DROP TABLE revenue_reservation").await?;
    assert_eq!(reader.read(lock(4, 4).lesson_id.as_str()).await?, 4);
    coaching.stop().await;
    pool.close().await;
    database.close().await?;
    Ok(())
}
