//! With scripts switched off, everything is there but the refreshing.

use dispatcher_test_fixtures::TestResult;
use serde_json::json;

use crate::browser::Browser;
use crate::company::{Company, Slots, coaching, publish_poison};
use crate::pages;
use crate::service::Service;

#[tokio::test]
async fn a_dead_letter_is_redriven_without_script() -> TestResult {
    let Some(browser) = Browser::without_script_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let slots = Slots::default();
    let consumer = coaching(&service.pool, slots.clone()).await?;
    publish_poison(&service.pool).await?;
    consumer.wait_caught_up().await?;
    browser.sign_in(&service, "mia").await?;
    browser.open(&service, "letters").await?;
    // Where scripts ran, the module would show its controls.
    let controls = browser.session.first("//*[@id='refresh']").await?;
    assert!(!controls.is_displayed().await?);
    let as_of = browser.session.first("//*[@id='as-of']").await?;
    assert!(as_of.is_displayed().await?);
    browser.press("Redrive all open dead letters").await?;
    browser.content_with("Redrive 1").await?;
    slots.mend();
    browser.press("Redrive 1").await?;
    browser.content_with("Redrive rdr_").await?;
    // Without script a page is loaded again by hand.
    loop {
        browser.session.post("/refresh", &json!({})).await?;
        let redrive = browser.content().await?;
        if redrive.contains("1 of 1 settled") {
            break;
        }
    }
    consumer.stop().await;
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn every_page_is_whole_without_script() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let company = Company::open(&service.pool).await?;
    browser.sign_in(&service, "mia").await?;
    let pages = pages::every(&browser, &service).await?;
    browser.close().await?;
    let Some(browser) = Browser::without_script_or_skip().await? else {
        return Ok(());
    };
    browser.sign_in(&service, "mia").await?;
    for page in pages {
        browser.open(&service, &page).await?;
        let content = browser.content().await?;
        let title = browser.session.first("//main//h1").await?;
        assert!(!title.text().await?.is_empty(), "{page}: {content}");
        let controls = browser.session.all("//*[@id='refresh']").await?;
        for controls in controls {
            assert!(!controls.is_displayed().await?, "{page}");
        }
    }
    company.stop().await;
    browser.close().await?;
    service.close().await
}
