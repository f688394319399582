//! A role with fewer privileges or stricter defaults than the engine would like.

use std::time::Duration;

use acme_contracts::Coaching;
use dispatcher_runtime::{Consumer, ConsumerBuilder};
use dispatcher_test_fixtures::log::Log;
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::{Executor, PgPool};

use crate::held::until;
use crate::support::{Script, World, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

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

/// A role that does not own the tables, and may use them; and a pool whose connections have it.
struct Stranger {
    role: String,
    pool: PgPool,
}

impl Stranger {
    async fn new(world: &World) -> TestResult<Self> {
        let role = format!("reader_of_{}", world.database.name());
        let grants = format!(
            "CREATE ROLE {role};
             GRANT USAGE ON SCHEMA public TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
             GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
        );
        world.pool.execute(sqlx::AssertSqlSafe(grants)).await?;
        let options = world.database.options().clone();
        let options = options.options([("role", &*role)]);
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(4);
        let pool = pool.connect_with(options).await?;
        Ok(Self { role, pool })
    }

    fn consumer(&self, script: &Script) -> ConsumerBuilder<Coaching, Script> {
        Consumer::<Coaching>::builder(self.pool.clone())
            .state(script.clone())
            .poll_interval(Duration::from_millis(50))
            .subscribe(hold_slot)
    }

    async fn drop(self, world: &World) -> TestResult {
        self.pool.close().await;
        let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}", role = self.role);
        world.pool.execute(sqlx::AssertSqlSafe(drop)).await?;
        Ok(())
    }
}

/// A policy hid the log: it looked empty, the cursor moved on, and every event was skipped in silence.
#[tokio::test]
async fn a_table_with_row_level_security_is_refused() -> TestResult {
    let world = World::new().await?;
    let stranger = Stranger::new(&world).await?;
    world
        .pool
        .execute("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO PUBLIC")
        .await?;
    let script = Script::new([]);
    for table in [
        "dispatcher_event",
        "dispatcher_cursor",
        "dispatcher_replica",
        "dispatcher_dedup",
        "dispatcher_retry",
        "dispatcher_dead_letter",
    ] {
        let secure = |verb| format!("ALTER TABLE {table} {verb} ROW LEVEL SECURITY");
        world
            .pool
            .execute(sqlx::AssertSqlSafe(secure("ENABLE")))
            .await?;
        let error = stranger.consumer(&script).start().await.unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("the setting `row-level security` is `active"),
            "{error}"
        );
        assert!(error.contains(table), "{error}");
        world
            .pool
            .execute(sqlx::AssertSqlSafe(secure("DISABLE")))
            .await?;
    }
    stranger.consumer(&script).start().await?.stop().await;
    stranger.drop(&world).await?;
    world.close().await
}

#[tokio::test]
async fn a_consumer_stops_reading_where_row_level_security_is_switched_on() -> TestResult {
    for table in ["dispatcher_event", "dispatcher_retry", "dispatcher_dedup"] {
        let world = World::new().await?;
        let stranger = Stranger::new(&world).await?;
        let grant = "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO PUBLIC; GRANT ALL ON effect TO PUBLIC;
                     GRANT ALL ON SEQUENCE effect_seq_seq TO PUBLIC";
        world.pool.execute(grant).await?;
        let script = Script::new([]);
        let logged = Log::default();
        let _guard = tracing::subscriber::set_default(logged.clone());
        let consumer = stranger.consumer(&script).start().await?;
        world.revenue().publish(lock(1, 1)).await?;
        consumer.wait_caught_up().await?;
        let secure = |verb| format!("ALTER TABLE {table} {verb} ROW LEVEL SECURITY");
        world
            .pool
            .execute(sqlx::AssertSqlSafe(secure("ENABLE")))
            .await?;
        world.revenue().publish(lock(2, 2)).await?;
        // A pass that is refused says so; one that is not moves the cursor.
        let passed = "SELECT count(*) FROM dispatcher_cursor WHERE position > 1";
        let refused = async {
            while !logged.text().contains("row-level security") && world.count(passed).await? == 0 {
                tokio::task::yield_now().await;
            }
            TestResult::Ok(())
        };
        tokio::time::timeout(PATIENCE, refused).await??;
        let moved = world.count(passed).await?;
        assert_eq!(moved, 0, "the cursor moved past what it could not see");
        world
            .pool
            .execute(sqlx::AssertSqlSafe(secure("DISABLE")))
            .await?;
        until(&world, "SELECT count(*) FROM effect", 2).await?;
        consumer.stop().await;
        stranger.drop(&world).await?;
        world.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_consumer_whose_role_may_not_use_the_sequences_is_told_which() -> TestResult {
    let world = World::new().await?;
    let stranger = Stranger::new(&world).await?;
    let role = &stranger.role;
    let revoke = format!("REVOKE USAGE ON ALL SEQUENCES IN SCHEMA public FROM {role}");
    world.pool.execute(sqlx::AssertSqlSafe(revoke)).await?;
    let script = Script::new([]);
    let start = async || stranger.consumer(&script).start().await;
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
    stranger.drop(&world).await?;
    world.close().await
}

/// It started, and failed with each pass.
#[tokio::test]
async fn a_consumer_whose_role_may_not_call_the_functions_is_told_which() -> TestResult {
    let world = World::new().await?;
    let stranger = Stranger::new(&world).await?;
    let script = Script::new([]);
    world
        .pool
        .execute("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO PUBLIC")
        .await?;
    for (function, arguments) in [
        ("dispatcher_event_horizon", "regclass"),
        ("dispatcher_partition", "text, text, integer"),
    ] {
        let change = |what: &str| format!("{what} EXECUTE ON FUNCTION {function}({arguments})");
        let revoke = change("REVOKE") + " FROM PUBLIC";
        world.pool.execute(sqlx::AssertSqlSafe(revoke)).await?;
        let error = stranger.consumer(&script).start().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the role of the consumer's connections lacks privileges: \
                 GRANT EXECUTE ON FUNCTION \"public\".{function}"
            )
        );
        let grant = change("GRANT") + " TO PUBLIC";
        world.pool.execute(sqlx::AssertSqlSafe(grant)).await?;
    }
    stranger.consumer(&script).start().await?.stop().await;
    stranger.drop(&world).await?;
    world.close().await
}
