//! What browsers are told about every answer.

use dispatcher_test_fixtures::TestResult;

use super::document::Document;
use crate::client::Answer;
use crate::support::{PAGE, ROOT, Service};

#[track_caller]
fn sealed(answer: &Answer) {
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{answer:?}");
    }
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("set-cookie"), None);
}

#[tokio::test]
async fn every_answer_of_the_page_is_sealed() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    for (method, path, session, status) in [
        ("GET", "", "", 303),
        ("GET", "/", ROOT, 303),
        ("GET", "/overview", ROOT, 200),
        ("GET", "/overview", "", 401),
        (
            "GET",
            "/overview",
            "Authorization: Bearer without-read\r\n",
            403,
        ),
        ("GET", "/overview", "Authorization: Bearer later\r\n", 503),
        ("GET", "/event?id=nothing", ROOT, 404),
        ("GET", "/event", ROOT, 400),
        ("PUT", "/overview", ROOT, 405),
        ("GET", "/style.css", "", 200),
        ("GET", "/refresh.js?v=other", "", 200),
    ] {
        let path = format!("{PAGE}{path}");
        let answer = service.send(method, &path, session, b"").await?;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        sealed(&answer);
    }
    let style = service
        .send("GET", &format!("{PAGE}/style.css"), "", b"")
        .await?;
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    // Nothing comes from elsewhere.
    assert!(!style.body.as_str().unwrap().contains("url("));
    let nowhere = service
        .send("GET", &format!("{PAGE}/nowhere"), ROOT, b"")
        .await?;
    assert_eq!(nowhere.body, "\"the service's own\"");
    service.close().await
}

#[tokio::test]
async fn the_title_and_the_header_name_the_environment() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    for path in ["/overview", "/event?id=nothing"] {
        let answer = service
            .send("GET", &format!("{PAGE}{path}"), ROOT, b"")
            .await?;
        let document = Document::read(answer.body.as_str().unwrap());
        assert!(
            document.title().starts_with("production <b>\u{FFFD}&\"': "),
            "{}",
            document.title()
        );
        let header = &document.all("header")[0].text;
        assert!(header.contains("production <b>U+202E&\"'"), "{header}");
        assert_eq!(document.all("body")[0].get("class"), Some("red"));
    }
    service.close().await
}
