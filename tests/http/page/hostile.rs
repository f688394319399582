//! Whatever is stored stays text: markup, quotes, control characters, marks of direction.

use dispatcher_test_fixtures::TestResult;
use serde_json::json;

use super::links::{crawled, seeded};
use crate::support::{PAGE, ROOT, Service};

const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;{{7*7}}\u{202E}\u{7}\n]]>--></title>";
/// As it is shown.
const SHOWN: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;{{7*7}}U+202EU+0007U+000A]]>--></title>";

/// As a field holds it.
const FIELD: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;{{7*7}}\u{FFFD}\u{FFFD}\u{FFFD}]]>--></title>";

async fn execute(service: &Service, statement: &'static str) -> TestResult {
    let query = sqlx::query(statement).bind(HOSTILE);
    query
        .execute(&service.pool)
        .await
        .map_err(|error| format!("{statement}: {error}"))?;
    Ok(())
}

/// Puts the text wherever the tables take it.
async fn poison(service: &Service) -> TestResult {
    for check in [
        "ALTER TABLE dispatcher_event DROP CONSTRAINT dispatcher_event_row_check",
        "ALTER TABLE dispatcher_event DISABLE TRIGGER USER",
    ] {
        sqlx::query(check).execute(&service.pool).await?;
    }
    for statement in [
        "UPDATE dispatcher_dead_letter SET error = $1, subject = $1, tenant_id = $1",
        "UPDATE dispatcher_dead_letter SET resolved_by = $1, claimed_by = $1, resolution_note = $1
          WHERE resolved_at IS NOT NULL",
        "UPDATE dispatcher_audit SET who = $1, what = $1, why = $1, outcome = $1, way = $1, claimed_by = $1",
        "UPDATE dispatcher_subscription SET paused_by = $1, pause_reason = $1",
        "UPDATE dispatcher_subscription SET event_types = event_types || $1::text",
        "UPDATE dispatcher_redrive SET started_by = $1, why = $1, selection = $1",
        "UPDATE dispatcher_event SET producer = $1, tenant_id = $1, subject = $1, correlation_id = $1, causation_id = $1,
                traceparent = $1",
    ] {
        execute(service, statement).await?;
    }
    let failures = json!([{ "attempt": 1, "failed_at": "2026-11-30T08:00:00Z", "error": HOSTILE }]);
    sqlx::query("UPDATE dispatcher_dead_letter SET failures = $1::text::json")
        .bind(failures.to_string())
        .execute(&service.pool)
        .await?;
    Ok(())
}

#[tokio::test]
async fn hostile_text_stays_text_on_every_page() -> TestResult {
    let service = seeded().await?;
    poison(&service).await?;
    let starts = [
        "overview",
        "letters?include_resolved=true",
        "letters?state=redriving",
    ];
    let found = crawled(&service, &starts, ROOT).await?;
    for page in [
        "overview",
        "letters",
        "letter",
        "event",
        "events",
        "redrive",
        "redrives",
        "audit",
        "subscription",
    ] {
        let shown = found
            .iter()
            .filter(|(place, _)| place.split('?').next() == Some(page))
            .any(|(_, document)| document.all("main")[0].text.contains(SHOWN));
        assert!(shown, "{page} does not show the text");
    }
    service.close().await
}

#[tokio::test]
async fn hostile_text_in_a_query_stays_text() -> TestResult {
    let service = Service::with_dead_letters(1).await?;
    let encoded: String = HOSTILE.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for (page, status) in [
        (
            format!(
                "letters?consumer={encoded}&subscription={encoded}&event_type={encoded}&subject={encoded}"
            ),
            200,
        ),
        (
            format!("resolve-letters?consumer={encoded}&subject={encoded}"),
            200,
        ),
        (
            format!("redrive-letters?consumer={encoded}&subject={encoded}"),
            200,
        ),
        (format!("events?type={encoded}&subject={encoded}"), 200),
        (format!("event?id={encoded}"), 404),
        (format!("contract?type={encoded}"), 404),
        (
            format!("subscription?consumer={encoded}&name={encoded}"),
            404,
        ),
        (format!("letters?reason={encoded}"), 400),
        (format!("letters?{encoded}=x"), 400),
        (format!("letters?next={encoded}"), 400),
    ] {
        let path = format!("{PAGE}/{page}");
        let answer = service.send("GET", &path, ROOT, b"").await?;
        assert_eq!(answer.status, status, "{page}: {answer:?}");
        let document = super::document::Document::read(answer.body.as_str().ok_or("no page")?);
        let values: Vec<_> = document
            .all("input")
            .into_iter()
            .filter_map(|it| it.get("value"))
            .collect();
        if page.starts_with("events") {
            assert!(values.contains(&FIELD), "{values:?}");
        }
    }
    service.close().await
}
