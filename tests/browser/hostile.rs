//! Hostile text in every field that is stored stays text in a browser, and does not tear the page apart.

use dispatcher_test_fixtures::TestResult;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor};

use crate::browser::Browser;
use crate::company::Company;
use crate::pages;
use crate::service::{PAGE, Service};

/// It ends tags and attributes, brings scripts and handlers, turns the direction of text, and has a word of 300 letters.
fn hostile() -> String {
    format!(
        "\"'><script>window.attacked=1</script><img src=x onerror=window.attacked=1><svg onload=window.attacked=1>\
         <a href=javascript:window.attacked=1>{}</title></main>\u{202E}\u{7}{}",
        "<style>*{display:none}</style>",
        "W".repeat(300)
    )
}

/// Puts the text into every column of text that a page shows.
async fn poison(service: &Service) -> TestResult {
    for statement in [
        "ALTER TABLE dispatcher_event DROP CONSTRAINT dispatcher_event_row_check",
        "ALTER TABLE dispatcher_event DISABLE TRIGGER USER",
    ] {
        service.pool.execute(statement).await?;
    }
    for (table, columns) in [
        (
            "dispatcher_dead_letter",
            "error subject tenant_id resolution_note",
        ),
        ("dispatcher_audit", "who what why outcome way claimed_by"),
        ("dispatcher_subscription", "pause_reason paused_by"),
        ("dispatcher_redrive", "started_by why selection"),
        (
            "dispatcher_event",
            "producer tenant_id subject correlation_id causation_id traceparent actor",
        ),
    ] {
        for column in columns.split(' ') {
            let only = match (table, column) {
                ("dispatcher_dead_letter", "resolution_note") => "resolved_at IS NOT NULL",
                ("dispatcher_subscription", _) => "paused_at IS NOT NULL",
                _ => "true",
            };
            let poison = format!("UPDATE {table} SET {column} = $1 WHERE {only}");
            let poison = sqlx::query(AssertSqlSafe(poison)).bind(hostile());
            let poisoned = poison.execute(&service.pool).await;
            poisoned.map_err(|error| format!("{table}.{column}: {error}"))?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn hostile_text_stays_text_and_fits_a_small_screen() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let company = Company::open(&service.pool).await?;
    company.stop().await;
    browser.sign_in(&service, "mia").await?;
    let mut pages = pages::every(&browser, &service).await?;
    poison(&service).await?;
    let encoded: String = hostile()
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    pages.push(format!("letters?consumer={encoded}&subject={encoded}"));
    pages.push(format!("resolve-letters?subject={encoded}"));
    pages.push(format!("event?id={encoded}"));
    pages.push(format!("letters?{encoded}=x"));
    browser.resize(320, 640).await?;
    let (mut shown, mut wide) = (0, Vec::new());
    for page in pages {
        browser.open(&service, &page).await?;
        let found = browser
            .evaluate(
                "[window.attacked === undefined, window.violations, document.querySelectorAll('main img, style, main script').length,
                  document.querySelector('main').textContent.includes('<script>window.attacked=1</script>'),
                  document.documentElement.scrollWidth,
                  [...document.querySelectorAll('main *')].filter((it) => it.getBoundingClientRect().right > 320 && !it.closest('.table, pre, .graph'))
                    .map((it) => it.outerHTML.slice(0, 80))]",
            )
            .await?;
        assert_eq!(found[0], true, "{page}: a script ran");
        assert_eq!(found[1], Value::Array(Vec::new()), "{page}");
        assert_eq!(found[2], 0, "{page}: markup became elements");
        shown += usize::from(found[3] == true);
        if found[4] != 320 {
            wide.push(format!("{page} is {} wide: {}", found[4], found[5]));
        }
        let url = browser.url().await?;
        assert!(url.starts_with(&service.url(PAGE)), "{url}");
    }
    assert!(shown >= 10, "{shown} pages show the text");
    assert!(wide.is_empty(), "{}", wide.join("\n"));
    // The module takes what it fetches as the page does.
    browser.open(&service, "letters").await?;
    service
        .pool
        .execute("UPDATE dispatcher_dead_letter SET error = 'new ' || error")
        .await?;
    browser
        .until("document.querySelector('main').textContent.includes('new \"')")
        .await?;
    assert_eq!(
        browser.evaluate("window.attacked === undefined").await?,
        true
    );
    browser.close().await?;
    service.close().await
}
