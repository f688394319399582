//! Migrations: harmless when run twice or concurrently, possible from every earlier version, and
//! refused if they do not match.

use std::path::Path;

use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{Consumer, Dispatcher};
use dispatcher_test_fixtures::{
    TENANT, TestResult, create_effect_table, lock, lock_json, person_id,
};
use dispatcher_test_launcher::Server;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, Executor, PgPool, Row};

use crate::support::{Script, World, hold_slot};

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
        10
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM north.dispatcher_migration")
            .await?,
        10
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
        "the dispatcher's tables could not be migrated: migration 1 was previously applied but has been modified"
    );
    world.close().await
}

/// The number of migrations in the first schema. Those after them are upgrades.
const BASELINE: usize = 5;

/// From the first schema and from each version after it, with what a consumer of that version left
/// behind. A migration that changes the tables adds its columns to `left_behind` for the versions
/// that have them.
#[tokio::test]
async fn every_earlier_version_is_brought_up_to_date_and_goes_on_where_it_was() -> TestResult {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let all = Migrator::new(files).await?;
    for version in BASELINE..=all.iter().count() {
        let database = Server::shared().await?.create_database().await?;
        let pool = database.pool(8).await?;
        let mut old = Migrator::with_migrations(all.iter().take(version).cloned().collect());
        old.dangerous_set_table_name("dispatcher_migration");
        old.run(&pool).await?;
        create_effect_table(&pool).await?;
        left_behind(&pool).await?;

        dispatcher_runtime::migrate(&pool).await?;
        dispatcher_runtime::migrate(&pool).await?;
        let script = Script::new([]);
        let consumer = Consumer::<Coaching>::builder(pool.clone())
            .state(script.clone())
            .subscribe(hold_slot)
            .start()
            .await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;
        let rows = sqlx::query("SELECT credits FROM effect ORDER BY credits")
            .fetch_all(&pool)
            .await?;
        let effects: Vec<i64> = rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?;
        assert_eq!(effects, [2, 3], "from version {version}");
        assert_eq!(script.attempts_at(2), [2], "its attempts went on");
        pool.close().await;
        database.close().await?;
    }
    Ok(())
}

/// Three events: the first was handled, the second waits for its second attempt, the third is yet
/// to come.
async fn left_behind(pool: &PgPool) -> TestResult {
    let insert = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, payload)
                  VALUES ('evt_0192f3a1-7b64-7c3d-8e21-' || lpad($1::text, 12, '0'), 'credit.locked', 1, now(), 'tnt_a', 'revenue', $2, 'system:revenue', $3::json)";
    for credits in 1..=3_u32 {
        sqlx::query(insert)
            .bind(i32::try_from(credits)?)
            .bind(person_id(credits))
            .bind(lock_json(credits, credits).to_string())
            .execute(pool)
            .await?;
    }
    pool.execute(
        "INSERT INTO dispatcher_cursor (consumer, subscription, position, updated_at)
         VALUES ('coaching', 'hold_slot', 2, now());
         INSERT INTO dispatcher_dedup (consumer, subscription, event_id, handled_at)
         VALUES ('coaching', 'hold_slot', 'evt_0192f3a1-7b64-7c3d-8e21-000000000001', now());
         INSERT INTO dispatcher_retry
                (consumer, subscription, position, event_id, log_position, subject, attempts, due_at, failures)
         VALUES ('coaching', 'hold_slot', 2, 'evt_0192f3a1-7b64-7c3d-8e21-000000000002', 2, 'someone', 1, now(), '[]')",
    )
    .await?;
    Ok(())
}

/// Rights to create anything were asked for although nothing was to be done.
#[tokio::test]
async fn a_role_that_may_only_read_and_write_starts_where_nothing_is_to_be_done() -> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate_schema(&world.pool, "north").await?;
    world
        .pool
        .execute(
            "DROP ROLE IF EXISTS dispatcher_migrations_test;
             CREATE ROLE dispatcher_migrations_test LOGIN PASSWORD 'test';
             GRANT USAGE ON SCHEMA north TO dispatcher_migrations_test;
             GRANT SELECT ON dispatcher_migration, north.dispatcher_migration TO dispatcher_migrations_test",
        )
        .await?;
    let options = world.database.options().clone();
    let options = options
        .username("dispatcher_migrations_test")
        .password("test");
    let pool = sqlx::postgres::PgPoolOptions::new()
        .connect_with(options)
        .await?;
    dispatcher_runtime::migrate(&pool).await?;
    dispatcher_runtime::migrate_schema(&pool, "north").await?;
    pool.close().await;
    // The owner of a schema need not be allowed to create others.
    world
        .pool
        .execute("CREATE SCHEMA south AUTHORIZATION dispatcher_migrations_test")
        .await?;
    let options = world.database.options().clone();
    let options = options
        .username("dispatcher_migrations_test")
        .password("test");
    let pool = sqlx::postgres::PgPoolOptions::new()
        .connect_with(options)
        .await?;
    dispatcher_runtime::migrate_schema(&pool, "south").await?;
    pool.close().await;
    world
        .pool
        .execute("DROP OWNED BY dispatcher_migrations_test CASCADE; DROP ROLE dispatcher_migrations_test")
        .await?;
    world.close().await
}

/// Replicas of the former version ended at their start during a deployment.
#[tokio::test]
async fn tables_of_a_newer_version_are_refused_only_if_they_do_not_suit() -> TestResult {
    let world = World::new().await?;
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_migration (version, description, success, checksum, execution_time)
             VALUES (99, 'what comes later', true, '\\x00', 0)",
        )
        .await?;
    dispatcher_runtime::migrate(&world.pool).await?;
    world
        .pool
        .execute("CREATE OR REPLACE FUNCTION dispatcher_needs_program() RETURNS integer LANGUAGE sql AS 'SELECT 7'")
        .await?;
    let error = dispatcher_runtime::migrate(&world.pool).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the dispatcher's tables are those of a newer version, which programs of number 7 and higher can use; \
         this one has number 1: upgrade the dispatcher-runtime of this service"
    );
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let error = consumer.start().await.err().ok_or("it was not refused")?;
    assert!(
        error.to_string().contains("upgrade its dispatcher-runtime"),
        "{error}"
    );
    world.close().await
}

#[tokio::test]
async fn tables_that_something_else_has_made_are_refused_with_the_way_out() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(2).await?;
    pool.execute("CREATE TABLE dispatcher_event (id bigint PRIMARY KEY)")
        .await?;
    let error = dispatcher_runtime::migrate(&pool)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("a table dispatcher_event that this crate has not made"),
        "{error}"
    );
    dispatcher_runtime::migrate_schema(&pool, "dispatcher").await?;
    pool.close().await;
    Ok(database.close().await?)
}

/// It used not to compile, where the caller is a task.
#[tokio::test]
async fn a_task_can_migrate() -> TestResult {
    let world = World::new().await?;
    let pool = world.pool.clone();
    tokio::spawn(async move { dispatcher_runtime::migrate(&pool).await }).await??;
    world.close().await
}

/// A report of the whole chain, as anyhow's `{:#}` writes it, used to say three times what the server said.
#[tokio::test]
async fn a_migration_that_fails_says_once_why() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(2).await?;
    pool.execute("CREATE TABLE dispatcher_cursor (id text)")
        .await?;
    let error = dispatcher_runtime::migrate(&pool).await.unwrap_err();
    let report = format!("{:#}", anyhow::Error::from(error));
    assert_eq!(report.matches("already exists").count(), 1, "{report}");
    assert!(report.contains("migration 4"), "{report}");
    pool.close().await;
    Ok(database.close().await?)
}

/// Its owner could attach a trigger to the table, which would run as the role that migrates.
#[tokio::test]
async fn tables_of_another_role_are_not_migrated() -> TestResult {
    let world = World::new().await?;
    let owner = format!("owner_in_{}", world.database.name());
    let squat = format!(
        "CREATE ROLE {owner}; CREATE SCHEMA squat; GRANT ALL ON SCHEMA squat TO {owner}; SET ROLE {owner};
         CREATE TABLE squat.dispatcher_migration (LIKE public.dispatcher_migration INCLUDING ALL);
         CREATE FUNCTION squat.run() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''it ran as %'', current_user; END';
         CREATE TRIGGER run BEFORE INSERT ON squat.dispatcher_migration EXECUTE FUNCTION squat.run();
         RESET ROLE"
    );
    // The connection that had the role is not used again.
    let mut connection = world.pool.acquire().await?.detach();
    let grant = format!("GRANT SELECT ON dispatcher_migration TO PUBLIC; {squat}");
    connection.execute(AssertSqlSafe(grant)).await?;
    connection.close().await?;
    let error = dispatcher_runtime::migrate_schema(&world.pool, "squat").await;
    let error = error.unwrap_err().to_string();
    let expected = format!(
        "the table \"squat\".dispatcher_migration belongs to the role \"{owner}\", and what it has attached to its \
         tables would run as the role that migrates them: migrate as \"{owner}\" (`SET ROLE`), or give the \
         dispatcher's tables to the role that migrates"
    );
    assert_eq!(error, expected);
    let drop = format!("DROP OWNED BY {owner}; DROP ROLE {owner}");
    world.pool.execute(AssertSqlSafe(drop)).await?;
    world.close().await
}

/// One with two dollar signs ended the quotation of a function's body, and the last but one migration failed.
#[tokio::test]
async fn a_family_may_have_any_name_that_a_schema_may_have() -> TestResult {
    let world = World::new().await?;
    for schema in ["a$$b", "a$body$b", "$1", "100%s", "{family}", "Größe 7; --"] {
        dispatcher_runtime::migrate_schema(&world.pool, schema).await?;
        let dispatcher = Dispatcher::<Revenue>::builder(world.pool.clone())
            .tenant(TENANT)
            .schema(schema)
            .build()?;
        let published = dispatcher.publish(lock(1, 1)).await?;
        assert_eq!(
            published.position.map(|position| position.get()),
            Some(1),
            "{schema}"
        );
    }
    world.close().await
}
