//! What a consumer really exports, both ways: each documented metric is there, under the name that [`Scheme`] gives
//! it and with the documented labels. `expressions.rs` compares the queries with that documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_monitoring_tests::Scheme;
use dispatcher_runtime::observe::{
    AttemptRecord, AwaitedVersionRecord, DedupRecord, HeldBack, LATENCY_BUCKETS_MS,
    MetricsObserver, Observer, OpenTelemetryObserver, SampleRecord, TransferOutcome,
    TransferRecord,
};
use dispatcher_runtime::{
    Consumer, Delivery, Dispatcher, EventEnvelope, HandlerError, RunningConsumer, subscribe,
};
use dispatcher_test_fixtures::metrics::documented;
use dispatcher_test_fixtures::{TENANT, lock};
use dispatcher_test_launcher::{Database, Server};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::TextEncoder;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::sync::Semaphore;

use crate::TestResult;

/// Events with these numbers of credits fail at their first attempt, or for good.
const FAILS_ONCE: u32 = 20;
const HOPELESS: u32 = 30;

#[subscribe(credit_locked)]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    match u32::try_from(event.payload.locked_credits.get())? {
        FAILS_ONCE if delivery.attempt == 1 => Err(std::io::Error::other("not yet").into()),
        HOPELESS => Err(HandlerError::permanent("never")),
        _ => Ok(()),
    }
}

/// What has happened. It is registered last: what it receives, the adapters have received.
struct News {
    ended: Semaphore,
    skipped: Semaphore,
    held_back: Semaphore,
    sampled: Semaphore,
}

impl News {
    fn new() -> Arc<Self> {
        let none = || Semaphore::new(0);
        Arc::new(Self {
            ended: none(),
            skipped: none(),
            held_back: none(),
            sampled: none(),
        })
    }
}

impl Observer for News {
    fn attempted(&self, attempt: &AttemptRecord<'_>) {
        if attempt.end_to_end.is_some() {
            self.ended.add_permits(1);
        }
    }

    fn awaits_version(&self, _: &AwaitedVersionRecord<'_>) {
        self.ended.add_permits(1);
    }

    fn dedup_hit(&self, _: &DedupRecord<'_>) {
        self.skipped.add_permits(1);
    }

    fn held_back(&self, _: &HeldBack<'_>) {
        self.held_back.add_permits(1);
    }

    fn sampled(&self, _: &SampleRecord<'_>) {
        self.sampled.add_permits(1);
    }
}

/// Waits until it has happened that often.
async fn seen(what: &Semaphore, times: u32) -> TestResult {
    let seen = tokio::time::timeout(Duration::from_secs(60), what.acquire_many(times));
    seen.await??.forget();
    Ok(())
}

async fn database() -> TestResult<(Database, PgPool)> {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(8).await?;
    dispatcher_runtime::migrate(&pool).await?;
    Ok((database, pool))
}

/// An event of a version that no program knows.
const NEWER: &str = "INSERT INTO dispatcher_event
           (event_id, event_type, schema_version, occurred_at, tenant_id, producer, actor, payload)
    VALUES (dispatcher_generate_event_id(), 'credit.locked', 99, now(), 'tnt_a', 'revenue', 'system:revenue', '{}')";

/// A mirror that is behind.
const TRANSFER: &str =
    "INSERT INTO dispatcher_transfer (direction, stream, sequence, pending, reached_at, updated_at)
                        VALUES ('mirror', 'north', 1, 1, now(), now())";

/// Everything happens once: published, handled, retried, given up on, skipped, waiting for a version, held back.
async fn everything_happens(
    pool: &PgPool,
    meters: &SdkMeterProvider,
) -> TestResult<RunningConsumer> {
    let meter = meters.meter("dispatcher");
    let news = News::new();
    let consumer = || {
        Consumer::<Coaching>::builder(pool.clone())
            .poll_interval(Duration::from_secs(600))
            .retry([Duration::from_millis(20)])
            .sample_interval(Duration::from_millis(20))
            .observer(MetricsObserver::new())
            .observer(OpenTelemetryObserver::new(&meter))
            .observer(Arc::clone(&news))
            .subscribe(hold_slot)
    };
    let revenue = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant(TENANT)
        .observer(MetricsObserver::new())
        .observer(OpenTelemetryObserver::new(&meter))
        .build()?;
    for adapter in [
        &MetricsObserver::new() as &dyn Observer,
        &OpenTelemetryObserver::new(&meter),
    ] {
        let moved = TransferOutcome::Moved;
        adapter.transferred(&TransferRecord::new("relay", "north", moved, 1));
    }
    pool.execute(TRANSFER).await?;
    let running = consumer().start().await?;
    for credits in [1, FAILS_ONCE, HOPELESS] {
        revenue.publish(lock(credits, credits)).await?;
    }
    pool.execute(NEWER).await?;
    seen(&news.ended, 4).await?;
    running.stop().await;
    // The cursor is lost: the log is read again, and what was handled is skipped.
    pool.execute("DELETE FROM dispatcher_cursor").await?;
    let running = consumer().start().await?;
    seen(&news.skipped, 1).await?;
    let options = (*pool.connect_options()).clone();
    let mut importer = PgConnection::connect_with(&options.application_name("importer")).await?;
    let mut open = importer.begin().await?;
    revenue.publish(lock(1, 1)).within(&mut open).await?;
    revenue.publish(lock(2, 2)).await?;
    seen(&news.held_back, 1).await?;
    open.commit().await?;
    importer.close().await?;
    seen(&news.sampled, 1).await?;
    Ok(running)
}

/// The labels of each series of a scrape.
fn series(scrape: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    for line in scrape.lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line.split_once('{').unwrap_or_else(|| {
            let name = line.split(' ').next().unwrap_or_default();
            (name, "")
        });
        let labels = rest.split('}').next().unwrap_or_default().split(',');
        let labels = labels.filter_map(|label| Some(label.split_once('=')?.0));
        found.entry(name).or_default().extend(labels);
    }
    found
}

/// What a scrape lacks of the documentation.
fn missing_in(scrape: &str, scheme: Scheme) -> Vec<String> {
    let found = series(scrape);
    let mut missing = Vec::new();
    for metric in documented() {
        let base = scheme.name(&metric);
        for series in metric.series() {
            let series = format!("{base}{}", &series[metric.name.len()..]);
            match found.get(series.as_str()) {
                None => missing.push(series),
                Some(labels) => {
                    let lacks = metric
                        .labels
                        .iter()
                        .filter(|it| !labels.contains(it.as_str()));
                    missing.extend(lacks.map(|label| format!("{label} of {series}")));
                }
            }
        }
    }
    missing
}

/// The recorder of the facade is this thread's own.
#[tokio::test]
async fn a_scrape_has_every_documented_metric_under_the_name_of_its_scheme() -> TestResult {
    let (database, pool) = database().await?;
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Prefix("dispatcher.".to_owned()),
            &LATENCY_BUCKETS_MS,
        )?
        .build_recorder();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let registry = prometheus::Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone());
    let meters = SdkMeterProvider::builder()
        .with_reader(exporter.build()?)
        .build();
    let running = everything_happens(&pool, &meters).await?;

    // What your route for /metrics answers.
    let scrape: String = TextEncoder::new().encode_to_string(&registry.gather())?;
    let mut missing = missing_in(&scrape, Scheme::OpenTelemetry);
    missing.extend(missing_in(&recorder.handle().render(), Scheme::Metrics));
    assert!(missing.is_empty(), "{missing:#?}");
    running.stop().await;
    pool.close().await;
    database.close().await?;
    Ok(())
}

#[test]
fn a_metric_that_is_not_in_a_scrape_is_noticed() {
    let missing = missing_in(
        "dispatcher_publish_count_total{event_type=\"a\"} 1",
        Scheme::OpenTelemetry,
    );
    assert!(missing.contains(&"outcome of dispatcher_publish_count_total".to_owned()));
    assert!(missing.contains(&"dispatcher_consume_count_total".to_owned()));
    assert!(!missing.contains(&"dispatcher_publish_count_total".to_owned()));
}

#[test]
fn the_labels_of_a_scrape_are_read() {
    let found = series("# HELP a b\na{x=\"1\",y=\"2\"} 3\nb 4\n");
    assert_eq!(found["a"], BTreeSet::from(["x", "y"]));
    assert_eq!(found["b"], BTreeSet::new());
}
