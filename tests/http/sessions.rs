//! Who is admitted: every route with no session, a wrong one, a good one.

use dispatcher_test_fixtures::TestResult;

use crate::support::{GOOD, JSON, LIST, NOBODY, Service};

const NO_SESSION: &str = "this route requires a session, and the request has no valid one";
const RESOLUTION: &[u8] = br#"{"resolved_by": "maria"}"#;

#[tokio::test]
async fn every_route_demands_a_session() -> TestResult {
    let service = Service::with_dead_letters(2).await?;
    let mut ids = service.ids().await?;
    let (id, other) = (ids.remove(0), ids.remove(0));
    let routes = [
        ("GET", LIST.to_owned(), b"".as_slice()),
        ("GET", format!("{LIST}/{id}"), b""),
        ("POST", format!("{LIST}/{id}/resolve"), RESOLUTION),
        ("POST", format!("{LIST}/{other}/redrive"), RESOLUTION),
    ];
    for (method, path, body) in &routes {
        for session in [
            "",
            "Authorization: Bearer wrong\r\n",
            "Authorization: \r\n",
            "Cookie: good\r\n",
        ] {
            let headers = format!("{session}{JSON}");
            let answer = service.send(method, path, &headers, body).await?;
            answer.assert_problem(401, NO_SESSION);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let headers = format!("Authorization: Bearer guest\r\n{JSON}");
        let answer = service.send(method, path, &headers, body).await?;
        answer.assert_problem(
            403,
            "this session does not allow viewing or resolving dead letters",
        );
    }
    // None of these requests resolved anything, or the last two would return 409.
    for (method, path, body) in &routes {
        let headers = format!("{GOOD}{JSON}");
        let answer = service.send(method, path, &headers, body).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    service.close().await
}

#[tokio::test]
async fn without_a_session_nothing_else_is_looked_at() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let large = vec![b'x'; 64 * 1024];
    for (method, path, headers, body) in [
        (
            "GET",
            format!("{LIST}?limit=none&what=ever"),
            "",
            b"".as_slice(),
        ),
        ("GET", format!("{LIST}/{NOBODY}"), "", b""),
        ("GET", format!("{LIST}/{id}"), "", b""),
        ("GET", format!("{LIST}/%FF"), "", b""),
        ("GET", format!("{LIST}/{id}/elsewhere"), "", b""),
        ("DELETE", format!("{LIST}/{id}"), "", b""),
        ("POST", format!("{LIST}/{id}/resolve"), "", b"no JSON"),
        ("POST", format!("{LIST}/{NOBODY}/resolve"), JSON, &large),
    ] {
        let answer = service.send(method, &path, headers, body).await?;
        answer.assert_problem(401, NO_SESSION);
    }
    service.close().await
}

#[tokio::test]
async fn sessions_that_cannot_be_checked_let_nobody_in() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    let headers = "Authorization: Bearer later\r\n";
    let answer = service.send("GET", LIST, headers, b"").await?;
    assert_eq!(answer.status, 503);
    assert!(!answer.body.to_string().contains("redis"), "{answer:?}");
    service.close().await
}

#[tokio::test]
async fn the_rest_of_the_service_stays_its_own() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    for path in ["/", "/api/dispatcher/v1", "/api/dispatcher/v1/dlqs"] {
        let answer = service.send("GET", path, "", b"").await?;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, "\"the service's own\"");
        assert_eq!(answer.header("cache-control"), None);
    }
    service.close().await
}
