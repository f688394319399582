//! Dump and restore: subscriptions continue where they were, or refuse with the statement to run;
//! they never skip.

use dispatcher_runtime::StartError;
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::{AssertSqlSafe, Executor};

use crate::support::{Script, World, hold_slot};

/// Publishes, handles, and stops.
async fn handle(world: &World, credits: impl IntoIterator<Item = u32>) -> TestResult {
    let events = credits.into_iter().map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    Ok(())
}

async fn refusal(world: &World) -> TestResult<StartError> {
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot);
    match consumer.start().await {
        Ok(_) => Err("it started".into()),
        Err(error) => Ok(error),
    }
}

const LOG: &str = "event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, correlation_id, causation_id, traceparent, payload, inserted_at";

/// What a dump of these tables restores into a new database, with or without the sequence.
async fn restored(
    from: &World,
    events_until: i64,
    with_cursors: bool,
    sequence: bool,
) -> TestResult<World> {
    let to = World::new().await?;
    let events = sqlx::query(AssertSqlSafe(format!(
        "SELECT coalesce(json_agg(event ORDER BY position), '[]')::text FROM dispatcher_event AS event WHERE position <= {events_until}"
    )));
    let rows = copy(events, from).await?;
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO dispatcher_event (position, {LOG}) OVERRIDING SYSTEM VALUE
         SELECT position, {LOG} FROM json_populate_recordset(NULL::dispatcher_event, $1::json)"
    )))
    .bind(rows)
    .execute(&to.pool)
    .await?;
    if sequence {
        to.pool
            .execute("SELECT setval(pg_get_serial_sequence('dispatcher_event', 'position'), greatest((SELECT max(position) FROM dispatcher_event), 1))")
            .await?;
    }
    if with_cursors {
        for table in ["dispatcher_cursor", "dispatcher_dedup"] {
            let all = format!("SELECT coalesce(json_agg(kept), '[]')::text FROM {table} AS kept");
            let rows = copy(sqlx::query(AssertSqlSafe(all)), from).await?;
            let insert = format!(
                "INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1::json)"
            );
            sqlx::query(AssertSqlSafe(insert))
                .bind(rows)
                .execute(&to.pool)
                .await?;
        }
        to.pool
            .execute("SELECT setval('dispatcher_fence', coalesce((SELECT max(fence) FROM dispatcher_cursor), 1))")
            .await?;
    }
    Ok(to)
}

async fn copy(
    query: sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments>,
    from: &World,
) -> TestResult<String> {
    use sqlx::Row;
    Ok(query.fetch_one(&from.pool).await?.try_get(0)?)
}

#[tokio::test]
async fn with_everything_subscriptions_go_on_where_they_were() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=5).await?;
    let new = restored(&world, 5, true, true).await?;
    handle(&new, 6..=8).await?;
    assert_eq!(new.effects().await?, [6, 7, 8]);
    world.close().await?;
    new.close().await
}

#[tokio::test]
async fn without_the_sequence_the_message_says_what_to_run() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=5).await?;
    // With cursors, and for new consumers.
    for with_cursors in [true, false] {
        let new = restored(&world, 5, with_cursors, false).await?;
        let message = refusal(&new).await?.to_string();
        assert_eq!(
            message,
            "the log has an event at position 5, and its sequence is at 0: rows were restored without it. \
             Run SELECT setval('public.dispatcher_event_position_seq', 5)"
        );
        let (_, run) = message.split_once("Run ").ok_or("what to run?")?;
        sqlx::query(AssertSqlSafe(run.to_owned()))
            .execute(&new.pool)
            .await?;
        handle(&new, 6..=8).await?;
        let all = new.effects().await?;
        assert_eq!(all.last_chunk(), Some(&[6, 7, 8]));
        assert_eq!(all.len(), if with_cursors { 3 } else { 8 });
        new.close().await?;
    }
    world.close().await
}

#[tokio::test]
async fn a_log_that_was_restored_shorter_is_refused_also_when_it_has_grown_again() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=5).await?;
    // The log of a backup, and the current cursors.
    let new = restored(&world, 3, true, true).await?;
    let error = refusal(&new).await?;
    assert!(
        matches!(
            error,
            StartError::CursorAhead {
                position,
                last_position,
                ..
            } if (position.get(), last_position.get()) == (5, 3)
        ),
        "{error}"
    );
    let events = (11..=14).map(|credits| lock(credits, credits));
    new.revenue().publish_all(events).await?;
    let message = refusal(&new).await?.to_string();
    assert!(
        message.starts_with("`coaching`.`hold_slot` has passed the event evt_"),
        "{message}"
    );
    let (_, run) = message
        .split_once("handled again: ")
        .ok_or("what to run?")?;
    sqlx::query(AssertSqlSafe(run.to_owned()))
        .execute(&new.pool)
        .await?;
    handle(&new, []).await?;
    assert_eq!(new.effects().await?, [11, 12, 13, 14]);
    world.close().await?;
    new.close().await
}

/// The new log has no event at the position of the cursor's last one: that transaction was rolled
/// back.
#[tokio::test]
async fn a_log_that_has_grown_again_with_a_gap_there_is_refused() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=5).await?;
    let new = restored(&world, 3, true, true).await?;
    new.revenue().publish(lock(11, 11)).await?;
    new.pool
        .execute("UPDATE dispatcher_event SET inserted_at = inserted_at + interval '1 minute' WHERE position = 4")
        .await?;
    let mut tx = new.pool.begin().await?;
    new.revenue().publish(lock(12, 12)).within(&mut tx).await?;
    tx.rollback().await?;
    new.revenue().publish(lock(13, 13)).await?;
    let error = refusal(&new).await?;
    assert!(
        matches!(
            error,
            StartError::LogReplaced {
                position,
                found: None,
                ..
            } if position.get() == 5
        ),
        "{error}"
    );
    world.close().await?;
    new.close().await
}

/// Retention removes passed events; the ones that remain before the cursor are older.
#[tokio::test]
async fn a_log_whose_old_events_were_removed_is_the_same_log() -> TestResult {
    let world = World::new().await?;
    handle(&world, 1..=5).await?;
    world
        .pool
        .execute("DELETE FROM dispatcher_event WHERE position IN (1, 2, 4, 5)")
        .await?;
    handle(&world, 6..=7).await?;
    world.pool.execute("DELETE FROM dispatcher_event").await?;
    handle(&world, 8..=9).await?;
    assert_eq!(world.effects().await?, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    world.close().await
}

/// While a consumer runs: the events that it has passed are gone, and others take their positions.
#[tokio::test]
async fn a_log_that_is_swapped_under_a_running_consumer_is_not_read() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let events = (1..=3).map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    consumer.wait_caught_up().await?;
    // Restoring a database ends its sessions.
    world
        .pool
        .execute("TRUNCATE dispatcher_event RESTART IDENTITY CASCADE")
        .await?;
    world
        .pool
        .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .await?;
    let pool = world.database.pool(2).await?;
    let dispatcher = dispatcher_runtime::Dispatcher::<acme_contracts::Revenue>::builder(pool)
        .tenant("tnt_a")
        .build()?;
    let events = (11..=15).map(|credits| lock(credits, credits));
    dispatcher.publish_all(events).await?;
    consumer.stop().await;
    let error = refusal(&world).await?;
    assert!(matches!(error, StartError::LogReplaced { .. }), "{error}");
    assert_eq!(world.effects().await?, [1, 2, 3]);
    world.close().await
}
