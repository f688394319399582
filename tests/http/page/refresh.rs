//! What the module of the page works with: validators, what may be fetched again, and the files that pages load.

use dispatcher_runtime::Operator;
use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Executor};

use super::document::Document;
use super::links::{crawled, seeded};
use super::table::pages;
use crate::client::Answer;
use crate::support::{COOKIE_OF_ROOT, FORM, GOOD, PAGE, ROOT, Service};

async fn get(service: &Service, page: &str, headers: &str) -> TestResult<Answer> {
    let path = format!("{PAGE}/{page}");
    service.send("GET", &path, headers, b"").await
}

#[track_caller]
fn tag(answer: &Answer) -> &str {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.header("etag").expect("no validator")
}

#[tokio::test]
async fn a_page_is_sent_again_only_if_something_but_the_clock_has_changed() -> TestResult {
    let service = Service::with_dead_letters(2).await?;
    for page in ["letters", "events", "audit", "redrives", "contracts"] {
        let first = get(&service, page, ROOT).await?;
        let tag = tag(&first);
        for (known, status) in [
            (tag.to_owned(), 304),
            (format!("W/\"other\", {tag}"), 304),
            ("W/\"other\"".to_owned(), 200),
        ] {
            let headers = format!("{ROOT}If-None-Match: {known}\r\n");
            let answer = get(&service, page, &headers).await?;
            assert_eq!(answer.status, status, "{page} {known}");
            assert_eq!(answer.header("etag"), Some(tag));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.body.is_null(), status == 304);
        }
        // Another session sees another page.
        let headers = format!("{GOOD}If-None-Match: {tag}\r\n");
        let other = get(&service, page, &headers).await?;
        assert_ne!(other.status, 304, "{page}");
    }
    let first = get(&service, "letters", ROOT).await?;
    let change = "UPDATE dispatcher_dead_letter SET error = 'another error'";
    service.pool.execute(change).await?;
    let headers = format!("{ROOT}If-None-Match: {}\r\n", tag(&first));
    let changed = get(&service, "letters", &headers).await?;
    assert_eq!(changed.status, 200);
    assert_ne!(tag(&changed), tag(&first));
    service.close().await
}

#[tokio::test]
async fn causes_and_effects_are_looked_for_once() -> TestResult {
    let service = seeded().await?;
    let id = "SELECT event_id FROM dispatcher_event ORDER BY position LIMIT 1";
    let id: String = sqlx::query_scalar(id).fetch_one(&service.pool).await?;
    let page = format!("event?id={id}");
    let is_looked_for = |answer: &Answer| -> TestResult<bool> {
        let document = Document::read(answer.body.as_str().ok_or("no page")?);
        let mut sections = document.all("section").into_iter();
        Ok(sections.any(|it| it.get("id") == Some("region-causation")))
    };
    let first = get(&service, &page, ROOT).await?;
    assert!(is_looked_for(&first)?);
    let again = format!("{ROOT}Dispatcher-Refresh: true\r\n");
    let fetched = get(&service, &page, &again).await?;
    assert!(!is_looked_for(&fetched)?);
    // The page is the same but for that.
    assert_eq!(tag(&first), tag(&fetched));
    let again = format!("{again}If-None-Match: {}\r\n", tag(&first));
    assert_eq!(get(&service, &page, &again).await?.status, 304);
    // A person who asks to look further is answered all the same.
    let further = get(&service, &format!("{page}&causation=true"), &again).await?;
    assert!(is_looked_for(&further)?);
    service.close().await
}

#[tokio::test]
async fn the_overview_of_a_problem_changes_with_the_problem_and_not_with_its_age() -> TestResult {
    let service = Service::with_dead_letters(2).await?;
    let texts = async || -> TestResult<Vec<String>> {
        let seen = Operator::new(service.pool.clone()).overview().await?;
        let texts = seen.problems.into_iter().map(|problem| problem.text);
        Ok(texts.collect())
    };
    let before = texts().await?;
    assert!(!before.is_empty());
    for table in [
        "dispatcher_dead_letter SET created_at = created_at",
        "dispatcher_event SET inserted_at = inserted_at",
    ] {
        let older = format!("UPDATE {table} - interval '3 hours'");
        service.pool.execute(AssertSqlSafe(older)).await?;
    }
    assert_eq!(texts().await?, before);
    service.close().await
}

#[tokio::test]
async fn only_what_shows_something_is_fetched_again() -> TestResult {
    let service = seeded().await?;
    let found = crawled(&service, &["overview"], ROOT).await?;
    let listed = pages();
    for (page, document) in found {
        let name = page.split('?').next().unwrap_or(&page);
        let listed = listed.iter().find(|it| it.page == name).ok_or("no page")?;
        let expected = listed.permission == "read"
            && !page.contains("reveal=true")
            && !page.contains("causation=true");
        let main = document.all("main")[0];
        let is_refreshed = main.get("data-refresh").is_some();
        assert_eq!(is_refreshed, expected, "{page}");
        assert_eq!(
            document.all("script").len(),
            usize::from(expected),
            "{page}"
        );
        let answer = get(&service, &page, COOKIE_OF_ROOT).await?;
        assert_eq!(answer.header("etag").is_some(), expected, "{page}");
    }
    for page in ["event?id=nothing", "letters?limit=x"] {
        let refused = get(&service, page, ROOT).await?;
        assert_eq!(refused.header("etag"), None);
        let document = Document::read(refused.body.as_str().ok_or("no page")?);
        assert!(document.all("script").is_empty());
    }
    service.close().await
}

#[tokio::test]
async fn files_are_kept_under_the_version_that_they_have() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    let page = get(&service, "overview", ROOT).await?;
    let document = Document::read(page.body.as_str().ok_or("no page")?);
    let style = document.all("link")[0].get("href").ok_or("no style")?;
    let module = document.all("script")[0].get("src").ok_or("no module")?;
    for (file, kind) in [
        (style, "text/css; charset=utf-8"),
        (module, "text/javascript; charset=utf-8"),
    ] {
        let (name, _) = file.split_once("?v=").ok_or("no version")?;
        for (file, kept) in [
            (file.to_owned(), "public, max-age=31536000, immutable"),
            (format!("{name}?v=0123456789abcdef"), "no-store"),
            (name.to_owned(), "no-store"),
        ] {
            let answer = get(&service, &file, "").await?;
            assert_eq!(answer.status, 200, "{file}");
            assert_eq!(answer.header("content-type"), Some(kind));
            assert_eq!(answer.header("cache-control"), Some(kept), "{file}");
        }
    }
    service.close().await
}

#[tokio::test]
async fn readers_share_an_overview_until_one_acts() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let overview = async |session: &str| -> TestResult<String> {
        let answer = get(&service, "overview", session).await?;
        assert_eq!(answer.status, 200);
        let document = Document::read(answer.body.as_str().ok_or("no page")?);
        Ok(document.content())
    };
    let act = format!("{ROOT}{FORM}");
    let path = format!("{PAGE}/pause-subscription?consumer=coaching&name=hold_slot");
    let before = overview(ROOT).await?;
    assert!(!before.contains("Paused"), "{before}");
    // It is the same for a session that may do the same.
    let other = "Authorization: Bearer without-reveal\r\n";
    assert_eq!(overview(other).await?, before);
    let paused = service.send("POST", &path, &act, b"why=test").await?;
    assert_eq!(paused.status, 303);
    let after = overview(GOOD).await?;
    assert!(after.contains("root paused it: test"), "{after}");
    service.close().await
}

/// An age that was counted back from the clock of each look would differ by how long the look took.
#[tokio::test]
async fn since_when_a_problem_is_does_not_depend_on_when_it_is_looked_at() -> TestResult {
    let service = seeded().await?;
    let since = async || -> TestResult<Vec<_>> {
        let seen = Operator::new(service.pool.clone()).overview().await?;
        let problems = seen.problems.into_iter();
        Ok(problems.map(|it| (it.kind, it.since)).collect())
    };
    let first = since().await?;
    assert!(first.iter().any(|(_, since)| since.is_some()), "{first:?}");
    for _ in 0..5 {
        assert_eq!(since().await?, first);
    }
    service.close().await
}
