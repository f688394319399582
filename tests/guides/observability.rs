//! The code of docs/observability.md, run.

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{Consumer, Dispatcher};
use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use dispatcher_test_launcher::{Database, Server};
use sqlx::PgPool;

#[subscribe(credit_locked)]
async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> {
    if event.payload.locked_credits.get() > 100 {
        return Err(HandlerError::permanent("more than a lesson can cost"));
    }
    Ok(())
}

async fn database() -> TestResult<(Database, PgPool)> {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(4).await?;
    dispatcher_runtime::migrate(&pool).await?;
    Ok((database, pool))
}

mod prometheus {
    use super::*;
    use dispatcher_runtime::observe::{LATENCY_BUCKETS_MS, MetricsObserver};
    use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

    #[tokio::test]
    async fn the_scrape_of_the_guide_has_what_happened() -> TestResult {
        let (database, pool) = database().await?;
        let prometheus = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Prefix("dispatcher.".into()), &LATENCY_BUCKETS_MS)?
            .install_recorder()?;

        let dispatcher = Dispatcher::<Revenue>::builder(pool.clone())
            .tenant("tnt_swim_north")
            .observer(MetricsObserver::new())
            .build()?;
        let consumer = Consumer::<Coaching>::builder(pool.clone())
            .observer(MetricsObserver::new())
            .subscribe(hold_slot)
            .start()
            .await?;

        dispatcher.publish(lock(1, 6)).await?;
        dispatcher.publish(lock(2, 101)).await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;

        // What your route for /metrics answers.
        let scrape: String = prometheus.render();

        for line in [
            "dispatcher_publish_count{event_type=\"credit.locked\",outcome=\"published\"} 2",
            "dispatcher_dead_letter_count{event_type=\"credit.locked\",consumer=\"coaching\",subscription=\"hold_slot\",outcome=\"permanent\"} 1",
        ] {
            assert!(scrape.contains(line), "no {line} in\n{scrape}");
        }
        pool.close().await;
        database.close().await?;
        Ok(())
    }
}

mod opentelemetry_adapter {
    use super::*;
    use dispatcher_runtime::observe::OpenTelemetryObserver;
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
    use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
    use tracing_subscriber::Layer;
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt;

    use opentelemetry_sdk::trace::SpanData;

    #[tokio::test]
    async fn the_exporters_of_the_guide_get_what_happened() -> TestResult {
        let (database, pool) = database().await?;
        let metrics = InMemoryMetricExporter::default();
        let spans = InMemorySpanExporter::default();

        // With your exporters, such as those of `opentelemetry-otlp`.
        let meters = SdkMeterProvider::builder()
            .with_periodic_exporter(metrics.clone())
            .build();
        let tracers = SdkTracerProvider::builder()
            .with_simple_exporter(spans.clone())
            .build();
        // sqlx writes the text of statements into the current span.
        let exported = Targets::new()
            .with_default(LevelFilter::INFO)
            .with_target("sqlx", LevelFilter::OFF);
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracers.tracer("revenue"))
            .with_filter(exported);
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
        opentelemetry::global::set_meter_provider(meters.clone());

        let meter = opentelemetry::global::meter("dispatcher");
        let dispatcher = Dispatcher::<Revenue>::builder(pool.clone())
            .tenant("tnt_swim_north")
            .observer(OpenTelemetryObserver::new(&meter))
            .build()?;
        let consumer = Consumer::<Coaching>::builder(pool.clone())
            .observer(OpenTelemetryObserver::new(&meter))
            .subscribe(hold_slot)
            .start()
            .await?;

        let published = dispatcher.publish(lock(1, 6)).await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;
        meters.force_flush()?;

        let exported = format!("{:?}", metrics.get_finished_metrics()?);
        assert!(exported.contains("dispatcher.consume.count"), "{exported}");
        let spans = spans.get_finished_spans()?;
        // The other tests of the program are traced too.
        let is_ours = |span: &SpanData| {
            span.attributes.iter().any(|attribute| {
                attribute.key.as_str() == "messaging.message.id"
                    && attribute.value.as_str() == published.event_id.as_str()
            })
        };
        let of = |kind: &str| {
            spans
                .iter()
                .find(|span| span.name.starts_with(kind) && is_ours(span))
        };
        let (publish, handle) = (of("publish "), of("handle "));
        assert_eq!(
            publish.map(|span| span.span_context.trace_id()),
            handle.map(|span| span.span_context.trace_id()),
        );
        assert!(publish.is_some());
        let statements = |span: &SpanData| {
            let keys = span.events.iter().flat_map(|event| &event.attributes);
            keys.filter(|attribute| attribute.key.as_str().starts_with("db."))
                .count()
        };
        let exported: usize = spans.iter().map(statements).sum();
        assert_eq!(exported, 0, "no statement of sqlx is exported");
        pool.close().await;
        database.close().await?;
        Ok(())
    }
}

mod hook {
    use super::*;
    use dispatcher_runtime::observe::{DeadLetterRecord, Observer};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Dead letters since the start, for a status page.
    #[derive(Default)]
    struct DeadLetterCount(AtomicU64);

    impl Observer for DeadLetterCount {
        fn dead_lettered(&self, _: &DeadLetterRecord<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn the_hook_of_the_guide_counts() -> TestResult {
        let (database, pool) = database().await?;
        let count = Arc::new(DeadLetterCount::default());
        let consumer = Consumer::<Coaching>::builder(pool.clone())
            .observer(Arc::clone(&count))
            .subscribe(hold_slot)
            .start()
            .await?;
        let revenue = Dispatcher::<Revenue>::builder(pool.clone())
            .tenant(TENANT)
            .build()?;
        revenue.publish(lock(1, 6)).await?;
        revenue.publish(lock(2, 101)).await?;
        consumer.wait_caught_up().await?;
        consumer.stop().await;
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        pool.close().await;
        database.close().await?;
        Ok(())
    }
}
