//! Acts on many: the number that was seen counts, an empty filter does not select all, and of two operators one wins.

use dispatcher_runtime::{Actor, DeadLetterFilter, DeadLetterState, DeadLetters};
use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};
use sqlx::Row;

use crate::client::Answer;
use crate::support::{GOOD, JSON, LIST, ROOT, Service};

const REDRIVES: &str = "/api/dispatcher/v1/redrives";

async fn post(service: &Service, session: &str, path: &str, body: &Value) -> TestResult<Answer> {
    let headers = format!("{session}{JSON}");
    let body = body.to_string();
    service.send("POST", path, &headers, body.as_bytes()).await
}

#[tokio::test]
async fn an_act_on_many_names_what_it_selects_and_how_many() -> TestResult {
    let service = Service::with_dead_letters(3).await?;
    let empty = "`filter` is empty: name which dead letters, or send `\"all\": true` to select every open one";
    let both = "`all` is `true` beside a `filter`, which selects less: send one of the two";
    let filter = json!({ "consumer": "coaching" });
    let resolve = format!("{LIST}/resolve");
    for path in [&resolve, REDRIVES] {
        for (body, detail) in [
            (json!({ "expected": 3 }), empty),
            (json!({ "expected": 3, "filter": {} }), empty),
            (
                json!({ "expected": 3, "filter": null, "all": false }),
                empty,
            ),
            (
                json!({ "expected": 3, "filter": { "consumer": null } }),
                empty,
            ),
            (
                json!({ "expected": 3, "filter": filter, "all": true }),
                both,
            ),
            (
                json!({ "filter": filter }),
                "`expected` is missing; it has to be a whole number from 0 to 9007199254740991",
            ),
            (
                json!({ "expected": -1, "filter": filter }),
                "`expected` is `-1`; it has to be a whole number from 0 to 9007199254740991",
            ),
            (
                json!({ "expected": 3, "filter": { "consumer": "" } }),
                "`consumer` is `\"\"`; it has to be the name of a consuming domain",
            ),
            (
                json!({ "expected": 3, "filter": [] }),
                "`filter` is `[]`; it has to be a JSON object",
            ),
        ] {
            post(&service, GOOD, path, &body)
                .await?
                .assert_problem(400, detail);
        }
        let twice = br#"{"expected": 3, "filter": {"consumer": "growth", "consumer": "coaching"}}"#;
        let answer = service
            .send("POST", path, &format!("{GOOD}{JSON}"), twice)
            .await?;
        answer.assert_problem(400, "`consumer` is given twice; give it once");
        let changed = post(
            &service,
            GOOD,
            path,
            &json!({ "expected": 2, "filter": filter }),
        )
        .await?;
        changed.assert_refused(409);
        assert_eq!(
            (&changed.body["expected"], &changed.body["found"]),
            (&json!(2), &json!(3))
        );
    }
    let preview = format!("{resolve}/preview");
    let selected = post(&service, GOOD, &preview, &json!({ "filter": filter })).await?;
    assert_eq!(
        selected.body,
        json!({ "selected": { "count": 3, "at_least": false } })
    );
    let all = json!({ "all": true, "expected": 3, "why": "refunded" });
    let resolved = post(&service, GOOD, &resolve, &all).await?;
    assert_eq!(resolved.body, json!({ "resolved": 3 }));
    service.close().await
}

#[tokio::test]
async fn of_two_operators_who_redrive_the_same_one_wins_and_both_are_in_the_audit() -> TestResult {
    let service = Service::with_dead_letters(3).await?;
    let preview = format!("{REDRIVES}/preview");
    let seen = post(&service, GOOD, &preview, &json!({ "all": true })).await?;
    assert_eq!(seen.body["total"], 3, "{seen:?}");
    let start = json!({ "all": true, "expected": seen.body["total"], "why": "prices are right" });
    let (maria, root) = tokio::join!(
        post(&service, GOOD, REDRIVES, &start),
        post(&service, ROOT, REDRIVES, &start)
    );
    let (maria, root) = (maria?, root?);
    let mut statuses = [maria.status, root.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{maria:?} {root:?}");
    let (won, lost) = match maria.status {
        201 => ("maria@example.com", "root"),
        _ => ("root", "maria@example.com"),
    };
    let audit =
        "SELECT who, outcome FROM dispatcher_audit WHERE way = 'http' AND why = 'prices are right'";
    let rows = sqlx::query(audit).fetch_all(&service.pool).await?;
    let mut found = Vec::new();
    for row in rows {
        found.push((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?));
    }
    found.sort();
    let mut expected = vec![
        (won.to_owned(), "redriving 3 dead letters".to_owned()),
        (lost.to_owned(), "nothing was changed".to_owned()),
    ];
    expected.sort();
    assert_eq!(found, expected);
    service.close().await
}

#[tokio::test]
async fn a_bound_session_counts_and_changes_its_own_only() -> TestResult {
    let service = Service::with_dead_letters(4).await?;
    let ids = service.ids().await?;
    sqlx::query("UPDATE dispatcher_dead_letter SET tenant_id = 'tnt_swim_south' WHERE dead_letter_id = ANY ($1)")
        .bind(vec![ids[1].clone(), ids[3].clone()])
        .execute(&service.pool)
        .await?;
    let north = "Authorization: Bearer north\r\n";
    let all = json!({ "all": true });
    let preview = post(&service, north, &format!("{REDRIVES}/preview"), &all).await?;
    assert_eq!(preview.body["total"], 2, "{preview:?}");
    let selected = post(&service, north, &format!("{LIST}/resolve/preview"), &all).await?;
    assert_eq!(selected.body["selected"]["count"], 2);
    let groups = service
        .send("GET", &format!("{LIST}/groups"), north, b"")
        .await?;
    assert_eq!(groups.body["groups"][0]["count"]["count"], 2, "{groups:?}");
    let south = json!({ "filter": { "tenant": "tnt_swim_south" } });
    let none = post(&service, north, &format!("{LIST}/resolve/preview"), &south).await?;
    assert_eq!(none.body["selected"]["count"], 0);
    // A redrive of all tenants is none of its own.
    let of_all = post(
        &service,
        GOOD,
        REDRIVES,
        &json!({ "filter": { "tenant": "tnt_swim_south" }, "expected": 2 }),
    )
    .await?;
    assert_eq!(of_all.status, 201, "{of_all:?}");
    let theirs = of_all.body["redrive_id"].as_str().ok_or("no id")?;
    let path = format!("{REDRIVES}/{theirs}");
    service
        .send("GET", &path, north, b"")
        .await?
        .assert_refused(404);
    post(&service, north, &format!("{path}/stop"), &json!({}))
        .await?
        .assert_refused(404);
    let listed = service.send("GET", REDRIVES, north, b"").await?;
    assert_eq!(listed.body["redrives"], json!([]));
    let resolved = post(
        &service,
        north,
        &format!("{LIST}/resolve"),
        &json!({ "all": true, "expected": 2 }),
    )
    .await?;
    assert_eq!(resolved.body, json!({ "resolved": 2 }));
    // Its events are its tenants'.
    sqlx::query("UPDATE dispatcher_event SET tenant_id = 'tnt_swim_south' WHERE position % 2 = 0")
        .execute(&service.pool)
        .await?;
    let events = service
        .send("GET", "/api/dispatcher/v1/events", north, b"")
        .await?;
    let events = events.body["events"].as_array().ok_or("no events")?.clone();
    assert_eq!(events.len(), 2);
    assert!(
        events
            .iter()
            .all(|event| event["tenant_id"] == "tnt_swim_north")
    );
    service.close().await
}

/// What is being redriven is not resolved, so it is not counted either: otherwise the number would never be the one that is
/// found.
#[tokio::test]
async fn what_is_redriving_is_neither_counted_nor_resolved() -> TestResult {
    let service = Service::with_dead_letters(4).await?;
    let id = service.ids().await?.remove(0);
    let redriven = post(&service, GOOD, &format!("{LIST}/{id}/redrive"), &json!({})).await?;
    assert_eq!(redriven.status, 200, "{redriven:?}");
    let preview = format!("{LIST}/resolve/preview");
    let all = post(&service, GOOD, &preview, &json!({ "all": true })).await?;
    assert_eq!(all.body["selected"]["count"], 3, "{all:?}");
    let letters = DeadLetters::new(service.pool.clone());
    let others = DeadLetterFilter::default().state(DeadLetterState::Redriving);
    assert_eq!(letters.count(&others).await?.count, 1);
    assert_eq!(letters.count_open(&others).await?.count, 0);
    let resolved = letters.resolve_all(&others, None, Actor::new("mia"));
    assert_eq!(resolved.await?, 0);
    let resolve = json!({ "all": true, "expected": 3 });
    let resolved = post(&service, GOOD, &format!("{LIST}/resolve"), &resolve).await?;
    assert_eq!(resolved.body, json!({ "resolved": 3 }));
    service.close().await
}
