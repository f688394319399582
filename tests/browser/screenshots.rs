//! Screenshots of each page: in light, in dark, and as wide as a phone. Made by name: CONTRIBUTING.md, "Screenshots".

use std::path::PathBuf;

use dispatcher_test_fixtures::TestResult;
use serde_json::json;

use crate::browser::Browser;
use crate::company::Company;
use crate::pages;
use crate::service::{PAGE, Service};

/// The folder, unless `DISPATCHER_SCREENSHOTS` names another.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screenshots");

#[tokio::test]
#[ignore = "writes files"]
async fn screenshots_of_every_page() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let folder = std::env::var_os("DISPATCHER_SCREENSHOTS");
    let folder = folder.map_or_else(|| PathBuf::from(FOLDER), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let service = Service::start().await?;
    let company = Company::in_trouble(&service.pool).await?;
    let sign_in = service.url(&format!("{PAGE}/sign-in"));
    for (name, scheme, width) in [
        ("light", "light", 1280),
        ("dark", "dark", 1280),
        ("phone", "light", 360),
    ] {
        browser.prefer(scheme).await?;
        browser.resize(width, 800).await?;
        browser.session.delete("/cookie").await?;
        browser.go(&sign_in).await?;
        take(&browser, width, &folder.join(format!("sign-in-{name}.png"))).await?;
        browser.sign_in(&service, "mia").await?;
        for page in pages::every(&browser, &service).await? {
            browser.open(&service, &page).await?;
            let page = page.split('?').next().unwrap_or(&page);
            take(&browser, width, &folder.join(format!("{page}-{name}.png"))).await?;
        }
    }
    println!("{}", folder.display());
    company.stop().await;
    browser.close().await?;
    service.close().await
}

/// The whole page, up to 3,000 pixels of its height.
async fn take(browser: &Browser, width: u64, file: &PathBuf) -> TestResult {
    let height = "Math.max(480, Math.min(3000, document.documentElement.scrollHeight))";
    let height = browser.evaluate(height).await?;
    let height = height.as_u64().unwrap_or(800);
    browser.resize(width, height).await?;
    browser
        .devtools(
            "Runtime.evaluate",
            json!({ "expression": "scrollTo(0, 0)" }),
        )
        .await?;
    std::fs::write(file, browser.screenshot().await?)?;
    browser.resize(width, 800).await?;
    Ok(())
}
