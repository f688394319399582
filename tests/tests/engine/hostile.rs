//! Counterexamples that reviewers found: each lost, doubled or wedged something once.

use std::time::Duration;

use acme_contracts::Revenue;
use dispatcher_runtime::{DeadLetterFilter, DeadLetters, Dispatcher, StartError};
use dispatcher_tests::fixtures::{TENANT, TestResult, lock};
use sqlx::{Connection, Executor};

use crate::support::{Act, Script, World, hold_slot};

/// The trigger used to find the sequence by its name, which is the old table's after a swap.
#[tokio::test]
async fn a_log_that_was_swapped_keeps_its_writer_floor() -> TestResult {
    let world = World::new().await?;
    world
        .revenue()
        .publish_all((1..=5).map(|credits| lock(credits, credits)))
        .await?;
    world
        .pool
        .execute(
            "ALTER TABLE dispatcher_event RENAME TO old_event;
             CREATE TABLE dispatcher_event (LIKE old_event INCLUDING ALL);
             CREATE TRIGGER dispatcher_event_floor BEFORE INSERT ON dispatcher_event
                FOR EACH STATEMENT EXECUTE FUNCTION dispatcher_event_floor()",
        )
        .await?;
    let mut slow = world.pool.begin().await?;
    world
        .revenue()
        .publish(lock(1, 1))
        .within(&mut slow)
        .await?;
    world.revenue().publish(lock(2, 2)).await?;
    let horizon = world
        .count("SELECT horizon FROM dispatcher_event_horizon('dispatcher_event')")
        .await?;
    assert_eq!(horizon, 0, "the writer of position 1 is still there");
    slow.rollback().await?;
    world.close().await
}

/// A multi-tenant handler changes the search path; the cursor of the other family used to move.
#[tokio::test]
async fn a_handler_that_changes_the_search_path_moves_no_other_familys_cursor() -> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate_schema(&world.pool, "north").await?;
    let north = Dispatcher::<Revenue>::builder(world.pool.clone())
        .tenant(TENANT)
        .schema("north")
        .build()?;
    north
        .publish_all((1..=3).map(|credits| lock(credits, 100 + credits)))
        .await?;
    world
        .revenue()
        .publish_all((1..=3).map(|credits| lock(credits, credits)))
        .await?;
    let script = Script::new([(2, Act::SearchPath("north"))]);

    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_dedup").await?,
        3
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM north.dispatcher_dedup")
            .await?,
        0
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM north.dispatcher_cursor")
            .await?,
        0
    );
    world.close().await
}

/// sqlx leaves a connection in a transaction when `begin` is cancelled; what was published on it
/// without a transaction of its own was never committed.
#[tokio::test]
async fn a_publish_on_a_connection_that_somebody_left_in_a_transaction_is_committed() -> TestResult
{
    let world = World::new().await?;
    let pool = world.database.pool(1).await?;
    let mut connection = pool.acquire().await?;
    connection.execute("BEGIN").await?; // as sqlx leaves it: nobody knows
    drop(connection);
    let dispatcher = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant(TENANT)
        .build()?;
    dispatcher.publish(lock(1, 1)).await?;
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        1,
        "others see it"
    );
    pool.close().await;
    world.close().await
}

#[tokio::test]
async fn a_log_that_is_shorter_than_its_cursors_is_refused_and_not_skipped() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    world
        .revenue()
        .publish_all((1..=5).map(|credits| lock(credits, credits)))
        .await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    world
        .pool
        .execute("TRUNCATE dispatcher_event RESTART IDENTITY CASCADE")
        .await?;
    world.revenue().publish(lock(6, 6)).await?;
    let error = world
        .coaching(&script)
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StartError::CursorAhead {
                position: 5,
                last_position: 1,
                ..
            }
        ),
        "{error}"
    );

    // What the message advises: the log is read from its beginning, and nothing is applied twice.
    world.pool.execute("DELETE FROM dispatcher_cursor").await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3, 4, 5, 6]);
    world.close().await
}

/// Every waiting event of a subject used to be looked at in each pass, one was handled.
#[tokio::test]
async fn a_long_queue_behind_one_event_drains_in_batches() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(1))]);
    world
        .revenue()
        .publish_all((1..=2000).map(|credits| lock(7, credits)))
        .await?;
    let consumer = world
        .coaching(&script)
        .retry_delays([Duration::from_secs(2)])
        .subscribe(hold_slot)
        .start()
        .await?;
    consumer.caught_up().await?;
    let passes = world
        .count("SELECT count(DISTINCT handled_at) FROM dispatcher_dedup")
        .await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, (1..=2000).collect::<Vec<_>>());
    assert!(passes <= 2000 / 25, "2000 events took {passes} passes");
    world.close().await
}

/// The query goes on in the server when its future is dropped, and the connection waits for it.
#[tokio::test]
async fn a_handler_that_hangs_in_a_query_is_timed_out_too() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::SlowQuery)]);
    let consumer = world
        .coaching(&script)
        .handler_timeout(Duration::from_millis(100))
        .subscribe(hold_slot)
        .start()
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    // The query would take ten minutes.
    tokio::time::timeout(Duration::from_secs(60), consumer.caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await?;
    assert_eq!((dead.len(), dead[0].attempts), (1, 4));
    world.close().await
}

#[tokio::test]
async fn a_subject_too_long_for_an_index_does_not_wedge() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(1))]);
    // Incompressible, or the index would take it.
    let subject: String = (0..400).map(|n| format!("{:x}", md5_like(n))).collect();
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish(lock(1, 1))
        .subject(subject.clone())
        .await?;
    world.revenue().publish(lock(1, 2)).subject(subject).await?;
    world.revenue().publish(lock(2, 3)).await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2, 3]);
    world.close().await
}

fn md5_like(n: u64) -> u64 {
    n.wrapping_add(1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(31)
        .wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

#[tokio::test]
async fn a_payload_nested_as_deeply_as_postgres_reads_becomes_a_dead_letter() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    // The deepest that this server takes.
    let mut depth = 20_000;
    while depth > 0 {
        let payload = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let insert = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
                      VALUES ('evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e', 'credit.locked', 1, now(), 'tnt_a', 'revenue', 'x', $1::text::json)";
        match sqlx::query(insert).bind(payload).execute(&world.pool).await {
            Ok(_) => break,
            Err(_) => depth -= 100,
        }
    }
    assert!(depth > 1000);
    world.revenue().publish(lock(1, 1)).await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1]);
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await?;
    assert_eq!(dead.len(), 1);
    assert!(
        dead[0].envelope.get().len() > 2 * depth,
        "the payload is in it"
    );
    world.close().await
}

#[tokio::test]
async fn a_cursor_set_back_while_an_event_waits_handles_nothing_twice() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::FailTimes(1))]);
    let consumer = world
        .coaching(&script)
        .retry_delays([Duration::from_secs(1)])
        .subscribe(hold_slot)
        .start()
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2), lock(3, 3)])
        .await?;
    script.entered.acquire_many(3).await?.forget();
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET position = 0")
        .await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3, 2]);
    world.close().await
}

#[tokio::test]
async fn a_cursor_that_was_deleted_while_running_is_registered_again() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    consumer.caught_up().await?;
    world.pool.execute("DELETE FROM dispatcher_cursor").await?;
    world.revenue().publish(lock(3, 3)).await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    assert_eq!(
        world.effects().await?,
        [1, 2, 3],
        "dedup rows keep the first two from being applied again"
    );
    world.close().await
}

/// Such a lock could be left behind by a cancelled insert; no subscription polled or stopped.
#[tokio::test]
async fn a_lock_that_keeps_a_consumer_from_sleeping_does_not_keep_it_from_stopping() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let mut writer = world.database.pool(1).await?.acquire().await?.detach();
    writer
        .execute("SELECT pg_advisory_lock(1146311763, hashtext('credit.locked'))")
        .await?;
    let consumer = world
        .coaching(&script)
        .poll_interval(Duration::from_millis(50))
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    tokio::time::timeout(Duration::from_secs(60), script.entered.acquire())
        .await??
        .forget();
    tokio::time::timeout(Duration::from_secs(60), consumer.stop()).await?;
    assert_eq!(world.effects().await?, [1]);
    writer.close().await?;
    world.close().await
}

#[tokio::test]
async fn a_consumer_that_stopped_leaves_no_sleepers_lock() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    for _ in 0..3 {
        let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
        consumer.caught_up().await?;
        consumer.stop().await;
    }
    let left = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(world.count(left).await?, 0);
    world.close().await
}

/// It used to hold up everything behind it for ever.
#[tokio::test]
async fn an_event_at_which_the_database_always_fails_is_put_aside_uncounted() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::TransientAlways)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2), lock(3, 3)])
        .await?;
    let handled = "SELECT count(*) FROM dispatcher_dedup";
    while world.count(handled).await? < 2 {
        tokio::time::timeout(Duration::from_secs(120), script.entered.acquire())
            .await??
            .forget();
    }
    consumer.stop().await;
    assert!(
        script.attempts_at(2).iter().all(|attempt| *attempt == 1),
        "it does not count"
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM dispatcher_retry WHERE attempts = 0")
            .await?,
        1
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM dispatcher_dead_letter")
            .await?,
        0
    );
    world.close().await
}

/// `PublishError` used to hide the database's error, so a deadlock counted against the event.
#[tokio::test]
async fn a_transient_error_inside_one_of_ours_does_not_count() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::UnreachableOnce)]);
    let consumer = world
        .coaching(&script)
        .retry_delays([])
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1, 1]);
    assert_eq!(world.effects().await?, [1]);
    world.close().await
}

#[tokio::test]
async fn a_column_that_is_added_while_a_consumer_runs_does_not_stop_it() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.caught_up().await?;
    world
        .pool
        .execute("ALTER TABLE dispatcher_event ADD COLUMN note text")
        .await?;
    world.revenue().publish(lock(2, 2)).await?;
    tokio::time::timeout(Duration::from_secs(60), script.entered.acquire_many(2))
        .await??
        .forget();
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2]);
    world.close().await
}

#[tokio::test]
async fn the_log_keeps_what_still_waits() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::FailTimes(1))]);
    let consumer = world
        .coaching(&script)
        .retry_delays([Duration::from_secs(600)])
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    script.entered.acquire().await?.forget();
    consumer.stop().await;
    let error = world
        .pool
        .execute("DELETE FROM dispatcher_event")
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("dispatcher_retry_log_position_fkey"),
        "{error}"
    );
    world.close().await
}

#[tokio::test]
async fn a_stricter_default_isolation_disturbs_neither_reading_nor_the_barrier() -> TestResult {
    let world = World::new().await?;
    let pool = world.database.pool(4).await?;
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut connection = pool.acquire().await?;
        connection
            .execute("SET default_transaction_isolation = 'repeatable read'")
            .await?;
        held.push(connection);
    }
    drop(held);
    let script = Script::new([]);
    let consumer = dispatcher_runtime::Consumer::<acme_contracts::Coaching>::builder(pool.clone())
        .state(script.clone())
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1]);
    pool.close().await;
    world.close().await
}

#[tokio::test]
async fn a_role_without_the_privileges_is_told_which_to_grant() -> TestResult {
    let world = World::new().await?;
    let mut tx = world.pool.begin().await?;
    tx.execute(
        "CREATE ROLE stranger;
         GRANT INSERT, SELECT ON dispatcher_event TO stranger;
         SET LOCAL ROLE stranger",
    )
    .await?;
    let error = world
        .revenue()
        .publish(lock(1, 1))
        .within(&mut tx)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("may not read the sequence"), "{error}");
    tx.rollback().await?;
    world.close().await
}

#[tokio::test]
async fn a_consumer_whose_role_may_not_use_the_sequences_is_told_which() -> TestResult {
    let world = World::new().await?;
    let role = format!("reader_of_{}", world.database.name());
    let grants = format!(
        "CREATE ROLE {role};
         GRANT USAGE ON SCHEMA public TO {role};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    );
    world.pool.execute(sqlx::AssertSqlSafe(grants)).await?;
    let options = world.database.options().clone();
    let options = options.options([("role", &*role)]);
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(4);
    let pool = pool.connect_with(options).await?;
    let script = Script::new([]);
    let start = async || {
        let consumer =
            dispatcher_runtime::Consumer::<acme_contracts::Coaching>::builder(pool.clone());
        let consumer = consumer.state(script.clone()).subscribe(hold_slot);
        consumer.start().await
    };
    for missing in [
        "SELECT ON SEQUENCE public.dispatcher_event_position_seq",
        "USAGE ON SEQUENCE \"public\".dispatcher_fence",
    ] {
        let error = start().await.unwrap_err().to_string();
        assert_eq!(
            error,
            format!("the role of the consumer's connections lacks privileges: GRANT {missing}")
        );
        let grant = format!("GRANT {missing} TO {role}");
        world.pool.execute(sqlx::AssertSqlSafe(grant)).await?;
    }
    start().await?.stop().await;
    pool.close().await;
    let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    world.pool.execute(sqlx::AssertSqlSafe(drop)).await?;
    world.close().await
}
