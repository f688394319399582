//! Lists: no envelopes, a page at a time, and answers that stay small whatever is stored or asked for.

use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};

use crate::support::{LIST, Service};

/// One page, and the token of the next one.
async fn page(service: &Service, query: &str) -> TestResult<(Vec<String>, Option<String>)> {
    let answer = service.get(&format!("{LIST}?{query}")).await?;
    assert_eq!(answer.status, 200, "{answer:?}");
    let listed = answer.body["dead_letters"].as_array().ok_or("no list")?;
    let ids = listed.iter().map(|one| one["dead_letter_id"].as_str());
    let ids = ids.map(|id| id.unwrap().to_owned()).collect();
    let next = answer.body.get("next").ok_or("no token")?;
    Ok((ids, next.as_str().map(str::to_owned)))
}

#[tokio::test]
async fn a_list_of_large_letters_is_small() -> TestResult {
    let service = Service::with_dead_letters(6).await?;
    let envelope = json!({ "payload": "x".repeat(4 << 20) }).to_string();
    sqlx::query("UPDATE dispatcher_dead_letter SET envelope = $1, error = repeat('e', 16384)")
        .bind(envelope)
        .execute(&service.pool)
        .await?;
    let answer = service.get(LIST).await?;
    let listed = answer.body["dead_letters"].as_array().ok_or("no list")?;
    assert_eq!(listed.len(), 6);
    for letter in listed {
        assert_eq!(letter.get("envelope"), None);
        assert_eq!(letter.get("failures"), None);
        assert_eq!(letter["attempts"], 1);
        let error = letter["error"].as_str().ok_or("no error")?;
        assert_eq!(error, format!("{}…", "e".repeat(1000)));
    }
    let bytes = answer.body.to_string().len();
    assert!(bytes < 16_384, "the answer has {bytes} bytes");
    service.close().await
}

#[tokio::test]
async fn pages_follow_each_other_until_there_are_no_more() -> TestResult {
    let service = Service::with_dead_letters(5).await?;
    let ids = service.ids().await?;
    // Two letters of the same moment are told apart by their ids.
    sqlx::query("UPDATE dispatcher_dead_letter SET created_at = (SELECT min(created_at) FROM dispatcher_dead_letter)")
        .execute(&service.pool)
        .await?;
    let (first, next) = page(&service, "limit=2&consumer=coaching").await?;
    assert_eq!(first, ids[..2]);
    let next = next.ok_or("there are more")?;
    let (second, next) = page(&service, &format!("limit=2&consumer=coaching&next={next}")).await?;
    assert_eq!(second, ids[2..4]);
    let next = next.ok_or("there are more")?;
    // The limit may change from page to page.
    let (third, next) = page(&service, &format!("limit=1&consumer=coaching&next={next}")).await?;
    assert_eq!((third, next), (ids[4..].to_vec(), None));
    service.close().await
}

#[tokio::test]
async fn a_page_ends_at_a_mebibyte_and_has_at_least_one_letter() -> TestResult {
    let service = Service::with_dead_letters(40).await?;
    let ids = service.ids().await?;
    sqlx::query("UPDATE dispatcher_dead_letter SET subject = repeat('s', 65536)")
        .execute(&service.pool)
        .await?;
    let (mut seen, mut next) = page(&service, "limit=1000").await?;
    assert!((10..20).contains(&seen.len()), "{} letters", seen.len());
    while let Some(token) = next {
        let (ids, after) = page(&service, &format!("limit=1000&next={token}")).await?;
        assert!(ids.len() < 20);
        seen.extend(ids);
        next = after;
    }
    assert_eq!(seen, ids);
    sqlx::query("UPDATE dispatcher_dead_letter SET subject = repeat('s', 2000000)")
        .execute(&service.pool)
        .await?;
    let (alone, next) = page(&service, "limit=1000").await?;
    assert_eq!(alone, ids[..1]);
    assert!(next.is_some());
    service.close().await
}

#[tokio::test]
async fn a_token_that_was_altered_or_is_of_another_list_is_refused() -> TestResult {
    let service = Service::with_dead_letters(3).await?;
    let (_, next) = page(&service, "limit=1").await?;
    let next = next.ok_or("there are more")?;
    let altered = next.replacen(|digit: char| digit.is_ascii_digit(), "a", 1);
    for query in [
        format!("next={altered}"),
        format!("next={next}0"),
        "next=x".to_owned(),
        format!("consumer=coaching&next={next}"),
        format!("include_resolved=true&next={next}"),
        format!("tenant=tnt_swim_north&next={next}"),
    ] {
        let answer = service.get(&format!("{LIST}?{query}")).await?;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        let errors = answer.body["errors"].as_array().ok_or("no errors")?;
        assert_eq!(errors.len(), 1);
        assert_eq!(
            (&errors[0]["in"], &errors[0]["name"]),
            (&json!("query"), &json!("next"))
        );
        assert_eq!(
            answer.detail(),
            "`next` is not the token of a page of this list: it was altered, or belongs to other filters; send it \
             with the filters that it was returned for, or leave it out to begin with the first page"
        );
    }
    service.close().await
}

#[tokio::test]
async fn a_query_that_is_too_long_is_refused() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    for path in [LIST.to_owned(), format!("{LIST}/{id}")] {
        let query = "a=&".repeat(8193 / 3 + 1);
        let answer = service.get(&format!("{path}?{query}")).await?;
        answer.assert_problem(414, "the query is longer than 8192 bytes");
        assert!(answer.body.to_string().len() < 1024);
    }
    service.close().await
}

#[tokio::test]
async fn a_problem_lists_20_faults_and_counts_the_others() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let query: Vec<String> = (0..1000).map(|number| format!("q{number}=")).collect();
    let by_query = service.get(&format!("{LIST}?{}", query.join("&"))).await?;
    let fields: serde_json::Map<String, Value> = (0..1000)
        .map(|number| (format!("f{number}"), json!(1)))
        .collect();
    let by_body = service
        .resolve(&id, &Value::from(fields).to_string())
        .await?;
    for answer in [by_query, by_body] {
        assert_eq!(answer.status, 400);
        assert_eq!(answer.body["errors"].as_array().map(Vec::len), Some(20));
        assert_eq!(answer.body["further"], 980);
        assert!(answer.detail().ends_with("; and 980 more"), "{answer:?}");
        let bytes = answer.body.to_string().len();
        assert!(bytes < 16_384, "the answer has {bytes} bytes");
    }
    // A parser's message quotes what it read.
    let text = json!("x".repeat(16_000)).to_string();
    let answer = service.resolve(&id, &text).await?;
    assert_eq!(answer.status, 400);
    assert!(answer.body.to_string().len() < 2048, "{answer:?}");
    service.close().await
}
