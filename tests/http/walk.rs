//! Every route, as the service documents it: who is let in, and what malformed requests are told.

use dispatcher_test_fixtures::TestResult;
use sqlx::Row;

use crate::documented::{Documented, routes};
use crate::support::{COOKIE_OF_ROOT, JSON, ROOT, Service};

/// The rows of everything that a route could change.
pub(crate) async fn rows(service: &Service) -> TestResult<Vec<String>> {
    let tables = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
                     AND relkind = 'r' AND relname LIKE 'dispatcher%' ORDER BY 1";
    let mut rows = Vec::new();
    for table in sqlx::query(tables).fetch_all(&service.pool).await? {
        let table: String = table.try_get(0)?;
        let text = format!(
            "SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM {table} AS t"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .fetch_one(&service.pool)
            .await?;
        rows.push(format!("{table}: {}", row.try_get::<String, _>(0)?));
    }
    Ok(rows)
}

#[tokio::test]
async fn without_a_session_no_route_reads_anything() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    let large = vec![b'x'; 2 << 20];
    for route in routes(&service).await? {
        for session in [
            "",
            "Authorization: Bearer wrong\r\n",
            "Authorization: Basic good\r\n",
            "Cookie: operator=jo\r\n",
        ] {
            for (query, body) in [("", &b"{}"[..]), ("?limit=none&what=ever", &large[..])] {
                let path = format!("{}{query}", route.path);
                let headers = format!("{session}{JSON}");
                let answer = service.send(&route.method, &path, &headers, body).await?;
                answer.assert_problem(
                    401,
                    "this route requires a session, and the request has no valid one",
                );
            }
        }
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn each_route_requires_the_permission_that_it_documents() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    for route in routes(&service).await? {
        let headers = format!(
            "Authorization: Bearer without-{}\r\n{JSON}",
            route.permission
        );
        // What else is wrong is not looked at.
        let path = format!("{}?what=ever", route.path);
        let answer = service
            .send(&route.method, &path, &headers, b"no JSON")
            .await?;
        answer.assert_refused(403);
        assert_eq!(answer.body["permission"], route.permission, "{route:?}");
        let nothing = format!("Authorization: Bearer without-everything\r\n{JSON}");
        let answer = service
            .send(&route.method, &route.path, &nothing, b"{}")
            .await?;
        answer.assert_refused(403);
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn what_belongs_to_all_tenants_is_not_for_bound_sessions() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    let mut refused = 0;
    for route in routes(&service).await? {
        if route.is_for_bound {
            continue;
        }
        let headers = format!("Authorization: Bearer north-root\r\n{JSON}");
        let answer = service
            .send(&route.method, &route.path, &headers, b"{}")
            .await?;
        answer.assert_problem(
            403,
            "this session is bound to tenants, and this route is about what belongs to all of them",
        );
        refused += 1;
    }
    assert!(refused > 8, "{refused} routes");
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn another_site_cannot_act_through_a_browser() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    let cross = [
        "",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: none\r\n",
        "Sec-Fetch-Site: cross-site\r\nOrigin: http://service\r\n",
        "Origin: http://evil.example\r\n",
        "Origin: http://service.evil.example\r\n",
        "Origin: null\r\n",
        // A bearer token beside the cookie proves nothing of where the request comes from.
        "Authorization: Bearer root\r\nSec-Fetch-Site: cross-site\r\n",
    ];
    let own = [
        "Sec-Fetch-Site: same-origin\r\n",
        "Origin: http://service\r\n",
    ];
    let with = |site: &str| format!("{COOKIE_OF_ROOT}{site}{JSON}");
    for route in routes(&service).await? {
        // A body that every route refuses, after the guard.
        for site in cross {
            let answer = service
                .send(&route.method, &route.path, &with(site), b"[]")
                .await?;
            if route.method == "GET" {
                assert_ne!(answer.status, 403, "{route:?} {site}");
            } else {
                answer.assert_refused(403);
                let start = "this request changes something and does not show that a page of this service sent it";
                assert!(answer.detail().starts_with(start), "{answer:?}");
            }
        }
        for site in own {
            if route.has_body {
                let answer = service
                    .send(&route.method, &route.path, &with(site), b"[]")
                    .await?;
                answer.assert_refused(400);
            }
        }
        // A program that proves its session by a bearer token is on no site.
        if route.has_body {
            let headers = format!("{ROOT}Sec-Fetch-Site: cross-site\r\n{JSON}");
            let answer = service
                .send(&route.method, &route.path, &headers, b"[]")
                .await?;
            answer.assert_refused(400);
        }
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn oversized_and_malformed_requests_are_refused_alike() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    let headers = format!("{ROOT}{JSON}");
    for route in routes(&service).await? {
        let Documented { method, path, .. } = &route;
        let long = format!("{path}?{}", "a=&".repeat(8193 / 3 + 1));
        let answer = service.send(method, &long, &headers, b"{}").await?;
        answer.assert_problem(414, "the query is longer than 8192 bytes");
        let unknown = format!("{path}?what=ever");
        let answer = service.send(method, &unknown, &headers, b"{}").await?;
        answer.assert_refused(400);
        assert!(
            answer.detail().contains("unknown parameter `what`"),
            "{answer:?}"
        );
        if route.has_ids {
            for id in [
                "x",
                "dlq_1",
                "%00",
                "%27%20OR%201=1",
                "dlq_0192F3A1-7B64-7C3D-8E21-5F0A9B8C7D6E",
            ] {
                let malformed = path.replace(crate::support::NOBODY, id);
                let malformed =
                    malformed.replace(&crate::support::NOBODY.replace("dlq_", "rdr_"), id);
                let answer = service.send(method, &malformed, &headers, b"{}").await?;
                answer.assert_refused(400);
                assert_eq!(answer.body["errors"][0]["in"], "path", "{answer:?}");
            }
        }
        if route.has_body {
            let large = vec![b' '; (1 << 20) + 1];
            let answer = service.send(method, path, &headers, &large).await?;
            answer.assert_refused(413);
            let answer = service.send(method, path, ROOT, b"{}").await?;
            answer.assert_refused(415);
            for body in [&b""[..], b"[]", b"null", b"{", b"{\"a\": \xFF}", b"\"x\""] {
                let answer = service.send(method, path, &headers, body).await?;
                answer.assert_refused(400);
                assert_eq!(answer.body["errors"][0]["in"], "body", "{answer:?}");
            }
        }
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn what_is_no_route_is_a_problem_below_each_resource() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    for route in routes(&service).await? {
        for (method, path, status) in [
            ("PATCH", route.path.clone(), 405),
            ("OPTIONS", route.path.clone(), 405),
            ("PUT", route.path.clone(), 405),
            (&route.method, format!("{}/", route.path), 404),
            (
                &route.method,
                format!("{}/no/where/at/all", route.path),
                404,
            ),
        ] {
            let answer = service.send(method, &path, ROOT, b"").await?;
            answer.assert_refused(status);
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    service.close().await
}

/// Of texts that an attacker may choose, none is a part of a statement, a path or a header.
#[tokio::test]
async fn hostile_text_stays_text() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    for hostile in [
        "'; DROP TABLE dispatcher_event; --",
        "\" OR \"\"=\"",
        "$1",
        "{family}",
        "\\",
        "%",
        "../../audit",
        "<script>alert(1)</script>",
        "\r\nSet-Cookie: a=b",
        "🐳",
    ] {
        let encoded: String = hostile.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in [
            format!(
                "/dlq?consumer={encoded}&subscription={encoded}&event_type={encoded}&subject={encoded}"
            ),
            format!("/events?type={encoded}&subject={encoded}"),
            format!("/events/{encoded}"),
            format!("/subscriptions?consumer={encoded}"),
            format!("/subscriptions/{encoded}/{encoded}"),
            format!("/contracts/{encoded}"),
        ] {
            let path = format!("/api/dispatcher/v1{path}");
            let answer = service.send("GET", &path, ROOT, b"").await?;
            assert!(matches!(answer.status, 200 | 404), "{path}: {answer:?}");
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}
