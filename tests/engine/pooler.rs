//! Behind a transaction pooler: events are found by polling, this is logged once, and nothing is
//! left in sessions that another client uses the next moment.

use std::time::Duration;

use crate::transaction_pooler::Pooler;
use dispatcher_runtime::EventLog;
use dispatcher_test_fixtures::log::Log;
use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::Cluster;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool, Row};

use crate::support::{Script, World, hold_slot};

/// Connections through the pooler, to a server of its own that asks for no password.
async fn pooled(cluster: &Cluster, world: &World) -> TestResult<(Pooler, PgPool)> {
    let server: PgConnectOptions = cluster.url("postgres").parse()?;
    let pooler = Pooler::open(server.get_port()).await?;
    let options = world.database.options().clone();
    let options = options.host("127.0.0.1").port(pooler.port());
    let pool = PgPoolOptions::new().max_connections(8);
    Ok((pooler, pool.connect_with(options).await?))
}

async fn world(cluster: &Cluster) -> TestResult<World> {
    World::on(&cluster.server()).await
}

#[tokio::test]
async fn the_pooler_lends_one_server_process_to_many() -> TestResult {
    let mut cluster = Cluster::start().await?;
    let world = world(&cluster).await?;
    let (_pooler, pool) = pooled(&cluster, &world).await?;
    let (mut one, mut other) = (pool.acquire().await?, pool.acquire().await?);
    let pid = "SELECT pg_backend_pid(), $1::int";
    let mut pids = Vec::new();
    for _ in 0..2 {
        for connection in [&mut one, &mut other] {
            // Each of them prepares it once.
            let row = sqlx::query(pid).bind(1_i32).fetch_one(&mut **connection);
            pids.push(row.await?.try_get::<i32, _>(0)?);
        }
    }
    assert!(pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
    drop((one, other));
    pool.close().await;
    world.close().await?;
    cluster
        .stop(dispatcher_test_launcher::Shutdown::Fast)
        .await?;
    Ok(())
}

/// An event, after which the subscription falls asleep again.
async fn handle_one(world: &World, script: &Script) -> TestResult {
    world.revenue().publish(lock(4, 4)).await?;
    let handled = tokio::time::timeout(Duration::from_secs(60), script.entered.acquire());
    handled.await??.forget();
    Ok(())
}

#[tokio::test]
async fn events_are_found_by_polling_which_is_said_once() -> TestResult {
    let mut cluster = Cluster::start().await?;
    let world = world(&cluster).await?;
    let (_pooler, pool) = pooled(&cluster, &world).await?;
    let log = Log::default();
    let listening = tracing::subscriber::set_default(log.clone());
    let script = Script::new([]);
    let start = async |pool: &PgPool| {
        let consumer =
            dispatcher_runtime::Consumer::<acme_contracts::Coaching>::builder(pool.clone());
        let consumer = consumer.state(script.clone());
        let consumer = consumer.poll_interval(Duration::from_millis(50));
        consumer.subscribe(hold_slot).start().await
    };
    let consumer = start(&pool).await?;
    for credits in 1..=3 {
        world.revenue().publish(lock(credits, credits)).await?;
        let handled = tokio::time::timeout(Duration::from_secs(60), script.entered.acquire());
        handled.await??.forget();
    }
    let asleep =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1146311763";
    assert_eq!(world.count(asleep).await?, 0, "writers do not notify");
    let said = || log.text().matches("transaction pooler").count();
    // Whether a pooler is there shows by chance, at the connection and at each sleep.
    while said() == 0 {
        // Another transaction takes up a session, so that the pooler hands out another one.
        let mut other = pool.begin().await?;
        other.execute("SELECT 1").await?;
        handle_one(&world, &script).await?;
        other.rollback().await?;
        handle_one(&world, &script).await?;
    }
    consumer.stop().await;
    assert_eq!(said(), 1, "{}", log.text());

    // Without the pooler, the same consumer listens and logs nothing.
    let consumer = start(&world.pool).await?;
    while world.count(asleep).await? == 0 {
        tokio::task::yield_now().await;
    }
    consumer.stop().await;
    assert_eq!(said(), 1);
    // The log alone may be behind a pooler.
    let consumer = world
        .coaching(&script)
        .events_from(EventLog::new(pool.clone()));
    let consumer = consumer.poll_interval(Duration::from_millis(50));
    let consumer = consumer.subscribe(hold_slot).start().await?;
    while said() == 1 {
        let mut other = pool.begin().await?;
        other.execute("SELECT 1").await?;
        handle_one(&world, &script).await?;
        other.rollback().await?;
        handle_one(&world, &script).await?;
    }
    consumer.stop().await;
    drop(listening);
    pool.close().await;
    world.close().await?;
    cluster
        .stop(dispatcher_test_launcher::Shutdown::Fast)
        .await?;
    Ok(())
}

/// A search path and a session's lock stayed with the server's session: other services' queries found our tables
/// instead of theirs, and the next replica waited for ever.
#[tokio::test]
async fn a_migration_leaves_nothing_with_the_session() -> TestResult {
    let mut cluster = Cluster::start().await?;
    let world = world(&cluster).await?;
    let (_pooler, pool) = pooled(&cluster, &world).await?;
    let path = "SELECT current_setting('search_path')";
    let before: String = sqlx::query_scalar(path).fetch_one(&pool).await?;
    dispatcher_runtime::migrate_schema(&pool, "north").await?;
    dispatcher_runtime::migrate_schema(&pool, "north").await?;
    let after: String = sqlx::query_scalar(path).fetch_one(&pool).await?;
    assert_eq!(before, after);
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    let locks: i64 = sqlx::query_scalar(locks).fetch_one(&pool).await?;
    assert_eq!(locks, 0);
    pool.close().await;
    world.close().await?;
    cluster
        .stop(dispatcher_test_launcher::Shutdown::Fast)
        .await?;
    Ok(())
}
