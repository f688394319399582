//! How all subscriptions are, through both adapters: also of one whose consumer is down, and not of one that was removed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dispatcher_runtime::observe::{MetricsObserver, Observer, OpenTelemetryObserver, SampleRecord};
use dispatcher_runtime::{Actor, Subscriptions, TransferDirection, Transfers};
use dispatcher_test_fixtures::{TestResult, lock};
use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use sqlx::Executor;
use tokio::sync::watch;

use crate::support::{HOPELESS, World};

/// Registered last: what it receives, the adapters have received.
struct Names(watch::Sender<Vec<String>>);

impl Observer for Names {
    fn sampled(&self, sample: &SampleRecord<'_>) {
        let names = sample.subscriptions.iter();
        let names = names.map(|one| one.subscription.clone());
        self.0.send_replace(names.collect());
    }
}

impl Names {
    /// Waits for a sample that was begun after this call.
    async fn next(&self) -> TestResult<Vec<String>> {
        let mut names = self.0.subscribe();
        for _ in 0..2 {
            tokio::time::timeout(Duration::from_secs(60), names.changed()).await??;
        }
        Ok(names.borrow().clone())
    }
}

/// The gauges in the last export, by their names and labels as Prometheus writes them.
fn exported(exporter: &InMemoryMetricExporter) -> TestResult<BTreeMap<String, f64>> {
    let exports = exporter.get_finished_metrics()?;
    let export = exports.last().ok_or("nothing was exported")?;
    let mut found = BTreeMap::new();
    let metrics = export.scope_metrics().flat_map(|scope| scope.metrics());
    for metric in metrics {
        let AggregatedMetrics::F64(MetricData::Gauge(gauge)) = metric.data() else {
            continue;
        };
        for point in gauge.data_points() {
            let labels = point.attributes();
            let labels = labels.map(|label| format!("{}=\"{}\"", label.key, label.value));
            let mut labels: Vec<_> = labels.collect();
            labels.sort();
            let name = metric.name().replace('.', "_");
            found.insert(format!("{name}{{{}}}", labels.join(",")), point.value());
        }
    }
    Ok(found)
}

fn scraped(scrape: &str) -> TestResult<BTreeMap<String, f64>> {
    let lines = scrape.lines().filter(|line| {
        let of_samples = [
            "subscription",
            "dead_letters",
            "horizon_lag",
            "retention",
            "sample",
            "transfer",
        ];
        of_samples
            .iter()
            .any(|name| line.starts_with(&format!("dispatcher_{name}")))
    });
    lines
        .map(|line| {
            let (series, value) = line.rsplit_once(' ').ok_or(line)?;
            Ok((series.to_owned(), value.parse()?))
        })
        .collect()
}

/// The recorder is this thread's own: another test counts what the process's recorder has.
#[tokio::test]
async fn subscriptions_are_gauges_of_both_adapters_until_they_are_removed() -> TestResult {
    let world = World::new().await?;
    let recorder = PrometheusBuilder::new().build_recorder();
    let prometheus = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(exporter.clone()).build())
        .build();
    let names = Arc::new(Names(watch::Sender::new(Vec::new())));
    let consumer = world
        .coaching()
        .sample_interval(Duration::from_millis(10))
        .observer(MetricsObserver::new())
        .observer(OpenTelemetryObserver::new(&provider.meter("dispatcher")))
        .observer(Arc::clone(&names))
        .start()
        .await?;
    let revenue = world.revenue().build()?;
    revenue.publish_all([lock(1, 1), lock(2, HOPELESS)]).await?;
    consumer.wait_caught_up().await?;
    // One that was stopped, and has three events to read.
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_cursor (consumer, subscription, partitions, updated_at) VALUES ('growth', 'down', 1, now());
             INSERT INTO dispatcher_subscription (consumer, subscription, event_types, updated_at)
             VALUES ('growth', 'down', '{credit.locked}', now());
             INSERT INTO dispatcher_transfer (direction, stream, sequence, position, holder, expires_at, updated_at)
             VALUES ('relay', 'north', 0, 0, 'me', 'infinity', now());
             INSERT INTO dispatcher_transfer (direction, stream, waits_for, waits_since, updated_at)
             VALUES ('mirror', 'south', 'a reason', now() - interval '1 h', now());
             UPDATE dispatcher_event SET inserted_at = inserted_at - interval '1 day'",
        )
        .await?;
    let subscriptions = Subscriptions::new(world.pool.clone());
    subscriptions
        .pause("coaching", "hold_slot", Actor::new("mia"))
        .await?;
    revenue.publish(lock(3, 3)).await?;
    assert_eq!(names.next().await?, ["hold_slot", "down"]);

    provider.force_flush()?;
    let by_facade = scraped(&prometheus.render())?;
    let by_opentelemetry = exported(&exporter)?;
    let of_hold = "{consumer=\"coaching\",subscription=\"hold_slot\"}";
    let of_down = "{consumer=\"growth\",subscription=\"down\"}";
    for found in [&by_facade, &by_opentelemetry] {
        let value = |name: &str, labels: &str| {
            let series = format!("dispatcher_{name}{labels}");
            let value = found.get(&series).copied();
            value.ok_or_else(|| format!("{series} in {found:#?}"))
        };
        for (name, expected) in [
            ("subscription_lag_events", 1.0),
            ("subscription_waiting", 0.0),
            ("subscription_oldest_waiting_seconds", 0.0),
            ("subscription_held_subjects", 0.0),
            ("subscription_holders", 0.0),
            ("subscription_partitions", 1.0),
            ("subscription_paused", 1.0),
            ("dead_letters_open", 1.0),
        ] {
            assert_eq!(
                value(name, of_hold)?.to_string(),
                expected.to_string(),
                "{name}"
            );
        }
        assert!(value("dead_letters_oldest_seconds", of_hold)? > 0.0);
        assert!(value("subscription_lag_events", of_down)? > 2.5);
        assert!(value("subscription_lag_seconds", of_down)? > 80_000.0);
        assert!(value("subscription_paused", of_down)? < 0.5);
        assert!(value("horizon_lag_positions", "{consumer=\"coaching\"}")? < 0.5);
        assert!(value("retention_held_seconds", "{consumer=\"coaching\"}")? < 0.5);
        assert!(value("sample_timestamp_seconds", "{consumer=\"coaching\"}")? > 1.7e9);
        let of_relay = "{direction=\"relay\",stream=\"north\"}";
        let of_mirror = "{direction=\"mirror\",stream=\"south\"}";
        assert!(value("transfer_behind", of_relay)? > 2.5);
        assert!(value("transfer_behind_seconds", of_relay)? > 80_000.0);
        assert!(value("transfer_waiting_seconds", of_relay)? < 0.5);
        assert!(value("transfer_holders", of_relay)? > 0.5);
        assert!(value("transfer_moved_timestamp_seconds", of_relay)? > 1.7e9);
        assert!(value("transfer_waiting_seconds", of_mirror)? > 3_500.0);
        assert!(value("transfer_holders", of_mirror)? < 0.5);
        // How far behind a mirror is that has read nothing is not known.
        let known = found.iter().filter(|(_, value)| !value.is_nan());
        assert_eq!(known.count(), 31, "{found:#?}");
    }

    subscriptions.remove("growth", "down").await?;
    Transfers::new(world.pool.clone())
        .remove_as(TransferDirection::Mirror, "south", Actor::new("mia"))
        .await?;
    assert_eq!(names.next().await?, ["hold_slot"]);
    provider.force_flush()?;
    let left = scraped(&prometheus.render())?;
    let gone: Vec<_> = left
        .iter()
        .filter(|(name, _)| name.contains("growth"))
        .collect();
    assert_eq!(gone.len(), 10, "a recorder keeps a gauge for ever");
    let of_mirror = left.iter().filter(|(name, _)| name.contains("south"));
    let of_mirror: Vec<_> = of_mirror.collect();
    assert_eq!(of_mirror.len(), 5, "{of_mirror:#?}");
    assert!(of_mirror.iter().all(|(_, value)| value.is_nan()));
    assert!(gone.iter().all(|(_, value)| value.is_nan()), "{gone:#?}");
    let left = exported(&exporter)?;
    assert!(
        left.keys()
            .all(|name| !name.contains("growth") && !name.contains("south")),
        "{left:#?}"
    );
    consumer.stop().await;
    provider.force_flush()?;
    world.close().await
}
