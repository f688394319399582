//! Resolving: once, by whom, and never by halves.

use dispatcher_runtime::DeadLetters;
use dispatcher_test_fixtures::TestResult;
use serde_json::json;
use sqlx::Row;

use crate::support::{GOOD, JSON, LIST, NOBODY, Service};

#[tokio::test]
async fn a_second_resolve_is_a_conflict_that_says_who_was_first() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let body = r#"{"resolved_by": "maria", "resolution_note": "the price list was wrong"}"#;
    let first = service.resolve(&id, body).await?;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.body["dead_letter_id"], id);
    assert_eq!(first.body["resolved_by"], "maria@example.com");
    assert_eq!(first.body["resolution_note"], "the price list was wrong");
    assert!(first.body["resolved_at"].is_string());
    let second = service.resolve(&id, r#"{"resolved_by": "jo"}"#).await?;
    second.assert_problem(409, second.detail());
    let start = format!("the dead letter {id} was already resolved by maria@example.com at ");
    assert!(second.detail().starts_with(&start), "{second:?}");
    assert_eq!(second.body["resolved_by"], "maria@example.com");
    let stored = service.get(&format!("{LIST}/{id}")).await?;
    assert_eq!(stored.body, first.body);
    assert_eq!(stored.body["resolved_at"], second.body["resolved_at"]);
    let nobody = service.resolve(NOBODY, r#"{"resolved_by": "jo"}"#).await?;
    nobody.assert_problem(404, &format!("there is no dead letter {NOBODY}"));
    service.close().await
}

#[tokio::test]
async fn a_redrive_of_one_is_a_redrive_and_a_second_is_a_conflict() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let redrive = format!("{LIST}/{id}/redrive");
    let headers = format!("{GOOD}{JSON}");
    let body = br#"{"resolved_by": "maria", "resolution_note": "prices are right"}"#;
    let first = service.send("POST", &redrive, &headers, body).await?;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.body["state"], "redriving");
    let redrive_id = first.body["redrive_id"].as_str().ok_or("no redrive")?;
    let path = format!("/api/dispatcher/v1/redrives/{redrive_id}");
    let started = service.get(&path).await?.body;
    assert_eq!(started["state"], "running");
    assert_eq!(started["started_by"], "maria@example.com");
    assert_eq!(started["why"], "prices are right");
    assert_eq!(
        (&started["total"], &started["queued"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(started["items"][0]["dead_letter_id"], id);
    let second = service.send("POST", &redrive, &headers, body).await?;
    let being = format!(
        "the dead letter {id} is being redriven: wait until its event is handled or fails again"
    );
    second.assert_problem(409, &being);
    // Stopped, it is open again.
    let stop = format!("{path}/stop");
    let stopped = service.send("POST", &stop, &headers, b"{}").await?;
    assert_eq!(
        (stopped.status, &stopped.body["state"]),
        (200, &json!("stopped")),
        "{stopped:?}"
    );
    assert_eq!(stopped.body["left_out"], 1);
    let again = service.send("POST", &stop, &headers, b"{}").await?;
    again.assert_problem(409, &format!("the redrive {redrive_id} has ended already"));
    assert_eq!(
        service.get(&format!("{LIST}/{id}")).await?.body["state"],
        "open"
    );
    service.close().await
}

#[tokio::test]
async fn of_two_resolves_at_once_exactly_one_wins() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    // Both are blocked in their statement, so they run concurrently and not one after the other.
    let mut holder = service.pool.begin().await?;
    sqlx::query("SELECT FROM dispatcher_dead_letter FOR UPDATE")
        .execute(&mut *holder)
        .await?;
    let release = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query(waiting)
            .fetch_one(&service.pool)
            .await?
            .try_get::<i64, _>(0)?
            < 2
        {
            tokio::task::yield_now().await;
        }
        holder.commit().await
    };
    let (maria, jo, released) = tokio::join!(
        service.resolve(&id, r#"{"resolved_by": "maria"}"#),
        service.resolve(&id, r#"{"resolved_by": "jo"}"#),
        release
    );
    released?;
    let (maria, jo) = (maria?, jo?);
    let (winner, loser) = match maria.status {
        200 => (maria, jo),
        _ => (jo, maria),
    };
    assert_eq!((winner.status, loser.status), (200, 409));
    assert_eq!(loser.body["resolved_by"], winner.body["resolved_by"]);
    let stored = DeadLetters::new(service.pool.clone())
        .get(&id.parse()?)
        .await?;
    assert_eq!(winner.body["resolved_by"], json!(stored.resolved_by));
    service.close().await
}

#[tokio::test]
async fn a_malformed_body_is_refused_and_resolves_nothing() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let operator = "it has to be a string that names the operator";
    let by = |given: &str| format!("`resolved_by` is `{given}`; {operator}");
    let object = "the body has to be a JSON object: ";
    let an_object = "expected an object with `resolved_by` and `resolution_note` at line 1 column";
    for (body, detail) in [
        (
            "",
            format!("{object}EOF while parsing a value at line 1 column 0"),
        ),
        (
            "resolved_by=maria",
            format!("{object}expected value at line 1 column 1"),
        ),
        (
            "[]",
            format!("{object}invalid type: sequence, {an_object} 0"),
        ),
        ("null", format!("{object}invalid type: null, {an_object} 4")),
        (
            r#"{"resolved_by": "maria"} x"#,
            format!("{object}trailing characters at line 1 column 26"),
        ),
        (r#"{"resolved_by": 7}"#, by("7")),
        (r#"{"resolved_by": " "}"#, by(r#"" ""#)),
        (
            r#"{"resolved_by": "m\u0000"}"#,
            r#"`resolved_by` is `"m\u0000"`; it has to be text without control characters"#
                .to_owned(),
        ),
        (
            r#"{"resolved_by": "maria", "resolution_note": ["x"]}"#,
            r#"`resolution_note` is `["x"]`; it has to be a string or null"#.to_owned(),
        ),
        (
            r#"{"resolved_by": "maria", "resolved_by": "jo"}"#,
            "`resolved_by` is given twice; give it once".to_owned(),
        ),
        (
            r#"{"resolvedBy": "maria"}"#,
            "unknown field `resolvedBy`; did you mean `resolved_by`? \
             The known ones are `resolved_by`, `resolution_note`"
                .to_owned(),
        ),
    ] {
        let answer = service.resolve(&id, body).await?;
        answer.assert_problem(400, &detail);
        assert_eq!(answer.body["errors"][0]["in"], "body");
    }
    let deep = format!(r#"{{"resolved_by": {}"#, "[".repeat(8000));
    assert_eq!(service.resolve(&id, &deep).await?.status, 400);
    let path = format!("{LIST}/{id}/resolve");
    let headers = format!("{GOOD}{JSON}");
    let not_utf8 = b"{\"resolved_by\": \"\xFF\"}";
    let answer = service.send("POST", &path, &headers, not_utf8).await?;
    assert_eq!(answer.status, 400);
    assert_eq!(
        service
            .resolve(&id, r#"{"resolved_by": "maria", "resolution_note": null}"#)
            .await?
            .status,
        200
    );
    service.close().await
}

#[tokio::test]
async fn a_body_has_to_say_that_it_is_json() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let path = format!("{LIST}/{}/resolve", service.ids().await?.remove(0));
    let body = br#"{"resolved_by": "maria"}"#;
    // These include the types that a form of another site can send.
    for kind in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: application/jsonp\r\n",
    ] {
        let answer = service
            .send("POST", &path, &format!("{GOOD}{kind}"), body)
            .await?;
        answer.assert_problem(
            415,
            "the body must be JSON, and the header Content-Type must be `application/json`",
        );
        assert_eq!(answer.header("accept"), Some("application/json"));
    }
    let kind = "Content-Type: Application/JSON; charset=utf-8\r\n";
    let answer = service
        .send("POST", &path, &format!("{GOOD}{kind}"), body)
        .await?;
    assert_eq!(answer.status, 200);
    service.close().await
}
