//! The keyboard alone.

use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::company::{Company, Slots, coaching, publish_poison};
use crate::service::Service;

#[derive(Clone, Copy)]
enum Key {
    Tab,
    Enter,
}

async fn press(browser: &Browser, key: Key) -> TestResult {
    let (name, code) = match key {
        Key::Tab => ("Tab", 9),
        Key::Enter => ("Enter", 13),
    };
    let text = if code == 13 { "\r" } else { "" };
    for kind in ["keyDown", "keyUp"] {
        let parameters = json!({
            "type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code, "text": text,
        });
        browser
            .devtools("Input.dispatchKeyEvent", parameters)
            .await?;
    }
    Ok(())
}

/// Goes on with the tabulator until what has the focus contains a text.
async fn tab_to(browser: &Browser, text: &str) -> TestResult {
    for _ in 0..200 {
        press(browser, Key::Tab).await?;
        let focused = "((it) => it.matches('a, button, input') ? it.textContent || it.name : '')(document.activeElement)";
        let focused = browser.evaluate(focused).await?;
        if focused.as_str().is_some_and(|it| it.contains(text)) {
            return Ok(());
        }
    }
    Err(format!("the tabulator does not lead to {text}").into())
}

#[tokio::test]
async fn a_dead_letter_is_resolved_with_the_keyboard_alone() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let consumer = coaching(&service.pool, Slots::default()).await?;
    publish_poison(&service.pool).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    browser.sign_in(&service, "mia").await?;
    browser.open(&service, "letters").await?;
    // The first stop leads past the navigation.
    press(&browser, Key::Tab).await?;
    let focused = browser
        .evaluate("document.activeElement.textContent")
        .await?;
    assert_eq!(focused, "Skip to the content");
    let place = "(({ x, y, width }) => x >= 0 && y >= 0 && width > 0)(document.activeElement.getBoundingClientRect())";
    assert_eq!(browser.evaluate(place).await?, true);
    press(&browser, Key::Enter).await?;
    assert_eq!(browser.evaluate("document.activeElement.id").await?, "main");
    tab_to(&browser, "dlq_").await?;
    press(&browser, Key::Enter).await?;
    browser
        .until("document.querySelector('h1')?.textContent.startsWith('Dead letter dlq_')")
        .await?;
    tab_to(&browser, "Resolve…").await?;
    press(&browser, Key::Enter).await?;
    browser
        .until("document.querySelector('h1')?.textContent.startsWith('Resolve 1')")
        .await?;
    tab_to(&browser, "resolution_note").await?;
    tab_to(&browser, "Resolve 1").await?;
    press(&browser, Key::Enter).await?;
    browser
        .until("document.querySelector('main')?.textContent.includes('There are none.')")
        .await?;
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn the_tabulator_reaches_each_control_in_its_order_and_the_focus_is_seen() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let company = Company::open(&service.pool).await?;
    browser.sign_in(&service, "mia").await?;
    for page in ["overview", "letters", "events", "redrive-letters?all=true"] {
        browser.open(&service, page).await?;
        // A page that is refreshed meanwhile would have other controls.
        browser
            .evaluate("document.getElementById('pause')?.click()")
            .await?;
        let controls = "(window.controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, \
                        summary, textarea, [tabindex=\"0\"]')].filter((it) => it.checkVisibility())).length";
        let number = browser.evaluate(controls).await?;
        let number = number.as_u64().ok_or("no number")?;
        assert!(number > 10, "{page}: {number} controls");
        browser.evaluate("document.activeElement.blur()").await?;
        for at in 0..number {
            press(&browser, Key::Tab).await?;
            let focused = format!(
                "(() => {{ const it = document.activeElement; const style = getComputedStyle(it);
                    return [it === window.controls[{at}], it.matches(':focus-visible'),
                            style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, it.outerHTML.slice(0, 200)]; }})()"
            );
            let focused = browser.evaluate(&focused).await?;
            let is_seen = focused
                .as_array()
                .is_some_and(|it| it[..3].iter().all(|it| *it == Value::Bool(true)));
            assert!(is_seen, "{page}, control {at}: {focused}");
        }
    }
    company.stop().await;
    browser.close().await?;
    service.close().await
}
