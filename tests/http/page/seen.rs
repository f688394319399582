//! What pages show, and to whom.

use dispatcher_test_fixtures::TestResult;

use super::document::Document;
use super::links::{crawled, seeded};
use crate::support::{GOOD, PAGE, ROOT, Service};

async fn page(service: &Service, page: &str, session: &str) -> TestResult<Document> {
    let answer = service
        .send("GET", &format!("{PAGE}/{page}"), session, b"")
        .await?;
    assert_eq!(answer.status, 200, "{page}: {answer:?}");
    Ok(Document::read(answer.body.as_str().ok_or("no page")?))
}

#[tokio::test]
async fn the_overview_says_what_is_wrong_and_which_command_ends_it() -> TestResult {
    let service = seeded().await?;
    let overview = page(&service, "overview", ROOT).await?;
    let content = overview.content();
    for text in [
        "Paused coaching/hold_slot",
        "root paused it: the slot service is down",
        "dispatcher subscriptions resume coaching/hold_slot",
        "2 dead letters are open",
        "dispatcher dlq groups --subscription coaching/hold_slot",
    ] {
        assert!(content.contains(text), "{text} in {content}");
    }
    assert_eq!(overview.all("polyline").len(), 1);
    assert_eq!(
        overview.link("See the dead letters"),
        "letters?consumer=coaching&subscription=hold_slot"
    );
    service.close().await
}

#[tokio::test]
async fn the_lists_show_what_the_routes_answer_and_keep_their_filter() -> TestResult {
    let service = Service::with_dead_letters(5).await?;
    let first = page(&service, "letters?consumer=coaching&limit=2", GOOD).await?;
    let ids = service.ids().await?;
    let listed = |document: &Document| -> Vec<String> {
        let links = document.all("a").into_iter();
        let links = links.filter(|link| link.text.starts_with("dlq_"));
        links.map(|link| link.text.clone()).collect()
    };
    assert_eq!(listed(&first), &ids[..2]);
    assert!(first.content().contains("more than a lesson can cost"));
    let second = page(&service, first.link("Older"), GOOD).await?;
    assert_eq!(listed(&second), &ids[2..4]);
    let third = page(&service, second.link("Older"), GOOD).await?;
    assert_eq!(listed(&third), &ids[4..]);
    assert!(third.links().iter().all(|link| !link.contains("next=")));
    // The page of a letter leads back to the filter.
    let letter = page(&service, third.link(&ids[4]), GOOD).await?;
    assert_eq!(letter.link("Back to the list"), "letters?consumer=coaching");
    let events = page(&service, "events?type=credit.locked", GOOD).await?;
    assert!(
        events.content().contains("5 events were found."),
        "{}",
        events.content()
    );
    assert!(
        events
            .content()
            .contains("there is nothing more to look at")
    );
    service.close().await
}

#[tokio::test]
async fn who_may_not_act_does_not_see_what_acts() -> TestResult {
    let service = seeded().await?;
    let acts = [
        "resolve-", "redrive-", "stop-", "pause-", "resume-", "rewind-", "remove-", "publish-",
        "reveal=",
    ];
    let viewer = "Authorization: Bearer without-resolve\r\n";
    for (session, hidden) in [
        (viewer, vec!["resolve-"]),
        (
            "Authorization: Bearer without-redrive\r\n",
            vec!["redrive-", "stop-"],
        ),
        (
            "Authorization: Bearer without-steer\r\n",
            vec!["pause-", "resume-", "rewind-", "remove-"],
        ),
        (
            "Authorization: Bearer without-publish\r\n",
            vec!["publish-"],
        ),
        ("Authorization: Bearer without-reveal\r\n", vec!["reveal="]),
        (ROOT, vec![]),
    ] {
        let found = crawled(&service, &["overview"], session).await?;
        let links: Vec<_> = found.iter().flat_map(|(_, page)| page.links()).collect();
        for act in acts {
            let is_seen = links.iter().any(|link| link.contains(act));
            assert_eq!(is_seen, !hidden.contains(&act), "{act} for {session}");
        }
    }
    service.close().await
}

#[tokio::test]
async fn sensitive_values_are_masked_until_they_are_revealed() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    for path in crate::reveal::of_a_person(&service).await? {
        let (kind, id) = path.rsplit_once('/').ok_or("no id")?;
        let kind = if kind.ends_with("dlq") {
            "letter"
        } else {
            "event"
        };
        let masked = page(&service, &format!("{kind}?id={id}"), ROOT).await?;
        assert!(!masked.content().contains("ada@"), "{}", masked.content());
        let shown = page(&service, masked.link("Show sensitive values"), ROOT).await?;
        assert!(shown.content().contains("ada@example.com"));
        assert!(shown.content().contains("That is in the audit."));
        let audit = page(&service, "audit", ROOT).await?;
        assert!(audit.content().contains(&format!(
            "reveal {} {id}",
            if kind == "letter" {
                "dead letter"
            } else {
                "event"
            }
        )));
        let path = format!("{PAGE}/{kind}?id={id}&reveal=true");
        let refused = service.send("GET", &path, GOOD, b"").await?;
        assert_eq!(refused.status, 403);
    }
    service.close().await
}
