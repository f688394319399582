//! The overview: how fast events flow, where lags go, how far back the log goes, and who publishes to whom.

use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Executor};

use super::acts::ask;
use super::links::seeded;
use crate::support::{ROOT, Service};

const OVERVIEW: &str = "/api/dispatcher/v1/overview";

/// Ten minutes of samples: the lag, the position and the end of the log move by so much in each.
async fn sampled(service: &Service, lag: &str, read: u32, published: u32) -> TestResult {
    service
        .pool
        .execute("DELETE FROM dispatcher_sample")
        .await?;
    let insert = format!(
        "INSERT INTO dispatcher_sample (consumer, subscription, sampled_at, position, last_position, lag_events,
                                        lag_at_least, waiting, open_dead_letters)
         SELECT 'coaching', 'hold_slot', now() - make_interval(mins => 10 - minute), minute * {read}, minute * {published},
                {lag}, false, 0, 0
           FROM generate_series(0, 10) AS minutes (minute)"
    );
    service.pool.execute(AssertSqlSafe(insert)).await?;
    Ok(())
}

#[tokio::test]
async fn rates_and_trends_are_those_of_the_samples_and_unknown_without_any() -> TestResult {
    for (lag, trend) in [
        ("minute * 10", "growing"),
        ("100 - minute * 10", "shrinking"),
        ("50", "steady"),
        ("NULL", "unknown"),
    ] {
        // Each of its own, because a page shows an overview for two seconds.
        let service = Service::with_dead_letters(1).await?;
        let without = service.send("GET", OVERVIEW, ROOT, b"").await?.body;
        assert!(without["published_per_minute"].is_null(), "{without}");
        assert_eq!(without["flows"], serde_json::json!([]));
        sampled(&service, lag, 30, 1200).await?;
        let overview = service.send("GET", OVERVIEW, ROOT, b"").await?.body;
        assert_eq!(overview["published_per_minute"], 1200.0, "{overview}");
        assert_eq!(overview["flows"][0]["read_per_minute"], 30.0);
        assert_eq!(overview["flows"][0]["trend"], trend);
        let page = ask(&service, "overview").await?;
        let content = page.content();
        assert!(content.contains("Published in a minute1,200"), "{content}");
        assert!(content.contains(trend), "{content}");
        service.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_keeps_events_is_told_with_since_when() -> TestResult {
    let service = Service::with_dead_letters(2).await?;
    for statement in [
        "ALTER TABLE dispatcher_event DISABLE TRIGGER USER",
        "UPDATE dispatcher_event SET inserted_at = now() - interval '3 hours'",
        "UPDATE dispatcher_cursor SET position = 0",
        "INSERT INTO dispatcher_replica (consumer, subscription, replica, event_types, retention, expires_at)
         VALUES ('coaching', 'hold_slot', 'test', '{credit.locked}', 'events 3600 s, dedup rows for ever, resolved dead letters for ever',
                 now() + interval '1 hour')",
    ] {
        let done = service.pool.execute(statement).await;
        done.map_err(|error| format!("{statement}: {error}"))?;
    }
    let overview = service.send("GET", OVERVIEW, ROOT, b"").await?.body;
    assert_eq!(overview["retained"]["window_seconds"], 3600.0, "{overview}");
    assert!(overview["retained"]["held_since"].is_string(), "{overview}");
    let content = ask(&service, "overview").await?.content();
    for text in [
        "Events are kept for60 min",
        "for 2 h, because coaching/hold_slot has read only up to position 0",
        "Retention held",
        "Look at what keeps them",
    ] {
        assert!(content.contains(text), "{text} in {content}");
    }
    service.close().await
}

#[tokio::test]
async fn each_problem_has_a_button_and_a_command() -> TestResult {
    let service = seeded().await?;
    let overview = ask(&service, "overview").await?;
    for (button, title) in [
        ("Resume it", "Resume coaching/hold_slot"),
        ("Redrive them", "Redrive dead letters"),
        ("Resolve them", "Resolve dead letters"),
    ] {
        let page = ask(&service, overview.link(button)).await?;
        assert!(page.title().contains(title), "{}", page.title());
    }
    service.close().await
}

#[tokio::test]
async fn who_publishes_to_whom_is_drawn_and_told() -> TestResult {
    let service = seeded().await?;
    let page = ask(&service, "overview").await?;
    let drawing = page
        .all("svg")
        .into_iter()
        .find(|it| it.get("role") == Some("group"));
    let drawing = drawing.ok_or("no drawing")?;
    assert!(drawing.get("aria-label").is_some());
    assert!(
        drawing.text.contains("revenue to coaching"),
        "{}",
        drawing.text
    );
    // The state is a word and a shape.
    assert!(
        drawing.text.contains("▲ hold_slot paused"),
        "{}",
        drawing.text
    );
    // The table says the same, with a link to each.
    let rows = page.all("tr").into_iter();
    let mut row = rows.filter(|row| row.text.contains("revenue") && row.text.contains("hold_slot"));
    let row = row.next_back().ok_or("no row")?;
    assert!(row.text.contains("credit.locked"), "{}", row.text);
    assert!(
        page.links()
            .contains(&"subscription?consumer=coaching&name=hold_slot")
    );
    assert!(page.links().contains(&"contract?type=credit.locked"));
    // A domain leads to what flows around it alone.
    let around = ask(&service, "overview?around=growth").await?;
    let edges = |page: &super::document::Document| {
        let paths = page.all("path").into_iter();
        paths
            .filter(|path| path.get("class").is_some_and(|it| it.starts_with("edge")))
            .count()
    };
    assert!(edges(&around) > 0 && edges(&around) < edges(&page));
    let nothing = ask(&service, "overview?around=nowhere").await?;
    assert_eq!(edges(&nothing), 0);
    let said = "nowhere is not a domain that publishes or subscribes here.";
    assert!(nothing.content().contains(said), "{}", nothing.content());
    service.close().await
}
