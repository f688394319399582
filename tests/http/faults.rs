//! When the database fails: the HTTP response and the log are two different texts.

use dispatcher_test_fixtures::TestResult;
use dispatcher_test_fixtures::log::Log;
use sqlx::Executor;

use crate::support::{LIST, NOBODY, Service};

#[tokio::test]
async fn what_the_database_says_is_in_the_log_alone() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    service
        .pool
        .execute("DROP TABLE dispatcher_dead_letter CASCADE")
        .await?;
    let log = Log::default();
    // The server is a task on this thread too.
    let listening = tracing::subscriber::set_default(log.clone());
    for path in [LIST.to_owned(), format!("{LIST}/{NOBODY}")] {
        let answer = service.get(&path).await?;
        answer.assert_problem(
            500,
            "the request failed; the service's log has the cause under this `instance`",
        );
        let instance = answer.body["instance"].as_str().unwrap();
        assert!(instance.starts_with("urn:uuid:"));
        assert!(log.text().contains(instance), "{}", log.text());
    }
    assert!(log.text().contains("SQLSTATE 42P01"), "{}", log.text());
    drop(listening);
    service.close().await
}

#[tokio::test]
async fn a_database_that_is_gone_is_a_503() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    service.pool.close().await;
    let answer = service
        .resolve(NOBODY, r#"{"resolved_by": "maria"}"#)
        .await?;
    assert_eq!(answer.status, 503);
    answer.assert_problem(503, answer.detail());
    assert!(!answer.body.to_string().contains("pool"), "{answer:?}");
    service.close().await
}

#[tokio::test]
async fn the_log_says_whose_session_resolved_what() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let log = Log::default();
    let listening = tracing::subscriber::set_default(log.clone());
    let answer = service
        .resolve(&id, r#"{"resolved_by": "jo \"admin\""}"#)
        .await?;
    assert_eq!(answer.status, 200);
    let text = log.text();
    assert!(text.contains(&id), "{text}");
    assert!(text.contains("session=\"maria@example.com\""), "{text}");
    // Escaped: no client can write fields of its own into the log.
    assert!(
        text.contains(r#"resolved_by=Some("jo \"admin\"")"#),
        "{text}"
    );
    drop(listening);
    service.close().await
}
