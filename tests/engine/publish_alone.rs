//! An event published by itself: one round trip, and committed in whatever state the connection is.

use acme_contracts::Revenue;
use dispatcher_runtime::Dispatcher;
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::{Executor, PgPool};

use crate::support::World;

const EVENTS: &str = "SELECT count(*) FROM dispatcher_event";

fn dispatcher(pool: &PgPool) -> TestResult<Dispatcher<Revenue>> {
    Ok(Dispatcher::builder(pool.clone()).tenant(TENANT).build()?)
}

/// The other tests here would also pass if publishing always took the long way.
#[tokio::test]
async fn the_procedure_is_what_inserts() -> TestResult {
    let world = World::new().await?;
    world.revenue().publish(lock(1, 1)).await?;
    world
        .pool
        .execute(
            "CREATE OR REPLACE PROCEDURE dispatcher_publish_alone(
                 text, text, integer, timestamptz, text, text, text, text, text, text, text, text,
                 INOUT \"position\" bigint)
             LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''it was called''; END'",
        )
        .await?;
    let error = world.revenue().publish(lock(2, 2)).await.unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert!(
        format!("{error} {source:?}").contains("it was called"),
        "{error} {source:?}"
    );
    world.close().await
}

/// A connection in a transaction is tested in `hostile.rs`; in a failed transaction no statement
/// works.
#[tokio::test]
async fn a_connection_in_a_transaction_that_failed_is_made_good() -> TestResult {
    let world = World::new().await?;
    let pool = world.database.pool(1).await?;
    let failed = sqlx::raw_sql("BEGIN; SELECT 1 / 0").execute(&pool).await;
    assert!(failed.is_err());
    let dispatcher = dispatcher(&pool)?;
    let first = dispatcher.publish(lock(1, 1)).await?;
    let second = dispatcher.publish(lock(2, 2)).await?;
    assert!(first.position < second.position, "{first:?} {second:?}");
    assert_eq!(world.count(EVENTS).await?, 2, "others see them");
    pool.close().await;
    world.close().await
}

#[tokio::test]
async fn an_id_that_is_known_is_said_to_be() -> TestResult {
    let world = World::new().await?;
    let dispatcher = world.revenue();
    let first = dispatcher.publish(lock(1, 1)).await?;
    let id = || first.event_id.clone();
    let again = dispatcher.publish(lock(1, 1)).event_id(id()).await?;
    assert!(again.is_duplicate(), "{again:?}");
    assert!(!first.is_duplicate(), "{first:?}");
    assert_eq!(world.count(EVENTS).await?, 1);
    world.close().await
}

/// During a deployment the code is newer than the tables for a while.
#[tokio::test]
async fn tables_of_an_older_version_will_do() -> TestResult {
    let world = World::new().await?;
    let drop = "DROP PROCEDURE dispatcher_publish_alone";
    world.pool.execute(drop).await?;
    world.revenue().publish(lock(1, 1)).await?;
    assert_eq!(world.count(EVENTS).await?, 1);
    world.close().await
}

#[tokio::test]
async fn a_schema_may_be_renamed() -> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate_schema(&world.pool, "north").await?;
    let rename = "ALTER SCHEMA north RENAME TO south";
    world.pool.execute(rename).await?;
    let dispatcher = Dispatcher::<Revenue>::builder(world.pool.clone())
        .tenant(TENANT)
        .schema("south")
        .build()?;
    dispatcher.publish(lock(1, 1)).await?;
    let there = "SELECT count(*) FROM south.dispatcher_event";
    assert_eq!(world.count(there).await?, 1);
    world.close().await
}
