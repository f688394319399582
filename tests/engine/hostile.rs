//! Counterexamples from reviewers: each lost, doubled or wedged something once.

use std::time::Duration;

use acme_contracts::Revenue;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    DeadLetterFilter, DeadLetters, Delivery, Dispatcher, EventEnvelope, HandlerError, State,
    SubscriptionOptions, subscribe,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::{Connection, Executor};

use crate::support::{Act, Script, World, hold_slot};

/// A multi-tenant handler changes the search path; the other family's cursor used to move.
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
    consumer.wait_caught_up().await?;
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

/// sqlx leaves a connection in a transaction when `begin` is cancelled; an event published on it
/// without a transaction of its own was never committed.
#[tokio::test]
async fn a_publish_on_a_connection_that_somebody_left_in_a_transaction_is_committed() -> TestResult
{
    let world = World::new().await?;
    let pool = world.database.pool(1).await?;
    let mut connection = pool.acquire().await?;
    connection.execute("BEGIN").await?; // as sqlx leaves it, unnoticed
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

/// The server continues the query when its future is dropped, and the connection waits for it.
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
    tokio::time::timeout(Duration::from_secs(60), consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!((dead.len(), dead[0].attempts), (1, 4));
    world.close().await
}

#[tokio::test]
async fn a_cursor_set_back_while_an_event_waits_handles_nothing_twice() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::FailTimes(1))]);
    let consumer = world
        .coaching(&script)
        .retry([Duration::from_secs(1)])
        .subscribe(hold_slot)
        .start()
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2), lock(3, 3)])
        .await?;
    script.entered.acquire_many(3).await?.forget();
    // The others are recorded; otherwise they could come after the retry.
    crate::held::until(&world, "SELECT count(*) FROM effect", 2).await?;
    world
        .pool
        .execute("UPDATE dispatcher_cursor SET position = 0")
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    // On a slow machine the retry is due before the third event is read again.
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2, 3]);
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
    consumer.wait_caught_up().await?;
    world.pool.execute("DELETE FROM dispatcher_cursor").await?;
    world.revenue().publish(lock(3, 3)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(
        world.effects().await?,
        [1, 2, 3],
        "dedup rows keep the first two from being applied again"
    );
    world.close().await
}

/// A cancelled insert could leave such a lock behind; then no subscription polled or stopped.
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
        consumer.wait_caught_up().await?;
        consumer.stop().await;
    }
    let left = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(world.count(left).await?, 0);
    world.close().await
}

/// It counted for nothing, left nothing in the tables, and was repeated every 15 s without end.
#[tokio::test]
async fn what_the_database_answers_a_handler_each_time_has_an_end() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::TransientAlways)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2), lock(3, 3)])
        .await?;
    tokio::time::timeout(Duration::from_secs(120), consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(script.attempts_at(2), [1, 2, 3, 4]);
    assert_eq!(world.effects().await?, [1, 3]);
    let dead = "SELECT count(*) FROM dispatcher_dead_letter
                 WHERE attempts = 4 AND error LIKE 'the disk is full%' AND reason = 'retries_exhausted'";
    assert_eq!(world.count(dead).await?, 1);
    world.close().await
}

#[tokio::test]
async fn a_database_error_inside_one_of_ours_is_an_attempt_like_any_other() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::UnreachableOnce)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1, 2]);
    assert_eq!(world.effects().await?, [1]);
    world.close().await
}

/// The server ends a session that is idle in its transaction for too long, and with it the attempt.
#[tokio::test]
async fn a_handler_that_loses_its_connection_each_time_has_an_end() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::LoseConnection)]);
    let consumer = world
        .coaching(&script)
        .retry([])
        .subscribe(hold_slot)
        .start()
        .await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2), lock(3, 3)])
        .await?;
    tokio::time::timeout(Duration::from_secs(120), consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(script.attempts_at(2), [1, 1, 1], "the third time it counts");
    assert_eq!(world.effects().await?, [1, 3]);
    let dead = "SELECT count(*) FROM dispatcher_dead_letter
                 WHERE attempts = 1 AND error LIKE 'the database failed 3 times at this event: %'";
    assert_eq!(world.count(dead).await?, 1);
    world.close().await
}

/// Takes no transaction.
#[subscribe(credit_locked)]
async fn call_partner(
    event: EventEnvelope<CreditLocked>,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = event.payload.locked_credits.get();
    script.act(credits, delivery.attempt).await
}

/// The event at which the database failed was put aside and the cursor moved past it, and past an earlier
/// event of the batch of which nothing had been recorded: that one was lost.
#[tokio::test]
async fn putting_an_event_aside_passes_no_earlier_event_that_is_not_recorded() -> TestResult {
    let world = World::new().await?;
    let refuse_three_times = "
        CREATE SEQUENCE refusals;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.position = (SELECT min(position) FROM dispatcher_event) AND nextval('refusals') <= 3 THEN
                RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON dispatcher_retry FOR EACH ROW EXECUTE FUNCTION refuse()";
    world.pool.execute(refuse_three_times).await?;
    let script = Script::new([(1, Act::FailTimes(1)), (2, Act::TransientAlways)]);
    let consumer = world
        .coaching(&script)
        .retry([Duration::from_secs(600)])
        .subscribe(call_partner)
        .start()
        .await?;
    let events = [lock(1, 1), lock(2, 2)];
    world.revenue().publish_all(events).await?;
    while world.count("SELECT count(*) FROM dispatcher_retry").await? == 0 {
        tokio::time::timeout(Duration::from_secs(120), script.entered.acquire())
            .await??
            .forget();
    }
    consumer.stop().await;
    let first = "SELECT count(*) FROM dispatcher_retry
                  WHERE position = (SELECT min(position) FROM dispatcher_event)";
    assert_eq!(world.count(first).await?, 1, "the first event waits");
    world.close().await
}

/// The connection was lost in `begin`, after which sqlx counts no transaction: the handler was said to have
/// ended it, and the attempt counted.
#[tokio::test]
async fn a_connection_that_is_lost_in_a_handlers_begin_counts_for_no_event() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::LoseConnectionOnce)]);
    let consumer = world
        .coaching(&script)
        .retry([])
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1, 1]);
    assert_eq!(world.effects().await?, [1]);
    world.close().await
}

/// The worker's task died with it, again and again.
#[tokio::test]
async fn a_panic_in_what_a_timed_out_handler_holds_is_an_attempt_that_failed() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::PanicWhenDropped)]);
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
    tokio::time::timeout(Duration::from_secs(120), consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1, 2, 3, 4]);
    assert_eq!(world.effects().await?, [2]);
    let dead =
        "SELECT count(*) FROM dispatcher_dead_letter WHERE error LIKE '%it must not be dropped%'";
    assert_eq!(world.count(dead).await?, 1);
    world.close().await
}

/// A handler that leaves its connection in the middle of a COPY. The next answers on it were those to the handler's
/// statements, for the consumer and for whoever the pool gave it to.
async fn leave_in_a_copy(act: Act, options: SubscriptionOptions, attempts: &[u32]) -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, act)]);
    let consumer = world.coaching(&script).retry([]);
    let consumer = consumer.subscribe_with(hold_slot, options).start().await?;
    world
        .revenue()
        .publish_all((1..=3).map(|credits| lock(credits, credits)))
        .await?;
    tokio::time::timeout(Duration::from_secs(120), consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3]);
    assert_eq!(script.attempts_at(2), attempts);
    let dead = "SELECT count(*) FROM dispatcher_dead_letter WHERE attempts = 1";
    assert_eq!(world.count(dead).await?, 1);
    for _ in 0..40 {
        assert_eq!(world.count("SELECT 42::bigint").await?, 42);
    }
    world.close().await
}

#[tokio::test]
async fn a_connection_that_is_left_in_the_middle_of_a_copy_goes_to_nobody() -> TestResult {
    leave_in_a_copy(Act::CopyHalfWay, SubscriptionOptions::new(), &[1]).await
}

#[tokio::test]
async fn a_connection_that_is_left_in_the_middle_of_a_copy_out_goes_to_nobody() -> TestResult {
    leave_in_a_copy(Act::CopyOutHalfWay, SubscriptionOptions::new(), &[1]).await
}

#[tokio::test]
async fn a_handler_that_goes_on_after_half_a_copy_out_leaves_no_answers_to_others() -> TestResult {
    leave_in_a_copy(Act::CopyOutAndGoOn, SubscriptionOptions::new(), &[1]).await
}

/// With others in its transaction, it is handled once more to find out which event it was.
#[tokio::test]
async fn half_a_copy_in_a_shared_transaction_is_a_failure_of_its_event_alone() -> TestResult {
    for act in [Act::CopyHalfWay, Act::CopyOutHalfWay, Act::CopyOutAndGoOn] {
        let shared = SubscriptionOptions::new().share_transaction(true);
        leave_in_a_copy(act.clone(), shared, &[1, 1]).await?;
        let shared = SubscriptionOptions::new().share_savepoint(true);
        leave_in_a_copy(act, shared, &[1, 1, 1]).await?;
    }
    Ok(())
}

/// The statement that confirms ran into the role's `statement_timeout`, at a row lock for example: that counted
/// against the event, although its handler had succeeded.
#[tokio::test]
async fn a_confirmation_that_takes_too_long_counts_for_no_event() -> TestResult {
    let world = World::new().await?;
    let cancel_once = "
        CREATE SEQUENCE cancellations;
        CREATE FUNCTION cancel() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('cancellations') = 1 THEN
                RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER cancel BEFORE INSERT ON dispatcher_dedup FOR EACH ROW EXECUTE FUNCTION cancel()";
    world.pool.execute(cancel_once).await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).retry([]).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    tokio::time::timeout(Duration::from_secs(120), consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1, 1]);
    assert_eq!(world.effects().await?, [1]);
    world.close().await
}
