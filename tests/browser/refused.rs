//! A session that lacks a right gets a page that names the right.

use dispatcher_test_fixtures::TestResult;
use serde_json::json;

use crate::browser::{Browser, shows};
use crate::company::{Slots, coaching, publish_poison};
use crate::service::{PAGE, Service};

#[tokio::test]
async fn without_a_session_or_a_right_a_page_says_what_is_missing() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let consumer = coaching(&service.pool, Slots::default()).await?;
    publish_poison(&service.pool).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;

    browser.open(&service, "letters").await?;
    let refused = browser.content().await?;
    shows(&refused, "You are not signed in");
    browser.press("Sign in").await?;
    browser
        .until("document.querySelector('[type=password]') !== null")
        .await?;

    // With a session that may only look.
    browser.sign_in(&service, "vic").await?;
    browser.open(&service, "letters").await?;
    browser.press("dlq_").await?;
    let letter = browser.content_with("Dead letter dlq_").await?;
    shows(&letter, "144 credits");
    for act in ["Redrive", "Resolve", "Show sensitive"] {
        assert!(!letter.contains(act), "{act} in {letter}");
    }
    let id = browser.url().await?;
    let (_, query) = id.split_once('?').ok_or("no query")?;
    browser
        .open(&service, &format!("redrive-letter?{query}"))
        .await?;
    let refused = browser.content().await?;
    shows(&refused, "this session lacks the permission `redrive`");

    // A cookie that was changed is none.
    browser.session.delete("/cookie").await?;
    let forged = json!({ "cookie": { "name": "dispatcher-session", "value": "bWlh.AAAA" } });
    browser.session.post("/cookie", &forged).await?;
    browser.open(&service, "overview").await?;
    let refused = browser.content().await?;
    shows(&refused, "You are not signed in");
    let url = browser.url().await?;
    assert!(url.ends_with(&format!("{PAGE}/overview")), "{url}");
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn a_form_proves_where_it_comes_from_and_other_sites_learn_nothing() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let (service, other) = (Service::start().await?, Service::start().await?);
    // It would be refused if the browser sent `Origin: null`.
    browser.sign_in(&service, "mia").await?;
    for page in ["sign-in", "letters?subject=per_secret"] {
        let lead = |url: String| format!("void (location.href = {url:?})");
        browser.open(&service, page).await?;
        browser.evaluate(&lead(service.url("/elsewhere"))).await?;
        browser.until("location.pathname === '/elsewhere'").await?;
        let told = browser.evaluate("document.body.textContent").await?;
        assert_eq!(
            told,
            format!("/elsewhere from {}", service.url(&format!("{PAGE}/{page}")))
        );
        browser.open(&service, page).await?;
        let abroad = other.url("/abroad").replace("127.0.0.1", "localhost");
        browser.evaluate(&lead(abroad)).await?;
        browser.until("location.pathname === '/abroad'").await?;
        let told = browser.evaluate("document.body.textContent").await?;
        assert_eq!(told, "/abroad from nowhere");
    }
    browser.close().await?;
    other.close().await?;
    service.close().await
}
