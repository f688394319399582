//! The adapter for the `metrics` facade, as Prometheus scrapes it.

use std::sync::Arc;

use dispatcher_runtime::observe::{LATENCY_BUCKETS_MS, MetricsObserver};
use dispatcher_test_fixtures::{TestResult, lock, metrics};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

use crate::support::{FAILS_ONCE, HOPELESS, Recorder, World};

#[tokio::test]
async fn a_scrape_while_events_flow_holds_every_metric_with_its_labels() -> TestResult {
    let world = World::new().await?;
    // The process has only one recorder; no other test of this program installs it.
    let prometheus = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Prefix("dispatcher.".to_owned()),
            &LATENCY_BUCKETS_MS,
        )?
        .install_recorder()?;
    let told = Recorder::new();
    let consumer = || {
        world
            .coaching()
            .observer(MetricsObserver::new())
            .observer(Arc::clone(&told))
    };
    let revenue = world.revenue().observer(MetricsObserver::new()).build()?;
    let mut running = consumer().start().await?;
    for credits in [1, 2, FAILS_ONCE, HOPELESS] {
        revenue.publish(lock(credits, credits)).await?;
    }
    told.ended(4).await?;

    // An operator loses the cursor; the log is read again.
    running.stop().await;
    sqlx::query("DELETE FROM dispatcher_cursor")
        .execute(&world.pool)
        .await?;
    running = consumer().start().await?;
    revenue.publish(lock(9, 3)).await?;
    // The other events were handled before, and one of them is already a dead letter.
    told.ended(1).await?;
    world.publish_newer_version().await?;
    told.ended(1).await?;
    let last = told.take().pop();
    assert_eq!(
        last.as_deref(),
        Some("credit.locked coaching waits for version 99")
    );

    for outcome in [TransferOutcome::Moved, TransferOutcome::Waits] {
        let transfer = TransferRecord::new("relay", "north", outcome, 2);
        MetricsObserver::new().transferred(&transfer);
    }
    let scrape = prometheus.render();
    let of = "event_type=\"credit.locked\"";
    let by = format!("{of},consumer=\"coaching\",subscription=\"hold_slot\"");
    for line in [
        format!("dispatcher_publish_count{{{of},outcome=\"published\"}} 5"),
        format!("dispatcher_consume_count{{{by},outcome=\"handled\"}} 4"),
        format!("dispatcher_consume_count{{{by},outcome=\"retried\"}} 1"),
        format!("dispatcher_consume_count{{{by},outcome=\"dead_lettered\"}} 1"),
        format!("dispatcher_dedup_hit_count{{{by},outcome=\"skipped\"}} 4"),
        format!("dispatcher_dead_letter_count{{{by},outcome=\"permanent\"}} 1"),
        format!("dispatcher_awaited_version_count{{{by},outcome=\"waits\"}} 1"),
        "dispatcher_transfer_count{direction=\"relay\",stream=\"north\",outcome=\"moved\"} 2"
            .to_owned(),
        format!("dispatcher_handler_latency_ms_count{{{by},outcome=\"handled\"}} 4"),
        format!("dispatcher_end_to_end_latency_ms_count{{{by},outcome=\"handled\"}} 4"),
        format!(
            "dispatcher_end_to_end_latency_since_insert_ms_count{{{by},outcome=\"handled\"}} 4"
        ),
        format!("dispatcher_handler_latency_ms_bucket{{{by},outcome=\"handled\",le=\"+Inf\"}} 4"),
    ] {
        assert!(
            scrape.lines().any(|found| found == line),
            "{line}\nin\n{scrape}"
        );
    }
    let latency_of_retries = "dispatcher_end_to_end_latency_ms_count{event_type=\"credit.locked\",consumer=\"coaching\",subscription=\"hold_slot\",outcome=\"retried\"}";
    assert!(!scrape.contains(latency_of_retries), "{scrape}");
    assert!(
        scrape.contains("# HELP dispatcher_publish_count "),
        "{scrape}"
    );
    // The gauges have tests of their own: horizon.rs, and tests/monitoring.
    let mut expected: Vec<_> = metrics::documented()
        .into_iter()
        .filter(|it| it.kind != "gauge")
        .map(|it| it.name)
        .collect();
    expected.sort();
    let found: Vec<_> = metrics::documented_in(&scrape).into_iter().collect();
    assert_eq!(found, expected);
    running.stop().await;
    world.close().await
}
