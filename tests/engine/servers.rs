//! Servers that a consumer refuses, because events could be skipped there or statements would fail: a
//! standby, and a Postgres that is too old.

use acme_contracts::Coaching;
use dispatcher_runtime::{Consumer, PublishError};
use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::{Cluster, Shutdown};
use sqlx::{Executor, PgPool};

use crate::support::{Script, World, hold_slot};

async fn refusal(pool: &PgPool) -> TestResult<String> {
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .state(Script::new([]))
        .subscribe(hold_slot);
    match consumer.start().await {
        Ok(running) => {
            running.stop().await;
            Err("it has started".into())
        }
        Err(error) => Ok(error.to_string()),
    }
}

#[tokio::test]
async fn a_standby_is_refused() -> TestResult {
    let mut cluster = Cluster::start().await?;
    let world = World::on(&cluster.server()).await?;
    world.revenue().publish(lock(1, 1)).await?;
    let url = world.database.url().to_owned();
    world.pool.close().await;
    cluster.stop(Shutdown::Fast).await?;
    // A server with this file replays what its primary sends, or what it finds, and only reads.
    std::fs::write(cluster.folder().join("data/standby.signal"), "")?;
    cluster.restart().await?;
    let pool = PgPool::connect(&url).await?;
    assert_eq!(
        refusal(&pool).await?,
        "the setting `pool` is `a connection to a standby`; it has to be a connection to the primary: \
         the locks that keep the log gap-safe are only visible there"
    );
    let dispatcher =
        dispatcher_runtime::Dispatcher::<acme_contracts::Revenue>::builder(pool.clone())
            .tenant(dispatcher_test_fixtures::TENANT)
            .build()?;
    let error = dispatcher.publish(lock(2, 2)).await.unwrap_err();
    assert!(matches!(error, PublishError::Database(_)), "{error}");
    pool.close().await;
    Ok(())
}

/// This database's `current_setting` says that it is Postgres 13.
#[tokio::test]
async fn a_server_older_than_14_is_refused() -> TestResult {
    let world = World::new().await?;
    world
        .pool
        .execute(
            "SET allow_system_table_mods = on;
             CREATE OR REPLACE FUNCTION pg_catalog.current_setting(text) RETURNS text LANGUAGE sql STABLE AS
             $$ SELECT CASE $1 WHEN 'server_version_num' THEN '130022'
                               ELSE pg_catalog.current_setting($1, false) END $$",
        )
        .await?;
    assert_eq!(
        refusal(&world.pool).await?,
        "the setting `server_version` is `130022`; it has to be Postgres 14 or later"
    );
    world.close().await
}
