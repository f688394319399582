//! A role with fewer privileges or stricter defaults than the engine would like.

use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;

use crate::support::{Script, World, hold_slot};

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
    consumer.wait_caught_up().await?;
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
