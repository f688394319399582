//! The reader and the floor with one part missing: each broken copy loses an event in a handmade
//! schedule in which ours does not.
//!
//! The same mistakes, and those that cannot be made by hand, are in `tests/protocols/read`. One of
//! the latter is `SELECT last_value` in place of `pg_sequence_last_value`: it sees a value ahead of
//! what was handed out only while another session is inside the critical section of `nextval` that
//! writes a WAL record, and no statement can hold a session there.

use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::{Executor, PgPool, Row};

use crate::gap::gap_safe_read;
use crate::support::World;

/// Horizon and rows in one statement, which has one snapshot. The lock stops it between taking the
/// snapshot and reading the horizon, where the scheduler could also stop it; the horizon depends on
/// the lock, so no plan evaluates it first.
const ONE_STATEMENT: &str = "
    SELECT upto.horizon,
           ARRAY(SELECT position FROM dispatcher_event WHERE position <= upto.horizon)
      FROM (SELECT pg_advisory_xact_lock_shared(7)::text AS passed OFFSET 0) AS gate,
           LATERAL dispatcher_event_horizon(
               CASE WHEN gate.passed IS NOT NULL THEN 'dispatcher_event'::regclass END) AS upto";

/// The trigger's function with its memo stored elsewhere. A session setting does not work: if it is
/// set within the savepoint, it is rolled back too. A sequence is never rolled back.
async fn break_memo(pool: &PgPool) -> TestResult {
    let source: String =
        sqlx::query("SELECT pg_get_functiondef('dispatcher_event_floor'::regproc)")
            .fetch_one(pool)
            .await?
            .get(0);
    let broken = source
        .replace(
            "pg_catalog.current_setting(memo, true) = 'held'",
            "pg_catalog.pg_sequence_last_value('public.memo') IS NOT NULL",
        )
        .replace(
            "done := pg_catalog.set_config(memo, 'held', true)",
            "done := pg_catalog.nextval('public.memo')",
        );
    assert_eq!(
        broken.matches("'public.memo'").count(),
        2,
        "both places are changed"
    );
    pool.execute("CREATE SEQUENCE memo").await?;
    pool.execute(sqlx::AssertSqlSafe(broken)).await?;
    Ok(())
}

/// Rolls a savepoint back and publishes again; a reader runs between the publish and the commit.
/// Returns everything that it has read.
async fn read_around_a_rolled_back_savepoint(world: &World) -> TestResult<Vec<i64>> {
    let dispatcher = world.revenue();
    let mut cursor = 0;
    let mut slow = world.pool.begin().await?;
    slow.execute("SAVEPOINT before").await?;
    dispatcher.publish(lock(1, 1)).within(&mut slow).await?;
    slow.execute("ROLLBACK TO SAVEPOINT before").await?;
    // Position 1 is gone, and no transaction holds a floor.
    let mut read = gap_safe_read(&world.pool, &mut cursor).await?;
    dispatcher.publish(lock(1, 2)).within(&mut slow).await?;
    read.extend(gap_safe_read(&world.pool, &mut cursor).await?);
    slow.commit().await?;
    read.extend(gap_safe_read(&world.pool, &mut cursor).await?);
    Ok(read)
}

#[tokio::test]
async fn a_memo_that_survives_a_rollback_to_a_savepoint_loses_the_next_event() -> TestResult {
    let ours = World::new().await?;
    assert_eq!(read_around_a_rolled_back_savepoint(&ours).await?, [2]);
    ours.close().await?;

    let broken = World::new().await?;
    break_memo(&broken.pool).await?;
    let read = read_around_a_rolled_back_savepoint(&broken).await?;
    assert_eq!(
        read, [0_i64; 0],
        "position 2 is in the log, and no reader got it"
    );
    assert_eq!(
        broken
            .count("SELECT min(position) FROM dispatcher_event")
            .await?,
        2
    );
    broken.close().await
}

#[tokio::test]
async fn a_sequence_with_a_cache_loses_what_a_session_had_in_store() -> TestResult {
    let ours = World::new().await?;
    assert_eq!(read_around_a_rolled_back_savepoint(&ours).await?, [2]);
    ours.close().await?;

    let broken = World::new().await?;
    broken
        .pool
        .execute("ALTER TABLE dispatcher_event ALTER position SET CACHE 20")
        .await?;
    let read = read_around_a_rolled_back_savepoint(&broken).await?;
    assert_eq!(
        read, [0_i64; 0],
        "the sequence says 20, so the floor is above position 2"
    );
    assert_eq!(
        broken
            .count("SELECT min(position) FROM dispatcher_event")
            .await?,
        2
    );
    broken.close().await
}

#[tokio::test]
async fn a_horizon_in_the_statement_that_reads_loses_what_was_committed_meanwhile() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    let mut slow = world.pool.begin().await?;
    dispatcher.publish(lock(1, 1)).within(&mut slow).await?;
    // The reader has to wait for this lock, with its snapshot taken.
    let mut gate = world.pool.acquire().await?;
    gate.execute("SELECT pg_advisory_lock(7)").await?;

    let pool = world.pool.clone();
    let reading = tokio::spawn(async move { sqlx::query(ONE_STATEMENT).fetch_one(&pool).await });
    while world
        .count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted")
        .await?
        == 0
    {
        tokio::task::yield_now().await;
    }
    slow.commit().await?;
    gate.execute("SELECT pg_advisory_unlock(7)").await?;

    let row = reading.await??;
    let (horizon, read): (i64, Vec<i64>) = (row.get(0), row.get(1));
    assert_eq!(horizon, 1, "the cursor goes to position 1");
    assert_eq!(read, [0_i64; 0], "which the statement did not see");
    assert_eq!(gap_safe_read(&world.pool, &mut 0).await?, [1]);
    drop(gate);
    world.close().await
}
