//! Whether a program is alive and ready, as whatever balances it asks.

use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::{Coaching, credit_locked};
use axum::Router;
use dispatcher_runtime::http::Health;
use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, subscribe};
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::Server;
use sqlx::{AssertSqlSafe, Executor};
use tokio::net::TcpListener;

use crate::client::exchange;

#[subscribe(credit_locked)]
async fn count_locks(_event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    Ok(())
}

/// The statuses of both routes.
async fn asked(health: &Health) -> TestResult<(u16, u16)> {
    let app = Router::new().merge(health.router());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let mut statuses = Vec::new();
    for path in ["live", "ready"] {
        let request = format!("GET /health/{path} HTTP/1.1\r\nHost: service\r\n\r\n");
        let answer = exchange(address, request.as_bytes()).await?;
        let expected = if answer.status == 200 {
            "ok"
        } else {
            "unavailable"
        };
        assert_eq!(answer.body, serde_json::json!({ "status": expected }));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        statuses.push(answer.status);
    }
    server.abort();
    Ok((statuses[0], statuses[1]))
}

#[tokio::test]
async fn a_program_without_a_consumer_is_ready_while_its_tables_suit_it() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(4).await?;
    // Each value keeps what the database answered for a while.
    let fresh = || Health::new(pool.clone());
    assert_eq!(asked(&fresh()).await?, (200, 503), "there are no tables");
    dispatcher_runtime::migrate(&pool).await?;
    let health = fresh();
    assert_eq!(asked(&health).await?, (200, 200));
    health.stopping();
    assert_eq!(asked(&health).await?, (200, 503), "it is stopping");
    let needs = async |program: i32| {
        let function = format!(
            "CREATE OR REPLACE FUNCTION dispatcher_needs_program() RETURNS integer LANGUAGE sql AS 'SELECT {program}'"
        );
        pool.execute(AssertSqlSafe(function)).await
    };
    needs(1_000_000).await?;
    assert_eq!(
        asked(&fresh()).await?,
        (200, 503),
        "the tables are of a newer version"
    );
    needs(1).await?;
    pool.execute("DELETE FROM dispatcher_migration WHERE version = (SELECT max(version) FROM dispatcher_migration)")
        .await?;
    assert_eq!(
        asked(&fresh()).await?,
        (200, 503),
        "the tables are of an older version"
    );
    let health = fresh();
    pool.close().await;
    assert_eq!(asked(&health).await?, (200, 503), "the database is gone");
    database.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_consumer_is_ready_until_it_stops() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(8).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let consumer = Consumer::<Coaching>::builder(pool.clone())
        .subscribe(count_locks)
        .start()
        .await?;
    consumer.ready().await?;
    let health = consumer.health();
    assert_eq!(asked(&health).await?, (200, 200));
    consumer.stop().await;
    assert_eq!(asked(&health).await?, (200, 503));
    pool.close().await;
    database.close().await?;
    Ok(())
}
