//! Publishing by a form: the example, what is refused at its place, and what was confirmed.

use dispatcher_runtime::KnownContracts;
use dispatcher_test_fixtures::{TENANT, TestResult};
use serde_json::{Value, json};
use sqlx::Row;

use super::acts::ask;
use super::document::Document;
use crate::client::Answer;
use crate::support::{FORM, GOOD, PAGE, ROOT, Service};

const LOCKED: &str = "publish-event?type=credit.locked&version=1";

async fn events(service: &Service) -> TestResult<i64> {
    let count = sqlx::query("SELECT count(*) FROM dispatcher_event");
    Ok(count.fetch_one(&service.pool).await?.try_get(0)?)
}

async fn post(service: &Service, fields: &[(&str, &str)]) -> TestResult<Answer> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let (path, headers) = (format!("{PAGE}/{LOCKED}"), format!("{ROOT}{FORM}"));
    let body = body.finish();
    service.send("POST", &path, &headers, body.as_bytes()).await
}

fn page(answer: &Answer) -> TestResult<Document> {
    Ok(Document::read(answer.body.as_str().ok_or("no page")?))
}

#[tokio::test]
async fn the_example_of_a_contract_is_published_once_it_is_confirmed() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let choice = ask(
        &service,
        ask(&service, "events").await?.link("Publish an event"),
    )
    .await?;
    let form = ask(&service, choice.link("credit.locked version 1")).await?;
    assert!(form.content().contains("In production"));
    let payload = form.all("textarea")[0].text.clone();
    let example: Value = serde_json::from_str(&payload)?;
    let contracts = KnownContracts::bundled(&acme_contracts::REGISTRY);
    assert_eq!(
        Some(&example),
        contracts.example("credit.locked", 1).as_ref()
    );
    let fields = [
        ("tenant_id", TENANT),
        ("payload", &payload),
        ("why", "a drill"),
    ];
    let checked = post(&service, &fields).await?;
    assert_eq!(checked.status, 200, "{checked:?}");
    let checked = page(&checked)?;
    let words = checked.content();
    assert!(
        words.contains(&format!(
            "Publish 1 event: credit.locked version 1 of {TENANT}"
        )),
        "{words}"
    );
    assert_eq!(
        events(&service).await?,
        1,
        "nothing is published before it is confirmed"
    );
    let published = super::acts::send(&service, &checked, "").await?;
    assert_eq!(published.status, 303, "{published:?}");
    let place = published.header("location").ok_or("no place")?.to_owned();
    assert_eq!(events(&service).await?, 2);
    let event = ask(&service, &place).await?.content();
    assert!(event.contains("credit.locked version 1"), "{event}");
    let audit = ask(&service, "audit").await?.content();
    assert!(
        audit.contains("publish event evt_") && audit.contains("a drill"),
        "{audit}"
    );
    service.close().await
}

#[tokio::test]
async fn what_the_contract_refuses_stands_at_its_place_and_nothing_is_published() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let contracts = KnownContracts::bundled(&acme_contracts::REGISTRY);
    let mut payload = contracts.example("credit.locked", 1).ok_or("no example")?;
    payload["locked_credits"] = json!(0);
    payload["note"] = json!("<script>alert(1)</script>");
    let text = payload.to_string();
    // Whether it says that it was confirmed or not.
    for confirmed in ["", "true"] {
        let fields = [
            ("tenant_id", TENANT),
            ("payload", &text),
            ("confirmed", confirmed),
        ];
        let refused = post(&service, &fields).await?;
        assert_eq!(refused.status, 422, "{refused:?}");
        let refused = page(&refused)?;
        let marks = refused.all("mark");
        assert!(marks.iter().any(|mark| mark.text == "0"), "{marks:?}");
        assert!(refused.content().contains("← "), "{}", refused.content());
        assert!(refused.content().contains("Nothing was published"));
        // What was sent is in the form again.
        let given: Value = serde_json::from_str(&refused.all("textarea")[0].text)?;
        assert_eq!(given, payload);
    }
    for (payload, words) in [
        ("{", "not valid JSON"),
        ("[]", "Nothing was published"),
        ("</textarea><script>alert(1)</script>", "not valid JSON"),
    ] {
        let fields = [
            ("tenant_id", TENANT),
            ("payload", payload),
            ("confirmed", "true"),
        ];
        let refused = post(&service, &fields).await?;
        assert_eq!(refused.status, 422, "{payload}: {refused:?}");
        let content = page(&refused)?.content();
        assert!(content.contains(words), "{content}");
    }
    let wrong = [
        ("tenant_id", "no tenant"),
        ("payload", "{}"),
        ("confirmed", "true"),
    ];
    assert_eq!(post(&service, &wrong).await?.status, 422);
    assert_eq!(events(&service).await?, 1);
    service.close().await
}

#[tokio::test]
async fn who_may_not_publish_sees_no_form_and_cannot_post() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let path = format!("{PAGE}/{LOCKED}");
    for method in ["GET", "POST"] {
        let headers = format!("{GOOD}{FORM}");
        let answer = service
            .send(method, &path, &headers, b"tenant_id=x&payload={}")
            .await?;
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    let events_page = service
        .send("GET", &format!("{PAGE}/events"), GOOD, b"")
        .await?;
    assert!(!page(&events_page)?.content().contains("Publish"));
    assert_eq!(events(&service).await?, 1);
    service.close().await
}

#[tokio::test]
async fn each_reference_contract_that_can_be_published_has_a_valid_example() -> TestResult {
    let contracts = KnownContracts::bundled(&acme_contracts::REGISTRY);
    let mut examples = 0;
    for contract in contracts.list() {
        for version in contract.versions.iter().filter(|it| it.status != "retired") {
            let (name, number) = (contract.event_type.as_str(), version.schema_version);
            let example = contracts.example(name, number);
            let example = example.ok_or_else(|| format!("no example of {name} {number}"))?;
            assert!(contracts.payload_faults(name, number, &example).is_empty());
            examples += 1;
        }
    }
    assert!(examples > 10, "{examples}");
    Ok(())
}
