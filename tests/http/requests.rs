//! What the routes return, and how they answer malformed requests.

use dispatcher_test_fixtures::TestResult;
use serde_json::json;

use crate::client::exchange;
use crate::support::{GOOD, JSON, LIST, NOBODY, Service};

#[tokio::test]
async fn the_list_is_newest_first_filtered_and_bounded() -> TestResult {
    let service = Service::with_dead_letters(3).await?;
    let ids = service.ids().await?;
    let listed = async |query: &str| -> TestResult<Vec<String>> {
        let answer = service.get(&format!("{LIST}{query}")).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        let list = answer.body["dead_letters"].as_array().unwrap();
        let ids = list.iter().map(|one| one["dead_letter_id"].as_str());
        Ok(ids.map(|id| id.unwrap().to_owned()).collect())
    };
    assert_eq!(listed("").await?, ids);
    assert_eq!(listed("?consumer=&include_resolved=&limit=").await?, ids);
    assert_eq!(listed("?consumer=coaching&limit=1000").await?, ids);
    assert_eq!(listed("?consumer=growth").await?, [""; 0]);
    assert_eq!(listed("?limit=2").await?, ids[..2]);
    service
        .resolve(&ids[0], r#"{"resolved_by": "maria"}"#)
        .await?;
    assert_eq!(listed("?include_resolved=false").await?, ids[1..]);
    assert_eq!(listed("?include_resolved=true").await?, ids);
    service.close().await
}

#[tokio::test]
async fn a_query_without_a_limit_lists_50() -> TestResult {
    let service = Service::with_dead_letters(51).await?;
    for (query, expected) in [("", 50), ("?limit=", 50), ("?limit=51", 51)] {
        let answer = service.get(&format!("{LIST}{query}")).await?;
        let listed = answer.body["dead_letters"].as_array();
        assert_eq!(listed.map(Vec::len), Some(expected), "{query}");
    }
    service.close().await
}

#[tokio::test]
async fn one_is_given_with_its_envelope_and_failures() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let answer = service.get(&format!("{LIST}/{id}")).await?;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["dead_letter_id"], id);
    assert_eq!(answer.body["consumer"], "coaching");
    assert_eq!(answer.body["subscription"], "hold_slot");
    assert_eq!(answer.body["reason"], "permanent");
    assert_eq!(answer.body["envelope"]["event_type"], "credit.locked");
    assert_eq!(answer.body["failures"][0]["attempt"], 1);
    assert_eq!(answer.body["resolved_at"], json!(null));
    let answer = service.get(&format!("{LIST}/{NOBODY}")).await?;
    answer.assert_problem(404, &format!("there is no dead letter {NOBODY}"));
    service.close().await
}

#[tokio::test]
async fn a_malformed_query_is_refused_with_all_that_is_wrong() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    let limit = |given| format!("`limit` is `{given}`; it has to be a whole number from 1 to 1000");
    let known = "known ones are `consumer`, `subscription`, `event_type`, `reason`, `group`, `subject`, `tenant`, \
                 `state`, `from`, `to`, `include_resolved`, `limit`, `next`";
    let there_are = format!("The {known}");
    for (query, detail) in [
        ("limit=0", limit("0")),
        ("limit=1001", limit("1001")),
        ("limit=-1", limit("-1")),
        ("limit=%2B5", limit("+5")),
        ("limit=2.0", limit("2.0")),
        ("limit=99999999999999999999", limit("99999999999999999999")),
        (
            "include_resolved=yes",
            "`include_resolved` is `yes`; it has to be `true` or `false`".to_owned(),
        ),
        (
            "includeResolved=true",
            format!(
                "unknown parameter `includeResolved`; did you mean `include_resolved`? {there_are}"
            ),
        ),
        (
            "Limit=3",
            format!("unknown parameter `Limit`; did you mean `limit`? {there_are}"),
        ),
        (
            "offset=3",
            format!("unknown parameter `offset`; the {known}"),
        ),
        (
            "tenant=north",
            "`tenant` is `north`; it has to be `tnt_` followed by letters, digits, `_` or `-`"
                .to_owned(),
        ),
        (
            "consumer=a&consumer=b",
            "`consumer` is given twice; give it once".to_owned(),
        ),
        (
            "consumer=a%00",
            "`consumer` is `a\0`; it has to be the name of a consuming domain".to_owned(),
        ),
        (
            "consumer=%FF",
            "`consumer` is `\u{FFFD}`; it has to be the name of a consuming domain".to_owned(),
        ),
    ] {
        let answer = service.get(&format!("{LIST}?{query}")).await?;
        answer.assert_problem(400, &detail);
    }
    let answer = service
        .get(&format!("{LIST}?limit=x&include_resolved=1"))
        .await?;
    assert_eq!(answer.status, 400);
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    assert_eq!(
        errors[0],
        json!({"in": "query", "name": "limit", "detail": limit("x")})
    );
    service.close().await
}

#[tokio::test]
async fn a_malformed_id_is_refused() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    let uuid = NOBODY.trim_start_matches("dlq_");
    let long = "x".repeat(4000);
    for id in [
        uuid,
        "dlq_",
        "dlq_1",
        &format!("evt_{uuid}"),
        &NOBODY.to_uppercase(),
        &format!("{NOBODY}0"),
        "'",
        &long,
    ] {
        let shown = if id.len() > 80 {
            format!("{}…", &id[..80])
        } else {
            id.to_owned()
        };
        let detail = format!("`id` is `{shown}`; it has to be `dlq_` and a UUID in lower case");
        service
            .get(&format!("{LIST}/{id}"))
            .await?
            .assert_problem(400, &detail);
        let answer = service.resolve(id, r#"{"resolved_by": "maria"}"#).await?;
        answer.assert_problem(400, &detail);
    }
    let answer = service.get(&format!("{LIST}/%FF")).await?;
    answer.assert_problem(400, "the id in the path is not UTF-8 after decoding");
    let answer = service.get(&format!("{LIST}/{NOBODY}?limit=1")).await?;
    answer.assert_problem(
        400,
        "unknown parameter `limit`; the known ones are `reveal`",
    );
    service.close().await
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let detail = "the body is larger than 16384 bytes";
    let of = |bytes: usize| {
        let frame = r#"{"resolved_by": "maria", "resolution_note": ""}"#;
        let note = "x".repeat(bytes - frame.len());
        format!(r#"{{"resolved_by": "maria", "resolution_note": "{note}"}}"#)
    };
    service
        .resolve(&id, &of(16385))
        .await?
        .assert_problem(413, detail);
    let path = format!("{LIST}/{id}/resolve");
    // Announced in the header only: refused before the body is sent.
    let announced = format!(
        "POST {path} HTTP/1.1\r\nHost: service\r\n{GOOD}{JSON}Content-Length: 1000000000\r\n\r\n"
    );
    let answer = exchange(service.address, announced.as_bytes()).await?;
    answer.assert_problem(413, detail);
    // Not announced: refused once it becomes too large, though it never ends.
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let endless = format!(
        "POST {path} HTTP/1.1\r\nHost: service\r\n{GOOD}{JSON}Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}"
    );
    let answer = exchange(service.address, endless.as_bytes()).await?;
    answer.assert_problem(413, detail);
    assert_eq!(service.resolve(&id, &of(16384)).await?.status, 200);
    service.close().await
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems_too() -> TestResult {
    let service = Service::with_dead_letters(0).await?;
    for path in [
        "/",
        &format!("/{NOBODY}/"),
        &format!("/{NOBODY}/reopen"),
        "/a/b/c",
    ] {
        let answer = service.get(&format!("{LIST}{path}")).await?;
        assert_eq!(answer.status, 404, "{path}");
        answer.assert_problem(404, answer.detail());
        assert!(
            answer
                .detail()
                .starts_with("there is no such route; the routes are GET ")
        );
    }
    for (method, path, allowed) in [
        ("POST", LIST.to_owned(), "GET,HEAD"),
        ("DELETE", format!("{LIST}/{NOBODY}"), "GET,HEAD"),
        ("GET", format!("{LIST}/{NOBODY}/resolve"), "POST"),
        ("GET", format!("{LIST}/{NOBODY}/redrive"), "POST"),
    ] {
        let answer = service.send(method, &path, GOOD, b"").await?;
        answer.assert_problem(
            405,
            "this route does not accept that method; the header Allow lists those that it accepts",
        );
        assert_eq!(answer.header("allow"), Some(allowed));
    }
    service.close().await
}
