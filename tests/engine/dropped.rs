//! A future that is dropped, wherever it waits, leaves no connection of the pool in a transaction
//! that its next user does not know of. Also covers connections that other code has left in a
//! transaction.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use acme_contracts::Revenue;
use dispatcher_runtime::{
    DeadLetterFilter, DeadLetters, Dispatcher, EventLog, LogRetention, StartFrom, Subscriptions,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::{Executor, PgConnection, PgPool, Row};

use crate::support::{Act, Script, World, hold_slot};

/// Publishes on a pool of that many connections.
async fn publisher(world: &World, connections: u32) -> TestResult<(PgPool, Dispatcher<Revenue>)> {
    let pool = world.database.pool(connections).await?;
    let dispatcher = Dispatcher::builder(pool.clone()).tenant(TENANT).build()?;
    Ok((pool, dispatcher))
}

/// Polls the future up to `polls` times and drops it at once, before another answer arrives.
/// Returns whether it had ended by then.
async fn ends_within(polls: u32, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if polled == polls => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Looks at the sessions from outside.
async fn assert_in_no_transaction(world: &World, pool: &PgPool, when: &str) -> TestResult {
    let mut connections = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        let mut connection = pool.acquire().await?;
        let row = sqlx::query("SELECT pg_backend_pid()");
        let pid: i32 = row.fetch_one(&mut *connection).await?.try_get(0)?;
        let state = sqlx::query("SELECT state FROM pg_stat_activity WHERE pid = $1").bind(pid);
        let state: String = state.fetch_one(&world.pool).await?.try_get(0)?;
        assert_eq!(state, "idle", "{when}");
        connections.push(connection);
    }
    Ok(())
}

/// Drops the future at its first wait, at its second, and so on until it runs to its end.
async fn drop_everywhere<F: Future>(
    world: &World,
    pool: &PgPool,
    name: &str,
    begin: impl Fn() -> F,
) -> TestResult {
    for polls in 1.. {
        let has_ended = ends_within(polls, begin()).await;
        let when = format!("{name}, dropped at its wait number {polls}");
        assert_in_no_transaction(world, pool, &when).await?;
        // A quick server sometimes answers before the wait, so an early end proves nothing.
        if has_ended && polls >= 8 {
            break;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_publish() -> TestResult {
    let world = World::new().await?;
    let (pool, dispatcher) = publisher(&world, 1).await?;
    let one = || dispatcher.publish(lock(1, 1)).into_future();
    drop_everywhere(&world, &pool, "publish", one).await?;
    let many = || {
        dispatcher
            .publish_all([lock(2, 2), lock(3, 3)])
            .into_future()
    };
    drop_everywhere(&world, &pool, "publish_all", many).await?;
    let older = "DROP PROCEDURE dispatcher_publish_alone";
    sqlx::query(older).execute(&world.pool).await?;
    drop_everywhere(&world, &pool, "publish, with older tables", one).await?;
    pool.close().await;
    world.close().await
}

/// A caller that gave up does not keep waiting: when the pool is exhausted and every caller gives
/// up, no work is left over for later callers.
#[tokio::test]
async fn one_that_waits_for_a_connection() -> TestResult {
    let world = World::new().await?;
    let (pool, dispatcher) = publisher(&world, 1).await?;
    let held = pool.acquire().await?;
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = tasks();
    for _ in 1..=3 {
        let many = dispatcher.publish_all([lock(1, 1), lock(2, 2)]);
        assert!(!ends_within(1, many.into_future()).await);
    }
    assert_eq!(tasks(), before);
    drop(held);
    pool.close().await;
    world.close().await
}

/// The state that a cancelled `begin` elsewhere leaves, or a statement that failed in it.
#[tokio::test]
async fn a_connection_that_somebody_left_in_a_transaction() -> TestResult {
    let world = World::new().await?;
    let (pool, dispatcher) = publisher(&world, 1).await?;
    let left = [
        "BEGIN",
        "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1",
        "BEGIN; SELECT 1 / 0",
    ];
    let mut published = 0;
    for statements in left {
        leave(&mut *pool.acquire().await?, statements).await;
        let pair = [lock(published + 1, 1), lock(published + 2, 1)];
        dispatcher.publish_all(pair).await?;
        assert_in_no_transaction(&world, &pool, statements).await?;
        leave(&mut *pool.acquire().await?, statements).await;
        dispatcher.publish(lock(published + 3, 1)).await?;
        assert_in_no_transaction(&world, &pool, statements).await?;
        published += 3;
        assert_eq!(
            world.count(EVENTS).await?,
            i64::from(published),
            "{statements}"
        );
    }
    pool.close().await;
    world.close().await
}

const EVENTS: &str = "SELECT count(*) FROM dispatcher_event";

async fn leave(connection: &mut PgConnection, statements: &'static str) {
    let _ = connection.execute(statements).await;
}

/// The aborted connection is found and healed, and what was written through the others is
/// committed.
#[tokio::test]
async fn several_connections_that_somebody_left_in_a_transaction() -> TestResult {
    let world = World::new().await?;
    let (pool, dispatcher) = publisher(&world, 3).await?;
    let mut all = Vec::new();
    for statements in [
        "BEGIN; SELECT 1 / 0",
        "BEGIN; INSERT INTO effect (subscription, event_id, credits) VALUES ('', 'a', 1)",
        "BEGIN; INSERT INTO effect (subscription, event_id, credits) VALUES ('', 'b', 2)",
    ] {
        let mut connection = pool.acquire().await?;
        leave(&mut connection, statements).await;
        all.push(connection);
    }
    // Makes the first one the first in turn.
    for (idle, connection) in (1..).zip(all) {
        drop(connection);
        while pool.num_idle() < idle {
            tokio::task::yield_now().await;
        }
    }
    for number in 1..=6 {
        let pair = [lock(2 * number, 1), lock(2 * number + 1, 1)];
        dispatcher.publish_all(pair).await?;
    }
    assert_eq!(world.count(EVENTS).await?, 12);
    let mut effects = world.effects().await?;
    effects.sort_unstable();
    assert_eq!(effects, [1, 2]);
    assert_in_no_transaction(&world, &pool, "all were used").await?;
    pool.close().await;
    world.close().await
}

/// Leaves every idle connection in the state that these statements produce.
async fn leave_all(pool: &PgPool, statements: &'static str) {
    let mut connections = Vec::new();
    while let Some(mut connection) = pool.try_acquire() {
        leave(&mut connection, statements).await;
        connections.push(connection);
    }
}

/// A pool whose connections were all left in a transaction. There are more of them than `start`
/// uses, which ends those transactions that it meets.
async fn left_pool(world: &World) -> TestResult<PgPool> {
    const CONNECTIONS: u32 = 20;
    let pool = world.database.pool(CONNECTIONS).await?;
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut connection = pool.acquire().await?;
        leave(&mut connection, "BEGIN").await;
        connections.push(connection);
    }
    Ok(pool)
}

/// What the consumer does by itself is committed, even where it commits statement by statement.
#[tokio::test]
async fn a_consumer_whose_connections_were_left_in_a_transaction() -> TestResult {
    let world = World::new().await?;
    let pool = left_pool(&world).await?;
    let builder = dispatcher_runtime::Consumer::<acme_contracts::Coaching>::builder(pool.clone());
    let consumer = builder.state(Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    for (credits, statements) in [(1, ""), (2, "BEGIN"), (3, "BEGIN; SELECT 1 / 0")] {
        leave_all(&pool, statements).await;
        world.revenue().publish(lock(credits, credits)).await?;
        // The consumer itself queries on such a connection. If nothing were committed, this would
        // not end.
        let caught_up = async {
            while consumer.wait_caught_up().await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), caught_up).await?;
    }
    leave_all(&pool, "BEGIN").await;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3]);
    // What it writes at its end is visible to others, even before the pool is closed.
    let there = "SELECT (SELECT count(*) FROM dispatcher_replica)
                      + (SELECT count(*) FROM dispatcher_cursor WHERE holder IS NOT NULL)";
    assert_eq!(world.count(there).await?, 0);
    pool.close().await;
    world.close().await
}

/// Its LISTEN would not take effect before that transaction ended.
#[tokio::test]
async fn a_listener_whose_connection_was_left_in_a_transaction() -> TestResult {
    let world = World::new().await?;
    let pool = left_pool(&world).await?;
    let script = Script::new([]);
    let builder = dispatcher_runtime::Consumer::<acme_contracts::Coaching>::builder(pool.clone());
    let consumer = builder.poll_interval(Duration::from_secs(600));
    let consumer = consumer.state(script.clone()).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    let asleep = "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
                   WHERE locktype = 'advisory' AND classid = 1146311763 AND datname = current_database()";
    // An event published while it falls asleep may be found without a notification; not three in a
    // row.
    let wakes = async {
        for credits in 1..=3 {
            while world.count(asleep).await? == 0 {
                tokio::task::yield_now().await;
            }
            world.revenue().publish(lock(credits, credits)).await?;
            script.entered.acquire().await?.forget();
        }
        TestResult::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(60), wakes).await??;
    consumer.stop().await;
    pool.close().await;
    world.close().await
}

#[tokio::test]
async fn what_an_operator_does() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([(1, Act::Permanent)]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;

    // `rewind` takes two: the log may be in another database.
    let pool = world.database.pool(2).await?;
    let dead_letters = DeadLetters::new(pool.clone());
    let listed = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    let id = &listed[0].dead_letter_id;
    let resolve = || dead_letters.resolve(id, "mia", None);
    drop_everywhere(&world, &pool, "resolve", resolve).await?;

    let subscriptions = Subscriptions::new(pool.clone());
    let rewind = || subscriptions.rewind("coaching", "hold_slot", StartFrom::Beginning);
    drop_everywhere(&world, &pool, "rewind", rewind).await?;

    let log = EventLog::new(pool.clone());
    let horizon = || log.horizon();
    drop_everywhere(&world, &pool, "horizon", horizon).await?;
    let retention = LogRetention::default().events(Duration::from_secs(3600));
    let sweep = || log.sweep(&retention);
    drop_everywhere(&world, &pool, "sweep", sweep).await?;
    pool.close().await;
    world.close().await
}

/// It stops while it falls asleep, looks for open writers, or sweeps.
#[tokio::test]
async fn a_consumer_that_stops() -> TestResult {
    let world = World::new().await?;
    let pool = world.database.pool(4).await?;
    for _ in 0..20 {
        let consumer =
            dispatcher_runtime::Consumer::<acme_contracts::Coaching>::builder(pool.clone())
                .state(Script::new([]))
                .log_retention(LogRetention::default())
                .subscribe(hold_slot)
                .start()
                .await?;
        consumer.stop().await;
        assert_in_no_transaction(&world, &pool, "a consumer has stopped").await?;
    }
    pool.close().await;
    world.close().await
}
