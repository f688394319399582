//! Programs that are not consumers and only LISTEN.

use std::time::Duration;

use dispatcher_test_fixtures::log::Log;
use dispatcher_test_fixtures::{TestResult, lock, release};
use sqlx::Executor;
use sqlx::postgres::PgListener;

use crate::support::{Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);
const ALWAYS: &str = "ALTER TABLE dispatcher_event ENABLE TRIGGER dispatcher_event_notify_always";

async fn next(listener: &mut PgListener) -> TestResult<String> {
    let notification = tokio::time::timeout(PATIENCE, listener.recv()).await??;
    Ok(notification.payload().to_owned())
}

async fn listener(world: &World) -> TestResult<PgListener> {
    let mut listener = PgListener::connect_with(&world.pool).await?;
    listener.listen("dispatcher_event_inserted").await?;
    Ok(listener)
}

/// A writer notified only where one of our subscriptions slept, so it heard nothing.
#[tokio::test]
async fn a_program_that_only_listens_hears_of_each_event_once_writers_always_notify() -> TestResult
{
    let world = World::new().await?;
    let mut listener = listener(&world).await?;
    world.revenue().publish(release(1, 1)).await?;
    world.pool.execute(ALWAYS).await?;
    world.revenue().publish(lock(1, 1)).await?;
    assert_eq!(
        next(&mut listener).await?,
        "credit.locked",
        "the release was silent"
    );
    world
        .revenue()
        .publish_all([lock(1, 2), lock(2, 3)])
        .await?;
    assert_eq!(
        next(&mut listener).await?,
        "credit.locked",
        "once for a transaction"
    );
    let inserted = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
                    SELECT 'evt_' || gen_random_uuid(), 'other.' || number, 1, now(), 'tnt_x', 'other', 'system:other', '{}'
                      FROM generate_series(1, 2) AS number";
    world.pool.execute(inserted).await?;
    assert_eq!(next(&mut listener).await?, "other.1");
    assert_eq!(next(&mut listener).await?, "other.2");
    let off = "ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify_always";
    world.pool.execute(off).await?;
    world.revenue().publish(lock(1, 4)).await?;
    world
        .pool
        .execute("NOTIFY dispatcher_event_inserted, 'the end'")
        .await?;
    assert_eq!(next(&mut listener).await?, "the end");
    drop(listener);
    world.close().await
}

#[tokio::test]
async fn writers_that_always_notify_wake_consumers_too() -> TestResult {
    let world = World::new().await?;
    world.pool.execute(ALWAYS).await?;
    let off = "ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify";
    world.pool.execute(off).await?;
    let logged = Log::default();
    let _guard = tracing::subscriber::set_default(logged.clone());
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    for credits in 1..=5 {
        world.revenue().publish(lock(credits, credits)).await?;
        // It would poll after ten minutes.
        let entered = tokio::time::timeout(PATIENCE, script.entered.acquire());
        entered.await??.forget();
    }
    consumer.stop().await;
    assert!(
        !logged.text().contains("events are found by polling"),
        "{}",
        logged.text()
    );
    world.close().await
}

/// A full queue fails every transaction that notifies, whoever listens.
#[tokio::test]
async fn above_half_of_the_queue_writers_that_always_notify_are_silent_too() -> TestResult {
    let world = World::new().await?;
    world.pool.execute(ALWAYS).await?;
    world
        .pool
        .execute(
            "SET allow_system_table_mods = on;
             CREATE OR REPLACE FUNCTION pg_catalog.pg_notification_queue_usage() RETURNS float8
             LANGUAGE sql AS 'SELECT 0.6::float8'",
        )
        .await?;
    let mut listener = listener(&world).await?;
    world.revenue().publish(lock(1, 1)).await?;
    world
        .pool
        .execute("NOTIFY dispatcher_event_inserted, 'the end'")
        .await?;
    assert_eq!(next(&mut listener).await?, "the end");
    drop(listener);
    world.close().await
}
