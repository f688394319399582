//! Migrations: twice without harm, at once without harm, and refused when they do not fit.

use dispatcher_tests::fixtures::TestResult;
use sqlx::Executor;

use crate::support::World;

#[tokio::test]
async fn applying_them_again_or_at_the_same_time_does_nothing() -> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate(&world.pool).await?;
    let (first, second) = tokio::join!(
        dispatcher_runtime::migrate_schema(&world.pool, "north"),
        dispatcher_runtime::migrate_schema(&world.pool, "north"),
    );
    first?;
    second?;
    assert_eq!(
        world
            .count("SELECT count(*) FROM dispatcher_migration")
            .await?,
        4
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM north.dispatcher_migration")
            .await?,
        4
    );
    world.close().await
}

#[tokio::test]
async fn the_pools_connections_keep_their_search_path() -> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate_schema(&world.pool, "north").await?;
    assert_eq!(world.count("SELECT count(*) FROM pg_class WHERE oid = 'dispatcher_event'::regclass AND relnamespace = 'public'::regnamespace").await?, 1);
    world.close().await
}

#[tokio::test]
async fn a_changed_migration_is_refused() -> TestResult {
    let world = World::new().await?;
    world
        .pool
        .execute("UPDATE dispatcher_migration SET checksum = '\\x00' WHERE version = 1")
        .await?;
    let error = dispatcher_runtime::migrate(&world.pool).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the dispatcher's tables could not be migrated"
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains('1'), "{source}");
    world.close().await
}
