//! Acts by forms: a page that asks, the form with the number that it showed, and where it leads.

use dispatcher_test_fixtures::TestResult;
use sqlx::Row;

use super::document::Document;
use crate::client::Answer;
use crate::support::{COOKIE_OF_ROOT, FORM, GOOD, PAGE, Service};

const SAME: &str = "Sec-Fetch-Site: same-origin\r\n";

pub(crate) async fn ask(service: &Service, page: &str) -> TestResult<Document> {
    let path = format!("{PAGE}/{page}");
    let answer = service.send("GET", &path, COOKIE_OF_ROOT, b"").await?;
    assert_eq!(answer.status, 200, "{page}: {answer:?}");
    Ok(Document::read(answer.body.as_str().ok_or("no page")?))
}

/// Sends the form of a page as a browser does.
pub(crate) async fn send(service: &Service, page: &Document, further: &str) -> TestResult<Answer> {
    let (action, body) = page.act();
    let path = format!("{PAGE}/{action}");
    let headers = format!("{COOKIE_OF_ROOT}{SAME}{FORM}");
    let body = format!("{body}{further}");
    service.send("POST", &path, &headers, body.as_bytes()).await
}

async fn states(service: &Service) -> TestResult<Vec<String>> {
    let states = "SELECT CASE WHEN resolved_at IS NOT NULL THEN 'resolved' WHEN redrive_id IS NOT NULL THEN 'redriving'
                         ELSE 'open' END FROM dispatcher_dead_letter ORDER BY position";
    let rows = sqlx::query(states).fetch_all(&service.pool).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

#[tokio::test]
async fn a_group_is_redriven_by_a_form_and_the_redrive_is_stopped() -> TestResult {
    let service = Service::with_dead_letters(3).await?;
    let letters = ask(&service, "letters").await?;
    let group = letters
        .links()
        .into_iter()
        .find(|link| link.contains("group="));
    let group = ask(&service, group.ok_or("no group")?).await?;
    let preview = ask(
        &service,
        group.link("Redrive all open dead letters of this filter"),
    )
    .await?;
    assert!(
        preview.content().contains("Redrive 3 dead letters"),
        "{}",
        preview.content()
    );
    let answer = send(&service, &preview, "").await?;
    assert_eq!(answer.status, 303, "{answer:?}");
    let redrive = answer.header("location").ok_or("no place")?.to_owned();
    assert!(redrive.starts_with("redrive?id=rdr_"), "{redrive}");
    assert_eq!(states(&service).await?, ["redriving"; 3]);
    let running = ask(&service, &redrive).await?;
    assert!(
        running.content().contains("0 of 3 settled"),
        "{}",
        running.content()
    );
    let stop = ask(&service, running.link("Stop")).await?;
    let answer = send(&service, &stop, "").await?;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some(redrive.as_str()))
    );
    assert_eq!(states(&service).await?, ["open"; 3]);
    // A second time there is nothing to stop, and the page says so.
    let answer = send(&service, &stop, "").await?;
    assert_eq!(answer.status, 409);
    let words = Document::read(answer.body.as_str().ok_or("no page")?).content();
    assert!(words.contains("has ended already"), "{words}");
    let audit = ask(&service, "audit").await?.content();
    assert!(audit.contains("redriving 3 dead letters"), "{audit}");
    service.close().await
}

#[tokio::test]
async fn many_are_resolved_only_if_the_number_is_still_what_was_seen() -> TestResult {
    let service = Service::with_dead_letters(3).await?;
    let filter = "consumer=coaching&subscription=hold_slot";
    let letters = ask(&service, &format!("letters?{filter}")).await?;
    let asked = ask(
        &service,
        letters.link("Resolve all open dead letters of this filter"),
    )
    .await?;
    assert!(asked.content().contains("Resolve 3"), "{}", asked.content());
    let one = service.ids().await?.remove(0);
    let single = ask(&service, &format!("resolve-letter?id={one}&{filter}")).await?;
    let answer = send(&service, &single, "").await?;
    let back = format!("letters?{filter}");
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some(back.as_str()))
    );
    // Meanwhile there is one less.
    let changed = send(&service, &asked, "").await?;
    assert_eq!(changed.status, 409);
    let changed = Document::read(changed.body.as_str().ok_or("no page")?);
    assert!(
        changed.content().contains("Nothing was changed"),
        "{}",
        changed.content()
    );
    let again = changed.link("Look again");
    assert_eq!(again, format!("?{filter}"));
    let asked = ask(&service, &format!("resolve-letters{again}")).await?;
    let answer = send(&service, &asked, "").await?;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some(back.as_str()))
    );
    assert_eq!(states(&service).await?, ["resolved"; 3]);
    service.close().await
}

#[tokio::test]
async fn a_subscription_is_paused_and_resumed_by_forms() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let place = "subscription?consumer=coaching&name=hold_slot";
    let page = ask(&service, place).await?;
    let pause = ask(&service, page.link("Pause")).await?;
    let answer = send(&service, &pause, "").await?;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some(place))
    );
    let paused = ask(&service, place).await?;
    assert!(
        paused.content().contains("Paused by root"),
        "{}",
        paused.content()
    );
    let resume = ask(&service, paused.link("Resume")).await?;
    assert_eq!(send(&service, &resume, "").await?.status, 303);
    assert!(!ask(&service, place).await?.content().contains("Paused by"));
    service.close().await
}

/// A form that was not shown can be sent all the same.
#[tokio::test]
async fn what_a_session_may_not_do_it_cannot_post() -> TestResult {
    let service = Service::with_dead_letters(2).await?;
    let steer = format!("{PAGE}/pause-subscription?consumer=coaching&name=hold_slot");
    // An operator may not steer.
    let answer = service
        .send("POST", &steer, &format!("{GOOD}{FORM}"), b"why=x")
        .await?;
    assert_eq!(answer.status, 403, "{answer:?}");
    for (page, body, lacking) in [
        ("resolve-letters?all=true", "expected=2", "resolve"),
        ("redrive-letters?all=true", "expected=2", "redrive"),
    ] {
        let headers = format!("Authorization: Bearer without-{lacking}\r\n{FORM}");
        let path = format!("{PAGE}/{page}");
        let answer = service
            .send("POST", &path, &headers, body.as_bytes())
            .await?;
        assert_eq!(answer.status, 403, "{answer:?}");
        // Nor does an empty filter select everything.
        let path = path.replace("?all=true", "");
        let answer = service
            .send("POST", &path, &format!("{GOOD}{FORM}"), body.as_bytes())
            .await?;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    assert_eq!(states(&service).await?, ["open"; 2]);
    service.close().await
}
