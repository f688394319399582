//! What programs judge on every page: the page's policy, axe-core, the width.

use std::path::{Path, PathBuf};

use dispatcher_test_fixtures::TestResult;
use serde_json::Value;

use crate::browser::Browser;
use crate::company::Company;
use crate::pages;
use crate::service::{PAGE, Service};

/// The source of axe-core; none where it was not fetched.
fn axe() -> TestResult<Option<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root.join("target"), PathBuf::from);
    let file = target.join("browser-node/node_modules/axe-core/axe.min.js");
    if !file.is_file() {
        eprintln!(
            "skipped: run tests/browser/fetch-node-packages, which fetches axe-core from npm"
        );
        return Ok(None);
    }
    Ok(Some(std::fs::read_to_string(file)?))
}

/// What axe-core finds on the page that is open: rule, element, and why.
async fn findings(browser: &Browser, axe: &str) -> TestResult<Vec<String>> {
    browser.execute("sync", axe).await?;
    let run = "const done = arguments[0]; axe.run(document).then((it) => done(it.violations), (it) => done(String(it)));";
    let found = browser.execute("async", run).await?;
    let found = found.as_array().ok_or_else(|| found.to_string())?;
    let each = found.iter().flat_map(|rule| {
        let nodes = rule["nodes"].as_array().into_iter().flatten();
        nodes.map(move |node| {
            format!(
                "{}: {}: {}",
                text(&rule["id"]),
                text(&node["html"]),
                text(&node["failureSummary"])
            )
        })
    });
    Ok(each.collect())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_in_light_and_dark() -> TestResult {
    let Some(axe) = axe()? else { return Ok(()) };
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let mut faults = Vec::new();
    // Each class of colours that an environment's name can have.
    for environment in ["production", "staging", "a", "b", "d"] {
        let service = Service::of(environment).await?;
        let company = Company::in_trouble(&service.pool).await?;
        browser.go(&service.url(&format!("{PAGE}/sign-in"))).await?;
        let of_form = findings(&browser, &axe).await?;
        faults.extend(of_form.into_iter().map(|it| format!("sign-in: {it}")));
        browser.sign_in(&service, "mia").await?;
        let mut pages = pages::every(&browser, &service).await?;
        pages.push("event?id=nothing".to_owned());
        if environment != "staging" {
            pages.retain(|page| page.starts_with("resolve-letters") || page == "overview");
        }
        for page in &pages {
            for scheme in ["light", "dark"] {
                browser.prefer(scheme).await?;
                browser.open(&service, page).await?;
                let found = findings(&browser, &axe).await?;
                faults.extend(
                    found
                        .into_iter()
                        .map(|it| format!("{environment} {page} in {scheme}: {it}")),
                );
            }
        }
        company.stop().await;
        service.close().await?;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    browser.close().await
}

#[tokio::test]
async fn no_page_breaks_its_policy_or_writes_to_the_console() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let company = Company::in_trouble(&service.pool).await?;
    browser.sign_in(&service, "mia").await?;
    for page in pages::every(&browser, &service).await? {
        browser.console().await?;
        browser.open(&service, &page).await?;
        // Also what the module does: it has fetched the page once more.
        if browser
            .evaluate("document.getElementById('now') !== null")
            .await?
            == true
        {
            let time = "document.getElementById('as-of').dateTime";
            browser.evaluate(&format!("window.before = {time}")).await?;
            browser
                .evaluate("document.getElementById('now').click()")
                .await?;
            browser.until(&format!("{time} !== window.before")).await?;
        }
        let violations = browser.evaluate("window.violations").await?;
        assert_eq!(violations, Value::Array(Vec::new()), "{page}");
        let console = browser.console().await?;
        assert!(console.is_empty(), "{page}: {console:?}");
    }
    // What the policy forbids is seen by this test.
    browser
        .evaluate(
            "document.head.append(Object.assign(document.createElement('script'), { text: '1' }))",
        )
        .await?;
    browser.until("window.violations.length === 1").await?;
    company.stop().await;
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn no_page_is_wider_than_a_small_screen() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let company = Company::in_trouble(&service.pool).await?;
    browser.sign_in(&service, "mia").await?;
    let pages = pages::every(&browser, &service).await?;
    browser.resize(320, 640).await?;
    let mut faults = Vec::new();
    for page in pages {
        browser.open(&service, &page).await?;
        let widest = "(() => { const root = document.documentElement;
            const wide = [...document.querySelectorAll('main > *, header > *')]
                .filter((it) => it.getBoundingClientRect().right > 320.5).map((it) => it.outerHTML.slice(0, 200));
            return [root.clientWidth, root.scrollWidth, wide]; })()";
        let found = browser.evaluate(widest).await?;
        assert_eq!(found[0], 320, "{page}");
        if found[1] != 320 {
            faults.push(format!("{page}: {found}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    company.stop().await;
    browser.close().await?;
    service.close().await
}
