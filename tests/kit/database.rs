//! The database of a test: created, dropped, and what happens to those that were never dropped.

use std::error::Error;
use std::time::Duration;

use acme_contracts::Coaching;
use dispatcher_runtime::testing::TestKit;
use dispatcher_test_fixtures::{TestResult, lock};
use dispatcher_test_launcher::{Cluster, Server};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::support::{Failing, fail_at_one, kit};

async fn exists(name: &str) -> TestResult<bool> {
    exists_on(Server::shared().await?.url(), name).await
}

async fn exists_on(url: &str, name: &str) -> TestResult<bool> {
    let mut connection = PgConnection::connect(url).await?;
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(found)
}

fn name(kit: &TestKit<Coaching>) -> TestResult<String> {
    Ok(kit.database_name().ok_or("it has none")?.to_owned())
}

#[tokio::test]
async fn it_is_gone_after_close() -> TestResult {
    let failing = Failing::times(0);
    let kit = kit().await?.state(failing).subscribe(fail_at_one);
    let kit = kit.start().await?;
    let name = name(&kit)?;
    // Open connections of the test do not keep it: one of the kit's pool, and another one.
    let _connection = kit.pool().acquire().await?;
    let other = (*kit.pool().connect_options()).clone();
    let _other = PgConnection::connect_with(&other).await?;
    assert!(exists(&name).await?);
    kit.close().await?;
    assert!(!exists(&name).await?);
    Ok(())
}

#[tokio::test]
async fn it_is_gone_when_an_assertion_has_failed() -> TestResult {
    let kit = kit().await?.state(Failing::times(0)).subscribe(fail_at_one);
    let kit = kit.start().await?;
    let name = name(&kit)?;
    kit.publish(lock(1, 1)).await?;
    let test = tokio::spawn(async move {
        kit.wait_caught_up().await.unwrap();
        kit.dead_letters().await.unwrap().expect_one();
    });
    assert!(test.await.unwrap_err().is_panic());
    assert!(!exists(&name).await?);
    Ok(())
}

#[tokio::test]
async fn it_is_gone_when_the_preparation_fails() -> TestResult {
    let (told, name) = std::sync::mpsc::channel();
    let kit = kit().await?.prepare(move |pool| async move {
        let name: String = sqlx::query_scalar("SELECT current_database()::text")
            .fetch_one(&pool)
            .await?;
        told.send(name)?;
        sqlx::query("CREATE TABLE slot (lesson_id nonsense)")
            .execute(&pool)
            .await?;
        Ok(())
    });
    let error = kit.start().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the preparation given to `.prepare(…)` failed"
    );
    let said = error.source().ok_or("it has a source")?.to_string();
    assert!(said.contains("type \"nonsense\" does not exist"), "{said}");
    assert!(!exists(&name.recv()?).await?);
    Ok(())
}

#[tokio::test]
async fn a_later_kit_drops_what_a_killed_process_left_and_nothing_else() -> TestResult {
    // A server of its own: kits of other tests would drop these before a client is connected.
    let cluster = Cluster::start().await?;
    let url = cluster.server().url().to_owned();
    let exists = async |name: &str| exists_on(&url, name).await;
    let mut server = PgConnection::connect(&url).await?;
    let now: i64 = sqlx::query_scalar("SELECT extract(epoch FROM clock_timestamp())::bigint")
        .fetch_one(&mut server)
        .await?;
    let named = |age: i64, rest: &str| format!("dispatcher_kit_{}_{rest}", now - age);
    let abandoned = named(3601, "1_00000000000000a1");
    let spared = [
        named(3500, "1_00000000000000a2"),        // too young
        named(9000, "1_00000000000000a3"),        // a client is connected
        named(9000, "1_00000000000000a4_backup"), // a name of the user's own
        named(9000, "1_a5"),                      // not in the kit's format
        "dispatcher_kit_mine".to_owned(),
    ];
    for name in spared.iter().chain([&abandoned]) {
        let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"));
        sqlx::raw_sql(create).execute(&mut server).await?;
    }
    let options: PgConnectOptions = url.parse()?;
    let connected = PgConnection::connect_with(&options.database(&spared[1])).await?;

    let kit = TestKit::<Coaching>::builder().server(&url).start().await?;
    assert!(!exists(&abandoned).await?);
    for name in &spared {
        assert!(exists(name).await?, "{name}");
    }

    connected.close().await?;
    kit.close().await?;
    Ok(())
}

/// As `#[sqlx::test]` passes one to a test: its pool allows five connections.
#[tokio::test]
async fn one_that_the_test_brings_is_used_and_left() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(5).await?;
    dispatcher_runtime::migrate(&pool).await?;
    pool.execute("CREATE TABLE slot (lesson_id text)").await?;
    let failing = Failing::times(0);
    let kit = TestKit::<Coaching>::builder().pool(pool.clone());
    let kit = kit.state(failing.clone()).subscribe(fail_at_one);
    let kit = kit.start().await?;
    assert_eq!(kit.database_name(), None);
    kit.publish(lock(1, 1)).await?;
    kit.wait_caught_up().await?;
    kit.close().await?;
    assert_eq!(failing.attempts(), [(1, 1)]);
    pool.execute("SELECT FROM slot").await?;
    pool.close().await;
    database.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_role_that_may_not_make_databases_is_told_what_it_lacks() -> TestResult {
    let cluster = Cluster::start().await?;
    let url = cluster.server().url().to_owned();
    let mut server = PgConnection::connect(&url).await?;
    server.execute("CREATE ROLE nobody LOGIN").await?;
    let (_, place) = url.rsplit_once('@').ok_or("no role in the URL")?;
    let kit = TestKit::<Coaching>::builder().server(format!("postgres://nobody@{place}"));
    let error = kit.start().await.unwrap_err().to_string();
    assert!(
        error.starts_with("could not create a database on 127.0.0.1:")
            && error.contains("permission denied to create database [SQLSTATE 42501]")
            && error.ends_with(
                "; grant the role the right to create databases: `ALTER ROLE … CREATEDB`"
            )
            && !error.contains("tables"),
        "{error}"
    );
    server.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_url_that_is_none_is_refused_without_its_password() -> TestResult {
    for url in ["mysql://u:hush@h/db", "hush", "postgres://u:hush@h:port/db"] {
        let error = TestKit::<Coaching>::builder().server(url).start().await;
        assert_eq!(
            error.unwrap_err().to_string(),
            "the setting `server` is `(not shown)`; it has to be a URL such as \
             `postgres://user:password@localhost/postgres`",
            "{url}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() -> TestResult {
    let kit = TestKit::<Coaching>::builder()
        .timeout(Duration::from_secs(1))
        .server("postgres://u:hush@127.0.0.1:1/db");
    let error = kit.start().await.unwrap_err().to_string();
    assert!(
        error.starts_with("could not connect to the server of server, 127.0.0.1:1: ")
            && !error.contains("hush"),
        "{error}"
    );
    Ok(())
}
