//! Transactions commit out of order: a reader that trusts positions loses events; ours does not.

use std::collections::HashSet;
use std::time::Duration;

use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::{AssertSqlSafe, Executor, PgPool, Row};

use crate::support::{Script, World, hold_slot};

/// The usual first attempt: remember the highest position, ask for what is above it.
async fn naive_read(pool: &PgPool, cursor: &mut i64) -> TestResult<Vec<i64>> {
    let rows =
        sqlx::query("SELECT position FROM dispatcher_event WHERE position > $1 ORDER BY position")
            .bind(*cursor)
            .fetch_all(pool)
            .await?;
    let positions: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    *cursor = positions.last().copied().unwrap_or(*cursor);
    Ok(positions)
}

/// The same with the horizon, in two statements.
pub(crate) async fn gap_safe_read(pool: &PgPool, cursor: &mut i64) -> TestResult<Vec<i64>> {
    let horizon: i64 =
        sqlx::query("SELECT horizon FROM dispatcher_event_horizon('dispatcher_event')")
            .fetch_one(pool)
            .await?
            .get(0);
    let rows =
        sqlx::query("SELECT position FROM dispatcher_event WHERE position > $1 AND position <= $2 ORDER BY position")
            .bind(*cursor)
            .bind(horizon)
            .fetch_all(pool)
            .await?;
    *cursor = (*cursor).max(horizon);
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

#[tokio::test]
async fn a_late_commit_is_lost_by_a_naive_reader_and_not_by_ours() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    let (mut naive_cursor, mut safe_cursor) = (0, 0);
    let (mut naive, mut safe) = (Vec::new(), Vec::new());

    let mut slow = world.pool.begin().await?;
    dispatcher.publish(lock(1, 1)).within(&mut slow).await?; // position 1, not visible yet
    dispatcher.publish(lock(2, 2)).await?; // position 2, visible
    naive.extend(naive_read(&world.pool, &mut naive_cursor).await?);
    safe.extend(gap_safe_read(&world.pool, &mut safe_cursor).await?);
    assert_eq!(naive, [2]);
    assert_eq!(
        safe, [0_i64; 0],
        "position 2 waits for the writer of position 1"
    );

    slow.commit().await?;
    naive.extend(naive_read(&world.pool, &mut naive_cursor).await?);
    safe.extend(gap_safe_read(&world.pool, &mut safe_cursor).await?);
    assert_eq!(naive, [2], "the naive reader has lost position 1 for ever");
    assert_eq!(safe, [1, 2]);
    world.close().await
}

#[tokio::test]
async fn a_savepoint_that_was_rolled_back_takes_its_lock_with_it_and_the_next_insert_takes_another()
-> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    let mut cursor = 0;

    let mut slow = world.pool.begin().await?;
    sqlx::query("SAVEPOINT before").execute(&mut *slow).await?;
    dispatcher.publish(lock(1, 1)).within(&mut slow).await?;
    sqlx::query("ROLLBACK TO SAVEPOINT before")
        .execute(&mut *slow)
        .await?;
    dispatcher.publish(lock(1, 2)).within(&mut slow).await?; // a surviving memo would skip the lock
    dispatcher.publish(lock(2, 3)).await?;
    assert_eq!(gap_safe_read(&world.pool, &mut cursor).await?, [0_i64; 0]);
    slow.commit().await?;
    assert_eq!(gap_safe_read(&world.pool, &mut cursor).await?, [2, 3]);
    world.close().await
}

#[tokio::test]
async fn a_write_that_published_nothing_holds_nothing_back() -> TestResult {
    let world = World::new().await?;
    let mut unrelated = world.pool.begin().await?;
    sqlx::query("INSERT INTO effect (subscription, event_id, credits) VALUES ('-', '-', 1)")
        .execute(&mut *unrelated)
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    assert_eq!(gap_safe_read(&world.pool, &mut 0).await?, [1]);
    unrelated.rollback().await?;
    world.close().await
}

#[tokio::test]
async fn a_prepared_transaction_holds_the_horizon_until_it_is_resolved() -> TestResult {
    let world = World::new().await?;
    if world
        .count("SELECT current_setting('max_prepared_transactions')::bigint")
        .await?
        == 0
    {
        eprintln!("skipped: the server of DATABASE_URL has max_prepared_transactions = 0");
        return world.close().await;
    }
    let dispatcher = world.revenue();
    let mut cursor = 0;
    let mut connection = world.pool.acquire().await?;
    sqlx::query("BEGIN").execute(&mut *connection).await?;
    dispatcher
        .publish(lock(1, 1))
        .within(&mut connection)
        .await?;
    sqlx::query("PREPARE TRANSACTION 'two_phase'")
        .execute(&mut *connection)
        .await?;
    dispatcher.publish(lock(2, 2)).await?;
    assert_eq!(gap_safe_read(&world.pool, &mut cursor).await?, [0_i64; 0]);
    sqlx::query("COMMIT PREPARED 'two_phase'")
        .execute(&mut *connection)
        .await?;
    assert_eq!(gap_safe_read(&world.pool, &mut cursor).await?, [1, 2]);
    drop(connection);
    world.close().await
}

/// The transaction of a two-phase publisher must not have notified.
#[tokio::test]
async fn with_the_wake_trigger_off_two_phase_publishers_are_found_by_polling() -> TestResult {
    let world = World::new().await?;
    let prepared = "SELECT current_setting('max_prepared_transactions')::bigint";
    if world.count(prepared).await? == 0 {
        eprintln!("skipped: the server of DATABASE_URL has max_prepared_transactions = 0");
        return world.close().await;
    }
    let script = Script::new([]);
    let start = async || {
        let consumer = world.coaching(&script);
        let consumer = consumer.poll_interval(Duration::from_millis(50));
        consumer.subscribe(hold_slot).start().await
    };
    let publish = async |name: &str, credits| -> TestResult<sqlx::Result<_>> {
        let mut connection = world.pool.acquire().await?;
        connection.execute("BEGIN").await?;
        let dispatcher = world.revenue();
        dispatcher
            .publish(lock(1, credits))
            .within(&mut connection)
            .await?;
        let prepare = AssertSqlSafe(format!("PREPARE TRANSACTION '{name}'"));
        Ok(connection.execute(prepare).await)
    };
    let asleep =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1146311763
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    let consumer = start().await?;
    while world.count(asleep).await? == 0 {
        tokio::task::yield_now().await;
    }
    let refused = publish("refused", 1).await?.unwrap_err().to_string();
    assert!(refused.contains("NOTIFY"), "{refused}");
    consumer.stop().await;

    world
        .pool
        .execute("ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify")
        .await?;
    let consumer = start().await?;
    while world.count(asleep).await? == 0 {
        tokio::task::yield_now().await;
    }
    publish("two_phase_found", 2).await??;
    world
        .pool
        .execute("COMMIT PREPARED 'two_phase_found'")
        .await?;
    let handled = tokio::time::timeout(Duration::from_secs(60), script.entered.acquire());
    handled.await??.forget();
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    world.close().await
}

#[tokio::test]
async fn a_stricter_isolation_level_is_refused() -> TestResult {
    let world = World::new().await?;
    let mut tx = world
        .pool
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ")
        .await?;
    let error = sqlx::query("SELECT horizon FROM dispatcher_event_horizon('dispatcher_event')")
        .fetch_one(&mut *tx)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cannot be read in a repeatable read transaction"),
        "{error}"
    );
    drop(tx);
    world.close().await
}

/// Eight writers whose transactions overlap, roll back and hold savepoints, against readers that
/// read as fast as they can. The writers' choices are seeded; the interleaving is up to the
/// scheduler.
/// scheduler.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_overlapping_writers_the_naive_reader_loses_events_and_ours_none() -> TestResult {
    let world = World::new().await?;
    let writers: Vec<_> = (0..8_u32)
        .map(|writer| {
            let (dispatcher, pool) = (world.revenue(), world.pool.clone());
            tokio::spawn(async move {
                for round in 0..60_u32 {
                    let mut tx = pool.begin().await?;
                    dispatcher
                        .publish(lock(writer, round + 1))
                        .within(&mut tx)
                        .await?;
                    if round % 3 == 0 {
                        sqlx::query("SAVEPOINT s").execute(&mut *tx).await?;
                        dispatcher
                            .publish(lock(writer, round + 1))
                            .within(&mut tx)
                            .await?;
                        sqlx::query("ROLLBACK TO SAVEPOINT s")
                            .execute(&mut *tx)
                            .await?;
                        dispatcher
                            .publish(lock(writer, round + 1))
                            .within(&mut tx)
                            .await?;
                    }
                    if (round + writer) % 5 == 0 {
                        // A transaction that takes its time between insert and commit.
                        sqlx::query("SELECT pg_sleep(0.002)")
                            .execute(&mut *tx)
                            .await?;
                    }
                    if (round + writer) % 7 == 0 {
                        tx.rollback().await?;
                    } else {
                        tx.commit().await?;
                    }
                }
                TestResult::Ok(())
            })
        })
        .collect();

    let consumer = world
        .coaching(&Script::new([]))
        .subscribe(hold_slot)
        .start()
        .await?;
    let (mut naive_cursor, mut safe_cursor) = (0, 0);
    let (mut naive, mut safe) = (HashSet::new(), Vec::new());
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        naive.extend(naive_read(&world.pool, &mut naive_cursor).await?);
        safe.extend(gap_safe_read(&world.pool, &mut safe_cursor).await?);
    }
    for writer in writers {
        writer.await??;
    }
    naive.extend(naive_read(&world.pool, &mut naive_cursor).await?);
    safe.extend(gap_safe_read(&world.pool, &mut safe_cursor).await?);
    consumer.wait_caught_up().await?;
    consumer.stop().await;

    let committed: Vec<i64> =
        sqlx::query("SELECT position FROM dispatcher_event ORDER BY position")
            .fetch_all(&world.pool)
            .await?
            .iter()
            .map(|row| row.get(0))
            .collect();
    assert_eq!(safe, committed, "ours: each event once, in order");
    assert_eq!(
        world.effects().await?.len(),
        committed.len(),
        "the consumer: each event once"
    );
    let lost = committed
        .iter()
        .filter(|position| !naive.contains(position))
        .count();
    println!(
        "{} events committed; the naive reader lost {lost}, the gap-safe one none",
        committed.len()
    );
    assert!(
        lost > 0,
        "the naive reader lost nothing, so this test proves nothing"
    );
    world.close().await
}
