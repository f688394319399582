//! An event's causes, effects and trace; a dead letter's faults at their places; the hours of groups.

use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};
use sqlx::{Executor, Row};

use super::acts::ask;
use crate::support::{GOOD, LIST, ROOT, Service};

/// Publishes an event without a gate, and returns its id.
async fn publish(
    service: &Service,
    cause: Option<&str>,
    correlation: Option<&str>,
) -> TestResult<String> {
    let publish = "SELECT event_id FROM dispatcher_publish('order.paid', '{\"a\": 1.0}'::json, 'tnt_a', 'revenue', \
                   correlation_id => $1, causation_id => $2, \
                   traceparent => '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')";
    let row = sqlx::query(publish).bind(correlation).bind(cause);
    Ok(row.fetch_one(&service.pool).await?.try_get("event_id")?)
}

#[tokio::test]
async fn an_event_shows_its_causes_and_effects_as_a_tree() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let first = publish(&service, Some("cmd_7"), None).await?;
    let second = publish(&service, Some(&first), Some("cor_1")).await?;
    let third = publish(&service, Some(&second), Some("cor_1")).await?;
    let fourth = publish(&service, Some(&third), None).await?;
    let beside = publish(&service, Some("elsewhere"), Some("cor_1")).await?;
    let stranger = publish(&service, None, None).await?;
    let page = ask(&service, &format!("event?id={second}")).await?;
    let content = page.content();
    assert!(
        content.contains("Caused by cmd_7, which is no event of this log."),
        "{content}"
    );
    assert!(content.contains("the end of the log"), "{content}");
    assert!(content.contains("same correlation"), "{content}");
    assert!(!content.contains(&stranger), "{content}");
    // How deep each is in the tree.
    let depth = |id: &str| {
        let links = page
            .all("a")
            .into_iter()
            .filter(|link| link.text.contains(id));
        let in_tree = links.map(|link| link.around.iter().filter(|it| *it == "ul").count());
        in_tree.max().unwrap_or_default()
    };
    assert_eq!(
        [&first, &third, &fourth, &beside].map(|id| depth(id)),
        [1, 3, 4, 1]
    );
    assert_eq!(
        page.link("Open the trace"),
        "https://tempo.example/trace/4bf92f3577b34da6a3ce929d0e0e4736"
    );
    // As it was stored, to the byte.
    let stored = page.all("pre").into_iter().map(|pre| pre.text.as_str());
    assert!(
        stored.into_iter().any(|text| text.contains("{\"a\": 1.0}")),
        "{content}"
    );
    // The route answers the same where that is asked for.
    let path = format!("/api/dispatcher/v1/events/{second}");
    let brief = service.send("GET", &path, GOOD, b"").await?.body;
    assert_eq!(brief["causation"], Value::Null);
    let whole = service
        .send("GET", &format!("{path}?causation=true"), GOOD, b"")
        .await?
        .body;
    let ids = |list: &str| -> Vec<String> {
        let events = whole["causation"][list].as_array().into_iter().flatten();
        events
            .map(|event| event["event_id"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(ids("causes"), [first]);
    assert_eq!(ids("effects"), [third, fourth, beside]);
    assert_eq!(whole["causation"]["unknown_cause"], "cmd_7");
    service.close().await
}

#[tokio::test]
async fn causes_in_a_circle_end() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let one = publish(&service, None, None).await?;
    let other = publish(&service, Some(&one), None).await?;
    sqlx::query("ALTER TABLE dispatcher_event DISABLE TRIGGER USER")
        .execute(&service.pool)
        .await?;
    sqlx::query("UPDATE dispatcher_event SET causation_id = $1 WHERE event_id = $2")
        .bind(&other)
        .bind(&one)
        .execute(&service.pool)
        .await?;
    for id in [&one, &other] {
        let page = ask(&service, &format!("event?id={id}")).await?;
        assert!(
            page.content().contains("(this event)"),
            "{}",
            page.content()
        );
    }
    service.close().await
}

#[tokio::test]
async fn faults_of_a_dead_letter_stand_at_their_places_and_show_nothing_masked() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let id = service.ids().await?.remove(0);
    let envelope =
        json!({ "event_type": "credit.locked", "payload": { "locked_credits": "<b>6</b>" } });
    let refuse = "UPDATE dispatcher_dead_letter SET reason = 'invalid', envelope = $1";
    sqlx::query(refuse)
        .bind(envelope.to_string())
        .execute(&service.pool)
        .await?;
    let page = ask(&service, &format!("letter?id={id}")).await?;
    let marks: Vec<_> = page
        .all("mark")
        .iter()
        .map(|mark| mark.text.clone())
        .collect();
    // What is missing is at the payload, what is of another type at its value.
    assert_eq!(marks, ["{", "\"<b>6</b>\""]);
    assert!(page.content().contains("← "), "{}", page.content());
    let letter = service.get(&format!("{LIST}/{id}")).await?.body;
    let faults = letter["faults"].as_array().into_iter().flatten();
    let pointers: Vec<_> = faults.map(|fault| &fault["pointer"]).collect();
    assert!(pointers.contains(&&json!("/locked_credits")), "{letter}");
    // Of a payload that is masked no value is shown, and the faults are listed.
    crate::reveal::of_a_person(&service).await?;
    let broken = json!({ "event_type": "person.registered", "payload": { "email": "ada@example.com", "roles": 7 } });
    sqlx::query("UPDATE dispatcher_dead_letter SET envelope = $1")
        .bind(broken.to_string())
        .execute(&service.pool)
        .await?;
    let masked = ask(&service, &format!("letter?id={id}")).await?;
    let content = masked.content();
    assert!(!content.contains("ada@"), "{content}");
    assert!(
        content.contains("places that are not there") && content.contains("/roles"),
        "{content}"
    );
    let revealed = ask(&service, masked.link("Show sensitive values")).await?;
    assert!(revealed.content().contains("ada@example.com"));
    assert!(revealed.all("mark").iter().any(|mark| mark.text == "7"));
    service.close().await
}

#[tokio::test]
async fn groups_tell_their_hours() -> TestResult {
    let service = Service::with_dead_letters(4).await?;
    let ids = service.ids().await?;
    service
        .pool
        .execute("UPDATE dispatcher_dead_letter SET created_at = now() - interval '26 hours'")
        .await?;
    sqlx::query(
        "UPDATE dispatcher_dead_letter SET created_at = date_trunc('hour', now()) - interval '2 hours' + interval '1 min'
          WHERE dead_letter_id = ANY ($1)",
    )
    .bind(&ids[..3])
    .execute(&service.pool)
    .await?;
    let letters = ask(&service, "letters").await?;
    assert_eq!(letters.all("rect").len(), 1);
    let told = letters
        .all("title")
        .into_iter()
        .skip(1)
        .map(|it| it.text.clone());
    let told: Vec<_> = told.collect();
    assert!(
        told[0].starts_with("By hour, UTC: ") && told[0].ends_with(":00 3"),
        "{told:?}"
    );
    // The same where the filter selects within a group.
    for filter in ["", "?tenant=tnt_wasserkult", "?from=2020-01-01T00:00:00Z"] {
        let path = format!("{LIST}/groups{filter}");
        let answer = service.send("GET", &path, ROOT, b"").await?.body;
        let Some(group) = answer["groups"].get(0) else {
            continue;
        };
        let hours = group["hours"].as_array().ok_or("no hours")?;
        assert_eq!(hours.len(), 1, "{filter}: {answer}");
        assert_eq!(hours[0]["count"], json!({ "count": 3, "at_least": false }));
    }
    service.close().await
}
