//! A transaction that keeps events from being read, through both adapters: how long it has stood, and 0 once
//! it has ended.

use std::sync::Arc;
use std::time::Duration;

use dispatcher_runtime::observe::{HeldBack, MetricsObserver, Observer, OpenTelemetryObserver};
use dispatcher_test_fixtures::metrics::documented_in;
use dispatcher_test_fixtures::{TestResult, lock};
use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use sqlx::{Connection, PgConnection};
use tokio::sync::Semaphore;

use crate::support::World;

/// The gauge, and the labels that docs/observability.md names.
const NAME: &str = "dispatcher.horizon.standing_ms";
const LABELS: [(&str, &str); 3] = [
    ("application", "importer"),
    ("consumer", "coaching"),
    ("role", "postgres"),
];

/// Registered last: what it receives, the adapters have received.
struct News(Semaphore);

impl Observer for News {
    fn held_back(&self, _: &HeldBack<'_>) {
        self.0.add_permits(1);
    }
}

impl News {
    async fn next(&self) -> TestResult {
        let next = tokio::time::timeout(Duration::from_secs(60), self.0.acquire());
        next.await??.forget();
        Ok(())
    }
}

/// The value of the gauge in a scrape; Prometheus writes the labels in the order of the adapter.
fn scraped(scrape: &str) -> Option<f64> {
    let name = NAME.replace('.', "_");
    let lines = scrape
        .lines()
        .filter_map(|line| line.strip_prefix(&name)?.split_once(' '));
    let mut ours = lines.filter(|(labels, _)| {
        LABELS
            .iter()
            .all(|(label, value)| labels.contains(&format!("{label}=\"{value}\"")))
    });
    ours.next()?.1.parse().ok()
}

/// The value of the gauge in the last export.
fn exported(exporter: &InMemoryMetricExporter) -> TestResult<Option<f64>> {
    let exports = exporter.get_finished_metrics()?;
    let mut metrics = exports.iter().rev().flat_map(|export| {
        let scopes = export.scope_metrics();
        scopes.flat_map(|scope| scope.metrics())
    });
    let Some(metric) = metrics.find(|metric| metric.name() == NAME) else {
        return Ok(None);
    };
    let AggregatedMetrics::F64(MetricData::Gauge(gauge)) = metric.data() else {
        return Err(format!("{NAME} is no gauge: {metric:?}").into());
    };
    let mut points = gauge.data_points().filter(|point| {
        let mut labels: Vec<_> = point
            .attributes()
            .map(|label| (label.key.as_str().to_owned(), label.value.to_string()))
            .collect();
        labels.sort();
        labels == LABELS.map(|(label, value)| (label.to_owned(), value.to_owned()))
    });
    Ok(points.next().map(|point| point.value()))
}

/// The recorder is this thread's own: another test counts what the process's recorder has.
#[tokio::test]
async fn a_horizon_that_stands_still_is_a_gauge_of_both_adapters_until_it_moves() -> TestResult {
    let world = World::new().await?;
    let recorder = PrometheusBuilder::new().build_recorder();
    let prometheus = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(exporter.clone()).build())
        .build();
    let news = Arc::new(News(Semaphore::new(0)));
    let consumer = world
        .coaching()
        .observer(MetricsObserver::new())
        .observer(OpenTelemetryObserver::new(&provider.meter("dispatcher")))
        .observer(Arc::clone(&news))
        .start()
        .await?;
    let revenue = world.revenue().build()?;
    let options = (*world.pool.connect_options()).clone();
    let mut importer = PgConnection::connect_with(&options.application_name("importer")).await?;
    let mut open = importer.begin().await?;
    revenue.publish(lock(1, 1)).within(&mut open).await?;
    revenue.publish(lock(2, 2)).await?;

    news.next().await?;
    let scrape = prometheus.render();
    let documented = documented_in(&scrape);
    assert!(
        documented.contains("dispatcher_horizon_standing_ms"),
        "{scrape}"
    );
    let standing = scraped(&scrape);
    assert!(standing.is_some_and(|it| it > 0.0), "{standing:?}");
    provider.force_flush()?;
    let standing = exported(&exporter)?;
    assert!(standing.is_some_and(|it| it > 0.0), "{standing:?}");

    open.commit().await?;
    news.next().await?;
    assert_eq!(scraped(&prometheus.render()), Some(0.0));
    provider.force_flush()?;
    assert_eq!(exported(&exporter)?, Some(0.0));
    consumer.stop().await;
    importer.close().await?;
    world.close().await
}
