//! Leases, partitions, concurrency, and handlers that run outside the delivery's transaction.

use std::collections::HashMap;
use std::time::Duration;

use acme_contracts::Coaching;
use acme_contracts::credit_locked::{self, CreditLocked};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetters, Delivery, EventEnvelope, HandlerError, StartError,
    State, SubscriptionOptions, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::{Executor, Row};

use crate::support::{Act, Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

/// Takes no transaction, so it runs outside one.
#[subscribe(credit_locked)]
async fn call_partner(
    event: EventEnvelope<CreditLocked>,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    script
        .act(event.payload.locked_credits.get(), delivery.attempt)
        .await
}

/// The credits of each subject's effects, in the order in which they were applied.
async fn effects_by_subject(world: &World) -> TestResult<HashMap<String, Vec<i64>>> {
    let rows = sqlx::query("SELECT subject, credits FROM effect ORDER BY seq")
        .fetch_all(&world.pool)
        .await?;
    let mut effects: HashMap<String, Vec<i64>> = HashMap::new();
    for row in rows {
        effects
            .entry(row.try_get("subject")?)
            .or_default()
            .push(row.try_get("credits")?);
    }
    Ok(effects)
}

/// Each of `events` once, and those of each subject in their order.
async fn assert_all_once_in_order(world: &World, events: u32) -> TestResult {
    let effects = effects_by_subject(world).await?;
    for credits in effects.values() {
        assert!(credits.is_sorted(), "{effects:?}");
    }
    let mut all: Vec<_> = effects.into_values().flatten().collect();
    all.sort_unstable();
    assert_eq!(all, (1..=i64::from(events)).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn with_concurrency_subjects_are_handled_at_the_same_time_and_keep_their_order() -> TestResult
{
    let world = World::new().await?;
    let script = Script::new((1..=4).map(|credits| (credits, Act::Wait)));
    let events = (1..=60).map(|credits| lock(credits % 4, credits));
    world.revenue().publish_all(events).await?;
    let consumer = world
        .coaching(&script)
        .subscribe_with(hold_slot, SubscriptionOptions::new().concurrency(4))
        .start()
        .await?;
    // Four subjects are in their handlers, and none of the handlers returns before all four are.
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire_many(4));
    entered.await??.forget();
    script.gate.add_permits(4);
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_all_once_in_order(&world, 60).await?;
    world.close().await
}

#[tokio::test]
async fn with_concurrency_a_failing_event_holds_up_its_own_subject_alone() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([
        (5, Act::FailTimes(2)),
        (6, Act::Permanent),
        (7, Act::BreakDeferredConstraint),
        (8, Act::TransientOnce),
    ]);
    world
        .pool
        .execute(
            "CREATE TABLE parent (id bigint PRIMARY KEY);
             CREATE TABLE deferred (parent bigint REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
        )
        .await?;
    let events = (1..=40).map(|credits| lock(credits % 4, credits));
    world.revenue().publish_all(events).await?;
    let consumer = world
        .coaching(&script)
        .subscribe_with(hold_slot, SubscriptionOptions::new().concurrency(4))
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let effects = effects_by_subject(&world).await?;
    let mut all: Vec<_> = effects.values().flatten().copied().collect();
    all.sort_unstable();
    let expected = (1..=40).filter(|credits| ![6, 7].contains(credits));
    assert_eq!(all, expected.collect::<Vec<_>>());
    for credits in effects.values() {
        assert!(credits.is_sorted(), "{effects:?}");
    }
    let dead_letters = DeadLetters::new(world.pool.clone());
    let mut dead: Vec<_> = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters
        .iter()
        .map(|dead_letter| dead_letter.position.get())
        .collect();
    dead.sort_unstable();
    assert_eq!(dead, [6, 7]);
    world.close().await
}

#[tokio::test]
async fn replicas_share_the_partitions_of_a_subscription() -> TestResult {
    let world = World::new().await?;
    let scripts = [Script::new([]), Script::new([])];
    let mut replicas = Vec::new();
    for script in &scripts {
        let replica = world
            .coaching(script)
            .lease(Duration::from_millis(600))
            .subscribe_with(hold_slot, SubscriptionOptions::new().partitions(4))
            .start()
            .await?;
        replicas.push(replica);
    }
    // Until each has its two partitions.
    let held = "SELECT count(*) FROM (SELECT FROM dispatcher_cursor GROUP BY holder HAVING count(holder) = 2) AS shares";
    let shared = async {
        while world.count(held).await? < 2 {
            tokio::task::yield_now().await;
        }
        TestResult::Ok(())
    };
    tokio::time::timeout(PATIENCE, shared).await??;
    let events = (1..=200).map(|credits| lock(credits % 20, credits));
    world.revenue().publish_all(events).await?;
    replicas[0].wait_caught_up().await?;
    for replica in replicas {
        replica.stop().await;
    }
    assert_all_once_in_order(&world, 200).await?;
    let counts = scripts.map(|script| script.attempts.lock().unwrap().len());
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert_eq!(counts.iter().sum::<usize>(), 200);
    world.close().await
}

#[tokio::test]
async fn changing_the_number_of_partitions_while_events_flow_loses_and_doubles_nothing()
-> TestResult {
    let world = World::new().await?;
    let script = Script::new((0..10).map(|one| (one * 30 + 1, Act::FailTimes(1))));
    let mut running = Vec::new();
    for (round, partitions) in [1, 4, 2, 3, 1].into_iter().enumerate() {
        let from = u32::try_from(round)? * 60 + 1;
        let events = (from..from + 60).map(|credits| lock(credits % 7, credits));
        world.revenue().publish_all(events).await?;
        let replica = world
            .coaching(&script)
            .lease(Duration::from_millis(600))
            .batch_size(7)
            .subscribe_with(hold_slot, SubscriptionOptions::new().partitions(partitions))
            .start()
            .await?;
        // In the middle of the events.
        let handled = tokio::time::timeout(PATIENCE, script.entered.acquire_many(20));
        handled.await??.forget();
        running.push(replica);
        if running.len() > 2 {
            running.remove(0).stop().await;
        }
    }
    for replica in &running {
        tokio::time::timeout(PATIENCE, replica.wait_caught_up()).await??;
    }
    for replica in running {
        replica.stop().await;
    }
    assert_all_once_in_order(&world, 300).await?;
    let partitions = "SELECT count(*) FROM dispatcher_cursor";
    assert_eq!(
        world.count(partitions).await?,
        1,
        "the last replica to start decides"
    );
    world.close().await
}

/// Another replica takes the lease, as after a pause: what L1 writes.
const TAKE_OVER: &str = "UPDATE dispatcher_cursor
    SET fence = nextval('dispatcher_fence'), holder = 'another',
        expires_at = clock_timestamp() + interval '1 s'";

#[tokio::test]
async fn what_a_stale_worker_did_is_not_committed() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(2, Act::Wait)]);
    let events = [lock(1, 1), lock(2, 2)];
    world.revenue().publish_all(events).await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire_many(2));
    entered.await??.forget();
    world.pool.execute(TAKE_OVER).await?;
    script.gate.add_permits(2);
    // The other lease expires without having done anything, and the event is handled again.
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1], "it was committed before");
    assert_eq!(
        script.attempts_at(2),
        [1, 1],
        "the stale attempt does not count"
    );
    assert_eq!(world.effects().await?, [1, 2]);
    world.close().await
}

#[tokio::test]
async fn a_stopped_replica_is_replaced_though_it_holds_locks() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    world.revenue().publish(lock(1, 1)).await?;
    // A replica that was stopped between L3 and COMMIT: its session holds the cursor's row.
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let mut stopped = world.database.pool(1).await?.acquire().await?.detach();
    stopped
        .execute(
            "UPDATE dispatcher_cursor
                SET fence = nextval('dispatcher_fence'), holder = 'stopped',
                    expires_at = clock_timestamp() + interval '100 ms'",
        )
        .await?;
    stopped
        .execute(
            "BEGIN;
             SELECT pg_advisory_xact_lock_shared(((8192 | (tableoid::bigint & 8191)) << 48) | fence)
               FROM dispatcher_cursor;
             UPDATE dispatcher_cursor SET position = position",
        )
        .await?;
    world.revenue().publish(lock(2, 2)).await?;
    let consumer = world
        .coaching(&script)
        .subscribe_with(hold_slot, SubscriptionOptions::new());
    // Registering does not wait for any COMMIT either.
    let consumer = tokio::time::timeout(PATIENCE, consumer.start()).await??;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2]);
    let error = stopped.execute("COMMIT").await.unwrap_err();
    assert!(!error.to_string().is_empty(), "its session was ended");
    world.close().await
}

/// Its savepoint is older than the marker, so rolling back to it undid more than the first event's
/// work.
#[tokio::test]
async fn a_transaction_is_found_also_after_its_first_event_has_failed() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Permanent), (2, Act::Permanent), (3, Act::Wait)]);
    let events = (1..=3).map(|credits| lock(credits, credits));
    world.revenue().publish_all(events).await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    for _ in 0..3 {
        let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
        entered.await??.forget();
    }
    let marked = "SELECT count(*) FROM pg_locks AS held, dispatcher_cursor AS cursor
                   WHERE held.locktype = 'advisory' AND held.mode = 'ShareLock'
                     AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                     AND (held.classid::bigint << 32 | held.objid::bigint)
                         = ((8192 | (cursor.tableoid::bigint & 8191)) << 48) | cursor.fence";
    assert_eq!(world.count(marked).await?, 1);
    script.gate.add_permits(1);
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [3]);
    let dead_letters = "SELECT count(*) FROM dispatcher_dead_letter";
    assert_eq!(world.count(dead_letters).await?, 2);
    world.close().await
}

#[tokio::test]
async fn a_handler_without_the_transaction_runs_while_none_is_open() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world
        .coaching(&script)
        .subscribe(call_partner)
        .start()
        .await?;
    let events = (1..=3).map(|credits| lock(1, credits));
    world.revenue().publish_all(events).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
    entered.await??.forget();
    // The session that has read; others meanwhile check whether notifications reach them.
    let open = "SELECT count(*) FROM pg_locks AS held JOIN pg_stat_activity AS session USING (pid)
                 WHERE held.relation = 'dispatcher_event'::regclass
                   AND session.datname = current_database()
                   AND session.state LIKE 'idle in transaction%'";
    assert_eq!(world.count(open).await?, 0);
    script.gate.add_permits(1);
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let handled = "SELECT count(*) FROM dispatcher_dedup";
    assert_eq!(world.count(handled).await?, 3);
    assert_eq!(*script.attempts.lock().unwrap(), [(1, 1), (2, 1), (3, 1)]);
    world.close().await
}

#[tokio::test]
async fn outside_the_transaction_an_event_is_handled_again_when_it_was_not_recorded() -> TestResult
{
    let world = World::new().await?;
    let script = Script::new([(1, Act::Wait)]);
    let consumer = world
        .coaching(&script)
        .subscribe(call_partner)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
    entered.await??.forget();
    world.pool.execute(TAKE_OVER).await?;
    script.gate.add_permits(2);
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(script.attempts_at(1), [1, 1], "at least once");
    world.close().await
}

#[tokio::test]
async fn outside_the_transaction_failures_are_retried_in_order_and_end_as_dead_letters()
-> TestResult {
    let world = World::new().await?;
    let script = Script::new([
        (1, Act::FailTimes(2)),
        (2, Act::Permanent),
        (3, Act::Panic),
        (5, Act::TransientOnce),
    ]);
    for concurrency in [1, 3] {
        let before = script.attempts.lock().unwrap().len();
        let events = [(1, 1), (2, 2), (3, 3), (1, 4), (2, 5), (1, 6)];
        let events = events.map(|(person, credits)| lock(person, credits));
        world.revenue().publish_all(events).await?;
        let consumer = world
            .coaching(&script)
            .subscribe_with(
                call_partner,
                SubscriptionOptions::new().concurrency(concurrency),
            )
            .start()
            .await?;
        tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
        consumer.stop().await;
        let attempts = script.attempts.lock().unwrap()[before..].to_vec();
        let of = |subject: &[i64]| -> Vec<(i64, u32)> {
            let attempts = attempts.iter().copied();
            attempts
                .filter(|(credits, _)| subject.contains(credits))
                .collect()
        };
        assert_eq!(of(&[1, 4, 6]), [(1, 1), (1, 2), (1, 3), (4, 1), (6, 1)]);
        assert_eq!(of(&[3]), [(3, 1), (3, 2), (3, 3), (3, 4)]);
    }
    let dead_letters = DeadLetters::new(world.pool.clone());
    let dead = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(dead.len(), 4);
    world.close().await
}

#[tokio::test]
async fn a_pool_that_is_too_small_and_a_lease_that_is_too_short_are_refused() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let pool = world.database.pool(3).await?;
    let consumer = Consumer::<Coaching>::builder(pool.clone()).state(script.clone());
    let error = consumer.subscribe(hold_slot).start().await.unwrap_err();
    assert!(
        matches!(
            error,
            StartError::PoolTooSmall {
                connections: 3,
                needed: 4,
                ..
            }
        ),
        "{error}"
    );
    pool.close().await;
    let error = world
        .coaching(&script)
        .lease(Duration::from_millis(5))
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the setting `lease` is `5ms`; it has to be at least 100 ms, and long enough for a slow connection, such as 10 s"
    );
    world.close().await
}

/// The keeper ends a worker whose lease it could not renew, wherever the worker is.
#[tokio::test]
async fn a_worker_that_is_ended_in_its_sleep_leaves_no_lock_behind() -> TestResult {
    const ASLEEP: &str =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1146311763
        AND objid = (hashtext('credit.locked')::bigint & 4294967295)::oid
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let world = World::new().await?;
    let consumer = world
        .coaching(&Script::new([]))
        .lease(Duration::from_millis(300))
        .subscribe(hold_slot)
        .start()
        .await?;
    until_count(&world, ASLEEP, 1).await?;
    // The lease is neither renewed (L4 skips the row) nor taken again (so does L1).
    let mut tx = world.pool.begin().await?;
    tx.execute("SELECT FROM dispatcher_cursor FOR UPDATE")
        .await?;
    until_count(&world, ASLEEP, 0).await?;
    tx.rollback().await?;
    until_count(&world, ASLEEP, 1).await?;
    consumer.stop().await;
    until_count(&world, ASLEEP, 0).await?;
    world.close().await
}

async fn until_count(world: &World, query: &'static str, expected: i64) -> TestResult {
    let counted = async {
        while world.count(query).await? != expected {
            tokio::task::yield_now().await;
        }
        TestResult::Ok(())
    };
    tokio::time::timeout(PATIENCE, counted).await?
}
