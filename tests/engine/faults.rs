//! Handlers that misbehave and databases that go down: no event is lost, and none blocks the
//! others.

use std::time::Duration;

use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetters, Dispatcher, StartError, SubscriptionOptions,
};
use dispatcher_test_fixtures::{TENANT, TestResult, create_effect_table, lock};
use dispatcher_test_launcher::Cluster;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, Row};

use crate::support::{Act, Script, World, hold_slot};

/// What the events of a batch share.
#[derive(Clone, Copy, Debug)]
enum Shared {
    Nothing,
    Transaction,
    Savepoint,
}

/// The dead letter's error, which is the same whatever the events share.
async fn dead_letter_of(act: Act, credits_before: &[u32]) -> TestResult<String> {
    let apart = dead_letter(act.clone(), credits_before, Shared::Nothing).await?;
    for shared in [Shared::Transaction, Shared::Savepoint] {
        let error = dead_letter(act.clone(), credits_before, shared).await?;
        assert_eq!(apart, error, "{shared:?}");
    }
    Ok(apart)
}

async fn dead_letter(act: Act, credits_before: &[u32], shared: Shared) -> TestResult<String> {
    // A COMMIT keeps what has not been recorded; after a ROLLBACK under a shared savepoint, later
    // events of the batch are each committed by themselves (see `share_savepoint`).
    let is_repeated = match &act {
        Act::Commit => !matches!(shared, Shared::Nothing),
        Act::Rollback => matches!(shared, Shared::Savepoint),
        _ => false,
    };
    let options = SubscriptionOptions::new();
    let options = match shared {
        Shared::Nothing => options,
        Shared::Transaction => options.share_transaction(true),
        Shared::Savepoint => options.share_savepoint(true),
    };
    let world = World::new().await?;
    world
        .pool
        .execute(
            "CREATE TABLE parent (id int PRIMARY KEY);
             CREATE TABLE deferred (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
        )
        .await?;
    let script = Script::new([(500, act)]);
    let consumer = world.coaching(&script).subscribe_with(hold_slot, options);
    let consumer = consumer.start().await?;
    let mut events: Vec<_> = credits_before
        .iter()
        .map(|credits| lock(*credits, *credits))
        .collect();
    events.push(lock(500, 500));
    events.push(lock(501, 501));
    world.revenue().publish_all(events).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let mut handled = world.effects().await?;
    handled.sort_unstable();
    if is_repeated {
        handled.dedup();
    }
    handled.retain(|credits| *credits != 500);
    let expected: Vec<i64> = credits_before
        .iter()
        .copied()
        .chain([501])
        .map(i64::from)
        .collect();
    assert_eq!(handled, expected, "every other event was handled");
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].attempts, 4);
    let error = dead[0].error.clone();
    world.close().await?;
    Ok(error)
}

#[tokio::test]
async fn a_panic_is_an_error_like_any_other() -> TestResult {
    let error = dead_letter_of(Act::Panic, &[1, 2]).await?;
    assert_eq!(error, "the handler panicked: the handler does not know 500");
    Ok(())
}

#[tokio::test]
async fn a_swallowed_sql_error_is_found_out() -> TestResult {
    let error = dead_letter_of(Act::SwallowSqlError, &[1, 2]).await?;
    assert!(
        error.contains("a statement had failed in its transaction"),
        "{error}"
    );
    Ok(())
}

#[tokio::test]
async fn a_handler_that_commits_loses_no_event() -> TestResult {
    let error = dead_letter_of(Act::Commit, &[1, 2]).await?;
    assert!(error.contains("must not COMMIT or ROLLBACK"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_handler_that_rolls_back_loses_no_event() -> TestResult {
    let error = dead_letter_of(Act::Rollback, &[1, 2]).await?;
    assert!(error.contains("must not COMMIT or ROLLBACK"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_constraint_that_fails_at_commit_hits_only_the_event_that_broke_it() -> TestResult {
    let error = dead_letter_of(Act::BreakDeferredConstraint, &[1, 2, 3]).await?;
    assert!(
        error.contains("could not be committed") && error.contains("foreign key"),
        "{error}"
    );
    Ok(())
}

#[tokio::test]
async fn a_serialization_failure_is_the_handlers_own_and_the_event_is_handled_again() -> TestResult
{
    let world = World::new().await?;
    let script = Script::new([(1, Act::TransientOnce)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1, 2]);
    assert_eq!(world.effects().await?, [1]);
    world.close().await
}

#[tokio::test]
async fn a_handler_that_hangs_is_timed_out() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world
        .coaching(&script)
        .handler_timeout(Duration::from_millis(50))
        .subscribe(hold_slot)
        .start()
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(
        dead[0].error,
        "the handler took longer than 50 ms, its `handler_timeout`"
    );
    world.close().await
}

#[tokio::test]
async fn terminated_connections_cost_no_event() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    script.entered.acquire().await?.forget();
    // Every connection of the consumer, including the listening one and the one in the middle of a
    // delivery.
    let admin = world.database.pool(1).await?;
    admin
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await?;
    script.gate.add_permits(100);
    // Found by the poll after the reconnect: one second.
    consumer
        .wait_caught_up()
        .await
        .or(consumer.wait_caught_up().await)?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2]);
    assert!(
        script.attempts_at(1).iter().all(|attempt| *attempt == 1),
        "it does not count as an attempt"
    );
    admin.close().await;
    world.close().await
}

#[tokio::test]
async fn a_server_that_is_killed_and_restarted_costs_no_event() -> TestResult {
    let mut cluster = Cluster::start().await?;
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .connect(&cluster.url("postgres"))
        .await?;
    dispatcher_runtime::migrate(&pool).await?;
    create_effect_table(&pool).await?;
    let dispatcher = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant(TENANT)
        .build()?;
    let script = Script::new([(3, Act::Wait)]);
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .state(script.clone())
        .subscribe(hold_slot)
        .start()
        .await?;
    dispatcher
        .publish_all((1..=5).map(|credits| lock(credits, credits)))
        .await?;
    script.entered.acquire_many(3).await?.forget();
    cluster.kill_9()?;
    script.gate.add_permits(100);
    cluster.restart().await?;
    // The first connections of the pool are dead.
    while consumer.wait_caught_up().await.is_err() {}
    consumer.stop().await;
    let rows = sqlx::query("SELECT credits FROM effect ORDER BY seq")
        .fetch_all(&pool)
        .await?;
    let effects: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(effects, [1, 2, 3, 4, 5]);
    pool.close().await;
    Ok(())
}

#[tokio::test]
async fn an_unreachable_database_is_one_readable_error() -> TestResult {
    let pool = PgPoolOptions::new()
        .acquire_timeout(Duration::from_secs(2))
        .connect_lazy("postgres://postgres@127.0.0.1:1/nowhere")?;
    let error = Consumer::<Coaching>::builder(pool)
        .state(Script::new([]))
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("the database failed: ") && text.contains("is Postgres up"),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn bad_settings_are_named_before_anything_starts() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let text = |error: StartError| error.to_string();
    let error = world.coaching(&script).start().await.unwrap_err();
    assert_eq!(
        text(error),
        "the consumer `coaching` has no handlers: register one with `.subscribe(…)`"
    );
    let error = world
        .coaching(&script)
        .subscribe(hold_slot)
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err();
    assert!(text(error).starts_with("duplicate subscription `hold_slot` of `coaching`: "));
    let error = world
        .coaching(&script)
        .batch_size(0)
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err();
    assert_eq!(
        text(error),
        "the setting `batch_size` is `0`; it has to be at least 1 event"
    );
    for (options, expected) in [
        (
            SubscriptionOptions::new().concurrency(0),
            "the option `concurrency` of `coaching`.`hold_slot` is 0; it has to be at least 1 event",
        ),
        (
            SubscriptionOptions::new().partitions(0),
            "the option `partitions` of `coaching`.`hold_slot` is 0; it has to be at least 1",
        ),
        (
            SubscriptionOptions::new().handler_timeout(Duration::ZERO),
            "the option `handler_timeout` of `coaching`.`hold_slot` is 0 s; \
             it has to be longer than 0 s, such as 30 s",
        ),
    ] {
        let consumer = world.coaching(&script).subscribe_with(hold_slot, options);
        assert_eq!(text(consumer.start().await.unwrap_err()), expected);
    }
    let consumer = world.coaching(&script).handler_timeout(Duration::ZERO);
    let error = consumer.subscribe(hold_slot).start().await.unwrap_err();
    assert!(text(error).starts_with("the setting `handler_timeout` is `0 s`"));
    let error = world
        .coaching(&script)
        .jitter(7.0)
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err();
    assert!(text(error).starts_with("the setting `jitter` is `7`"));
    let error = world
        .coaching(&script)
        .subscribe(hold_slot)
        .require_all_handlers(true)
        .start()
        .await
        .unwrap_err();
    let text = text(error);
    assert!(
        text.starts_with("the registry binds `coaching` to credit.debited, credit.released, "),
        "{text}"
    );
    world.close().await
}

#[tokio::test]
async fn a_log_that_could_skip_events_is_refused_at_start() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    world
        .pool
        .execute("ALTER TABLE dispatcher_event ALTER COLUMN position SET CACHE 20")
        .await?;
    let error = world
        .coaching(&script)
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("SET CACHE 1"), "{error}");
    world
        .pool
        .execute("ALTER TABLE dispatcher_event ALTER COLUMN position SET CACHE 1")
        .await?;
    world
        .pool
        .execute("ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_floor")
        .await?;
    let error = world
        .coaching(&script)
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("ENABLE ALWAYS TRIGGER"), "{error}");
    world.close().await
}
