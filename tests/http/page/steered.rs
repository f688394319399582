//! Rewinding and removing subscriptions by forms.

use dispatcher_test_fixtures::TestResult;
use sqlx::Row;

use super::acts::{ask, send};
use super::document::Document;
use crate::support::{FORM, GOOD, PAGE, Service};

const OF: &str = "consumer=coaching&name=hold_slot";

async fn cursors(service: &Service) -> TestResult<Vec<i64>> {
    let rows = sqlx::query("SELECT position FROM dispatcher_cursor")
        .fetch_all(&service.pool)
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

#[tokio::test]
async fn a_subscription_is_rewound_after_a_preview() -> TestResult {
    let service = Service::with_dead_letters(3).await?;
    let place = format!("subscription?{OF}");
    let page = ask(&service, &place).await?;
    let when = ask(&service, page.link("Rewind")).await?;
    // Without a time there is nothing to confirm.
    assert!(
        when.all("form")
            .iter()
            .all(|form| form.get("class") != Some("act"))
    );
    assert!(
        when.content().contains("In production"),
        "{}",
        when.content()
    );
    let preview = ask(&service, &format!("rewind-subscription?{OF}&to=beginning")).await?;
    let words = preview.content();
    for text in [
        "Rewind coaching/hold_slot",
        "In production",
        "Rewind coaching/hold_slot: handle 3 events again",
        "Dead letters that are resolved by it3",
    ] {
        assert!(words.contains(text), "{text} in {words}");
    }
    let before = cursors(&service).await?;
    assert!(before[0] > 0);
    let answer = send(&service, &preview, "").await?;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some(place.as_str()))
    );
    assert_eq!(cursors(&service).await?, [0]);
    let audit = ask(&service, "audit").await?.content();
    assert!(
        audit.contains("rewind subscription coaching/hold_slot to the beginning"),
        "{audit}"
    );
    // Once more there is nothing to rewind.
    let again = send(&service, &preview, "").await?;
    assert_eq!(again.status, 409, "{again:?}");
    service.close().await
}

#[tokio::test]
async fn a_subscription_that_no_replica_runs_is_removed() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let overview = ask(&service, "overview").await?;
    let asked = ask(&service, overview.link("Remove it")).await?;
    for text in [
        "In production",
        "Remove coaching/hold_slot",
        "Open dead letters, which stay1",
    ] {
        assert!(
            asked.content().contains(text),
            "{text} in {}",
            asked.content()
        );
    }
    let answer = send(&service, &asked, "").await?;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("overview"))
    );
    assert!(cursors(&service).await?.is_empty());
    let overview = ask(&service, "overview").await?.content();
    assert!(
        overview.contains("subscription that was removed"),
        "{overview}"
    );
    // A second time it is not there.
    assert_eq!(send(&service, &asked, "").await?.status, 404);
    service.close().await
}

#[tokio::test]
async fn who_may_not_steer_cannot_post_it() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let before = cursors(&service).await?;
    for page in [
        format!("rewind-subscription?{OF}&to=beginning"),
        format!("remove-subscription?{OF}"),
    ] {
        let headers = format!("{GOOD}{FORM}");
        let path = format!("{PAGE}/{page}");
        let answer = service.send("POST", &path, &headers, b"why=x").await?;
        assert_eq!(answer.status, 403, "{answer:?}");
        let words = Document::read(answer.body.as_str().ok_or("no page")?).content();
        assert!(words.contains("lacks the permission `steer`"), "{words}");
    }
    assert_eq!(cursors(&service).await?, before);
    service.close().await
}
