//! The module of the page: it shows what is new, and takes nothing from under its reader.

use dispatcher_test_fixtures::TestResult;
use sqlx::Executor;

use crate::browser::{Browser, shows};
use crate::company::{Slots, coaching, publish_poison};
use crate::service::Service;

/// The time of the page, which each answer of the server changes.
const AS_OF: &str = "document.getElementById('as-of').dateTime";
/// What the page says about its refreshing.
const SAID: &str = "document.getElementById('refresh-said').textContent";
const CONTENT: &str = "document.querySelector('main').textContent";

/// A browser at the list of dead letters, of which there is one.
async fn at_the_list() -> TestResult<Option<(Browser, Service)>> {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(None);
    };
    let service = Service::start().await?;
    let consumer = coaching(&service.pool, Slots::default()).await?;
    publish_poison(&service.pool).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    browser.sign_in(&service, "mia").await?;
    browser.open(&service, "letters").await?;
    Ok(Some((browser, service)))
}

/// Changes what the list shows.
async fn change(service: &Service, error: &'static str) -> TestResult {
    let change = sqlx::query("UPDATE dispatcher_dead_letter SET error = $1").bind(error);
    change.execute(&service.pool).await?;
    Ok(())
}

/// Waits until the module has asked again, and been answered, that many times.
async fn refreshed(browser: &Browser, times: usize) -> TestResult {
    for _ in 0..times {
        browser
            .evaluate(&format!("window.before = {AS_OF}"))
            .await?;
        browser.until(&format!("{AS_OF} !== window.before")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_control_under_the_pointer_stays_until_the_pointer_leaves() -> TestResult {
    let Some((browser, service)) = at_the_list().await? else {
        return Ok(());
    };
    let link = "section[aria-labelledby=list] tbody a";
    browser.point_at(link).await?;
    browser
        .until(&format!(
            "document.querySelector('{link}').matches(':hover')"
        ))
        .await?;
    browser
        .evaluate(&format!("window.link = document.querySelector('{link}')"))
        .await?;
    change(&service, "something else went wrong").await?;
    refreshed(&browser, 2).await?;
    assert_eq!(browser.evaluate("window.link.isConnected").await?, true);
    let content = browser.content().await?;
    assert!(!content.contains("something else"), "{content}");
    browser.point_to(2.0, 2.0).await?;
    browser
        .until(&format!("{CONTENT}.includes('something else went wrong')"))
        .await?;
    assert_eq!(browser.evaluate("window.link.isConnected").await?, false);
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn what_is_focused_selected_or_open_stays_and_the_rest_is_new() -> TestResult {
    let Some((browser, service)) = at_the_list().await? else {
        return Ok(());
    };
    let list = "document.querySelector('section[aria-labelledby=list]')";
    let groups = "document.querySelector('section[aria-labelledby=groups]')";
    browser.point_to(2.0, 2.0).await?;
    for (error, hold, release) in [
        (
            "first error",
            "list.querySelector('a').focus()",
            "document.activeElement.blur()",
        ),
        (
            "second error",
            "getSelection().selectAllChildren(list.querySelector('td'))",
            "getSelection().removeAllRanges()",
        ),
        (
            "third error",
            "list.append(Object.assign(document.createElement('details'), { open: true }))",
            "list.querySelector('details').open = false",
        ),
    ] {
        browser
            .evaluate(&format!(
                "(() => {{ const list = {list}; {hold}; window.held = list; }})()"
            ))
            .await?;
        change(&service, error).await?;
        browser
            .until(&format!("{groups}.textContent.includes('{error}')"))
            .await?;
        refreshed(&browser, 1).await?;
        assert_eq!(
            browser.evaluate("window.held.isConnected").await?,
            true,
            "{error}"
        );
        let shown = browser
            .evaluate(&format!("{list}.textContent.includes('{error}')"))
            .await?;
        assert_eq!(shown, false, "{error}");
        browser
            .evaluate(&format!("(() => {{ const list = {list}; {release}; }})()"))
            .await?;
        browser
            .until(&format!("{list}.textContent.includes('{error}')"))
            .await?;
    }
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn a_refresh_keeps_where_the_reader_has_scrolled_to() -> TestResult {
    let Some((browser, service)) = at_the_list().await? else {
        return Ok(());
    };
    browser.resize(500, 400).await?;
    let table = "document.querySelector('section[aria-labelledby=list] .table')";
    browser
        .evaluate(&format!("({table}.scrollLeft = 80, scrollTo(0, 90))"))
        .await?;
    browser.evaluate(&format!("window.table = {table}")).await?;
    let before = browser
        .evaluate(&format!("[{table}.scrollLeft, scrollY]"))
        .await?;
    assert_eq!(before, serde_json::json!([80, 90]));
    // As long as the other, so that the page keeps its height.
    change(&service, "145 credits are more than lesson 14407 can cost").await?;
    browser
        .until(&format!("{table}.textContent.includes('145 credits')"))
        .await?;
    assert_eq!(browser.evaluate("window.table.isConnected").await?, false);
    let after = browser
        .evaluate(&format!("[{table}.scrollLeft, scrollY]"))
        .await?;
    assert_eq!(after, before);
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn a_paused_page_changes_when_it_is_asked_to() -> TestResult {
    let Some((browser, service)) = at_the_list().await? else {
        return Ok(());
    };
    let press = |id: &'static str| browser.session.first(id);
    press("//*[@id='pause']").await?.click().await?;
    let pressed = "document.getElementById('pause').getAttribute('aria-pressed')";
    assert_eq!(browser.evaluate(pressed).await?, "true");
    // Nothing is fetched: the page would have to.
    browser.evaluate("(() => { const fetch = window.fetch; window.fetched = 0; \
                      window.fetch = (...all) => { window.fetched += 1; return fetch(...all); }; })()").await?;
    change(&service, "something else went wrong").await?;
    browser
        .until("(window.until ??= performance.now() + 7000) < performance.now()")
        .await?;
    assert_eq!(browser.evaluate("window.fetched").await?, 0);
    press("//*[@id='now']").await?.click().await?;
    browser.point_to(2.0, 2.0).await?;
    browser
        .until(&format!("{CONTENT}.includes('something else went wrong')"))
        .await?;
    assert_eq!(browser.evaluate("window.fetched").await?, 1);
    press("//*[@id='pause']").await?.click().await?;
    change(&service, "a third thing").await?;
    browser
        .until(&format!("{CONTENT}.includes('a third thing')"))
        .await?;
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn a_hidden_page_asks_for_nothing() -> TestResult {
    let Some((browser, service)) = at_the_list().await? else {
        return Ok(());
    };
    browser.evaluate("(() => { const fetch = window.fetch; window.fetched = 0; \
                      window.fetch = (...all) => { if (document.hidden) window.fetched += 1; return fetch(...all); }; })()").await?;
    let first = browser.open_tab().await?;
    browser.open(&service, "letters").await?;
    change(&service, "something else went wrong").await?;
    browser
        .until(&format!("{CONTENT}.includes('something else went wrong')"))
        .await?;
    refreshed(&browser, 2).await?;
    browser.close_tab(&first).await?;
    browser
        .until(&format!("{CONTENT}.includes('something else went wrong')"))
        .await?;
    assert_eq!(browser.evaluate("window.fetched").await?, 0);
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn the_page_says_that_the_session_has_ended_and_goes_on_after_a_sign_in() -> TestResult {
    let Some((browser, service)) = at_the_list().await? else {
        return Ok(());
    };
    let live = browser.evaluate("document.getElementById('refresh-said').getAttribute('role')");
    assert_eq!(live.await?, "status");
    browser.session.delete("/cookie").await?;
    browser
        .until(&format!("{SAID}.startsWith('The session has ended')"))
        .await?;
    shows(&browser.content().await?, "144 credits");
    let first = browser.open_tab().await?;
    browser.sign_in(&service, "mia").await?;
    change(&service, "something else went wrong").await?;
    browser.close_tab(&first).await?;
    browser
        .until(&format!("{CONTENT}.includes('something else went wrong')"))
        .await?;
    browser.until(&format!("{SAID} === ''")).await?;
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn the_page_says_that_the_server_is_gone_and_goes_on_when_it_is_back() -> TestResult {
    let Some((browser, mut service)) = at_the_list().await? else {
        return Ok(());
    };
    service.stop_serving().await;
    browser
        .until(&format!("{SAID}.startsWith('The server does not answer')"))
        .await?;
    shows(&browser.content().await?, "144 credits");
    change(&service, "something else went wrong").await?;
    service.serve_again().await?;
    browser
        .until(&format!("{CONTENT}.includes('something else went wrong')"))
        .await?;
    browser.until(&format!("{SAID} === ''")).await?;
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn causes_and_effects_stay_while_the_rest_of_an_event_is_refreshed() -> TestResult {
    let Some((browser, service)) = at_the_list().await? else {
        return Ok(());
    };
    let id = "SELECT event_id FROM dispatcher_event LIMIT 1";
    let id: String = sqlx::query_scalar(id).fetch_one(&service.pool).await?;
    browser.open(&service, &format!("event?id={id}")).await?;
    browser.point_to(2.0, 2.0).await?;
    let kept = "document.getElementById('region-causation')";
    browser.evaluate(&format!("window.kept = {kept}")).await?;
    change(&service, "something else went wrong").await?;
    browser
        .until(&format!("{CONTENT}.includes('something else went wrong')"))
        .await?;
    let is_kept = format!("window.kept !== null && window.kept === {kept}");
    assert_eq!(browser.evaluate(&is_kept).await?, true);
    browser.close().await?;
    service.close().await
}

#[tokio::test]
async fn ages_are_counted_on_and_problems_are_announced() -> TestResult {
    let Some((browser, service)) = at_the_list().await? else {
        return Ok(());
    };
    browser.open(&service, "overview").await?;
    let announced = "document.getElementById('announced').textContent";
    browser
        .until(&format!("{announced}.includes('problem')"))
        .await?;
    let age = "document.querySelector('main [data-since]').textContent";
    browser.evaluate(&format!("window.age = {age}")).await?;
    browser.until(&format!("{age} !== window.age")).await?;
    let resolve = "UPDATE dispatcher_dead_letter SET resolved_at = now(), resolved_by = 'mia'";
    service.pool.execute(resolve).await?;
    browser
        .evaluate(&format!("window.announced = {announced}"))
        .await?;
    browser
        .until(&format!("{announced} !== window.announced"))
        .await?;
    browser.close().await?;
    service.close().await
}
