//! From the first page every other one is reached, by relative links alone, and each is well formed.

use std::collections::BTreeSet;

use dispatcher_runtime::Operator;
use dispatcher_test_fixtures::TestResult;

use super::document::Document;
use super::table::pages;
use crate::support::{FORM, PAGE, ROOT, Service};

/// The page of a relative link, with its query, from a page one step below the path of the page.
#[track_caller]
pub(crate) fn target(from: &str, link: &str) -> String {
    let (link, _) = link.split_once('#').unwrap_or((link, ""));
    let (path, _) = link.split_once('?').unwrap_or((link, ""));
    let is_name = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    assert!(is_name(path), "{link} is not one step below the page");
    match link.strip_prefix('?') {
        Some(query) => format!("{}?{query}", from.split('?').next().unwrap_or(from)),
        None => link.to_owned(),
    }
}

/// Every page that links lead to from these, with the document of each.
pub(crate) async fn crawled(
    service: &Service,
    starts: &[&str],
    session: &str,
) -> TestResult<Vec<(String, Document)>> {
    let mut known: BTreeSet<String> = starts.iter().map(|&start| start.to_owned()).collect();
    let mut next: Vec<String> = known.iter().cloned().collect();
    let mut found = Vec::new();
    while let Some(page) = next.pop() {
        let answer = service
            .send("GET", &format!("{PAGE}/{page}"), session, b"")
            .await?;
        // The cause of a hostile event is no event.
        let is_of_none = answer.status == 404 && page.contains("%3Cscript%3E");
        assert!(answer.status == 200 || is_of_none, "{page}: {answer:?}");
        let document = Document::read(answer.body.as_str().ok_or("no page")?);
        for link in document.links() {
            if link == "#main" || link.starts_with("https://tempo.example/") {
                continue;
            }
            let target = target(&page, link);
            if known.insert(target.clone()) {
                next.push(target);
            }
        }
        found.push((page, document));
        assert!(found.len() < 500, "{known:?}");
    }
    Ok(found)
}

/// A service with something on every page.
pub(crate) async fn seeded() -> TestResult<Service> {
    let service = Service::with_dead_letters(4).await?;
    let headers = format!("{ROOT}{FORM}");
    let ids = service.ids().await?;
    for (page, body) in [
        (
            format!("resolve-letter?id={}", ids[0]),
            "resolution_note=refunded",
        ),
        (format!("redrive-letter?id={}", ids[1]), ""),
        (
            "pause-subscription?consumer=coaching&name=hold_slot".to_owned(),
            "why=the+slot+service+is+down",
        ),
    ] {
        let path = format!("{PAGE}/{page}");
        let answer = service
            .send("POST", &path, &headers, body.as_bytes())
            .await?;
        assert_eq!(answer.status, 303, "{page}: {answer:?}");
    }
    Operator::new(service.pool.clone()).sample().await?;
    Ok(service)
}

#[tokio::test]
async fn each_page_is_reached_by_relative_links_and_is_well_formed() -> TestResult {
    let service = seeded().await?;
    let door = service.send("GET", PAGE, "", b"").await?;
    assert_eq!(
        (door.status, door.header("location")),
        (303, Some("dispatcher/"))
    );
    let home = service.send("GET", &format!("{PAGE}/"), ROOT, b"").await?;
    assert_eq!(
        (home.status, home.header("location")),
        (303, Some("overview"))
    );
    let found = crawled(&service, &["overview"], ROOT).await?;
    let reached: BTreeSet<&str> = found
        .iter()
        .filter_map(|(page, _)| page.split('?').next())
        .collect();
    let listed = pages();
    let expected: BTreeSet<&str> = listed.iter().map(|listed| listed.page.as_str()).collect();
    assert_eq!(reached, expected);
    let mut titles = BTreeSet::new();
    for (page, document) in &found {
        let title = document.title().to_owned();
        let name = page.split('?').next().unwrap_or(page).to_owned();
        titles.insert((title, name));
        for form in document.all("form") {
            let action = form.get("action").ok_or("no action")?;
            if action == "sign-in/out" {
                continue;
            }
            let action = target(page, action);
            let action = action.split('?').next().unwrap_or(&action);
            let method = form.get("method").ok_or("no method")?.to_uppercase();
            let mut listed = listed.iter();
            assert!(
                listed.any(|it| it.page == action && it.method == method),
                "{method} {action} of {page}"
            );
        }
    }
    // Tabs are told apart by their titles.
    let distinct: BTreeSet<_> = titles.iter().map(|(title, _)| title).collect();
    assert!(distinct.len() >= expected.len() - 2, "{titles:?}");
    service.close().await
}

#[tokio::test]
async fn a_page_at_the_root_leads_to_pages_below_it() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    let operator = Operator::new(service.pool.clone()).page("/");
    let app = dispatcher_runtime::http::operator(operator, crate::support::sessions());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    for (path, status) in [
        ("/", 303),
        ("/overview", 200),
        ("/style.css", 200),
        ("/refresh.js", 200),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: service\r\n{ROOT}\r\n");
        let answer = crate::client::exchange(address, request.as_bytes()).await?;
        assert_eq!(answer.status, status, "{path}");
        if status == 303 {
            assert_eq!(answer.header("location"), Some("overview"));
        }
    }
    server.abort();
    service.close().await
}
