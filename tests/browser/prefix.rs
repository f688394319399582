//! The page behind a proxy that serves it at another path.

use dispatcher_test_fixtures::TestResult;
use serde_json::json;

use crate::browser::{Browser, shows};
use crate::company::Company;
use crate::pages;
use crate::proxy::PREFIX;
use crate::service::{PAGE, PASSWORD, Service};

#[tokio::test]
async fn signing_in_acting_and_signing_out_stay_below_the_path_of_the_proxy() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::behind_a_proxy().await?;
    let company = Company::open(&service.pool).await?;
    let below = service.url(PAGE);
    assert!(below.ends_with(PREFIX), "{below}");

    // From the path of the page to the form, by what the page offers.
    browser.go(&service.url(&format!("{PAGE}/"))).await?;
    browser.press("Sign in").await?;
    browser
        .until("document.querySelector('input[name=password]') !== null")
        .await?;
    for (field, value) in [("name", "mia"), ("password", "wrong")] {
        let field = format!("//input[@name='{field}']");
        browser.session.first(&field).await?.write(value).await?;
    }
    browser.press("Sign in").await?;
    browser
        .content_with("The name or the password is wrong.")
        .await?;
    styled(&browser).await?;
    for (field, value) in [("name", "mia"), ("password", PASSWORD)] {
        let field = format!("//input[@name='{field}']");
        browser.session.first(&field).await?.write(value).await?;
    }
    browser.press("Sign in").await?;
    browser
        .until("document.querySelector('nav') !== null")
        .await?;
    assert_eq!(browser.url().await?, format!("{below}/overview"));

    // Each page, by links; an act; and the module, which fetches the page again.
    for page in pages::every(&browser, &service).await? {
        browser.open(&service, &page).await?;
        styled(&browser).await?;
        let violations = browser.evaluate("window.violations").await?;
        assert_eq!(violations, json!([]), "{page}");
    }
    let subscription = "subscription?consumer=coaching&name=hold_slot";
    browser.open(&service, subscription).await?;
    browser.press("Pause…").await?;
    browser.content_with("Pause coaching/hold_slot").await?;
    browser.press("Pause coaching/hold_slot").await?;
    browser
        .until("document.querySelector('main')?.textContent.includes('Resume…')")
        .await?;
    let acted = browser.url().await?;
    assert!(
        acted.starts_with(&format!("{below}/subscription?")),
        "{acted}"
    );
    let shown = "document.getElementById('as-of').textContent";
    let before = browser.evaluate(shown).await?;
    browser.until(&format!("{shown} !== {before}")).await?;

    browser
        .session
        .first("//button[.='Sign out']")
        .await?
        .click()
        .await?;
    browser
        .until("document.querySelector('input[name=password]') !== null")
        .await?;
    assert_eq!(browser.url().await?, format!("{below}/sign-in"));
    styled(&browser).await?;
    browser.open(&service, "overview").await?;
    shows(&browser.content().await?, "You are not signed in");
    company.stop().await;
    browser.close().await?;
    service.close().await
}

/// Asserts that the style sheet of the page was found.
async fn styled(browser: &Browser) -> TestResult {
    let rules = "[...document.styleSheets].map((sheet) => sheet.cssRules.length > 20)";
    assert_eq!(browser.evaluate(rules).await?, json!([true]));
    Ok(())
}
