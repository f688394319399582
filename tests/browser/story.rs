//! From a poison event to its redrive, as an operator goes it.

use dispatcher_test_fixtures::TestResult;

use crate::browser::{Browser, shows};
use crate::company::{Slots, coaching, publish_poison};
use crate::service::Service;

#[tokio::test]
async fn a_poison_event_is_found_understood_redriven_and_seen_to_be_handled() -> TestResult {
    let Some(browser) = Browser::start_or_skip().await? else {
        return Ok(());
    };
    let service = Service::start().await?;
    let slots = Slots::default();
    let consumer = coaching(&service.pool, slots.clone()).await?;
    let event = publish_poison(&service.pool).await?;
    consumer.wait_caught_up().await?;
    browser.sign_in(&service, "mia").await?;

    let overview = browser.content().await?;
    shows(&overview, "1 dead letter is open");
    browser.press("See the dead letters").await?;
    browser.content_with("dlq_").await?;
    browser.press("dlq_").await?;
    let letter = browser.content_with("Redrive…").await?;
    shows(&letter, "144 credits are more than lesson 14407 can cost");
    shows(&letter, "\"locked_credits\": 144");
    shows(&letter, &event);

    // The handler is mended, as a deployment would do it.
    slots.mend();
    browser.press("Redrive…").await?;
    browser.content_with("Redrive 1").await?;
    let title = browser.evaluate("document.title").await?;
    assert!(
        title
            .as_str()
            .is_some_and(|it| it.starts_with("staging: Redrive 1")),
        "{title}"
    );
    let why = browser.session.first("//input[@name='resolution_note']");
    why.await?.write("the price list was wrong").await?;
    // The mark is gone if the page is loaded again.
    browser.press("Redrive 1").await?;
    browser
        .until("document.querySelector('main h1')?.textContent.startsWith('Dead letter')")
        .await?;
    browser
        .evaluate("window.mark = 'the same document'")
        .await?;
    browser
        .until("document.querySelector('main').textContent.includes('resolved')")
        .await?;
    let mark = browser.evaluate("window.mark").await?;
    let letter = browser.content().await?;
    assert_eq!(mark, "the same document", "{letter}");
    shows(&letter, "by mia");
    assert!(!letter.contains("Redrive…"), "{letter}");
    browser.press(&event).await?;
    browser.content_with("Handled at").await?;
    consumer.stop().await;
    browser.close().await?;
    service.close().await
}
