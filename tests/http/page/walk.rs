//! Every page and every act: who is let in. What is refused changes nothing, and is said in a page.

use dispatcher_test_fixtures::TestResult;

use super::document::Document;
use super::table::pages;
use crate::client::Answer;
use crate::support::{COOKIE_OF_ROOT, FORM, PAGE, ROOT, Service};
use crate::walk::rows;

/// The words of a refusal.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let document = Document::read(answer.body.as_str().unwrap());
    document.content()
}

#[tokio::test]
async fn without_a_session_no_page_shows_or_changes_anything() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    let mut paths: Vec<_> = pages()
        .into_iter()
        .map(|page| (page.method, format!("{PAGE}/{}", page.page)))
        .collect();
    paths.push(("GET".to_owned(), format!("{PAGE}/")));
    for (method, path) in paths {
        for session in [
            "",
            "Authorization: Bearer wrong\r\n",
            "Cookie: operator=jo\r\n",
        ] {
            let path = format!("{path}?id=x&what=ever");
            let headers = format!("{session}{FORM}");
            let answer = service
                .send(&method, &path, &headers, b"expected=1")
                .await?;
            let words = refused(&answer, 401);
            assert!(words.contains("You are not signed in"), "{words}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            let document = Document::read(answer.body.as_str().unwrap());
            assert_eq!(document.link("Sign in"), "sign-in");
            assert!(document.all("nav").is_empty());
        }
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn each_page_requires_the_permission_that_it_documents() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    for page in pages() {
        let path = format!("{PAGE}/{}?what=ever", page.page);
        for (session, missing) in [
            (page.permission.as_str(), page.permission.as_str()),
            ("everything", page.permission.as_str()),
        ] {
            let headers = format!("Authorization: Bearer without-{session}\r\n{FORM}");
            let answer = service
                .send(&page.method, &path, &headers, b"no=form")
                .await?;
            let words = refused(&answer, 403);
            let expected = format!("this session lacks the permission `{missing}`");
            assert!(words.contains(&expected), "{page:?}: {words}");
        }
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn what_belongs_to_all_tenants_is_not_shown_to_bound_sessions() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    let headers = format!("Authorization: Bearer north-root\r\n{FORM}");
    let mut refusals = 0;
    for page in pages() {
        if page.is_for_bound {
            continue;
        }
        let path = format!("{PAGE}/{}", page.page);
        let answer = service.send(&page.method, &path, &headers, b"").await?;
        let words = refused(&answer, 403);
        assert!(words.contains("bound to tenants"), "{page:?}: {words}");
        refusals += 1;
    }
    assert!(refusals > 6, "{refusals} pages");
    let home = service
        .send("GET", &format!("{PAGE}/"), &headers, b"")
        .await?;
    assert_eq!(
        (home.status, home.header("location")),
        (303, Some("letters"))
    );
    let path = format!("{PAGE}/letters");
    let letters = service.send("GET", &path, &headers, b"").await?;
    let letters = Document::read(letters.body.as_str().unwrap());
    let navigation: Vec<_> = letters
        .all("a")
        .into_iter()
        .filter(|link| link.around.iter().any(|it| it == "nav"))
        .map(|link| link.text.clone())
        .collect();
    assert_eq!(navigation, ["Events", "Dead letters", "Redrives"]);
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn another_site_cannot_act_through_a_browser() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    for page in pages().into_iter().filter(|page| page.method == "POST") {
        let path = format!("{PAGE}/{}", page.page);
        for site in [
            "",
            "Sec-Fetch-Site: cross-site\r\n",
            "Sec-Fetch-Site: same-site\r\n",
            "Sec-Fetch-Site: none\r\n",
            "Origin: http://evil.example\r\n",
            "Origin: null\r\n",
            "Authorization: Bearer root\r\nSec-Fetch-Site: cross-site\r\n",
        ] {
            let headers = format!("{COOKIE_OF_ROOT}{site}{FORM}");
            let answer = service.send("POST", &path, &headers, b"expected=1").await?;
            let words = refused(&answer, 403);
            assert!(
                words.contains("does not show that a page of this service sent it"),
                "{page:?} {site}: {words}"
            );
        }
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}

#[tokio::test]
async fn malformed_requests_are_refused_in_words() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = rows(&service).await?;
    let headers = format!("{ROOT}{FORM}");
    for page in pages() {
        let path = format!("{PAGE}/{}", page.page);
        let send = |query: &str, headers: &str, body: &[u8]| {
            let (method, path) = (page.method.clone(), format!("{path}{query}"));
            let (headers, body) = (headers.to_owned(), body.to_vec());
            let service = &service;
            async move { service.send(&method, &path, &headers, &body).await }
        };
        let words = refused(&send("?what=ever", &headers, b"").await?, 400);
        assert!(words.contains("unknown parameter `what`"), "{words}");
        let words = refused(
            &send("?id=&consumer=&type=&limit=x", &headers, b"").await?,
            400,
        );
        assert!(!words.contains("could not be read"), "{words}");
        let long = format!("?{}", "a=&".repeat(8193 / 3 + 1));
        refused(&send(&long, &headers, b"").await?, 414);
        if page.method == "POST" {
            // A payload may be as large as that of the route that publishes.
            let is_of_payload = page.page == "publish-event";
            let most = if is_of_payload {
                1024 * 1024
            } else {
                16 * 1024
            };
            refused(&send("", ROOT, b"").await?, 415);
            refused(&send("", &headers, &vec![b'x'; most + 1024]).await?, 413);
            let words = refused(&send("", &headers, b"other=1").await?, 400);
            assert!(words.contains("unknown field `other`"), "{words}");
        }
        for method in ["PUT", "DELETE", "PATCH"] {
            let answer = service.send(method, &path, ROOT, b"").await?;
            refused(&answer, 405);
            assert!(answer.header("allow").is_some());
        }
    }
    assert_eq!(rows(&service).await?, before);
    service.close().await
}
